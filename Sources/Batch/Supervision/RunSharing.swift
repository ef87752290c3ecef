import Foundation
import Pipelines
import Platform
import Segmentation
import Synchronization
import Volumes

/// A run's place among the others that work on its results folder: its name, its claims, its heartbeat, and its watch over
/// the others.
final class RunSharing: Sendable {
    /// The run's name.
    let run: String
    let claims: Claims
    private let paths: SharingPaths
    private let heartbeat: Heartbeat
    private let watch: RunnerWatch
    private let remains: Remains
    private let running = Mutex<[String: RunningCase]>([:])
    private let hasMetOthers = Mutex(false)

    /// Shows the others that a run begins, and clears away what dead ones left.
    ///
    /// - Throws: `ResultError` when the folder cannot be written to, ``PlanError/busy(folder:host:pid:plan:)`` when another
    ///   run does another plan in it.
    init(_ folder: BatchFolder, plan: String, shard: Shard?) throws {
        try Self.make(folder)
        paths = SharingPaths(out: folder.path)
        let identity = RunnerIdentity.current(plan: plan, shard: shard)
        heartbeat = try Heartbeat(identity, paths: paths)
        (run, claims) = (identity.run, Claims(of: identity.run, paths: paths))
        watch = RunnerWatch(paths, as: identity)
        remains = Remains(paths, run: identity.run, watch: watch)
        do {
            _ = try hasCompany()
            try remains.sweep()
            // One on another machine that says nothing is waited for until it is known to be dead.
            if let other = try watch.living(where: { $0.plan != plan }) {
                throw PlanError.busy(
                    folder: folder.path, host: other.host, pid: Int(other.pid), plan: other.plan)
            }
        } catch {
            end()
            throw error
        }
    }

    /// Frees what runs had that have ended without a word.
    func buryDead() throws {
        _ = try hasCompany()
        try remains.buryDead()
    }

    /// Whether other runs were seen on the folder since this one began, dead or alive.
    func hasCompany() throws -> Bool {
        let isAlone = try watch.look().isEmpty
        return hasMetOthers.withLock { met in
            if !isAlone { met = true }
            return met
        }
    }

    private static func make(_ folder: BatchFolder) throws(ResultError) {
        do {
            try AtomicFile.makeFolder(folder.path)
        } catch AtomicFileError.cannotCreate(_, let code) {
            let reason = code == ENOTDIR ? "a file is in the way" : String(cString: strerror(code))
            throw .cannotCreate(folder.path, reason: reason)
        } catch {
            throw .cannotCreate(folder.path, reason: "\(error)")
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
            throw .cannotCreate(folder.path, reason: "a file is in the way")
        }
    }

    /// The cases that the run is at.
    var cases: [String] { running.withLock { Array($0.keys) } }

    /// Tells others what a case is at.
    func note(_ id: String, pid: Int32, stage: CaseStage?, done: (Int, Int)?) {
        tell { $0[id] = RunningCase(id, stage: stage?.rawValue, done: done?.0, of: done?.1, worker: pid) }
    }

    /// Tells others that a case is at an end.
    func forget(_ id: String) { tell { $0[id] = nil } }

    private func tell(_ change: (inout [String: RunningCase]) -> Void) {
        let state = running.withLock { running in
            change(&running)
            return BeatState(running: running.values.sorted { $0.case < $1.case })
        }
        heartbeat.update(state)
    }

    /// Gives everything back. May be called from any thread, and more than once.
    func end() {
        _ = remains.buryOwn()
        _ = try? remains.sweep()
        heartbeat.end()
        // Empty folders say nothing.
        for folder in [paths.runs, paths.claims, paths.making] { rmdir(folder) }
    }

    /// What the runs of a folder are at, as they told it last.
    static func running(in folder: BatchFolder) -> [BatchStatus.Running] {
        let paths = SharingPaths(out: folder.path)
        let watch = RunnerWatch(paths, as: .current(plan: ""))
        let others = (try? watch.look()) ?? []
        return others.filter { !$0.isDead }.flatMap { other in
            (other.beat?.running ?? []).map {
                BatchStatus.Running(
                    id: $0.case, host: other.identity?.host ?? "", stage: $0.stage.flatMap(CaseStage.init),
                    done: $0.done,
                    of: $0.of)
            }
        }.sorted { $0.id < $1.id }
    }
}

extension BatchFolder {
    /// What the path of the folder in which a run makes a case's files begins with.
    func makingFolder(of run: String) -> String { SharingPaths(out: path).making("", by: run) }

    /// A run's claims, as a worker process of it sees them.
    func claims(of run: String) -> Claims { Claims(of: run, paths: SharingPaths(out: path)) }

    /// Freezes a plan that is done later, unless another one is being done here.
    ///
    /// - Throws: ``PlanError/busy(folder:host:pid:plan:)``, and what writing throws.
    public func begin(_ plan: BatchPlan) throws {
        let sharing = try RunSharing(self, plan: plan.hash, shard: nil)
        defer { sharing.end() }
        try freeze(plan)
    }

    /// Mean seconds of the cases that are done as a plan has them; nil when none is.
    public func secondsPerCase(_ plan: BatchPlan) -> Double? {
        let seconds = plan.cases.compactMap { planned -> Double? in
            let record = ResultFolder.record(recordFile(of: planned.id))
            guard let record, record.made.changes(since: plan.provenance).isEmpty else { return nil }
            return record.outcome.seconds
        }
        return seconds.isEmpty ? nil : seconds.reduce(0, +) / Double(seconds.count)
    }
}
