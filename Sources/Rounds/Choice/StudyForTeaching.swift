import Batch
import Foundation
import Pipelines
import Platform
import Segmentation
import VolumeIO
import Volumes

/// The cases of a study as they are weighed: which may be chosen, what each is like, and what is said of them.
struct StudyForTeaching {
    /// Those that count, chosen from or not.
    private(set) var candidates: [TeachingOrder.Candidate] = []
    /// Those that are done and may not be chosen, with the reason.
    private(set) var leftOut: [(id: String, reason: String)] = []
    private var reasonsOfDoubt: [String: [String]] = [:]
    private var outcomes: [String: CaseOutcome] = [:]
    private let folder: BatchFolder, plan: BatchPlan, pack: TaskPack, policies: DICOMPolicies
    private let planned: [String: PlannedCase]
    private let stale: Int

    init(
        _ folder: BatchFolder, _ plan: BatchPlan, pack: TaskPack, ratings: CaseRatings, policies: DICOMPolicies
    ) {
        (self.folder, self.plan, self.pack, self.policies) = (folder, plan, pack, policies)
        planned = Dictionary(plan.cases.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a })
        let records = plan.cases.compactMap { folder.record(of: $0.id) }.filter { $0.outcome.status == .done }
        stale = records.count { $0.made.taskSHA256 != pack.sha256 }
        let doubts = StudyDoubts(records.map(\.outcome))
        let names = Set(pack.examples.map(\.name))
        for outcome in records.map(\.outcome) {
            let id = outcome.id
            outcomes[id] = outcome
            reasonsOfDoubt[id] = doubts[id]?.reasons ?? []
            let labelMap = "\(folder.path)/\(id)/\(id)_labels.nii.gz"
            let lack = Self.lack(of: outcome, labelMap, names: names, rating: ratings[id])
            if let lack { leftOut.append((id, lack)) }
            // What is unlike the task, excluded or corrected already asks for no help.
            if lack != nil, lack != Self.noLabelMap { continue }
            candidates.append(
                TeachingOrder.Candidate(
                    id: id, doubt: doubts[id]?.score ?? 1 - outcome.confidence,
                    traits: CaseTraits(
                        labels: outcome.structures.map { ($0.id, $0.mm3, $0.meanIntensity) },
                        grid: try? Images.info(labelMap).geometry),
                    isWanted: ratings[id] == .fix, mayTeach: lack == nil))
        }
    }

    private static let noLabelMap = "it has no NIfTI label map (outputs: nifti)"
    private static let unlike = "it is unlike the task's volumes: look at it, and whether it belongs to the study"

    /// Why a case may not be chosen; nil where it may.
    private static func lack(
        of outcome: CaseOutcome, _ labelMap: String, names: Set<String>, rating: ReviewRating?
    ) -> String? {
        if names.contains(outcome.id) { return NextCases.isInPack }
        if rating == .exclude { return "it is rated 'exclude'" }
        // A person who wants it corrected knows better.
        if outcome.isUnlikeTask, rating != .fix { return unlike }
        return FileManager.default.fileExists(atPath: labelMap) ? nil : noLabelMap
    }

    /// Whether a candidate's image is one of the pack's, by its voxels.
    ///
    /// - Throws: What reading it throws.
    func isTwin(_ index: Int, _ images: PackImages) throws -> Bool {
        guard let planned = planned[candidates[index].id], images.hasGrid(planned.shape),
            let finished = plan.finishedCase(planned, in: folder, policies: policies)
        else { return false }
        return try images.contains(finished.readVolume())
    }

    /// Takes a candidate out of the choice.
    mutating func leaveOut(_ index: Int, _ reason: String) {
        leftOut.append((candidates[index].id, reason))
        // Its place stays, since places name cases; it neither teaches nor asks for help.
        candidates[index].mayTeach = false
        candidates[index].doubt = 0
    }

    /// How many cases were left out for each reason, the most frequent first.
    var reasons: [String] {
        Dictionary(grouping: leftOut, by: \.reason).sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
            .map { "\($1.count) \($1.count == 1 ? "case" : "cases"): \($0)" }
    }

    /// What a person should know before going by the choice.
    func notices(isChecked: Bool) -> [String] {
        var notices: [String] = []
        if !isChecked {
            notices.append(
                "no Dice is predicted of these results, since the pack was not checked: doubt goes by what their "
                    + "probabilities promise ('tomos task check' tells more)")
        }
        if stale > 0 {
            notices.append(
                "\(stale) of \(outcomes.count) cases were segmented by the pack as it was before: 'tomos run' with --redo "
                    + "stale first, and the choice goes by what it can do now")
        }
        let unlike = leftOut.filter { $0.reason == Self.unlike }.map(\.id)
        if !unlike.isEmpty {
            notices.append(
                "not named, since they are unlike the task's volumes: \(unlike.prefix(10).joined(separator: ", "))"
                    + (unlike.count > 10 ? " and \(unlike.count - 10) more" : "")
                    + " (look at them; rate them 'fix' in the report to correct them, or 'exclude')")
        }
        return notices
    }

    /// Why a case was chosen.
    func why(_ pick: TeachingOrder.Pick, _ order: TeachingOrder, _ ratings: CaseRatings) -> [String] {
        let candidate = candidates[pick.index]
        var why: [String] = []
        if candidate.isWanted {
            let note = ratings.note(of: candidate.id)
            why.append("rated 'fix'" + (note.isEmpty ? "" : ": \(note)"))
        }
        why += (reasonsOfDoubt[candidate.id] ?? []).prefix(3)
        if let sentence = unlikeness(pick.index, order) { why.append(sentence) }
        if why.isEmpty { why.append("the least sure of those that are left") }
        return why
    }

    /// In what a case is most unlike all of the pack's volumes, in words; nil where it is like them.
    private func unlikeness(_ index: Int, _ order: TeachingOrder) -> String? {
        let traits = candidates[index].traits
        let farthest = traits.values.keys.map { ($0, order.excess($0, of: index)) }
            .max { (abs($0.1), $1.0.rank) < (abs($1.1), $0.0.rank) }
        guard let (trait, excess) = farthest, abs(excess) >= 0.5, let value = traits.values[trait] else { return nil }
        switch trait {
        case .size(let id):
            return "\(name(id)) \(excess > 0 ? "larger" : "smaller") than in every volume of the pack "
                + "(\(decimal(exp(value), 0)) mm3)"
        case .brightness(let id):
            return "\(name(id)) \(excess > 0 ? "brighter" : "darker") than in every volume of the pack "
                + "(\(decimal(value, 1)))"
        case .field(let axis):
            return "its field of view is \(excess > 0 ? "longer" : "shorter") than that of every volume of the pack "
                + "(\(Self.axes[axis]) \(decimal(exp(value), 0)) mm)"
        case .spacing(let axis):
            return "its voxels are \(excess > 0 ? "longer" : "shorter") than those of every volume of the pack "
                + "(\(Self.axes[axis]) \(decimal(exp(value), 2)) mm)"
        }
    }

    private static let axes = ["right to left", "front to back", "top to bottom"]

    private func name(_ id: UInt16) -> String {
        let name = SafeText.words(pack.labels[id]?.name ?? "")
        return name.isEmpty ? "label \(id)" : name
    }
}

extension Trait {
    /// An order among traits, so that of equal ones always the same is told.
    fileprivate var rank: Int {
        switch self {
        case .size(let id): Int(id)
        case .brightness(let id): 100_000 + Int(id)
        case .field(let axis): 200_000 + axis
        case .spacing(let axis): 300_000 + axis
        }
    }
}
