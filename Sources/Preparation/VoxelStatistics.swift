import Volumes

/// Range and percentiles of a volume's values, found without copying a voxel.
///
/// The switches name every type where a protocol would do, so that the compiler makes a loop for each.
struct VoxelStatistics {
    let volume: Volume

    /// Smallest and largest finite value outside the padding; nil when there is none.
    func range() -> ClosedRange<Double>? {
        switch volume.voxels {
        case .uint8(let v): TypedStatistics(v, volume).range()
        case .int8(let v): TypedStatistics(v, volume).range()
        case .uint16(let v): TypedStatistics(v, volume).range()
        case .int16(let v): TypedStatistics(v, volume).range()
        case .uint32(let v): TypedStatistics(v, volume).range()
        case .int32(let v): TypedStatistics(v, volume).range()
        case .uint64(let v): TypedStatistics(v, volume).range()
        case .int64(let v): TypedStatistics(v, volume).range()
        case .float32(let v): TypedStatistics(v, volume).range()
        case .float64(let v): TypedStatistics(v, volume).range()
        }
    }

    /// The given percentiles (0 to 100) of the finite values above 0 outside the padding; nil when there are none.
    /// Between ranks the value is interpolated linearly: NumPy's default method, Hyndman and Fan's seventh.
    func percentilesAboveZero(_ percentiles: [Double]) -> [Double]? {
        switch volume.voxels {
        case .uint8(let v): TypedStatistics(v, volume).percentilesAboveZero(percentiles)
        case .int8(let v): TypedStatistics(v, volume).percentilesAboveZero(percentiles)
        case .uint16(let v): TypedStatistics(v, volume).percentilesAboveZero(percentiles)
        case .int16(let v): TypedStatistics(v, volume).percentilesAboveZero(percentiles)
        case .uint32(let v): TypedStatistics(v, volume).percentilesAboveZero(percentiles)
        case .int32(let v): TypedStatistics(v, volume).percentilesAboveZero(percentiles)
        case .uint64(let v): TypedStatistics(v, volume).percentilesAboveZero(percentiles)
        case .int64(let v): TypedStatistics(v, volume).percentilesAboveZero(percentiles)
        case .float32(let v): TypedStatistics(v, volume).percentilesAboveZero(percentiles)
        case .float64(let v): TypedStatistics(v, volume).percentilesAboveZero(percentiles)
        }
    }
}

/// Ranks are found by radix selection: stored values are mapped to unsigned keys of the same order, and 16 bits of the
/// key are settled per pass over the voxels (one pass for 8- and 16-bit types, two for 32, four for 64), so the answer
/// is exact and memory does not grow with the volume.
private struct TypedStatistics<T: StoredValue> {
    let voxels: [T]
    let scaling: ValueScaling
    let padding: StoredPadding

    init(_ voxels: [T], _ volume: Volume) {
        (self.voxels, scaling, padding) = (voxels, volume.scaling, StoredPadding(volume.padding))
    }

    func range() -> ClosedRange<Double>? {
        var (low, high) = (Double.infinity, -Double.infinity)
        voxels.withUnsafeBufferPointer { voxels in
            for voxel in voxels {
                let stored = voxel.asDouble
                guard stored.isFinite, !padding.contains(stored) else { continue }
                if stored < low { low = stored }
                if stored > high { high = stored }
            }
        }
        guard low <= high else { return nil }
        let (a, b) = (value(low), value(high))
        return min(a, b)...max(a, b)
    }

    func percentilesAboveZero(_ percentiles: [Double]) -> [Double]? {
        let selection = RankSelection(self)
        guard selection.count > 0 else { return nil }
        let last = selection.count - 1
        // A negative slope turns the order of values around.
        let rank = { (n: Int) in scaling.slope < 0 ? last - n : n }
        let positions = percentiles.map { $0 / 100 * Double(last) }
        let wanted = positions.flatMap { [rank(Int(known: $0)), rank(min(Int(known: $0) + 1, last))] }
        let found = selection.values(ofRanks: wanted).map(value)
        return positions.indices.map { n in
            let (a, b, t) = (found[2 * n], found[2 * n + 1], positions[n] - positions[n].rounded(.down))
            return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t)
        }
    }

    /// Whether a voxel counts for percentiles.
    @inline(__always)
    func isAboveZero(_ voxel: T) -> Bool {
        let stored = voxel.asDouble
        return value(stored) > 0 && stored.isFinite && !padding.contains(stored)
    }

    @inline(__always)
    private func value(_ stored: Double) -> Double { stored * scaling.slope + scaling.intercept }
}

/// The stored values that mean "no measurement".
private struct StoredPadding {
    let low, high: Double

    init(_ padding: ClosedRange<Double>?) {
        (low, high) = padding.map { ($0.lowerBound, $0.upperBound) } ?? (.infinity, -.infinity)
    }

    @inline(__always)
    func contains(_ stored: Double) -> Bool { stored >= low && stored <= high }
}

/// Selection of order statistics among the voxels above 0.
private struct RankSelection<T: StoredValue> {
    let statistics: TypedStatistics<T>
    /// How many voxels are above 0.
    let count: Int
    /// Counters by the key's top 16 bits.
    private let top: [Int]

    init(_ statistics: TypedStatistics<T>) {
        self.statistics = statistics
        top = Self.counters(statistics, shift: T.topShift) { _ in true }
        count = top.reduce(0, +)
    }

    /// The stored values that would stand at these places (from 0) in ascending order.
    func values(ofRanks ranks: [Int]) -> [Double] {
        var known: [Int: Double] = [:]
        return ranks.map { rank in
            if let value = known[rank] { return value }
            let value = value(ofRank: rank)
            known[rank] = value
            return value
        }
    }

    private func value(ofRank rank: Int) -> Double {
        var (rank, prefix) = (rank, UInt64(0))
        var shift = T.topShift
        var counters = top
        while true {
            var digit = 0
            while rank >= counters[digit] {
                rank -= counters[digit]
                digit += 1
            }
            prefix = prefix << 16 | UInt64(digit)
            if shift == 0 { return T.asDouble(key: prefix) }
            let (settled, above) = (prefix, shift)
            shift -= 16
            counters = Self.counters(statistics, shift: shift) { $0 >> above == settled }
        }
    }

    /// Counters by the 16 bits of the key from `shift` on, of the voxels above 0 whose keys pass the test.
    @inline(__always)
    private static func counters(
        _ statistics: TypedStatistics<T>, shift: UInt64, where passes: (UInt64) -> Bool
    ) -> [Int] {
        var counters = [Int](repeating: 0, count: 65536)
        counters.withUnsafeMutableBufferPointer { counters in
            statistics.voxels.withUnsafeBufferPointer { voxels in
                for voxel in voxels where passes(voxel.key) && statistics.isAboveZero(voxel) {
                    counters[Int(truncatingIfNeeded: voxel.key >> shift & 0xffff)] += 1
                }
            }
        }
        return counters
    }
}
