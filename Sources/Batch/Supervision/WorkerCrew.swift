import Foundation
import Glibc
import Pipelines
import Platform
import Segmentation
import Synchronization
import Volumes

/// The worker processes of a run.
final class WorkerCrew: Sendable {
    private let run: BatchRun
    private let limits: RunLimits
    private let sharing: RunSharing
    private let program: WorkerProgram
    private let report: @Sendable (BatchEvent) -> Void
    private let done = Mutex<Set<String>>([])
    private let processes = Mutex<Set<pid_t>>([])
    private let isAbandoned = Atomic(false)

    init(
        run: BatchRun, limits: RunLimits, sharing: RunSharing, program: WorkerProgram,
        report: @escaping @Sendable (BatchEvent) -> Void
    ) {
        (self.run, self.limits, self.sharing) = (run, limits, sharing)
        (self.program, self.report) = (program, report)
    }

    /// The cases that this run did, failed ones included.
    var ended: Set<String> { done.withLock { $0 } }

    /// Writes down cases that the plan says cannot be done.
    func refuse(_ items: [BatchQueue.Item]) async throws {
        for item in items {
            guard let problem = item.planned.problem, try sharing.claims.take(item.planned.id) else { continue }
            var outcome = CaseOutcome(item.planned, below: run.study, failure: PlannedProblem(problem))
            outcome.category = problem.category
            try end(item, outcome, errors: "")
        }
    }

    /// Does all cases, each of the workers one after another, and then those of others that need help.
    func work(on items: [BatchQueue.Item], then others: [BatchQueue.Item]) async throws {
        if items.isEmpty { return }
        let queue = BatchQueue(items, others: others, folder: run.folder, sharing: sharing)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<limits.workers { group.addTask { try await self.serve(queue) } }
            do {
                while try await group.next() != nil {}
            } catch {
                // What stops one worker for good stops all.
                await queue.stop()
                throw error
            }
        }
    }

    /// Ends all workers, lets go of their cases and takes what they were making away: what a person waits for after Ctrl-C.
    func abandon() {
        isAbandoned.store(true, ordering: .sequentiallyConsistent)
        let processes = processes.withLock { $0 }
        processes.forEach { kill($0, SIGTERM) }
        let patience = ContinuousClock.now + .seconds(1)
        while processes.contains(where: { kill($0, 0) == 0 }), ContinuousClock.now < patience { usleep(5000) }
        processes.forEach { kill($0, SIGKILL) }
        let making = run.folder.makingFolder(of: sharing.run)
        for id in sharing.cases { try? FileManager.default.removeItem(atPath: making + id) }
        sharing.end()
    }

    /// How often a worker that was ended from outside before it was ready is started again.
    private static let mostStarts = 3

    /// One place for a worker: a process that is gone is replaced while there are cases.
    private func serve(_ queue: BatchQueue) async throws {
        var starts = 0
        var kept: BatchQueue.Item?
        while let item = try await next(kept, queue) {
            let (last, end, errors) = try await shift(from: item, queue)
            // How workers end that were told to says nothing of their cases.
            while isAbandoned.load(ordering: .sequentiallyConsistent) { try await Task.sleep(for: .seconds(3600)) }
            kept = nil
            switch last {
            case nil: continue
            case .refused(let refusal):
                give(back: item)
                throw refusal
            case .notReady:
                starts += 1
                guard end.isFromOutside, starts < Self.mostStarts else {
                    give(back: item)
                    throw PlanError.workerFailed(reason: "\(end.text)\(errors.isEmpty ? "" : ": \(errors)")")
                }
                kept = item
            case .broken(let item, let stage, let timedOut):
                starts = 0
                let outcome = done(item) ?? broken(item, end, stage: stage, timedOut: timedOut)
                try finish(item, outcome, errors: errors, queue)
            }
        }
    }

    private func next(_ kept: BatchQueue.Item?, _ queue: BatchQueue) async throws -> BatchQueue.Item? {
        if let kept { return kept }
        return try await queue.next()
    }

    /// The life of one worker process.
    private func shift(
        from item: BatchQueue.Item, _ queue: BatchQueue
    ) async throws -> (CrewShift.Last?, WorkerEnd, String) {
        let shift = CrewShift(crew: self, queue: queue, first: item)
        return try await WorkerProcess.with(program) { worker, replies in
            _ = self.processes.withLock { $0.insert(worker.pid) }
            defer { _ = self.processes.withLock { $0.remove(worker.pid) } }
            return try await shift.work(worker, &replies)
        }
    }

    private func give(back item: BatchQueue.Item) {
        sharing.forget(item.planned.id)
        sharing.claims.release(item.planned.id)
    }

    fileprivate var setup: WorkerSetup {
        get throws {
            WorkerSetup(
                pipeline: try run.pipeline.resolvedText(), threads: limits.threads, memory: limits.memory,
                study: run.study, results: run.folder.path, run: sharing.run, provenance: run.plan.provenance)
        }
    }

    fileprivate var timeout: Duration? { run.pipeline.timeout }

    fileprivate func began(_ id: String, pid: pid_t) {
        sharing.note(id, pid: pid, stage: nil, done: nil)
        report(.started(id))
    }

    fileprivate func progressed(_ id: String, pid: pid_t, stage: CaseStage?, _ progress: CaseProgress) {
        if case .advanced(let done, let total) = progress {
            sharing.note(id, pid: pid, stage: stage, done: (done, total))
        } else {
            sharing.note(id, pid: pid, stage: stage, done: nil)
        }
        report(.progressed(id, progress))
    }

    fileprivate func finish(_ item: BatchQueue.Item, _ outcome: CaseOutcome, errors: String, _ queue: BatchQueue) throws
    {
        try end(item, outcome, errors: errors)
        if outcome.status == .failed, run.choice.stopsOnFailure { Task { await queue.stop() } }
    }

    private func end(_ item: BatchQueue.Item, _ outcome: CaseOutcome, errors: String) throws {
        let id = item.planned.id
        defer {
            sharing.forget(id)
            sharing.claims.release(id)
        }
        // Whoever was thought dead, or gives up, has no say any more.
        guard sharing.claims.isHeld(id), !isAbandoned.load(ordering: .sequentiallyConsistent) else { return }
        if outcome.status == .failed {
            try run.folder.note(
                failure: CaseRecord(made: run.plan.provenance, outcome: outcome), errors: errors)
        } else {
            run.folder.forgetFailure(of: id)
        }
        _ = done.withLock { $0.insert(id) }
        report(.finished(outcome))
    }

    /// What a worker has put in place before it ended without a word; nil when it has not.
    private func done(_ item: BatchQueue.Item) -> CaseOutcome? {
        let id = item.planned.id
        guard run.folder.doneMark(of: id) != item.doneMark else { return nil }
        return ResultFolder.record(run.folder.recordFile(of: id))?.outcome
    }

    /// What becomes of a case whose worker process ended.
    private func broken(
        _ item: BatchQueue.Item, _ end: WorkerEnd, stage: CaseStage?, timedOut: Bool
    ) -> CaseOutcome {
        let breakdown: Breakdown
        var reason: String
        switch end {
        case _ where timedOut:
            breakdown = .timedOut
            let limit = CaseTimeLimit(timeout).description
            reason = "took longer than \(limit) (run.timeout, --timeout)"
        case _ where end.isFromOutside:
            breakdown = .killed
            reason = "its worker process was ended from outside, perhaps since memory ran out: \(end.text)"
        default:
            breakdown = .crashed
            reason = "its worker process crashed: \(end.text)"
            if let memory = limits.memory {
                reason += "; it might take \(MemorySize(bytes: memory)) of memory (run.memory, --memory)"
            }
        }
        reason += "; \(run.folder.logFile(of: item.planned.id)) says what it said last"
        var outcome = CaseOutcome(
            item.planned, below: run.study, failure: PlannedProblem(.init(reason: reason, category: "")))
        (outcome.category, outcome.stage) = (breakdown.rawValue, stage)
        // What it was making is nobody's now.
        let made = ResultFolder(run.folder.path, making: run.folder.makingFolder(of: sharing.run))
        try? FileManager.default.removeItem(atPath: made.makingFolder(of: item.planned.id))
        return outcome
    }
}

