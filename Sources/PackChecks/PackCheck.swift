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
        /// SHA-256 of the label map it was compared with, as the pack records it.
        public var labelsSHA256: String?
        /// Per threshold and label of the pack.
        public var overlaps: [[LabelOverlap]]
        /// Per threshold and label of the pack the Dice that the probabilities promise.
        public var expected: [[Double]]
    }

    /// The probabilities from which a voxel was taken for foreground, ascending.
    public let thresholds: [Double]
    /// The one among them that the findings hold for.
    public private(set) var chosen: Int
    /// One entry a volume, in the pack's order.
    public private(set) var examples: [Example] = []
    /// What trained networks give, volume by volume by one that has not seen it: mean Dice of the way without them, by
    /// themselves, and together with it; nil where none were trained.
    public private(set) var learnedGain: LearnedGain?
    /// The networks, where they do better, and what is kept of them.
    private var learned: (task: LearnedTask, record: LearnedRecord)?
    /// What was checked.
    public let labels: [LabelEntry]
    private let packSHA256, weightsSHA256: String
    private let options: CheckedOptions

    /// Mean Dice of the ways that were compared.
    public struct LearnedGain: Sendable, Hashable {
        /// Without the networks, over so many volumes: fewer than all where the networks were clearly ahead.
        public var without: Double, volumes: Int
        /// By the networks alone, and together with the other way where that was tried.
        public var alone: Double, together: Double?
        /// Networks, and steps of each.
        public var members: Int, steps: Int
        /// Their weight in what is kept; 0 where they are left out.
        public var share: Double
    }

    /// The thresholds tried when none is asked for.
    public static let tried = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6]
    /// What another threshold must gain over the usual one: less may be luck.
    static let leastGain = 0.002
    /// A lead that over so many volumes, and 2.5 times its standard error, is clear. Looking further may show that both
    /// together do a little better, as they do on the hippocampus (by 0.003), at many times the time a case.
    private static let (clearLead, leastLeads) = (0.03, 4)
    /// A mean Dice below which a pack is said to be unsuited, and one below which it is doubtful.
    public static let (unsuited, doubtful) = (0.5, 0.7)
    /// Volumes under which what they say of themselves promises little of others: three hearts had 0.91 by leave-one-out
    /// where the twenty of a study had 0.66.
    public static let telling = 5

    /// Segments every volume of a pack, or every `step`-th, with the others as support.
    ///
    /// Where the options name no planes they are all three if the pack's voxels are nearly cubes, the task's one else.
    /// The options' threshold is the only one tried when it is there. Without, several are, and the one with the best
    /// mean Dice is chosen when it gains 0.002 over the pack's.
    ///
    /// With `training`, networks are trained on the pack of three volumes or more, and kept where they gain as much on the
    /// volumes that each has not seen.
    ///
    /// - Parameters:
    ///   - study: cases of a study that teach the networks beside the pack; only where nothing is compared.
    ///   - progress: called with the volumes done, the volumes in all and the last result.
    ///   - trainingProgress: called ten times a network.
    /// - Throws: ``TaskPackError/tooFew(pack:)`` for a pack of one volume, and what segmenting throws.
    public init(
        _ task: TaskPack, options: SegmentOptions, step: Int = 1, training: TaskTraining.Options? = nil,
        study: [StudyExample] = [], progress: ((Int, Int, Example) -> Void)? = nil,
        trainingProgress: (TaskTraining.Progress) -> Void = { _ in }
    ) throws {
        guard task.examples.count > 1 || !study.isEmpty else { throw TaskPackError.tooFew(pack: task.name) }
        var task = task
        // What an earlier check found is not what this one starts from.
        packSHA256 = task.packSHA256
        task.findings = nil
        var options = options
        if options.planes == nil, !options.isFast, try PackGrids(task).areNearIsotropic {
            options.planes = SlicePlane.anatomical
        }
        options.labels = nil
        let thresholds = options.threshold.map { [$0] } ?? Set(Self.tried + [task.threshold]).sorted()
        let usual = thresholds.firstIndex(of: options.threshold ?? task.threshold) ?? 0
        (self.thresholds, chosen, labels) = (thresholds, usual, task.labels.entries)
        let places = Array(stride(from: 0, to: task.examples.count, by: step))
        let trains = training != nil && TaskTraining.lack(task, volumes: places.count, study: study.count) == nil
        let segmenter = try Segmenter(task: task, options: options)
        (self.options, weightsSHA256) = (segmenter.checked, segmenter.weights.sha256)
        let ways = try training.flatMap {
            trains ? try LearnedWays(segmenter, places, $0, study: study, trainingProgress) : nil
        }
        if let ways, !ways.leavesOut {
            try keep(ways, share: 1)
            return
        }
        let byNetworks = try ways.map { ways in
            try places.indices.map { n in try self.compare(n, places, segmenter) { try ways.alone(n, thresholds: $0) } }
        }
        if let ways, let byNetworks, training?.compares == false {
            (examples, chosen) = (byNetworks, best(byNetworks, usual: usual))
            try keep(ways, share: 1)
            return
        }
        let together = try leaveOneOut(segmenter, places, ways, byNetworks, progress)
        chosen = best(examples, usual: usual)
        if let ways, let byNetworks { try choose(among: ways, byNetworks, together, of: places.count, usual: usual) }
    }

    /// Takes over the networks' results, alone or together with the network in context and the vote, if they are better.
    private mutating func choose(
        among ways: LearnedWays, _ alone: [Example], _ together: [Example], of volumes: Int, usual: Int
    ) throws {
        let threshold = best(alone, usual: usual)
        guard let without = mean()?.mean, let dice = Self.mean(alone, threshold: threshold)?.mean else { return }
        var gain = LearnedGain(
            without: without, volumes: examples.count, alone: dice, together: nil, members: ways.task.members.count,
            steps: ways.steps, share: 0)
        let isWhole = examples.count == volumes
        let other = best(together, usual: usual)
        if isWhole, let both = Self.mean(together, threshold: other)?.mean {
            gain.together = both
            if both > max(without, dice) + Self.leastGain {
                (examples, chosen, gain.share) = (together, other, LearnedWays.share)
            }
        }
        if gain.share == 0, dice > without + Self.leastGain || !isWhole {
            (examples, chosen, gain.share) = (alone, threshold, 1)
        }
        if gain.share > 0 { try keep(ways, share: gain.share) }
        learnedGain = gain
    }

    private mutating func keep(_ ways: LearnedWays, share: Double) throws {
        let record = LearnedRecord(
            sha256: try LearnedTaskFile.sha256(ways.task), share: share, members: ways.task.members.count,
            steps: ways.steps, taught: ways.task.taught.count > 0 ? ways.task.taught.count : nil)
        learned = (ways.task, record)
    }

    /// Segments volumes without themselves, until networks are clearly ahead; returns the results together with these.
    private mutating func leaveOneOut(
        _ segmenter: Segmenter, _ places: [Int], _ ways: LearnedWays?, _ byNetworks: [Example]?,
        _ progress: ((Int, Int, Example) -> Void)?
    ) throws -> [Example] {
        var together: [Example] = []
        for (done, place) in places.enumerated() {
            let example = segmenter.task.examples[place]
            let truth = try example.readLabels()
            let results = try segmenter.without(place).inContext(
                Images.readVolume(example.image), thresholds: thresholds.map(Float.init),
                ways: [nil] + (ways.map { [try $0.blend(done)] } ?? []))
            examples.append(try compare(example, results[0], truth))
            if results.count > 1 { together.append(try compare(example, results[1], truth)) }
            progress?(done + 1, places.count, examples[done])
            if let byNetworks, isBehind(byNetworks) { break }
        }
        return together
    }

    /// Whether what was found so far is clearly worse, at the threshold in the middle, than what networks give: then the rest
    /// of it need not be looked at.
    private func isBehind(_ byNetworks: [Example]) -> Bool {
        let middle = thresholds.count / 2
        let leads = examples.indices.compactMap { n -> Double? in
            guard let own = Self.mean([examples[n]], threshold: middle)?.mean,
                let other = Self.mean([byNetworks[n]], threshold: middle)?.mean
            else { return nil }
            return other - own
        }
        guard leads.count >= Self.leastLeads else { return false }
        let count = Double(leads.count)
        let mean = leads.reduce(0, +) / count
        let variance = leads.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        return mean > Self.clearLead && mean > 2.5 * (variance / count).squareRoot()
    }

    /// Compares the results of a volume, by its turn.
    private func compare(
        _ n: Int, _ places: [Int], _ segmenter: Segmenter, _ results: ([Float]) throws -> [SegmentedVolume]
    ) throws -> Example {
        let example = segmenter.task.examples[places[n]]
        return try compare(example, results(thresholds.map(Float.init)), example.readLabels())
    }

    private func compare(
        _ example: TaskPack.Example, _ results: [SegmentedVolume], _ truth: LabelVolume
    ) throws -> Example {
        Example(
            name: example.name, labelsSHA256: example.labelsSHA256,
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
            threshold: thresholds[chosen], calibrations: calibrations, learned: learned?.record,
            volumes: examples.isEmpty ? nil : checkedVolumes)
    }

    private var checkedVolumes: [CheckedVolume] {
        examples.map { example in
            let dice = zip(labels, example.overlaps[chosen]).compactMap { label, overlap in
                overlap.dice.map { (label.id, $0) }
            }
            return CheckedVolume(
                name: example.name, labelsSHA256: example.labelsSHA256, dice: Dictionary(uniqueKeysWithValues: dice))
        }
    }

    /// Writes what was found into a pack's folder; networks of an earlier check go.
    ///
    /// - Throws: What writing throws.
    public func save(in folder: String) throws {
        if let learned { try LearnedTaskFile.write(learned.task, in: folder) }
        try findings.save(in: folder)
        if learned == nil { try LearnedTaskFile.remove(from: folder) }
        try TrainedNetworks.remove(from: folder)
    }
}
