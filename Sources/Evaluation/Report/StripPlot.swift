import Platform
import Volumes

/// A picture of numbers from 0 to 1: a row per group, a dot per number, a bar at the median.
package struct StripPlot {
    /// One group.
    struct Row {
        let name: String
        let values: [Double]
        let median: Double
    }

    let title: String
    /// What the horizontal axis shows.
    let axis: String
    let rows: [Row]

    private static let rowHeight = 34.0
    private static let width = 720.0
    private static let top = 44.0
    private static let right = 24.0

    /// The scale begins at the tenth below the smallest number, at 0.9 at most.
    private var lowest: Double {
        let smallest = rows.flatMap(\.values).min() ?? 0
        return min(0.9, max(0, (smallest * 10).rounded(.down) / 10))
    }

    /// Room for the longest name, at 7 units a letter.
    private var left: Double { min(300, 24 + 7 * Double(rows.map(\.name.count).max() ?? 0)) }

    private var bottom: Double { Self.top + Self.rowHeight * Double(rows.count) }

    private func x(_ value: Double) -> Double {
        left + (value - lowest) / (1 - lowest) * (Self.width - Self.right - left)
    }

    /// The picture as an SVG document.
    package var svg: String {
        let height = bottom + 52
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(number(Self.width))\" height=\"\(number(height))\" "
                + "viewBox=\"0 0 \(number(Self.width)) \(number(height))\" font-family=\"sans-serif\" font-size=\"13\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            text(title, x: left, y: 24, anchor: "start", extra: " font-size=\"15\" font-weight=\"bold\""),
        ]
        lines += scale
        for (n, row) in rows.enumerated() {
            lines += drawn(row, y: Self.top + Self.rowHeight * (Double(n) + 0.5))
        }
        return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    /// Grid lines with their numbers, and the axis' name.
    private var scale: [String] {
        // Steps of 0.05 over a short scale, of 0.1 over a long one.
        let step = 1 - lowest > 0.45 ? 10 : 5
        let ticks = stride(from: Int(known: (lowest * 100).rounded()), through: 100, by: step).map { Double($0) / 100 }
        let grid = ticks.flatMap { tick in
            [
                line(x(tick), Self.top, x(tick), bottom, "stroke=\"#dddddd\""),
                text(decimal(tick, 2), x: x(tick), y: bottom + 18, anchor: "middle", extra: " fill=\"#444444\""),
            ]
        }
        return grid + [text(axis, x: (x(lowest) + x(1)) / 2, y: bottom + 40, anchor: "middle")]
    }

    private func drawn(_ row: Row, y: Double) -> [String] {
        let dots = row.values.enumerated().map { n, value in
            // Multiples of the golden ratio spread dots that would cover each other, alike every time.
            let shift = ((Double(n) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1) - 0.5) * 16
            return "<circle cx=\"\(number(x(value)))\" cy=\"\(number(y + shift))\" r=\"3.5\" fill=\"#3c78b4\" "
                + "fill-opacity=\"0.6\"><title>\(decimal(value, 4))</title></circle>"
        }
        let median = line(x(row.median), y - 13, x(row.median), y + 13, "stroke=\"#c0392b\" stroke-width=\"3\"")
        return [text(shortened(row.name), x: left - 10, y: y + 4, anchor: "end")] + dots + [median]
    }

    private func shortened(_ name: String) -> String { name.count > 38 ? name.prefix(37) + "…" : name }

    private func number(_ value: Double) -> String { decimal(value, 1) }

    private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> String {
        "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" \(style)/>"
    }

    private func text(_ words: String, x: Double, y: Double, anchor: String, extra: String = "") -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\"\(extra)>\(SafeText.markup(words))</text>"
    }
}
