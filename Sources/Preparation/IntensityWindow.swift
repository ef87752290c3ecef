import Volumes

/// The range of values that becomes [0, 1].
public enum IntensityWindow: Sendable, Hashable {
    /// Fixed values (HU for CT).
    case range(lower: Double, upper: Double)
    /// Percentiles of the voxels above 0.
    case percentile(lower: Double, upper: Double)
    /// The volume's smallest and largest value.
    case minMax
    /// CT: -500..1000 HU; MR and unknown: percentiles 0.5 and 99.5.
    case automatic

    /// Reads `auto`, `none`, `ct`, `mr`, `range(-500, 1000)` or `percentile(0.5, 99.5)`; nil when it is none of these.
    public init?(_ text: String) { fatalError() }
    /// The text that `init(_:)` reads.
    public var description: String { fatalError() }
}
