import ArgumentParser
import Batch
import Foundation
import Pipelines
import Platform
import Segmentation

extension Redo: ExpressibleByArgument {}

extension CaseTimeLimit: ExpressibleByArgument {
    /// A duration, or `none`, as typed.
    public init?(argument: String) { self.init(argument) }
}

extension Shard: ExpressibleByArgument {
    /// `2/8` as typed.
    public init?(argument: String) { try? self.init(argument) }
}

/// The options of every command that does the cases of a plan.
struct BatchOptions: ParsableArguments {
    @Option(help: "Processors to keep busy, by all workers together; the default is the pipeline's, or all there are.")
    var jobs: Int?

    @Option(help: "Cases at a time, each in a worker process; the default is the pipeline's, or as many as fit.")
    var workers: Int?

    @Option(help: "Time that a case may take, such as 30 min or 2 h; then it is stopped and named as failed.")
    var timeout: CaseTimeLimit?

    @OptionGroup var memory: MemoryOptions

    @Option(
        help: ArgumentHelp(
            "Do cases again that have results: failed, stale (made from another image, pipeline, task or version) or all.",
            valueName: "failed|stale|all"))
    var redo: Redo?

    @Option(name: .customLong("case"), help: ArgumentHelp("This case only. May be repeated.", valueName: "id"))
    var cases: [String] = []

    @Option(
        help: ArgumentHelp(
            "A part of the cases, such as 2/8; found by itself in a Slurm array and in an indexed job of Kubernetes.",
            valueName: "i/n"))
    var shard: Shard?

    @Flag(help: "Print cases.json instead of the table.")
    var json = false

    @Flag(name: .customLong("log-json"), help: "Tell what happens in lines of JSON, on standard error.")
    var logJSON = false

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    func validate() throws {
        if let jobs { try requireJobs(jobs) }
        if let workers, !ThreadBudget.allowed.contains(workers) {
            throw ValidationError("--workers \(workers): use \(ThreadBudget.limits)")
        }
    }

    /// Puts what was given on top of a pipeline.
    func apply(to pipeline: inout PipelineFile) {
        if let jobs { pipeline.jobs = jobs }
        if let workers { pipeline.workers = workers }
        if let timeout { pipeline.timeout = timeout.duration }
        memory.apply(to: &pipeline.options)
        ThreadBudget.limit(to: pipeline.options.threads)
    }

    /// The cases to do.
    ///
    /// - Throws: What a cluster's environment says that cannot be.
    func choice() throws -> BatchChoice {
        var choice = BatchChoice()
        (choice.redo, choice.cases) = (redo, cases)
        choice.shard = try shard ?? Shard.found(in: ProcessInfo.processInfo.environment)
        return choice
    }
}
