import Foundation

/// What the pack's registered slices say of a query slice by themselves: at each pixel their labels vote, and those
/// whose surroundings look like the query's count for more.
/// (Coupe et al., NeuroImage 54(2), 2011, without the search for better patches: registration has found the place.)
struct LabelFusion {
    /// Half a patch's side as a share of the slice's.
    private static let reach = 16
    /// Squared difference of values, in [0, 1], below which patches are equally alike.
    private static let equal: Float = 1e-4

    private let slices: [AlignedSlice]
    /// [slice][side * side]; of use where the slices do not all say the same.
    private let weights: [[Float]]
    /// Their sum at each pixel; 0 where all slices say the same.
    private let totals: [Float]

    /// Compares slices, of which there must be one, with the query slice that they are aligned to.
    init(query: [Float], slices: [AlignedSlice], side: Int) {
        precondition(
            query.count == side * side && slices.allSatisfy { $0.image.count == query.count },
            "slices are not of \(side)x\(side)")
        var distances = slices.map { Self.distances(query, $0.image, side: side) }
        var totals = [Float](repeating: 0, count: side * side)
        for n in Self.disputed(slices, count: side * side) {
            let least = distances.reduce(Float.infinity) { min($0, $1[n]) } + Self.equal
            for slice in slices.indices {
                let weight = exp(-distances[slice][n] / least)
                distances[slice][n] = weight
                totals[n] += weight
            }
        }
        (self.slices, self.totals, weights) = (slices, totals, distances)
    }

    /// Share of the votes for a label, [side * side].
    func probabilities(of label: UInt16) -> [Float] {
        totals.indices.map { n in
            guard totals[n] > 0 else { return slices[0].labels[n] == label ? 1 : 0 }
            var votes: Float = 0
            for (slice, weights) in zip(slices, weights) where slice.labels[n] == label { votes += weights[n] }
            return votes / totals[n]
        }
    }

    /// Pixels at which the slices do not all say the same.
    private static func disputed(_ slices: [AlignedSlice], count: Int) -> [Int] {
        var differs = [Bool](repeating: false, count: count)
        let first = slices[0].labels
        for slice in slices.dropFirst() {
            for n in 0..<count where slice.labels[n] != first[n] { differs[n] = true }
        }
        return (0..<count).filter { differs[$0] }
    }

    /// Mean squared difference around each pixel.
    private static func distances(_ query: [Float], _ image: [Float], side: Int) -> [Float] {
        var squares = zip(query, image).map { ($0 - $1) * ($0 - $1) }
        var sums = squares
        let radius = max(1, side / reach)
        squares.withUnsafeMutableBufferPointer { squares in
            sums.withUnsafeMutableBufferPointer { sums in
                slide(squares.baseAddress!, sums.baseAddress!, side, radius, step: 1, line: side)
                slide(sums.baseAddress!, squares.baseAddress!, side, radius, step: side, line: 1)
            }
        }
        return squares
    }

    /// Means over `2 * radius + 1` neighbours, fewer at the border, along lines of values `step` apart.
    private static func slide(
        _ values: UnsafePointer<Float>, _ means: UnsafeMutablePointer<Float>, _ side: Int, _ radius: Int, step: Int,
        line: Int
    ) {
        for n in 0..<side {
            let (from, to) = (values + n * line, means + n * line)
            // In double, so that what is taken off again leaves nothing behind.
            var sum = 0.0
            for i in 0..<radius { sum += Double(from[i * step]) }
            for i in 0..<side {
                if i + radius < side { sum += Double(from[(i + radius) * step]) }
                if i > radius { sum -= Double(from[(i - radius - 1) * step]) }
                let count = min(side - 1, i + radius) - max(0, i - radius) + 1
                to[i * step] = Float(max(0, sum) / Double(count))
            }
        }
    }
}
