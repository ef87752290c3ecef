import Batch
import Export
import Foundation
import Pipelines
import Platform
import Segmentation

/// Does a plan, tells how it goes on, and says at the end what there is.
struct BatchLaunch {
    let run: BatchRun
    let options: BatchOptions
    let teller: any BatchTeller

    /// Runs the cases and prints the result.
    ///
    /// - Throws: ``ExitStatusError`` where a case failed or is stale.
    func launch() throws {
        let teller = teller
        var run = run
        run.lastWords = { [folder = run.folder.path, teller] in
            teller.clear()
            // Said however quiet it is to be: nobody asks for an end twice.
            teller.fault("stopped; nothing is half-done: 'tomos resume \(folder)' goes on")
        }
        run.plan.notices.forEach(teller.note)
        let result = try waiting { [run, teller] in try await run.run(teller.tell) }
        teller.clear()
        derive()
        let report = Result { try run.writeReport() }
        if options.json {
            try Console.jsonFile(run.folder.path + "/cases.json")
        } else if !options.quiet {
            Console.result(BatchTable(result: result).text)
            if let page = try? report.get()?.page { Console.line("report: \(page)") }
        }
        tellRest(result)
        tellStale(result)
        let isBad = result.failed > 0 || !result.stale.isEmpty
        // What was asked for and is not there is an error, whatever became of the cases.
        if case .failure(let error) = report {
            if !isBad { throw error }
            teller.fault("\(error)")
        }
        if isBad { throw ExitStatusError(status: .someFailed) }
    }

    private func tellRest(_ result: BatchResult) {
        let folder = run.folder.path
        if let summary = run.plan.ignored.summary { teller.note("\(summary); \(folder)/cases.json says all") }
        if !result.orphans.isEmpty {
            teller.note(
                "\(folder): holds results of images that are not in the study any more: "
                    + "\(result.orphans.shown) (nothing was done with them)")
        }
        if let waiting = result.counts[.waiting] {
            teller.note("\(waiting) of \(result.planned) cases still to be done: 'tomos resume \(folder)' does them")
        }
        if result.failed > 0 {
            teller.note(
                "\(result.failed) failed (\(folder)/logs): 'tomos resume \(folder) --redo failed' tries them again")
        }
    }

    /// A BIDS data set in, a BIDS derivative out, beside the results.
    private func derive() {
        let folder = run.folder.path
        guard FileManager.default.fileExists(atPath: run.study + "/dataset_description.json") else { return }
        do {
            let dataset = try BIDSDataset(run.study, validating: false)
            let task = try TaskPack.load(run.pipeline.task)
            let derivatives = BIDSDerivatives(folder + "/bids", of: dataset, task: task.name, labels: task.labels)
            let changes = try derivatives.write(run.bidsCases())
            if options.quiet { return }
            changes.notices.forEach(teller.note)
            teller.note(
                "\(folder)/bids: a BIDS derivative of \(changes.written.count + changes.unchanged.count) label maps")
        } catch {
            teller.note("\(folder)/bids: no BIDS derivative was written: \(error)")
        }
    }

    private func tellStale(_ result: BatchResult) {
        guard let first = result.stale.keys.min(), let changes = result.stale[first] else { return }
        let others = result.stale.count > 1 ? " and \(result.stale.count - 1) more" : ""
        teller.fault(
            "\(first)\(others): the results are stale: \(changes.joined(separator: "; ")) (--redo stale makes them again)"
        )
    }
}

/// The table that a run ends with.
struct BatchTable {
    let result: BatchResult

    var text: String {
        var table = TextTable(["case", "status", "label", ">mm3", ">seconds", "source"])
        for outcome in result.shown { add(outcome, to: &table) }
        let left = result.planned - result.shown.count
        let rest = left > 0 ? "\n\(left) more are in cases.json and summary.csv" : ""
        let counts =
            "\(result.done) of \(result.planned) cases done" + (result.failed > 0 ? ", \(result.failed) failed" : "")
        let isIdle = result.doneHere == 0 && result.failed == 0 && result.done == result.planned
        let listed = result.shown.isEmpty ? "" : table.text + rest + "\n\n"
        return listed + (isIdle ? "nothing to do: " : "") + counts + proofs
    }

    private func add(_ outcome: CaseOutcome, to table: inout TextTable) {
        let time = decimal(outcome.seconds, 1)
        var first = [outcome.id, outcome.status.rawValue]
        if outcome.structures.isEmpty { table.add(first + ["-", "-", time, outcome.source]) }
        for (row, structure) in outcome.structures.enumerated() {
            if row > 0 { first = ["", ""] }
            let volume = structure.voxels == 0 ? "not found" : decimal(structure.mm3, 0)
            table.add(
                first + [
                    "\(structure.id) \(structure.name)", volume, row == 0 ? time : "", row == 0 ? outcome.source : "",
                ])
        }
    }

    /// How many files of each format were read again and found to show their label maps.
    private var proofs: String {
        let told = LabelExporters.all.compactMap { exporter in
            result.proofs[exporter.name].map { "\(exporter.name) \($0)" }
        }
        return told.isEmpty ? "" : "\nread again and found right: " + told.joined(separator: ", ")
    }
}

extension BatchRun {
    /// The cases as a derivative is made of them, as they stand in the results folder.
    func bidsCases() -> [BIDSCase] {
        plan.cases.map { planned in
            let record = folder.record(of: planned.id)
            let outcome = record?.outcome ?? CaseOutcome(waiting: planned, below: study)
            return BIDSCase(
                image: outcome.path ?? outcome.source, folder: "\(folder.path)/\(outcome.id)", outcome: outcome,
                made: record?.made ?? plan.provenance)
        }
    }
}

extension [String] {
    /// The first three, and how many more there are.
    var shown: String {
        count > 3 ? prefix(3).joined(separator: ", ") + " and \(count - 3) more" : joined(separator: ", ")
    }
}
