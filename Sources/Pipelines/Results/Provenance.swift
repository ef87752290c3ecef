import Platform
import Segmentation

/// What made a result: enough to tell whether two results were made alike.
public struct Provenance: Codable, Sendable, Equatable {
    /// Version of this program, with the revision of its source where that is known.
    public var tomos: String
    /// The pipeline's name.
    public var pipeline: String
    /// SHA-256 of the pipeline file with its overrides.
    public var pipelineSHA256: String
    /// Every option that changes a result, by its key in a pipeline file, as it was in force, and whether cases were allowed
    /// less than was asked for (`run.reduce`). Nil in results of earlier versions.
    public var options: [String: String]?
    /// Name of the task.
    public var task: String
    /// SHA-256 of its `pack.yaml`, which holds the hashes of its volumes.
    public var taskSHA256: String
    /// SHA-256 of `pack.yaml` alone, whatever a check has found out; nil in results of earlier versions.
    public var packSHA256: String?
    /// The weights in one line, with their licence.
    public var weights: String
    /// SHA-256 of the weights file.
    public var weightsSHA256: String
    /// The networks that were trained on the task and are put to use; nil where there are none.
    public var learned: LearnedRecord?

    /// Makes a provenance of its parts.
    public init(
        tomos: String = tomosVersion, pipeline: String, pipelineSHA256: String, options: [String: String]? = nil,
        task: String, taskSHA256: String, weights: String, weightsSHA256: String, learned: LearnedRecord? = nil
    ) {
        (self.tomos, self.pipeline, self.pipelineSHA256, self.options) = (tomos, pipeline, pipelineSHA256, options)
        (self.task, self.taskSHA256) = (task, taskSHA256)
        (self.weights, self.weightsSHA256, self.learned) = (weights, weightsSHA256, learned)
    }

    /// Makes the provenance of what a pipeline will make.
    ///
    /// - Parameter version: ``tomosVersion``, or that with the revision of its source.
    public init(of pipeline: PipelineFile, outlook: SegmentationOutlook, version: String = tomosVersion) {
        tomos = version
        (self.pipeline, pipelineSHA256) = (pipeline.name, pipeline.sha256)
        options = pipeline.provenanceOptions.merging(
            ["run.reduce": pipeline.options.allowsReduction ? "allowed" : "never"], uniquingKeysWith: { a, _ in a })
        (task, taskSHA256, packSHA256) = (outlook.task.name, outlook.task.sha256, outlook.task.packSHA256)
        weights = outlook.weights.name + ": " + outlook.weights.licence
        weightsSHA256 = outlook.weights.sha256
        learned = outlook.learnedRecord
    }

    /// What is not as it was in another, one phrase each; empty when results would be the same. The pipeline's name and
    /// the bytes of its file change no result; whether less was allowed changes those of a few cases, which say so
    /// themselves (``CaseOutcome/Memory/supportAskedFor``).
    public func changes(since old: Provenance) -> [String] {
        var changes: [String] = []
        if old.tomos != tomos { changes.append("tomos was \(old.tomos), is \(tomos)") }
        let (before, now) = (old.options ?? [:], options ?? [:])
        for key in Set(before.keys).union(now.keys).sorted() where before[key] != now[key] && key != "run.reduce" {
            changes.append("\(key) was \(before[key] ?? "not set"), is \(now[key] ?? "not set")")
        }
        if old.taskSHA256 != taskSHA256 { changes.append("the task pack changed") }
        if old.weightsSHA256 != weightsSHA256 { changes.append("the weights changed") }
        if old.learned != learned { changes.append("the networks that the pack has learned changed") }
        return changes
    }
}

/// `case.json`: written last into a case's folder, so that a folder with it is complete. A case that failed has one too,
/// elsewhere.
public struct CaseRecord: Codable, Sendable {
    /// What made it.
    public var made: Provenance
    /// What became of the case.
    public var outcome: CaseOutcome
    /// Of a failure: what told the results that were in place from all later ones; nil where there were none.
    public var before: String?

    /// Makes a record.
    public init(made: Provenance, outcome: CaseOutcome) { (self.made, self.outcome) = (made, outcome) }
}
