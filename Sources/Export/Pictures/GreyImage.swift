import Volumes

/// A picture of grey levels, 0 black to 255 white, rows from the top.
struct GreyImage: Hashable {
    let width, height: Int
    let levels: [UInt8]
}

extension GreyImage {
    /// A slice as so many pixels, edges on edges: linear between the centres of its elements where it is enlarged, a
    /// weighted mean of those that a pixel covers where it is reduced. NaN is black.
    init(_ slice: Slice, window: (lower: Float, upper: Float), width: Int, height: Int) {
        let brightness = slice.values.map { value in
            let scaled = (value - window.lower) / (window.upper - window.lower)
            return scaled > 0 ? min(scaled, 1) : 0
        }
        let (across, down) = (Self.weights(slice.columns, width), Self.weights(slice.rows, height))
        // Along the columns first; rows that no pixel asks for are not needed, but each is asked.
        var narrow = [Float](repeating: 0, count: slice.rows * width)
        for row in 0..<slice.rows {
            for (x, weight) in across.enumerated() {
                narrow[row * width + x] = weight.mean { brightness[row * slice.columns + $0] }
            }
        }
        var levels = [UInt8](repeating: 0, count: width * height)
        for (y, weight) in down.enumerated() {
            for x in 0..<width {
                levels[y * width + x] = UInt8(clamping: (weight.mean { narrow[$0 * width + x] } * 255).rounded())
            }
        }
        (self.width, self.height, self.levels) = (width, height, levels)
    }

    /// What a pixel takes from neighbouring elements; the shares sum to 1.
    private struct Weights {
        let first: Int
        let shares: [Float]

        func mean(_ value: (Int) -> Float) -> Float {
            var sum: Float = 0
            for (n, share) in shares.enumerated() { sum += share * value(first + n) }
            return sum
        }
    }

    private static func weights(_ elements: Int, _ pixels: Int) -> [Weights] {
        let step = Double(elements) / Double(pixels)
        let reach = max(step, 1)
        return (0..<pixels).map { pixel in
            let centre = min(max((Double(pixel) + 0.5) * step - 0.5, 0), Double(elements - 1))
            let first = max(Int(known: (centre - reach).rounded(.up)), 0)
            let last = min(Int(known: (centre + reach).rounded(.down)), elements - 1)
            let shares = (first...last).map { 1 - abs(Double($0) - centre) / reach }
            let sum = shares.reduce(0, +)
            return Weights(first: first, shares: shares.map { Float($0 / sum) })
        }
    }
}
