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
    func references(for index: Int, of slices: Int) -> [SupportLibrary.Reference] {
        let position = slices > 1 ? Double(index) / Double(slices - 1) : 0.5
        var generator = SplitMix64(state: UInt64(index) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        let order = Array(counts.indices).shuffled(using: &generator)
        if counts.count >= support {
            return order.prefix(support).map { .init(stack: $0, slice: nearest(position, in: counts[$0])) }
        }
        var chosen: [SupportLibrary.Reference] = []
        var rings = order.map { Ring(centre: nearest(position, in: counts[$0]), count: counts[$0]) }
        while chosen.count < support {
            let before = chosen.count
            for n in order.indices where chosen.count < support {
                if let slice = rings[n].next() { chosen.append(.init(stack: order[n], slice: slice)) }
            }
            if chosen.count == before { break }
        }
        return chosen
    }

    private func nearest(_ position: Double, in count: Int) -> Int {
        Int((position * Double(count - 1)).rounded(.toNearestOrEven))
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

/// A small generator with a fixed sequence, so that the same slice gets the same support everywhere.
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
