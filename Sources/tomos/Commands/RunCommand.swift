import ArgumentParser
import Batch
import Foundation
import Pipelines
import Platform

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a pipeline over a study: a file, or a folder of image files and DICOM series in any mixture.",
        discussion: """
            First a plan is frozen (RESULTS/plan.json); then worker processes do its cases. Each case's results appear in \
            RESULTS/<case>/ all at once, case.json among them; cases.json, summary.csv and volumes.csv tell of all. A case \
            that fails, crashes or hangs is named, with RESULTS/logs/<case>.log, and leaves nothing behind; the others are \
            done. Running again takes up where it stopped.

            EXAMPLES
              tomos run pipelines/phantom.yaml study/ -o results
              tomos run pipelines/phantom.yaml study/ -o results --dry-run
              tomos run pipelines/phantom.yaml study/ -o results --set segment.support=32 --redo stale
              tomos run pipelines/phantom.yaml study/ -o results --workers 4 --timeout "30 min" --json > cases.json

            PIPELINE KEYS
            \(PipelineSchema.keys.map(Self.line).joined(separator: "\n"))
            """)

    @Argument(help: "The pipeline file (YAML).")
    var pipeline: String

    @Argument(help: "The study: a folder, an image file or a DICOM file.")
    var study: String

    @Option(name: [.customShort("o"), .customLong("output")], help: "The folder for results; made when missing.")
    var output: String

    @Option(name: .customLong("set"), help: "Overrides a value of the pipeline: key=value. May be repeated.")
    var overrides: [String] = []

    @Flag(help: "Less time for less accuracy: segment.fast=true.")
    var fast = false

    @Flag(help: "Show the plan: cases, geometry, memory, problems. Nothing is written.")
    var dryRun = false

    @OptionGroup var options: BatchOptions

    @OptionGroup(title: "Where the study teaches the pack (segment.study: learn)") var training: TrainingOptions

    func validate() throws {
        try requireFolderOutput(output, instead: "results go into a folder")
    }

    func run() throws {
        var file = try PipelineFile.load(pipeline, overrides: overrides)
        if fast { file.options.isFast = true }
        options.apply(to: &file)
        let folder = BatchFolder(output)
        let teller: any BatchTeller = options.logJSON ? BatchLog() : BatchProgress(quiet: options.quiet)
        if !file.isTaughtByStudy, training.minutes != nil || training.steps != nil {
            throw UsageError("--minutes and --steps: nothing is trained in a run without segment.study: learn")
        }
        if file.isTaughtByStudy, !dryRun {
            let choice = try options.choice()
            guard choice.shard == nil, choice.cases.isEmpty else { throw TeachingError.twoPasses(pipeline: file.name) }
            file = try TaughtRun(
                file: file, study: study, results: folder, training: training.options, teller: teller
            ).prepare()
        }
        var request = try PlanRequest(file, study: study, results: folder, version: Version.text)
        request.hashesAll = !dryRun
        let plan = try waiting { [request] in try await Planner.plan(request, program: .this, teller.tell) }
        teller.clear()
        var run = try BatchRun(
            plan, in: folder, pipeline: file, choice: options.choice(), study: Planner.root(of: study), program: .this)
        if dryRun { return try show(run) }
        run.freezes = true
        try BatchLaunch(run: run, options: options, teller: teller).launch()
    }

    private func show(_ run: BatchRun) throws {
        if options.json { return try Console.json(run.plan) }
        Console.result(PlanTable(run).text)
    }

    private static func line(_ key: PipelineKey) -> String {
        let summary = key.summary.hasSuffix(".") ? String(key.summary.dropLast()) : key.summary
        return
            "  \(key.path): \(summary). Takes \(key.allowed). \(key.fallback.map { "Default: \($0)" } ?? "Required")."
    }
}
