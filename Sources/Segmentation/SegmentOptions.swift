import Inference
import Preparation
import Volumes

/// How a volume is segmented.
public struct SegmentOptions: Sendable, Hashable {
    /// Plane of the slices; nil takes the pack's.
    public var plane: SlicePlane?
    /// Window; nil takes the pack's.
    public var window: IntensityWindow?
    /// Support slices per query slice.
    public var support = 16
    /// Draws of support that are averaged, 1 to 4.
    public var ensemble = 1
    /// Probability from which a voxel is foreground; nil takes the pack's.
    public var threshold: Double?
    /// Label ids to find; nil finds all of the pack's.
    public var labels: [UInt16]?
    /// Slices segmented at once.
    public var threads = 2
    /// Weights.
    public var weights = WeightsSource.bundled
    /// Clean-up, in order.
    public var clean: [CleanStep] = []

    /// The defaults: the pack's plane, window and threshold, 16 support slices, no clean-up.
    public init() {}
}

/// One volume's result.
public struct SegmentedVolume: Sendable {
    /// The label map, on the volume's own grid.
    public var labels: LabelVolume
    /// Per label looked for, ascending id.
    public var structures: [Structure]
    /// What a person should know, one sentence each.
    public var notices: [String]

    /// One label's result.
    public struct Structure: Sendable, Hashable {
        /// Label id.
        public var id: UInt16
        /// Label name.
        public var name: String
        /// Voxels given to the label.
        public var voxels: Int
        /// Their volume.
        public var cubicMillimetres: Double
        /// Mean probability (to 1/255) over those that the network gave to a label; nil when there are none.
        public var meanProbability: Double?
    }
}
