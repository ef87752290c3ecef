import Evaluation
import Platform
import Segmentation

/// How likely it is that a person must correct the results of one case.
public struct CaseDoubt: Sendable, Hashable {
    /// From 0, nothing to correct is expected, to 1. It ranks; it is no probability and has no value from which on a case
    /// is wrong.
    public var score: Double
    /// Why, in words: what is unusual first, the lowest Dice last.
    public var reasons: [String]
    /// The labels whose volumes stand apart in the study.
    public var outliers: [UInt16: VolumeOutliers.Side]
}

/// The done cases of a study, ranked by how likely a person must correct them.
///
/// The score joins what is expected to be lost with what is unusual, as chances that do not hang together:
///
///     score = 1 - (1 - loss) (1 - fall) (1 - 0.2 unlike) (1 - 0.02 flagged) (1 - 0.02 reduced) (1 - 0.02 outlier)
///
/// - `loss`: 1 - Dice, half of it that of the worst label and half the mean of the labels. Dice is the one that the pack's
///   check predicts, and without a check the one that the probabilities promise. A label that was not found although
///   every volume of the pack holds it has 0; one that may be absent, and is, has no part in it.
/// - `fall`: how far the Dice of a label lies below its median in the study, the farthest. Some labels are hard in every
///   case: what is unusual is seen against the others. Of five cases or more.
/// - `unlike`: the case is unlike the volumes of the task (``CaseOutcome/isUnlikeTask``).
/// - `flagged`: a label is truncated, implausible or doubtful.
/// - `reduced`: memory did not suffice for the support that was asked for.
/// - `outlier`: the volume of a label stands apart in the study (``VolumeOutliers``).
///
/// Each part can only raise the score. docs/report.md says how well it ranks the cases of the development sets, and those
/// that are not what the task is made for.
public struct StudyDoubts: Sendable {
    /// Ids of the done cases, the most doubtful first; of equals in order of id.
    public let ranked: [String]
    /// How large the labels are in the study.
    public let volumes: VolumeOutliers
    private let doubts: [String: CaseDoubt]

    /// Fewer cases do not tell what is usual of a label's Dice.
    private static let least = 5

    /// Ranks the done cases among those given.
    public init(_ outcomes: [CaseOutcome]) {
        let done = outcomes.filter(\.isDone)
        let volumes = VolumeOutliers(done)
        var promises: [UInt16: [Double]] = [:]
        for structure in done.lazy.flatMap(\.structures) {
            if let promise = structure.promise { promises[structure.id, default: []].append(promise) }
        }
        let usual = promises.filter { $0.value.count >= Self.least }.mapValues {
            percentile(0.5, ofSorted: $0.sorted())
        }
        doubts = Dictionary(
            done.map { ($0.id, CaseSigns($0, usual: usual, volumes: volumes).doubt) }, uniquingKeysWith: { a, _ in a })
        ranked = doubts.sorted { ($1.value.score, $0.key) < ($0.value.score, $1.key) }.map(\.key)
        self.volumes = volumes
    }

    /// The doubt in a case; nil where it is not done.
    public subscript(id: String) -> CaseDoubt? { doubts[id] }
}

/// What speaks against the results of one case.
private struct CaseSigns {
    private let outcome: CaseOutcome
    /// The labels with what may be expected of them, and the worst of these.
    private let found: [(label: CaseOutcome.Structure, dice: Double)]
    private let worst: (label: CaseOutcome.Structure, dice: Double)?
    /// The label that lies farthest below its median in the study, how far, and the median.
    private let fall: (label: CaseOutcome.Structure, by: Double, median: Double)?
    /// Labels whose volumes stand apart, and what is usual of them.
    private let outliers: [(label: CaseOutcome.Structure, side: VolumeOutliers.Side)]
    private let volumes: VolumeOutliers

    /// A fall that is worth a word.
    private static let leastFall = 0.03
    private static let unlike = 0.2, flagged = 0.02, reduced = 0.02, outlier = 0.02

