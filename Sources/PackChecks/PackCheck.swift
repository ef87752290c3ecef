import Evaluation
import Segmentation
import VolumeIO
import Volumes

/// What a task pack can do, found on its own volumes: each is segmented with the help of the others, on the very path
/// that a run takes, crop, clean-up and doubt included.
public struct PackCheck: Sendable {
    /// One volume's result.
    public struct Example: Sendable {
        /// The image's file name without its endings.
        public var name: String
        /// Per threshold and label of the pack.
        public var overlaps: [[LabelOverlap]]
        /// Per threshold and label of the pack the Dice that the probabilities promise.
        public var expected: [[Double]]
    }

    /// The probabilities from which a voxel was taken for foreground, ascending.
    public let thresholds: [Double]
    /// The one among them that the findings hold for.
    public private(set) var chosen: Int
    /// One entry a volume, in the pack's order; with the correction, where there is one.
    public private(set) var examples: [Example] = []
    /// What the pack has learned of its errors; nil where that does not help.
    public private(set) var correction: LabelCorrection?
    /// Mean Dice without the correction and with it, each volume corrected by what the others taught; nil when there are
    /// too few volumes to learn from.
    public private(set) var gain: (without: Double, with: Double)?
    /// Why no correction was learned; nil where one was, kept or not, and where none was asked for.
    public private(set) var lack: String?
    /// What was checked.
    public let labels: [LabelEntry]
    private let packSHA256, weightsSHA256: String
    private let options: CheckedOptions

