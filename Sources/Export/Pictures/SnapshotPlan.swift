import Volumes

/// Where everything stands on a picture, in pixels.
struct SnapshotPlan {
    /// Height of the whole picture.
    let height: Int
    /// The slices.
    let grid: PanelGrid
    /// Size of the letters below the slices; others are made from it.
    let fontSize: Double
    /// Space around what stands beside the slices.
    let edge: Double
    /// The line on which the words above the slices stand, if there are any.
    let titleLine: Double?
    /// The top of what stands below the slices.
    let footer: Double
    /// Height of its lines.
    let lineHeight: Double
    let legend: LegendPlan?
    let scaleBar: ScaleBar?

    /// Pixels that a picture may have, whatever it shows: 400 MB while it is drawn.
    private static let mostPixels = 1e8

    init(_ snapshot: Snapshot, _ scene: SnapshotScene, lettering: Lettering) throws {
        let width = Double(snapshot.width)
        let columns = snapshot.slices.columns(for: scene.panels.count)
        edge = max(4, (width / 160).rounded())
        fontSize = lettering.size
        lineHeight = (1.7 * fontSize).rounded()
        let hasTitle = snapshot.title?.isEmpty == false
        titleLine = hasTitle ? edge + 0.95 * lineHeight : nil
        let tallest = scene.panels.count > columns ? 3 * width : width
        let sizes = scene.panels.map(\.size)
        let top = hasTitle ? (1.3 * lineHeight).rounded() : 0
        grid =
            snapshot.slices == .planes && PanelGrid.areFlat(sizes)
            ? PanelGrid(flat: sizes, width: width, top: top, gap: edge)
            : PanelGrid(
                sizes, columns: columns, width: width, tallest: min(tallest, Self.mostPixels / width), top: top,
                gap: edge)
        footer = grid.bottom
        scaleBar = snapshot.hasScaleBar ? try ScaleBar(scale: grid.scale, widest: width / 6, lettering) : nil
        let free = width - 2 * edge - (scaleBar.map { $0.width + 2 * lettering.size } ?? 0)
        let mostRows = max(3, Int(known: footer / 2 / lineHeight))
        legend =
            snapshot.hasLegend
            ? try LegendPlan(scene.entries, width: free, mostRows: mostRows, lettering) : nil
        let lines = max(legend?.rows ?? 0, scaleBar == nil ? 0 : 1)
        height = Int(known: footer + Double(lines) * lineHeight + (lines > 0 ? edge : 0))
    }
}

/// Slices in rows, each in the middle of its place; a column is as wide as its widest slice, a row as high as its highest.
struct PanelGrid {
    /// Pixels for one mm, the same for all.
    let scale: Double
    /// Pixels between slices, and around them.
    let gap: Double
    /// The boxes of the slices, on whole pixels.
    let frames: [Frame]
    /// Where the last row and the space below it end.
    let bottom: Double

    /// - Parameter sizes: mm across and down.
    /// - Parameter width: of the picture.
    /// - Parameter tallest: height that the rows may have.
    /// - Parameter top: where the space above the first row begins.
    /// - Parameter gap: less where so many slices stand side by side that they would get less than three quarters.
    init(
        _ sizes: [(width: Double, height: Double)], columns: Int, width: Double, tallest: Double, top: Double,
        gap: Double
    ) {
        let rows = (sizes.count + columns - 1) / columns
        let gap = min(gap, (width / Double(4 * columns)).rounded(.down), (tallest / Double(4 * rows)).rounded(.down))
        let across = (0..<columns).map { column in
            stride(from: column, to: sizes.count, by: columns).map { sizes[$0].width }.reduce(0, max)
        }
        let down = (0..<rows).map { row in
            sizes[(row * columns)..<min((row + 1) * columns, sizes.count)].map(\.height).reduce(0, max)
        }
        let scale = min(
            (width - gap * Double(columns + 1)) / across.reduce(0, +),
            (tallest - gap * Double(rows + 1)) / down.reduce(0, +))

        func pixels(_ millimetres: Double) -> Double { max(1, (millimetres * scale).rounded()) }
        let (widths, heights) = (across.map(pixels), down.map(pixels))
        let used = widths.reduce(0, +) + gap * Double(columns - 1)
        let left = max(0, ((width - used) / 2).rounded(.down))
        frames = sizes.enumerated().map { n, size in
            let (row, column) = (n / columns, n % columns)
            let (w, h) = (pixels(size.width), pixels(size.height))
            let x = left + widths[..<column].reduce(0, +) + Double(column) * gap
            let y = top + gap + heights[..<row].reduce(0, +) + Double(row) * gap
            return Frame(
                x: x + ((widths[column] - w) / 2).rounded(.down), y: y + ((heights[row] - h) / 2).rounded(.down),
                width: w, height: h)
        }
        bottom = top + heights.reduce(0, +) + gap * Double(rows + 1)
        (self.scale, self.gap) = (scale, gap)
    }
}

extension PanelGrid {
    /// Whether the second and third of three slices, one above the other, are little higher than the first, as those
    /// across thick slices are.
    static func areFlat(_ sizes: [(width: Double, height: Double)]) -> Bool {
        sizes.count == 3 && sizes[1].height + sizes[2].height <= sizes[0].height
    }

