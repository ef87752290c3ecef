import Inference
import Preparation
import Volumes

/// How a volume is segmented.
public struct SegmentOptions: Sendable, Hashable {
    /// Planes in which the volume is cut, whose probabilities are averaged; nil takes those that the pack was checked
    /// with, or the pack's one.
    public var planes: [SlicePlane]?
    /// Window; nil takes the pack's.
    public var window: IntensityWindow?
    /// Whether only the part of a volume around the pack's registered labels is looked at, so much closer, where that
    /// is less than half of it. Support by position has no registration and takes the whole.
    public var crops = true
    /// Support slices per query slice.
    public var support = SegmentSettings.support.standard
    /// How the support of a slice is chosen.
    public var choose = SupportStrategy.automatic
    /// Rows and columns of the slices that the network sees: a multiple of 32 from 64 to 512; nil takes
    /// 96 where no volume of the pack has more than 64 voxels along an axis, else 128.
    public var side: Int?
    /// Weight of the vote of the pack's registered labels against the network, 0 to 1; with few volumes less is given.
    public var fusion = SegmentSettings.fusion.standard
    /// Whether networks that were trained on the pack are put to use.
    public var usesLearned = true
    /// Whether ``SegmentedVolume/certainty`` is part of the result.
    public var keepsCertainty = false
    /// What becomes of labels whose probabilities promise a Dice below ``SegmentedVolume/leastPromise``.
    public var doubtful = DoubtPolicy.automatic
    /// Whether accuracy gives way to speed: one plane, one draw of support by position, no learned networks.
    public var isFast = false
    /// Draws of support that are averaged, 1 to 4.
    public var ensemble = SegmentSettings.ensemble.standard
    /// Probability from which a voxel is foreground; nil takes what the check of the pack found best, or the pack's.
    public var threshold: Double?
    /// Label ids to find; nil finds all of the pack's.
    public var labels: [UInt16]?
    /// Slices segmented at once.
    public var threads = 2
    /// Whether slices of one value everywhere (air, padding) become background without asking the network, which might
    /// have answered otherwise.
    public var skipsEmpty = false
    /// What a run may take.
    public var memory = MemoryLimit.machine
    /// Whether, where the limit is too low, fewer threads and then fewer support slices are used.
    public var allowsReduction = false
    /// Weights.
    public var weights = WeightsSource.bundled
    /// Clean-up, in order.
    public var clean: [CleanStep] = []

    /// The defaults: the pack's plane, window and threshold, 16 support slices, no clean-up.
    public init() {}
}

/// How the pack's slices that support a query slice are found.
public enum SupportStrategy: String, Sendable, Hashable, CaseIterable, Codable {
    /// `registered`, which does better wherever it was measured.
    case automatic = "auto"
    /// At the same relative position along the slice axis; from the second draw on in turn with positions shifted so
    /// that the stacks look alike. No registration: faster, and for volumes that show different things.
    case position
    /// Cut through the pack's volumes after each was registered to the query: the same anatomy, in the same place.
    case registered

    /// What `automatic` stands for.
    var resolved: SupportStrategy { self == .automatic ? .registered : self }
}

extension SegmentOptions {
    /// The same with the planes that a task is cut in, and with what being fast means.
    func resolved(for task: TaskPack) -> SegmentOptions {
        var result = self
        result.planes =
            isFast ? [planes?.first ?? task.plane] : planes ?? task.findings?.options.planes ?? [task.plane]
        if isFast {
            (result.choose, result.ensemble) = (.position, 1)
            result.usesLearned = false
        }
        return result
    }
}

/// One volume's result.
public struct SegmentedVolume: Sendable {
    /// A label whose probabilities promise less than this Dice is doubtful. With one half of a CT of the abdomen as the pack
    /// for the other (`AbdomenTests`), structures that the other does not hold were found with up to 0.65, those that it
    /// does hold with 0.78 or more, but for a pancreas (0.14) of which nothing was right. In other tasks, right results
    /// promise less: such a label is kept unless ``DoubtPolicy`` says otherwise.
    public static let leastPromise = 2.0 / 3

    /// The label map, on the volume's own grid.
    public var labels: LabelVolume
    /// Per label looked for, ascending id.
    public var structures: [Structure]
    /// How sure each voxel is; nil unless ``SegmentOptions/keepsCertainty``.
    public var certainty: CertaintyMaps?
    /// What a person should know, one sentence each.
    public var notices: [String]
    /// The workers and support slices it was made with, and the memory they took.
    public var plan: MemoryPlan

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
        /// The Dice that the probabilities p promise if they are right: 2 sum(p in the label) / (voxels + sum(p)), which
        /// falls where networks, the vote, the draws or the planes disagree. 0 when there are no voxels.
        public var expectedDice: Double
        /// The true Dice to be expected, where the pack was checked with these planes, strategy and weights.
        public var predictedDice: DicePrediction?
        /// Why a person should look at it; empty when nothing stands out.
        public var flags: [StructureFlag]
    }
}
