import Platform
import Volumes

/// Which of the pack's slices support a query slice.
///
/// Slices at the same relative position along the plane's normal, empty ones included. With at least as many volumes
/// as support slices, one slice each from some of the volumes, another draw for every query slice; with fewer, the
/// nearest slices around the position from every volume.
struct SupportChoice: Sendable {
    /// Slices in each stack of the library.
    let counts: [Int]
    /// Support slices wanted.
    let support: Int

    /// The support of query slice `index` of `slices`.
    ///
    /// - Parameters:
    ///   - draw: Another number, another draw among the volumes.
    ///   - shifts: For each stack how many slices to look further on; nil for none.
    func references(
        for index: Int, of slices: Int, draw: Int = 0, shifts: [Double]? = nil
    ) -> [SupportLibrary.Reference] {
        let position = slices > 1 ? Double(index) / Double(slices - 1) : 0.5
        var generator = SplitMix64(state: UInt64(index) &* 0x9E37_79B9_7F4A_7C15 &+ 1 &+ UInt64(draw) << 32)
        let order = Array(counts.indices).shuffled(using: &generator)
        func nearest(_ stack: Int) -> Int {
            let last = counts[stack] - 1
            let place = position * Double(last) + (shifts?[stack] ?? 0)
            return min(max(Int(clamping: place.rounded(.toNearestOrEven)), 0), last)
        }
        if counts.count >= support {
            return order.prefix(support).map { .init(stack: $0, slice: nearest($0)) }
        }
        var chosen: [SupportLibrary.Reference] = []
        var rings = order.map { Ring(centre: nearest($0), count: counts[$0]) }
        while chosen.count < support {
            let before = chosen.count
            for n in order.indices where chosen.count < support {
                if let slice = rings[n].next() { chosen.append(.init(stack: order[n], slice: slice)) }
            }
            if chosen.count == before { break }
        }
        return chosen
    }

    /// The same for volumes registered to the query: which stacks, and which of the query's slices to cut them along.
    func registered(for index: Int, of slices: Int, draw: Int) -> [(stack: Int, slice: Int)] {
        var generator = SplitMix64(state: UInt64(index) &* 0x9E37_79B9_7F4A_7C15 &+ 1 &+ UInt64(draw) << 32)
        let order = Array(counts.indices).shuffled(using: &generator)
        if counts.count >= support { return order.prefix(support).map { ($0, index) } }
        var chosen: [(stack: Int, slice: Int)] = []
        // Neighbours a slice of the pack's volume apart: nearer ones would say the same again.
        let steps = counts.map { max(1, Int(known: (Double(slices) / Double($0)).rounded())) }
        var rings = order.map { stack in
            let (before, after) = (index / steps[stack], (slices - 1 - index) / steps[stack])
            return Ring(centre: before, count: before + 1 + after)
        }
        while chosen.count < support {
            let before = chosen.count
            for n in order.indices where chosen.count < support {
                guard let place = rings[n].next() else { continue }
                chosen.append((order[n], index + (place - rings[n].centre) * steps[order[n]]))
            }
            if chosen.count == before { break }
        }
        return chosen
    }

    /// The slices of one stack from a centre outwards: 0, +1, -1, +2, ...
    private struct Ring: IteratorProtocol {
        let centre, count: Int
        var step = 0

        init(centre: Int, count: Int) { (self.centre, self.count) = (centre, count) }

        mutating func next() -> Int? {
            while step < 2 * count {
                let offset = step.isMultiple(of: 2) ? -step / 2 : (step + 1) / 2
                step += 1
                if (0..<count).contains(centre + offset) { return centre + offset }
            }
            return nil
        }
    }
}
