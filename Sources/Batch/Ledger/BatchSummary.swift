import Foundation
import Pipelines
import Platform
import Segmentation
import Studies
import Volumes

/// What a run has come to.
public struct BatchResult: Sendable {
    /// How many cases of the plan stand how.
    public var counts: [CaseOutcome.Status: Int] = [:]
    /// What a person is shown: every case where they are few, else those that failed, ``most`` at most.
    public var shown: [CaseOutcome] = []
    /// How many files of each format were read again and found to show their label maps.
    public var proofs: [String: Int] = [:]
    /// Cases whose results were made from something else or in another way, and what changed.
    public var stale: [String: [String]] = [:]
    /// Results of cases that the plan does not have.
    public var orphans: [String] = []
    /// Cases that this run did, failed ones included.
    public var doneHere: Int
    /// More cases than this are counted and not shown.
    public static let most = 60

    /// How many cases the plan has.
    public var planned: Int { counts.values.reduce(0, +) }
    /// How many have results.
    public var done: Int { counts[.done, default: 0] + counts[.kept, default: 0] }
    /// How many failed.
    public var failed: Int { counts[.failed, default: 0] }

    init(doneHere: Int) { self.doneHere = doneHere }

    /// Counts a case, of so many.
    mutating func count(_ outcome: CaseOutcome, of all: Int) {
        counts[outcome.status, default: 0] += 1
        for proof in outcome.exports ?? [] { proofs[proof.format, default: 0] += 1 }
        if all <= Self.most || outcome.status == .failed && shown.count < Self.most { shown.append(outcome) }
    }
}

/// `run.json`: how the last run went, on what.
public struct RunAccount: Codable, Sendable {
    /// The plan's hash.
    public var plan: String
    /// What the results say they were made by.
    public var made: Provenance
    /// The command line of the run.
    public var commandLine: [String]
    /// The machine, its processors that may be used, and its memory that may be taken, in bytes.
    public var host: String, processors: Int, memory: Int
    /// Worker processes, and threads of each.
    public var workers: Int, threads: Int
    /// When the run began and ended, in UTC by this machine's clock, as ISO 8601 has it.
    public var started: String, ended: String
    /// How many cases stand how.
    public var counts: [String: Int]
    /// Options of the run that change no result.
    public var options: [String: String]
}

/// Gathers what is in a results folder, and writes the tables of it.
struct BatchSummary {
    private let run: BatchRun
    private let doneHere: Set<String>

    init(_ run: BatchRun, doneHere: Set<String>) {
        (self.run, self.doneHere) = (run, doneHere)
    }

    /// Writes `cases.json`, `summary.csv`, `volumes.csv` and `run.json` of all that is there now, whoever made it.
    func write(started: Date, limits: RunLimits) throws -> BatchResult {
        let (folder, plan) = (run.folder, run.plan)
        var result = BatchResult(doneHere: doneHere.count)
        var tables = [
            try CaseTable.report(made: plan.provenance, study: run.study, ignored: plan.ignored), CaseTable.summary,
        ]
        if run.pipeline.outputs.contains(.volumes) { tables.append(.volumes) }
        try CaseTable.write(tables, to: folder.path, of: plan.cases) { planned in
            let outcome = outcome(of: planned, stale: &result.stale)
            result.count(outcome, of: plan.cases.count)
            return outcome
        }
        result.orphans = orphans
        var counts = Dictionary(uniqueKeysWithValues: result.counts.map { ($0.rawValue, $1) })
        if !result.stale.isEmpty { counts["stale"] = result.stale.count }
        // A run that had nothing to do takes nothing away of what is told of the one before.
        let file = folder.path + "/run.json"
        if !doneHere.isEmpty || !FileManager.default.fileExists(atPath: file) {
            try AtomicFile.write(try JSON.bytes(account(started: started, limits, counts: counts)), to: file)
        }
        return result
    }

    /// How a case stands now, and what changed since its results were made.
    private func outcome(of planned: PlannedCase, stale: inout [String: [String]]) -> CaseOutcome {
        let record = run.folder.record(of: planned.id)
        if case .stale(let changes) = CaseState.of(planned, record: record, provenance: run.plan.provenance) {
            stale[planned.id] = changes
        }
        guard var outcome = record?.outcome else { return CaseOutcome(waiting: planned, below: run.study) }
        if outcome.status == .done, !doneHere.contains(planned.id) { outcome.status = .kept }
        return outcome
    }

    private func account(started: Date, _ limits: RunLimits, counts: [String: Int]) -> RunAccount {
        RunAccount(
            plan: run.plan.hash, made: run.plan.provenance, commandLine: CommandLine.arguments,
            host: ProcessInfo.processInfo.hostName, processors: ThreadBudget.available,
            memory: MachineMemory.size.bytes, workers: limits.workers, threads: limits.threads,
            started: started.ISO8601Format(), ended: Date().ISO8601Format(), counts: counts,
            options: run.pipeline.resolvedOptions().filter { $0.key.hasPrefix("run.") })
    }

    /// Folders with results of cases that the plan does not have.
    private var orphans: [String] {
        let planned = Set(run.plan.cases.map(\.id))
        let names = (try? FileManager.default.contentsOfDirectory(atPath: run.folder.path)) ?? []
        return names.filter { name in
            !planned.contains(name) && FileManager.default.fileExists(atPath: run.folder.recordFile(of: name))
        }.sorted()
    }
}

extension CaseOutcome {
    /// A case with which nothing was done yet.
    package init(waiting planned: PlannedCase, below study: String) {
        let shown = planned.source.path.isEmpty ? study : CaseSource.full(planned.source.path, below: study)
        self.init(StudyCase(id: planned.id, source: .file(path: shown)), status: .waiting)
        (path, contentSHA256) = (planned.source.path, planned.sha256)
        seriesInstanceUID = planned.source.seriesInstanceUID
    }
}