/// A problem that the plan names, as an error.
private struct PlannedProblem: TomosError {
    let description: String
    let category = ErrorCategory.badData

    init(_ problem: CaseProblem) { description = problem.reason }
}

/// Whether a case took longer than it may.
private final class Lateness: Sendable {
    let isLate = Atomic(false)
}

/// What one worker process does in its life.
private struct CrewShift: Sendable {
    /// Why a process is not used any more; nil in its place when there is nothing left to do.
    enum Last: Sendable {
        /// It said that it cannot work at all.
        case refused(WorkerRefusal)
        /// It ended before it was ready.
        case notReady
        /// It ended in the middle of a case.
        case broken(BatchQueue.Item, CaseStage?, timedOut: Bool)
    }

    let crew: WorkerCrew
    let queue: BatchQueue
    let first: BatchQueue.Item

    func work(_ worker: WorkerProcess, _ replies: inout WorkerProcess.Replies) async throws -> Last? {
        crew.began(first.planned.id, pid: worker.pid)
        try await worker.send(.begin(try crew.setup))
        switch try await replies.next() {
        case .ready: break
        case .refused(let reason, let category): return .refused(WorkerRefusal(description: reason, category: category))
        default: return .notReady
        }
        var item = first
        while true {
            if let last = try await follow(item, worker, &replies) { return last }
            guard let next = try await queue.next() else { return nil }
            item = next
            crew.began(item.planned.id, pid: worker.pid)
        }
    }

    /// Sees one case to its end; nil when the process can take another.
    private func follow(
        _ item: BatchQueue.Item, _ worker: WorkerProcess, _ replies: inout WorkerProcess.Replies
    ) async throws -> Last? {
        worker.errors.forget()
        let lateness = Lateness()
        let pid = worker.pid
        let watch = crew.timeout.map { timeout in
            Task {
                try await Task.sleep(for: timeout, clock: .continuous)
                lateness.isLate.store(true, ordering: .relaxed)
                kill(pid, SIGKILL)
            }
        }
        defer { watch?.cancel() }
        try await worker.send(.ticket(WorkerTicket(planned: item.planned, replaces: item.replaces)))
        var stage: CaseStage?
        while let reply = try await replies.next() {
            switch reply {
            case .stage(let next):
                if next == stage { continue }
                stage = next
                crew.progressed(item.planned.id, pid: pid, stage: stage, .stage(next))
            case .advanced(let done, let total):
                crew.progressed(item.planned.id, pid: pid, stage: stage, .advanced(done: done, of: total))
            case .finished(let outcome):
                try crew.finish(item, outcome, errors: worker.errors.text, queue)
                return nil
            case .ready, .refused, .planned, .hashed: continue
            }
        }
        return .broken(item, stage, timedOut: lateness.isLate.load(ordering: .relaxed))
    }
}
