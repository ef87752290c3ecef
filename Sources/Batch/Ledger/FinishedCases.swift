import Foundation
import Pipelines
import Platform
import Segmentation
import VolumeIO
import Volumes

/// A case of a results folder whose label map is there.
public struct FinishedCase: Sendable {
    /// Its name.
    public let id: String
    /// The Dice that is predicted of its labels, their mean; where the pack was not checked, what the probabilities promise.
    public let confidence: Double
    private let planned: PlannedCase
    private let study, labelMap: String
    private let policies: DICOMPolicies

    fileprivate init(
        _ planned: PlannedCase, confidence: Double, study: String, labelMap: String, policies: DICOMPolicies
    ) {
        (id, self.planned, self.confidence) = (planned.id, planned, confidence)
        (self.study, self.labelMap, self.policies) = (study, labelMap, policies)
    }

    /// Where the label map lies, if the pipeline writes one (outputs: nifti).
    public var labelMapFile: String? { FileManager.default.fileExists(atPath: labelMap) ? labelMap : nil }

    /// Reads the image, which must be the one that was segmented.
    ///
    /// - Throws: ``PlanError/changed(id:path:)``, and what reading throws.
    public func readVolume() throws -> Volume {
        try SourceContent.confirm(planned, below: study)
        return try planned.source.studyCase(id, below: study, policies: policies).readVolume()
    }

    /// Reads the label map, on the grid of its image.
    ///
    /// - Throws: What reading throws, another grid included.
    public func readLabels(on grid: Geometry) throws -> LabelVolume { try LabelMaps.readLabels(labelMap, on: grid) }
}

extension BatchPlan {
    /// A case of the plan whose results lie in a folder, to look at its image and at its label map; nil where it is not done.
    ///
    /// - Parameter policies: How DICOM series are read: `input.policies` of the plan's pipeline.
    public func finishedCase(_ planned: PlannedCase, in folder: BatchFolder, policies: DICOMPolicies) -> FinishedCase? {
        guard let outcome = folder.record(of: planned.id)?.outcome, outcome.status == .done else { return nil }
        return FinishedCase(
            planned, confidence: outcome.confidence, study: study,
            labelMap: "\(folder.path)/\(planned.id)/\(planned.id)_labels.nii.gz", policies: policies)
    }
}

/// The cases of a results folder that can teach a pack.
public struct FinishedCases: Sendable {
    /// Those that teach, the surest first.
    public let cases: [FinishedCase]
    /// Those that are done and do not teach, with the reason.
    public let leftOut: [(id: String, reason: String)]

    /// What is less sure than this is more likely to teach what is wrong: such labels count as doubtful.
    private static let leastConfidence = SegmentedVolume.leastPromise

    /// Looks at the results of a folder's latest plan.
    ///
    /// - Parameters:
    ///   - task: The pack that they must have been made with.
    ///   - most: How many cases may teach.
    /// - Throws: ``PlanError`` where there is no plan, and ``TeachingError``.
    public init(_ folder: BatchFolder, of task: TaskPack, most: Int) throws {
        let plan = try folder.plan()
        let policies = try PipelineFile.load(resolvedText: plan.pipeline).input.policies
        var (found, leftOut): ([FinishedCase], [(id: String, reason: String)]) = ([], [])
        for planned in plan.cases {
            guard let record = folder.record(of: planned.id), record.outcome.status == .done else { continue }
            guard record.made.packSHA256 ?? record.made.taskSHA256 == task.packSHA256 else {
                throw TeachingError.otherTask(folder: folder.path, made: record.made.task, pack: task.folder)
            }
            let confidence = record.outcome.confidence
            let labelMap = "\(folder.path)/\(planned.id)/\(planned.id)_labels.nii.gz"
            if let lack = Self.lack(of: record.outcome, labelMap) {
                leftOut.append((planned.id, lack))
            } else {
                found.append(
                    FinishedCase(
                        planned, confidence: confidence, study: plan.study, labelMap: labelMap, policies: policies))
            }
        }
        found.sort { ($1.confidence, $0.id) < ($0.confidence, $1.id) }
        leftOut += found.dropFirst(most).map { ($0.id, "\(most) others are surer") }
        (cases, self.leftOut) = (Array(found.prefix(most)), leftOut)
    }

    /// Why a case does not teach; nil where it does.
    private static func lack(of outcome: CaseOutcome, _ labelMap: String) -> String? {
        if outcome.isUnlikeTask { return "it is unlike the task's volumes" }
        if outcome.confidence < leastConfidence {
            return "its labels promise a mean Dice of \(decimal(outcome.confidence, 2)) only"
        }
        return FileManager.default.fileExists(atPath: labelMap) ? nil : "it has no NIfTI label map (outputs: nifti)"
    }
}

/// Why the results of a folder cannot teach a pack.
public enum TeachingError: TomosError, Equatable {
    /// They were made with another pack.
    case otherTask(folder: String, made: String, pack: String)
    /// A pipeline asks for it where a plan is made of one pass.
    case twoPasses(pipeline: String)

    /// The kind of error.
    public var category: ErrorCategory { .badConfiguration }

    /// The message.
    public var description: String {
        switch self {
        case .otherTask(let folder, let made, let pack):
            "\(folder): its results were made with another pack ('\(made)') than \(pack) is now: only what a pack has made "
                + "can teach it ('tomos run' makes them anew)"
        case .twoPasses(let pipeline):
            "pipeline '\(pipeline)': segment.study: learn takes two passes over the whole study, which 'tomos run' makes on "
                + "one machine, without --shard, --case and --dry-run (elsewhere: run with segment.study: alone, then "
                + "'tomos task learn PACK --study RESULTS', and run again with --redo stale)"
        }
    }
}