    /// The thresholds tried when none is asked for.
    public static let tried = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6]
    /// What another threshold must gain over the usual one: less may be luck.
    static let leastGain = 0.002
    /// A mean Dice below which a pack is said to be unsuited, and one below which it is doubtful.
    public static let (unsuited, doubtful) = (0.5, 0.7)

    /// Segments every volume of a pack, or every `step`-th, with the others as support.
    ///
    /// Where the options name no planes they are all three if the pack's voxels are nearly cubes, the task's one else.
    /// The options' threshold is the only one tried when it is there. Without, several are, and the one with the best
    /// mean Dice is chosen when it gains 0.002 over the pack's. With eight volumes or more a correction is learned and
    /// kept when it gains as much.
    ///
    /// - Parameter progress: called with the volumes done, the volumes in all and the last result.
    /// - Throws: ``TaskPackError/tooFew(pack:)`` for a pack of one volume, and what segmenting throws.
    public init(
        _ task: TaskPack, options: SegmentOptions, step: Int = 1, progress: ((Int, Int, Example) -> Void)? = nil
    ) throws {
        guard task.examples.count > 1 else { throw TaskPackError.tooFew(pack: task.name) }
        var task = task
        // What an earlier check found is not what this one starts from.
        if let findings = task.findings { packSHA256 = findings.packSHA256 } else { packSHA256 = task.sha256 }
        task.findings = nil
        var options = options
        if options.planes == nil, !options.isFast, try PackGrids(task).areNearIsotropic {
            options.planes = SlicePlane.anatomical
        }
        // A run of some labels alone has no correction, and this is the check of all.
        options.labels = nil
        let thresholds = options.threshold.map { [$0] } ?? Set(Self.tried + [task.threshold]).sorted()
        let usual = thresholds.firstIndex(of: options.threshold ?? task.threshold) ?? 0
        (self.thresholds, chosen, labels) = (thresholds, usual, task.labels.entries)
        let segmenter = try Segmenter(task: task, options: options, keepsEvidence: options.corrects)
        (self.options, weightsSHA256) = (segmenter.checked, segmenter.weights.sha256)
        let places = Array(stride(from: 0, to: task.examples.count, by: step))
        let lessons = try leaveOneOut(segmenter, places, progress)
        chosen = best(examples, usual: usual)
        guard options.corrects else { return }
        lack = lessons.lack
        if lack == nil { try learn(from: lessons, segmenter, places, usual: usual) }
    }

    /// Segments volumes without themselves; returns what can be learned of that.
    private mutating func leaveOneOut(
        _ segmenter: Segmenter, _ places: [Int], _ progress: ((Int, Int, Example) -> Void)?
    ) throws -> CorrectionLessons {
        var lessons = CorrectionLessons(volumes: places.count)
        for (done, place) in places.enumerated() {
            let example = segmenter.task.examples[place]
            let truth = try example.readLabels()
            let results = try segmenter.without(place).segment(
                NIfTI.readVolume(example.image), thresholds: thresholds.map(Float.init),
                collect: { lessons.add($0, truth) })
            examples.append(try compare(example, results, truth))
            progress?(done + 1, places.count, examples[done])
        }
        return lessons
    }

    /// Takes over a correction, and the results with it, if it helps the volumes that it was not learned from.
    private mutating func learn(
        from lessons: CorrectionLessons, _ segmenter: Segmenter, _ places: [Int], usual: Int
    ) throws {
        let threads = segmenter.options.threads
        let corrected = try zip(places, lessons.corrected(threads: threads)).map { place, evidence in
            let example = segmenter.task.examples[place]
            let results = try segmenter.without(place).results(
                of: evidence, in: NIfTI.readVolume(example.image), thresholds: thresholds.map(Float.init))
            return try compare(example, results, example.readLabels())
        }
        let other = best(corrected, usual: usual)
        guard let plain = mean()?.mean, let better = Self.mean(corrected, threshold: other)?.mean else { return }
        gain = (plain, better)
        if better > plain + Self.leastGain, let learned = lessons.correction(threads: threads) {
            (examples, chosen, correction) = (corrected, other, learned)
        }
    }

    private func compare(
        _ example: TaskPack.Example, _ results: [SegmentedVolume], _ truth: LabelVolume
    ) throws -> Example {
        Example(
            name: example.name,
            overlaps: try results.map { try overlap(of: $0.labels, with: truth, labels: labels.map(\.id)) },
            expected: results.map { $0.structures.map(\.expectedDice) })
    }

    /// The threshold with the best mean Dice if that is better than the usual one's.
    private func best(_ examples: [Example], usual: Int) -> Int {
        let means = thresholds.indices.map { Self.mean(examples, threshold: $0)?.mean ?? 0 }
        guard let best = means.indices.max(by: { means[$0] < means[$1] }) else { return usual }
        return means[best] > means[usual] + Self.leastGain ? best : usual
    }

    /// Dice of a label, by its place among the labels, over the volumes that hold it or were given it, at one of the
    /// thresholds, the chosen one by default; nil when there are none.
    public func dice(label: Int, threshold: Int? = nil) -> Summary? {
        Summary(byCase: examples.map { [$0.overlaps[threshold ?? chosen][label].dice].compactMap(\.self) })
    }

    /// Dice of all labels, at one of the thresholds, the chosen one by default.
    public func mean(threshold: Int? = nil) -> Summary? { Self.mean(examples, threshold: threshold ?? chosen) }

    private static func mean(_ examples: [Example], threshold: Int) -> Summary? {
        Summary(byCase: examples.map { $0.overlaps[threshold].compactMap(\.dice) })
    }

    /// How the Dice that the probabilities promise relates to the true one, per label that enough volumes have.
    public var calibrations: [DiceCalibration] {
        DiceCalibration.fitted(
            to: examples.map { example in
                labels.indices.reduce(into: [:]) { results, n in
                    guard let dice = example.overlaps[chosen][n].dice else { return }
                    results[labels[n].id] = .init(expected: example.expected[chosen][n], dice: dice)
                }
            })
    }

    /// What the pack shall remember.
    public var findings: PackFindings {
        PackFindings(
            packSHA256: packSHA256, weightsSHA256: weightsSHA256, options: options,
            threshold: thresholds[chosen], calibrations: calibrations, correction: correction)
    }
}
