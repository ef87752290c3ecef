import Preparation
import Volumes

extension ReducedVolume {
    /// A volume as registration compares it: on a coarse grid, with values half its own and half their ranks.
    ///
    /// A window as wide as CT's leaves organs next to no contrast against fat and air; ranks spread what is frequent.
    init(comparable volume: Volume, scale: IntensityScale, spacing: Double, most: Int) {
        self = ReducedVolume(volume, scale: scale, spacing: spacing, most: most).equalized
    }

    /// Bins in which values are ranked.
    private static var bins: Int { 1024 }

    /// Values in [0, 1], each the mean of itself and its rank; the least rank is 0, so that empty stays empty.
    var equalized: ReducedVolume {
        func bin(_ value: Float) -> Int { min(max(Int(clamping: value * Float(Self.bins)), 0), Self.bins - 1) }
        var counts = [Int](repeating: 0, count: Self.bins)
        for value in values { counts[bin(value)] += 1 }
        // Equal values share the middle of their ranks.
        var below = 0
        let ranks = counts.map { count in
            defer { below += count }
            return Float(below) + Float(count) / 2
        }
        guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }),
            first < last
        else { return self }
        let (least, range) = (ranks[first], ranks[last] - ranks[first])
        return ReducedVolume(
            size: size, spacing: spacing, values: values.map { ($0 + (ranks[bin($0)] - least) / range) / 2 })
    }
}
