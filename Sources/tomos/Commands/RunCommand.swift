import ArgumentParser
import Export
import Foundation
import Pipelines
import Platform

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a pipeline over a study: a file, or a folder of image files and DICOM series in any mixture.",
        discussion: """
            Each case's results appear in RESULTS/<case>/ all at once, case.json among them; cases.json and volumes.csv \
            tell of the whole run. A case that fails is reported and leaves nothing behind; the others are done.

            EXAMPLES
              tomos run pipelines/phantom.yaml study/ -o results
              tomos run pipelines/phantom.yaml study/ -o results --set segment.support=32 --set outputs=[nifti,picture]
              tomos run pipelines/phantom.yaml study/ -o results --resume --json --quiet > cases.json

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

    @Option(help: "Threads; the default is the pipeline's, or one per processor.")
    var jobs: Int?

    @Flag(help: "Less time for less accuracy: segment.fast=true.")
    var fast = false

    @OptionGroup var memory: MemoryOptions

    @Flag(help: "Print cases.json instead of the table.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    @Flag(help: "Replace results that are there already.")
    var overwrite = false

    @Flag(help: "Keep cases that are done already, and do the others.")
    var resume = false

    func validate() throws {
        try requireFolderOutput(output, instead: "results go into a folder")
        if overwrite && resume { throw ValidationError("--overwrite and --resume exclude each other") }
        if let jobs { try requireJobs(jobs) }
    }

    func run() throws {
        var file = try PipelineFile.load(pipeline, overrides: overrides)
        if let jobs { file.options.threads = jobs }
        ThreadBudget.limit(to: file.options.threads)
        if fast { file.options.isFast = true }
        memory.apply(to: &file.options)
        let existing: PipelineRun.Existing = overwrite ? .overwrite : resume ? .resume : .refuse
        let run = try PipelineRun(file, study: study, results: output, existing: existing)
        if !quiet, let advice = run.advice { Console.note(advice) }
        if !quiet, let notice = run.study.channelNotice { Console.note(notice) }
        let progress = Progress(quiet: quiet)
        let quiet = quiet
        let report = try run.run { event in
            switch event {
            case .started(let studyCase, let number, let count):
                progress.begin("\(number)/\(count) \(studyCase.id)")
            case .advanced(let done, let total): progress.advance(done, of: total)
            case .finished(let outcome, let number, let count):
                Self.tell(outcome, "\(number)/\(count)", progress, quiet: quiet)
            }
        }
        if json {
            try Console.json(report)
        } else if !quiet {
            Console.result(Self.table(report))
            if let summary = report.ignored.summary { Console.note("\(summary); \(output)/cases.json says all") }
        }
        if !report.failures.isEmpty { throw ExitStatusError(status: .someFailed) }
    }

    private static func tell(_ outcome: CaseOutcome, _ number: String, _ progress: Progress, quiet: Bool) {
        if outcome.status == .failed {
            progress.clear()
            Console.error("\(outcome.id): \(outcome.reason ?? "failed")")
            return
        }
        let what = outcome.status == .kept ? "kept" : "done in \(decimal(outcome.seconds, 1)) s"
        progress.end("\(number) \(outcome.id): \(what)")
        if !quiet { outcome.notices.forEach { Console.note("\(outcome.id): \($0)") } }
    }

    private static func table(_ report: RunReport) -> String {
        var table = TextTable(["case", "status", "label", ">mm3", ">seconds", "source"])
        for outcome in report.cases {
            let time = decimal(outcome.seconds, 1)
            var first = [outcome.id, outcome.status.rawValue]
            if outcome.structures.isEmpty { table.add(first + ["-", "-", time, outcome.source]) }
            for (row, structure) in outcome.structures.enumerated() {
                if row > 0 { first = ["", ""] }
                let volume = structure.voxels == 0 ? "not found" : decimal(structure.mm3, 0)
                table.add(
                    first + [
                        "\(structure.id) \(structure.name)", volume, row == 0 ? time : "",
                        row == 0 ? outcome.source : "",
                    ])
            }
        }
        let done = report.cases.count - report.failures.count
        return table.text + "\n\n\(done) of \(report.cases.count) cases done"
            + (report.failures.isEmpty ? "" : ", \(report.failures.count) failed") + proofs(report)
    }

    /// How many files of each format were read again and found to show their label maps.
    private static func proofs(_ report: RunReport) -> String {
        let formats = report.cases.flatMap { $0.exports ?? [] }.map(\.format)
        let counts = LabelExporters.all.map(\.name).compactMap { name in
            let count = formats.filter { $0 == name }.count
            return count > 0 ? "\(name) \(count)" : nil
        }
        return counts.isEmpty ? "" : "\nread again and found right: " + counts.joined(separator: ", ")
    }

    private static func line(_ key: PipelineKey) -> String {
        let summary = key.summary.hasSuffix(".") ? String(key.summary.dropLast()) : key.summary
        return
            "  \(key.path): \(summary). Takes \(key.allowed). \(key.fallback.map { "Default: \($0)" } ?? "Required")."
    }
}
