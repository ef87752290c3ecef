import Volumes

/// The range of values that becomes [0, 1].
public enum IntensityWindow: Sendable, Hashable {
    /// Fixed values (HU for CT).
    case range(lower: Double, upper: Double)
    /// Percentiles (0 to 100) of the voxels above 0.
    case percentile(lower: Double, upper: Double)
    /// The volume's smallest and largest value.
    case minMax
    /// CT: -500..1000 HU; MR and unknown: percentiles 0.5 and 99.5.
    case automatic

    /// What `automatic` means for CT, and `ct` as text: -500..1000 HU.
    public static let ct = IntensityWindow.range(lower: -500, upper: 1000)
    /// What `automatic` means for everything but CT, and `mr` as text: percentiles 0.5 and 99.5.
    public static let mr = IntensityWindow.percentile(lower: 0.5, upper: 99.5)

    /// Reads `auto`, `none`, `ct`, `mr`, `range(-500, 1000)` or `percentile(0.5, 99.5)`; nil when it is none of these,
    /// when the lower end is not below the upper, or when a percentile is outside 0...100.
    public init?(_ text: String) {
        let text = text.lowercased().filter { !$0.isWhitespace }
        switch text {
        case "auto": self = .automatic
        case "none": self = .minMax
        case "ct": self = .ct
        case "mr": self = .mr
        default:
            guard let open = text.firstIndex(of: "("), text.last == ")" else { return nil }
            let inside = text[text.index(after: open)..<text.index(before: text.endIndex)]
            let bounds = inside.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
            guard bounds.count == 2, let lower = bounds[0], let upper = bounds[1] else { return nil }
            switch text[..<open] {
            case "range": self = .range(lower: lower, upper: upper)
            case "percentile": self = .percentile(lower: lower, upper: upper)
            default: return nil
            }
            guard isUsable else { return nil }
        }
    }

    /// Whether it is the same values for all of these volumes, as Hounsfield units are.
    public func isFixed(for volumes: [Volume]) -> Bool {
        switch self {
        case .range: true
        case .automatic: volumes.allSatisfy { $0.modality == "CT" }
        case .percentile, .minMax: false
        }
    }

    /// Whether the bounds are finite and in order, and percentiles within 0...100.
    var isUsable: Bool {
        switch self {
        case .range(let lower, let upper): lower.isFinite && upper.isFinite && lower < upper
        case .percentile(let lower, let upper): lower >= 0 && upper <= 100 && lower < upper
        case .minMax, .automatic: true
        }
    }
}

extension IntensityWindow: CustomStringConvertible {
    /// The text that `init(_:)` reads.
    public var description: String {
        switch self {
        case .range(let lower, let upper): "range(\(plain(lower)), \(plain(upper)))"
        case .percentile(let lower, let upper): "percentile(\(plain(lower)), \(plain(upper)))"
        case .minMax: "none"
        case .automatic: "auto"
        }
    }
}

extension IntensityWindow {
    /// The map from this volume's values to [0, 1]: the window, then the smallest and largest value of the volume once
    /// it is clipped to the window.
    ///
    /// Percentiles are taken over the voxels above 0, values after `scaling`, interpolated linearly as NumPy does by
    /// default. Padding, NaN and infinite voxels count for nothing. Whatever could not be done as asked is said in
    /// the scale's `notice`.
    ///
    /// Memory: a few histograms of 65,536 counters, whatever the volume's type and size.
    ///
    /// - Throws: `PreparationError` when the window is none or the volume has no finite voxel outside its padding.
    public func scale(for volume: Volume) throws -> IntensityScale {
        guard isUsable else { throw PreparationError.unusableWindow(self) }
        let statistics = VoxelStatistics(volume: volume)
        guard let whole = statistics.range() else { throw PreparationError.nothingMeasured(volume.geometry.shape) }
        var notice: String?
        let window: ClosedRange<Double>
        switch self {
        case .automatic:
            return try (volume.modality == "CT" ? IntensityWindow.ct : .mr).scale(for: volume)
        case .minMax:
            window = whole
        case .range(let lower, let upper):
            window = lower...upper
        case .percentile(let lower, let upper):
            if let bounds = statistics.percentilesAboveZero([lower, upper]) {
                window = bounds[0]...bounds[1]
            } else {
                notice = "no voxel is above 0, so the window \(self) became the volume's range"
                window = whole
            }
        }
        let (lower, upper) = (
            min(max(whole.lowerBound, window.lowerBound), window.upperBound),
            min(max(whole.upperBound, window.lowerBound), window.upperBound)
        )
        if !(lower < upper) {
            notice =
                "all values (\(plain(whole.lowerBound)) to \(plain(whole.upperBound))) are the same once clipped to "
                + "the window \(self), so the image is empty"
        }
        return IntensityScale(lower: lower, upper: upper, notice: notice)
    }
}

/// A straight map from values to [0, 1], the same for every slice of a volume.
public struct IntensityScale: Sendable, Hashable {
    /// The values that become 0 and 1. When they are equal every value becomes 0.
    public let lower, upper: Double
    /// What could not be done as asked, one sentence; nil when all went well.
    public let notice: String?

    /// Makes a scale.
    public init(lower: Double, upper: Double, notice: String? = nil) {
        (self.lower, self.upper, self.notice) = (lower, upper, notice)
    }

    /// The value in [0, 1]: clamped, and 0 for NaN.
    public func callAsFunction(_ value: Float) -> Float {
        var values = [value]
        apply(to: &values)
        return values[0]
    }

    /// Maps values in place.
    public func apply(to values: inout [Float]) {
        guard upper > lower else {
            for n in values.indices { values[n] = 0 }
            return
        }
        let (lower, width) = (Float(lower), Float(upper - lower))
        values.withUnsafeMutableBufferPointer { values in
            for n in values.indices {
                let scaled = (values[n] - lower) / width
                values[n] = scaled > 0 ? min(scaled, 1) : 0
            }
        }
    }
}

extension Volume {
    /// Slice `index` of a layout made from this volume's geometry, in [0, 1]; padding and NaN are 0.
    public func slice(_ index: Int, in layout: SliceLayout, scale: IntensityScale) -> Slice {
        var slice = slice(index, in: layout, paddingValue: -.infinity)
        scale.apply(to: &slice.values)
        return slice
    }
}

/// A number as a person writes it: `1000`, not `1000.0`.
func plain(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
