import Inference
import Volumes
import Preparation

/// How a volume is segmented.
public struct SegmentOptions: Sendable, Hashable {
    /// Plane of the slices; nil takes the pack's.
    public var plane: SlicePlane?
    /// Window; nil takes the pack's.
    public var window: IntensityWindow?
    /// Support slices per query slice, 1 to 64.
    public var support = 16
    /// Probability from which a voxel is foreground; nil takes the pack's.
    public var threshold: Double?
    /// Label ids to find; nil finds all of the pack's.
    public var labels: [UInt16]?
    /// Threads.
    public var threads = 2
    /// Weights.
    public var weights = WeightsSource.bundled
    /// Clean-up, in order.
    public var clean: [CleanStep] = []
    public init() {}
}

/// One step of clean-up on a label map.
public enum CleanStep: Sendable, Hashable {
    /// Keeps the largest connected component of each label.
    case keepLargest
    /// Removes components of fewer cubic millimetres.
    case removeSmaller(cubicMillimetres: Double)
}

/// One volume's result.
public struct SegmentedVolume: Sendable {
    public var labels: LabelVolume
    /// Per label of the task, ascending id.
    public var structures: [Structure]
    public var notices: [String]
    public struct Structure: Sendable {
        public var id: UInt16
        public var name: String
        public var voxels: Int
        public var cubicMillimetres: Double
        /// Mean probability over the voxels given to the label; nil when there are none.
        public var meanProbability: Double?
    }
}

/// A task and a network, ready to segment volumes. Making one reads weights and pack; it can be used from several threads.
public final class Segmenter: Sendable {
    public let task: TaskPack
    public let options: SegmentOptions
    /// Licence and origin of the weights in one line, and their SHA-256.
    public var weightsDescription: String { fatalError() }
    public var weightsSHA256: String { fatalError() }
    public init(task: TaskPack, options: SegmentOptions) throws { fatalError() }
    /// Segments one volume on its own grid. `progress` gets slices done and slices in all.
    public func segment(_ volume: Volume, progress: (@Sendable (Int, Int) -> Void)? = nil) throws -> SegmentedVolume { fatalError() }
}
