import Foundation
import Volumes

/// A linear map of the values along one axis in which each result goes by a few neighbours; beyond the border the
/// outermost value goes on.
struct AxisFilter {
    /// How many values a result goes by, at most.
    private let taps: Int
    /// For each result the first value it goes by, and the weights of `taps` from there on.
    private let first: [Int]
    private let weights: [Float]

    /// `rows[n]` holds places and weights that make up result n; places beyond the ends count as the ends.
    private init(_ rows: [[(place: Int, weight: Double)]]) {
        let count = rows.count
        let inside = rows.map { $0.map { (place: min(max($0.place, 0), count - 1), weight: $0.weight) } }
        let ranges = inside.map { row in row.reduce((count, 0)) { (min($0.0, $1.place), max($0.1, $1.place)) } }
        let taps = ranges.reduce(1) { max($0, $1.1 - $1.0 + 1) }
        let first = ranges.map { min($0.0, count - taps) }
        var weights = [Double](repeating: 0, count: count * taps)
        for (n, row) in inside.enumerated() {
            for (place, weight) in row { weights[n * taps + place - first[n]] += weight }
        }
        (self.taps, self.first, self.weights) = (taps, first, weights.map { Float($0) })
    }

    /// Smoothing of `count` values by a Gaussian; `sigma` in values, the kernel ends at three of them.
    static func gaussian(sigma: Double, count: Int) -> AxisFilter {
        let radius = max(1, Int(known: (3 * sigma).rounded(.up)))
        let kernel = (-radius...radius).map { (place: $0, weight: exp(-0.5 * Double($0 * $0) / (sigma * sigma))) }
        let sum = kernel.reduce(0) { $0 + $1.weight }
        return AxisFilter((0..<count).map { n in kernel.map { (n + $0.place, $0.weight / sum) } })
    }

    /// `count` values as they come back from a grid whose samples lie `factor` times as far apart: taken there
    /// linearly, without smoothing, and interpolated linearly.
    static func lowResolution(factor: Double, count: Int) -> AxisFilter {
        let coarse = max(1, Int(known: (Double(count) / factor).rounded()))
        let ratio = Double(count) / Double(coarse)
        return AxisFilter(
            (0..<count).map { n in
                linear((Double(n) + 0.5) / ratio - 0.5, coarse).flatMap { sample in
                    linear((Double(sample.place) + 0.5) * ratio - 0.5, count).map {
                        (place: $0.place, weight: sample.weight * $0.weight)
                    }
                }
            })
    }

    /// The two of `count` samples around a place, and their weights.
    private static func linear(_ place: Double, _ count: Int) -> [(place: Int, weight: Double)] {
        let inside = min(max(place, 0), Double(count - 1))
        let (low, t) = (Int(known: inside), inside - inside.rounded(.down))
        return [(place: low, weight: 1 - t), (place: min(low + 1, count - 1), weight: t)]
    }

    /// Filters `outer` blocks of [n][inner] values each along n, from `input` to `output`.
    func apply(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, outer: Int, inner: Int) {
        let count = first.count
        for block in 0..<outer {
            let start = block * count * inner
            if inner == 1 {
                applyToNeighbours(input + start, output + start)
            } else {
                applyToRows(input + start, output + start, inner)
            }
        }
    }

    /// One block whose values lie side by side.
    private func applyToNeighbours(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) {
        for n in first.indices {
            let from = input + first[n]
            var sum: Float = 0
            for tap in 0..<taps { sum += weights[n * taps + tap] * from[tap] }
            output[n] = sum
        }
    }

    /// One block whose values are rows of `inner` values.
    private func applyToRows(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ inner: Int) {
        for n in first.indices {
            let (from, to) = (input + first[n] * inner, output + n * inner)
            for i in 0..<inner { to[i] = weights[n * taps] * from[i] }
            for tap in 1..<taps {
                let (weight, row) = (weights[n * taps + tap], from + tap * inner)
                for i in 0..<inner { to[i] += weight * row[i] }
            }
        }
    }
}
