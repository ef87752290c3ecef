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
        derive(result)
        if options.json {
            try Console.json(result.report)
        } else if !options.quiet {
            Console.result(BatchTable(result: result).text)
        }
        tellRest(result)
        tellStale(result)
        let isBad = !result.report.failures.isEmpty || !result.stale.isEmpty
        if isBad { throw ExitStatusError(status: .someFailed) }
    }

    private func tellRest(_ result: BatchResult) {
        let folder = run.folder.path
        if let summary = result.report.ignored.summary { teller.note("\(summary); \(folder)/cases.json says all") }
        if !result.orphans.isEmpty {
            teller.note(
                "\(folder): holds results of images that are not in the study any more: "
                    + "\(result.orphans.shown) (nothing was done with them)")
        }
        let waiting = result.report.cases.filter { $0.status == .waiting }
        if !waiting.isEmpty {
            teller.note(
                "\(waiting.count) of \(result.report.cases.count) cases still to be done: 'tomos resume \(folder)' does them"
            )
        }
        let failures = result.report.failures
        if !failures.isEmpty {
            teller.note(
                "\(failures.count) failed (\(folder)/logs): 'tomos resume \(folder) --redo failed' tries them again")
        }
    }

    /// A BIDS data set in, a BIDS derivative out, beside the results.
    private func derive(_ result: BatchResult) {
        let folder = run.folder.path
        guard FileManager.default.fileExists(atPath: run.study + "/dataset_description.json") else { return }
        do {
            let dataset = try BIDSDataset(run.study, validating: false)
            let task = try TaskPack.load(run.pipeline.task)
            let derivatives = BIDSDerivatives(folder + "/bids", of: dataset, task: task.name, labels: task.labels)
            let changes = try derivatives.write(result.bidsCases(in: folder, made: run.plan.provenance))
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
    /// More cases than this are counted and not listed, but for those that a person should look at.
    private static let most = 60

    let result: BatchResult

    var text: String {
        let cases = result.report.cases
        let listed = cases.count > Self.most ? cases.filter { $0.status == .failed } : cases
        var table = TextTable(["case", "status", "label", ">mm3", ">seconds", "source"])
        for outcome in listed.prefix(Self.most) { add(outcome, to: &table) }
        let left = cases.count - min(listed.count, Self.most)
        let rest = left > 0 && cases.count > Self.most ? "\n\(left) more are in cases.json and summary.csv" : ""
        let done = cases.filter { [.done, .kept].contains($0.status) }.count
        let failed = result.report.failures.count
        let counts = "\(done) of \(cases.count) cases done" + (failed > 0 ? ", \(failed) failed" : "")
        let isIdle = result.doneHere == 0 && failed == 0 && done == cases.count
        return (listed.isEmpty ? "" : table.text + rest + "\n\n") + (isIdle ? "nothing to do: " : "") + counts + proofs
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
        let formats = result.report.cases.flatMap { $0.exports ?? [] }.map(\.format)
        let counts = Dictionary(formats.map { ($0, 1) }, uniquingKeysWith: +)
        let told = LabelExporters.all.compactMap { exporter in counts[exporter.name].map { "\(exporter.name) \($0)" } }
        return told.isEmpty ? "" : "\nread again and found right: " + told.joined(separator: ", ")
    }
}

extension BatchResult {
    /// The cases as a derivative is made of them.
    func bidsCases(in folder: String, made provenance: Provenance) -> [BIDSCase] {
        report.cases.map { outcome in
            let made = BatchFolder(folder).record(of: outcome.id)?.made ?? provenance
            return BIDSCase(
                image: outcome.path ?? outcome.source, folder: "\(folder)/\(outcome.id)", outcome: outcome, made: made)
        }
    }
}

extension [String] {
    /// The first three, and how many more there are.
    var shown: String {
        count > 3 ? prefix(3).joined(separator: ", ") + " and \(count - 3) more" : joined(separator: ", ")
    }
}