    init(_ outcome: CaseOutcome, usual: [UInt16: Double], volumes: VolumeOutliers) {
        (self.outcome, self.volumes) = (outcome, volumes)
        found = outcome.structures.compactMap { label in label.promise.map { (label, $0) } }
        worst = found.min { $0.dice < $1.dice }
        fall = found.compactMap { label, dice in usual[label.id].map { (label, $0 - dice, $0) } }
            .filter { $0.1 > 0 }.max { $0.1 < $1.1 }
        outliers = outcome.structures.compactMap { label in
            volumes.side(of: label.id, mm3: label.mm3).map { (label, $0) }
        }
    }

    var doubt: CaseDoubt {
        CaseDoubt(
            score: score, reasons: reasons,
            outliers: Dictionary(outliers.map { ($0.label.id, $0.side) }, uniquingKeysWith: { a, _ in a }))
    }

    private var score: Double {
        let mean = found.reduce(0) { $0 + $1.dice } / Double(max(1, found.count))
        let loss = worst.map { 1 - ($0.dice + mean) / 2 } ?? 0
        let isFlagged = outcome.structures.contains { $0.flags.contains { $0 != .empty } }
        let signs = [
            loss, fall?.by ?? 0, outcome.isUnlikeTask ? Self.unlike : 0, isFlagged ? Self.flagged : 0,
            outcome.memory?.supportAskedFor == nil ? 0 : Self.reduced, outliers.isEmpty ? 0 : Self.outlier,
        ]
        return 1 - signs.reduce(1) { $0 * (1 - min(max($1, 0), 1)) }
    }

    private var reasons: [String] {
        var reasons = outcome.notices.filter { $0.hasPrefix(InputGate.unlike) }
        reasons += outcome.structures.flatMap { label in label.flags.map { Self.reason(label, $0) } }
        reasons += outliers.map { Self.reason($0.label, $0.side, volumes.distributions[$0.label.id]) }
        if let memory = outcome.memory, let asked = memory.supportAskedFor {
            reasons.append("memory: \(memory.support) support slices instead of the \(asked) asked for")
        }
        if let fall, fall.by >= Self.leastFall {
            let below = "\(decimal(fall.by, 2)) below the study's median (\(decimal(fall.median, 2)))"
            reasons.append("\(fall.label.name): \(fall.label.measure) \(below)")
        }
        if let worst { reasons.append(Self.reason(worst.label, dice: worst.dice, isOne: found.count == 1)) }
        return reasons
    }

    private static func reason(_ structure: CaseOutcome.Structure, _ flag: StructureFlag) -> String {
        switch flag {
        case .empty: "\(structure.name): not found, and every volume of the pack holds it"
        case .truncated: "\(structure.name): reaches the volume's border: part of it may lie outside"
        case .implausible:
            "\(structure.name): \(decimal(structure.mm3, 0)) mm3, more or less than the pack's volumes let one expect"
        case .doubtful:
            structure.voxels > 0
                ? "\(structure.name): found faintly"
                : "\(structure.name): found so faintly that it was taken for absent"
        }
    }

    private static func reason(
        _ structure: CaseOutcome.Structure, _ side: VolumeOutliers.Side, _ known: VolumeOutliers.Distribution?
    ) -> String {
        let range = known.map { " (\(decimal($0.lower, 0)) to \(decimal($0.upper, 0)) mm3)" } ?? ""
        return
            "\(structure.name): \(decimal(structure.mm3, 0)) mm3, \(side.rawValue) than the other cases let one expect"
            + range
    }

    private static func reason(_ structure: CaseOutcome.Structure, dice: Double, isOne: Bool) -> String {
        let range = structure.predictedDice.map { " (\(decimal($0.lower, 2)) to \(decimal($0.upper, 2)))" } ?? ""
        return "\(structure.name): \(structure.measure) \(decimal(dice, 2))\(range)"
            + (isOne ? "" : ", the lowest of its labels")
    }
}

extension CaseOutcome.Structure {
    /// The Dice that may be expected; nil of a label that may be absent and is.
    fileprivate var promise: Double? {
        if let predictedDice { return predictedDice.dice }
        return voxels > 0 || flags.contains(.empty) ? expectedDice : nil
    }

    /// What ``promise`` is.
    fileprivate var measure: String { predictedDice == nil ? "promised Dice" : "predicted Dice" }
}
