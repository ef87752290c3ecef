import ArgumentParser
import Batch
import Foundation
import Pipelines
import Platform
import Segmentation
import Studies

/// How a BIDS App is called for.
enum AnalysisLevel: String, ExpressibleByArgument, CaseIterable {
    case participant, group
}

struct BIDSCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bids",
        abstract: "Runs a pipeline over a BIDS data set and writes a BIDS derivative, called as BIDS Apps are.",
        discussion: """
            Level 'participant' segments the anatomical images of the participants and writes their label maps into OUT \
            (sub-*/[ses-*/]anat/*_dseg.nii.gz, .tsv, .json); 'group' gathers the volumes of all label maps in OUT in one \
            table. Running again takes up where it stopped, and replaces what became stale. docs/bids.md tells more.

            EXAMPLES
              tomos bids data data/derivatives/tomos participant --pipeline pipelines/hippocampus.yaml
              tomos bids data data/derivatives/tomos participant --pipeline hippocampus.yaml --participant-label 01 02
              tomos bids data data/derivatives/tomos group
            """)

    @Argument(help: ArgumentHelp("The BIDS data set.", valueName: "bids-dir"))
    var dataset: String

    @Argument(help: ArgumentHelp("The folder of the derivative; made when missing.", valueName: "out"))
    var output: String

    @Argument(help: "What to do: participant or group.")
    var level: AnalysisLevel

    @Option(help: "The pipeline file (YAML); needed for 'participant'.")
    var pipeline: String?

    @Option(
        name: [.customLong("participant-label"), .customLong("participant_label")], parsing: .upToNextOption,
        help: "Participants, with or without sub-; all by default.")
    var participants: [String] = []

    @Option(
        name: [.customLong("session-label"), .customLong("session_label")], parsing: .upToNextOption,
        help: "Sessions, with or without ses-; all by default.")
    var sessions: [String] = []

    @Option(
        name: [.customShort("w"), .customLong("work-dir"), .customLong("work_dir")],
        help: """
            Where the results lie that the derivative is made of, as 'tomos run' writes them; OUT/.tomos/work by default.
            """)
    var work: String?

    @Option(
        name: [.customLong("nthreads"), .customLong("n-cpus"), .customLong("n_cpus")],
        help: "Threads; the default is the pipeline's, or one per processor.")
    var threads: Int?

    @Option(
        name: [.customLong("mem-mb"), .customLong("mem_mb")],
        help: "Memory that may be taken, in MiB; the default is the pipeline's, or the machine's.")
    var memory: Int?

    @Flag(
        name: [.customLong("stop-on-first-crash"), .customLong("stop_on_first_crash")],
        help: "Begin no further case after one that failed.")
    var stopsOnFirstCrash = false

    @Flag(
        name: [.customLong("skip-bids-validation"), .customLong("skip_bids_validation")],
        help: "Take the data set as it is; images whose names are not of BIDS are segmented, and not in the derivative."
    )
    var skipsValidation = false

    @Option(name: .customLong("set"), help: "Overrides a value of the pipeline: key=value. May be repeated.")
    var overrides: [String] = []

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    func validate() throws {
        try requireFolderOutput(output, instead: "a derivative is a folder")
        if level == .participant, pipeline == nil { throw ValidationError("level 'participant' needs --pipeline FILE") }
        if let threads, !ThreadBudget.allowed.contains(threads) {
            throw ValidationError("--nthreads \(threads): use \(ThreadBudget.limits)")
        }
        if let memory, !(1...1 << 30).contains(memory) {
            throw ValidationError("--mem-mb \(memory): use a whole number from 1 on, in MiB")
        }
    }

    func run() throws {
        let dataset = try BIDSDataset(self.dataset, validating: !skipsValidation)
        try dataset.requireApart(output)
        let chosen = try dataset.select(participants: participants, sessions: sessions)
        switch level {
        case .participant: try segment(dataset, chosen)
        case .group: try gather(chosen)
        }
    }

    // MARK: participant

    private func segment(_ dataset: BIDSDataset, _ chosen: BIDSSelection) throws {
        let results = try workFolder()
        var file = try PipelineFile.load(pipeline ?? "", overrides: overrides)
        file.input = chosen.restrict(file.input)
        if let threads { file.jobs = threads }
        if let memory { file.options.memory = .size(MemorySize(bytes: memory << 20)) }
        ThreadBudget.limit(to: file.options.threads)
        let task = try TaskPack.load(file.task)
        let derivatives = BIDSDerivatives(output, of: dataset, task: task.name, labels: task.labels)
        let folder = BatchFolder(results)
        let teller = BatchProgress(quiet: quiet)
        let request = try PlanRequest(file, study: dataset.path, results: folder, version: Version.text)
        let plan = try waiting { try await Planner.plan(request, program: .this, teller.tell) }
        teller.clear()
        try derivatives.check(skipsValidation ? [] : plan.cases.map(\.source.path))
        plan.ignored.filter(\.isAbsent).forEach { Console.note("\($0.path): \($0.reason)") }
        let cases = try runBatch(plan, in: folder, file, study: dataset.path, teller)
        let changes = try derivatives.write(cases, selection: chosen)
        changes.notices.forEach { Console.note($0) }
        let count = { (status: CaseOutcome.Status) in cases.filter { $0.outcome.status == status }.count }
        let (failed, waiting) = (count(.failed), count(.waiting))
        if !quiet {
            Console.result(
                "\(output): \(changes.written.count) label maps written, \(changes.unchanged.count) as they were, "
                    + "\(changes.removed.count) removed; \(failed) of \(cases.count) cases failed"
                    + (waiting > 0 ? ", \(waiting) still to be done" : ""))
        }
        if failed > 0 { throw ExitStatusError(status: .someFailed) }
    }

    /// Where the results lie: hidden in the derivative, or anywhere that makes neither data set invalid.
    private func workFolder() throws -> String {
        guard let work else { return output + (output.hasSuffix("/") ? "" : "/") + ".tomos/work" }
        try requireFolderOutput(work, instead: "the work folder is a folder")
        for (folder, name) in [(dataset, "BIDS_DIR"), (output, "OUT")] {
            let (outer, inner) = (canonicalPath(folder), canonicalPath(work))
            guard inner == outer || inner.hasPrefix(outer + "/") else { continue }
            if inner.dropFirst(outer.count).split(separator: "/").contains(where: { $0.hasPrefix(".") }) { continue }
            throw UsageError("-w \(work): lies in \(name), which it would make invalid; use a folder outside of it")
        }
        return work
    }

    // MARK: group

    private func gather(_ chosen: BIDSSelection) throws {
        let table = try BIDSGroupTable(output, selection: chosen)
        try table.write(to: output)
        if !quiet {
            Console.result("\(output)/group_volumes.tsv: \(table.labelMaps) label maps, \(table.rows) lines")
        }
    }

    // MARK: the batch

    /// Does what is not done as planned, with the pipeline's threads and memory: who calls a BIDS App again expects that
    /// to be made, so cases that failed and cases that are stale are done again.
    ///
    /// - Returns: Every case of the plan, those included that are still to be done.
    private func runBatch(
        _ plan: BatchPlan, in folder: BatchFolder, _ pipeline: PipelineFile, study: String, _ teller: BatchProgress
    ) throws -> [BIDSCase] {
        let planned = try BatchRun(plan, in: folder, pipeline: pipeline, study: study, program: .this)
        let open = zip(plan.cases, planned.states()).compactMap { planned, state in
            state == .done ? nil : planned.id
        }
        var choice = BatchChoice()
        (choice.cases, choice.redo, choice.stopsOnFailure) = (open, open.isEmpty ? nil : .all, stopsOnFirstCrash)
        var run = try BatchRun(plan, in: folder, pipeline: pipeline, choice: choice, study: study, program: .this)
        run.freezes = true
        run.lastWords = {
            teller.clear()
            Console.note("stopped; nothing is half-done: the same command goes on")
        }
        if !quiet { plan.notices.forEach { Console.note($0) } }
        _ = try waiting { [run] in try await run.run(teller.tell) }
        teller.clear()
        do {
            if let report = try run.writeReport(), !quiet { Console.note("report: \(report.page)") }
        } catch {
            // The derivative is what was asked for first, and is written all the same.
            Console.error("\(error)")
        }
        return run.bidsCases()
    }
}

extension IgnoredItem {
    /// Whether it is a file that was never fetched, as data sets under DataLad have them.
    fileprivate var isAbsent: Bool { reason.hasPrefix("a link to nothing") }
}