    /// Three slices, the second and third one above the other beside the first.
    init(flat sizes: [(width: Double, height: Double)], width: Double, top: Double, gap: Double) {
        let second = max(sizes[1].width, sizes[2].width)
        let scale = min(
            (width - 3 * gap) / (sizes[0].width + second), (width - 3 * gap) / sizes.map(\.height).reduce(0, max))
        func pixels(_ millimetres: Double) -> Double { max(1, (millimetres * scale).rounded()) }
        let (widths, heights) = (sizes.map { pixels($0.width) }, sizes.map { pixels($0.height) })
        let column = max(widths[1], widths[2])
        let left = max(0, ((width - widths[0] - gap - column) / 2).rounded(.down))
        let stack = heights[1] + gap + heights[2]
        let tallest = max(heights[0], stack)
        func y(_ height: Double) -> Double { top + gap + ((tallest - height) / 2).rounded(.down) }
        func x(_ width: Double) -> Double { left + widths[0] + gap + ((column - width) / 2).rounded(.down) }
        frames = [
            Frame(x: left, y: y(heights[0]), width: widths[0], height: heights[0]),
            Frame(x: x(widths[1]), y: y(stack), width: widths[1], height: heights[1]),
            Frame(x: x(widths[2]), y: y(stack) + heights[1] + gap, width: widths[2], height: heights[2]),
        ]
        bottom = top + tallest + 2 * gap
        (self.scale, self.gap) = (scale, gap)
    }
}

extension Snapshot.Slices {
    /// Slices side by side, of so many.
    func columns(for count: Int) -> Int {
        switch self {
        case .planes: count
        case .mosaic(_, _, let columns): min(columns, count)
        }
    }
}

/// A bar that is so many mm long.
struct ScaleBar {
    /// Its length in whole pixels.
    let length: Double
    let text: LetteredText
    /// Pixels of bar and text.
    let width: Double

    /// The longest of 1, 2 or 5 times a power of ten that is not wider than so many pixels.
    init(scale: Double, widest: Double, _ lettering: Lettering) throws {
        let (millimetres, label) = Self.roundLength(within: widest / scale)
        length = max(1, (millimetres * scale).rounded())
        text = try lettering.text(label)
        width = length + lettering.size / 2 + text.width
    }

    /// The longest round length that is not above `limit` mm, and how it is written.
    static func roundLength(within limit: Double) -> (millimetres: Double, text: String) {
        var power = -6
        while power < 9, tenTo(power + 1) <= limit { power += 1 }
        let digit = [5, 2, 1].first { Double($0) * tenTo(power) <= limit } ?? 1
        let zeros = String(repeating: "0", count: max(abs(power) - (power < 0 ? 1 : 0), 0))
        return (Double(digit) * tenTo(power), (power < 0 ? "0.\(zeros)\(digit)" : "\(digit)\(zeros)") + " mm")
    }

    private static func tenTo(_ power: Int) -> Double {
        let factor = (0..<abs(power)).reduce(1.0) { value, _ in value * 10 }
        return power < 0 ? 1 / factor : factor
    }
}

/// Names and colours of labels, in lines from the top.
struct LegendPlan {
    /// A label's colour and name, where it begins, and the line it stands on.
    struct Item {
        let colour: Colour?
        let text: LetteredText
        let x: Double
        let row: Int
    }

    let items: [Item]
    let rows: Int

    /// One line where all fits, else columns of one width. What is more than `mostRows` lines is counted only.
    init(_ entries: [LabelEntry], width: Double, mostRows: Int, _ lettering: Lettering) throws {
        let size = lettering.size
        let widest = max(min(width - 1.5 * size, 22 * size), 0)
        guard !entries.isEmpty else {
            items = [Item(colour: nil, text: try lettering.text("no labels", widest: widest), x: 0, row: 0)]
            rows = 1
            return
        }
        // More than these lines can never be shown.
        let shown = entries.prefix(mostRows * max(1, Int(known: width / (3 * size))))
        let texts = try shown.map { entry in
            let isReadable = try lettering.shows(entry.oneLineName)
            return try lettering.text(isReadable ? entry.oneLineName : "label \(entry.id)", widest: widest)
        }
        let widths = texts.map { 3.2 * size + $0.width }
        let fitsOneLine = shown.count == entries.count && widths.reduce(0, +) - 1.7 * size <= width
        if fitsOneLine {
            items = texts.indices.map { n in
                Item(colour: shown[n].colour, text: texts[n], x: widths[..<n].reduce(0, +), row: 0)
            }
            rows = 1
            return
        }
        let column = widths.reduce(0, max)
        let columns = max(1, Int(known: (width + 1.7 * size) / column))
        let places = mostRows * columns
        let count = entries.count > places ? places - 1 : entries.count
        var items = (0..<min(count, texts.count)).map { n in
            Item(colour: shown[n].colour, text: texts[n], x: Double(n % columns) * column, row: n / columns)
        }
        if items.count < entries.count {
            let text = try lettering.text("+ \(entries.count - items.count) more", widest: widest)
            items.append(
                Item(colour: nil, text: text, x: Double(items.count % columns) * column, row: items.count / columns))
        }
        self.items = items
        rows = (items.count + columns - 1) / columns
    }
}
