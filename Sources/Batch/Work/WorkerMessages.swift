import Pipelines
import Segmentation
import Volumes

/// What a runner tells a worker process: one line of JSON on its standard input each. The end of the input ends the worker.
enum WorkerRequest: Codable, Sendable {
    /// Make a plan. The worker answers, and ends.
    case plan(PlanRequest)
    /// Get ready for cases.
    case begin(WorkerSetup)
    /// Do a case.
    case ticket(WorkerTicket)
}

/// What a worker process tells: one line of JSON on its standard output each.
enum WorkerReply: Codable, Sendable {
    /// Files of so many cases of so many were read for the plan.
    case hashed(Int, Int)
    /// The plan that was asked for.
    case planned(BatchPlan)
    /// It is ready for tickets.
    case ready
    /// It cannot work at all: the error that stops every case.
    case refused(reason: String, category: ErrorCategory)
    /// Something else begins.
    case stage(CaseStage)
    /// Slices done, and slices in all.
    case advanced(Int, Int)
    /// The case of the last ticket ended.
    case finished(CaseOutcome)
}

/// How a worker is to work.
struct WorkerSetup: Codable, Sendable {
    /// The pipeline as ``PipelineFile/resolvedText()`` has it.
    var pipeline: String
    /// Threads of this worker.
    var threads: Int
    /// Bytes that it may take; nil for no limit.
    var memory: Int?
    /// The study's folder.
    var study: String
    /// The results folder.
    var results: String
    /// The runner's name.
    var run: String
    /// What the results must have been made by.
    var provenance: Provenance
}

/// One case to do.
struct WorkerTicket: Codable, Sendable {
    var planned: PlannedCase
    /// Whether earlier results are replaced.
    var replaces: Bool
}
