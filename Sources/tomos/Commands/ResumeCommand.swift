import ArgumentParser
import Batch
import Foundation
import Pipelines
import Platform

struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Goes on with a plan that 'tomos run' or 'tomos submit' froze in a results folder.",
        discussion: """
            The study is not searched again and no pipeline file is read: what is done is what was planned. An image that \
            has changed since is refused by name. Several machines may do this on one folder at a time and share the work.

            EXAMPLES
              tomos resume results
              tomos resume results --redo failed --timeout "2 h"
              tomos resume results --shard 2/8
            """)

    @Argument(help: "The results folder.")
    var results: String

    @Option(help: "A plan by its hash; the latest by default.")
    var plan: String?

    @OptionGroup var options: BatchOptions

    func run() throws {
        let folder = BatchFolder(results)
        let plan = try folder.plan(plan)
        var pipeline = try PipelineFile.load(resolvedText: plan.pipeline)
        options.apply(to: &pipeline)
        let run = try BatchRun(plan, in: folder, pipeline: pipeline, choice: options.choice(), program: .this)
        let teller: any BatchTeller = options.logJSON ? BatchLog() : BatchProgress(quiet: options.quiet)
        try BatchLaunch(run: run, options: options, teller: teller).launch()
    }
}

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Says how a results folder stands, while it is being worked on and after, from any machine.",
        discussion: """
            EXAMPLES
              tomos status results
              tomos status results --json
            """)

    @Argument(help: "The results folder.")
    var results: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let status = try BatchStatus(of: BatchFolder(results))
        if json { return try Console.json(status) }
        var lines = ["plan \(status.plan): \(status.done) of \(status.planned) cases done"]
        lines[0] += [(status.running.count, "running"), (status.waiting, "waiting"), (status.failed.count, "failed")]
            .filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
        lines[0] += status.stale.isEmpty ? "" : ", \(status.stale.count) stale"
        for running in status.running {
            let part = running.done.flatMap { done in running.of.map { " \(100 * done / max(1, $0)) %" } } ?? ""
            lines.append("  \(running.id): \(running.stage?.rawValue ?? "starting")\(part) (\(running.host))")
        }
        for failure in status.failed { lines.append("  \(failure.id): failed: \(failure.reason)") }
        for (id, changes) in status.stale.sorted(by: { $0.key < $1.key }) {
            lines.append("  \(id): stale: \(changes.joined(separator: "; "))")
        }
        Console.result(lines.joined(separator: "\n"))
    }
}

struct MeasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Measures results again: volumes.csv and summary.csv from images and label maps, without segmenting.",
        discussion: """
            EXAMPLES
              tomos measure results
              tomos measure results --reviews results/reviews.tsv
            """)

    @Argument(help: "The results folder.")
    var results: String

    @Option(
        help: "A file of reviews (reviews.tsv): cases and labels that are rated exclude are left out of the tables.")
    var reviews: String?

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    func run() throws {
        let folder = BatchFolder(results)
        let reviews = try self.reviews.map { try Reviews.load($0) }
        let progress = Progress(quiet: quiet)
        var failures = 0
        let measured = try Remeasuring(folder).run(leavingOut: reviews ?? Reviews()) { id, error in
            progress.show(id)
            guard let error else { return }
            failures += 1
            progress.clear()
            Console.error("\(id): \(error)")
        }
        progress.clear()
        if !quiet {
            Console.result(
                "\(measured.cases) cases measured: \(folder.path)/volumes.csv, \(folder.path)/summary.csv")
            if reviews != nil {
                Console.note(ReviewText.leftOut(cases: measured.excludedCases, labels: measured.excludedLabels))
            }
        }
        if failures > 0 { throw ExitStatusError(status: .someFailed) }
    }
}

struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Does cases for the run that started it.", shouldDisplay: false)

    func run() throws { Worker.serve() }
}
