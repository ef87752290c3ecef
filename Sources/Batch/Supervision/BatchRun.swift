import Foundation
import Pipelines
import Platform
import Segmentation
import Studies
import Synchronization
import VolumeIO
import Volumes

/// What a run tells while it goes on.
public enum BatchEvent: Sendable {
    /// So many cases are to be done of so many planned, by so many worker processes.
    case began(cases: Int, planned: Int, workers: Int, threads: Int)
    /// A case begins.
    case started(String)
    /// Something else begins with a case, or slices of it are done.
    case progressed(String, CaseProgress)
    /// A case ended.
    case finished(CaseOutcome)
}

/// Which cases of a plan a run does.
public struct BatchChoice: Sendable {
    /// Cases with results that are done again.
    public var redo: Redo?
    /// These cases only; empty for all.
    public var cases: [String] = []
    /// A part of the plan only.
    public var shard: Shard?
    /// Whether the first failure ends the run.
    public var stopsOnFailure = false

    /// Every case without results.
    public init() {}
}

/// Does a plan: worker processes do its cases, each by itself, and whatever befalls one costs that case only.
public struct BatchRun: Sendable {
    /// The plan.
    public let plan: BatchPlan
    /// Where results go.
    public let folder: BatchFolder
    /// The plan's pipeline, with the threads, memory, workers and time limit of this run.
    public let pipeline: PipelineFile
    /// Which cases.
    public let choice: BatchChoice
    /// The study's folder as messages name it.
    public let study: String
    /// Whether the plan is frozen first; one that is frozen already is not.
    public var freezes = false
    /// Called when the program is told to end, once its workers are gone and the folder is as it should be.
    public var lastWords: @Sendable () -> Void = {}
    private let program: WorkerProgram

    /// A run.
    ///
    /// - Parameters:
    ///   - pipeline: The plan's when nil.
    ///   - study: The study's folder as messages shall name it; the plan's when nil.
    public init(
        _ plan: BatchPlan, in folder: BatchFolder, pipeline: PipelineFile? = nil, choice: BatchChoice = BatchChoice(),
        study: String? = nil, program: WorkerProgram
    ) throws {
        (self.plan, self.folder, self.choice, self.program) = (plan, folder, choice, program)
        self.pipeline = try pipeline ?? PipelineFile.load(resolvedText: plan.pipeline)
        self.study = study ?? plan.study
        let known = Set(plan.cases.map(\.id))
        let unknown = choice.cases.filter { !known.contains($0) }
        if !unknown.isEmpty { throw PlanError.unknownCases(unknown, known: plan.cases.map(\.id)) }
    }

    /// How every case of the plan stands before the run, in the plan's order.
    public func states() -> [CaseState] {
        plan.cases.map(state)
    }

    private func state(of planned: PlannedCase) -> CaseState {
        CaseState.of(planned, record: folder.record(of: planned.id), provenance: plan.provenance)
    }

    /// Does the cases and writes the tables of all that is there.
    ///
    /// - Throws: What stops every case, and what keeps the tables from being written. A case that fails is no error.
    public func run(_ report: @escaping @Sendable (BatchEvent) -> Void = { _ in }) async throws -> BatchResult {
        let started = Date()
        // From here on there is something to go on with.
        Drafts.beforeEnd(lastWords)
        defer { Drafts.beforeEnd(nil) }
        let sharing = try RunSharing(folder, plan: plan.hash, shard: choice.shard)
        defer {
            Drafts.beforeEnd(nil)
            sharing.end()
        }
        if freezes { try folder.freeze(plan) }
        try clearOutdatedFailures(sharing.claims)
        let (items, others) = wanted()
        let (work, refused) = (items.filter { $0.planned.problem == nil }, items.filter { $0.planned.problem != nil })
        let limits = limits(for: work)
        report(.began(cases: items.count, planned: plan.cases.count, workers: limits.workers, threads: limits.threads))
        let crew = WorkerCrew(run: self, limits: limits, sharing: sharing, program: program, report: report)
        Drafts.beforeEnd { [lastWords] in
            crew.abandon()
            lastWords()
        }
        try await crew.refuse(refused)
        try await crew.work(on: work, then: others.filter { $0.planned.problem == nil })
        let summary = BatchSummary(self, doneHere: crew.ended)
        return try summary.write(started: started, limits: limits)
    }

    /// Takes back failures of cases that are done, where a run ended before it could. Nobody may be at the case meanwhile.
    private func clearOutdatedFailures(_ claims: Claims) throws {
        for id in folder.outdatedFailures {
            guard try claims.take(id) else { continue }
            if folder.isFailureOutdated(of: id) { folder.forgetFailure(of: id) }
            claims.release(id)
        }
    }

    /// The cases to be done, in the plan's order, and those of other shards.
    private func wanted() -> (own: [BatchQueue.Item], others: [BatchQueue.Item]) {
        var (own, others): ([BatchQueue.Item], [BatchQueue.Item]) = ([], [])
        let chosen = Set(choice.cases)
        for (index, planned) in plan.cases.enumerated() {
            if !chosen.isEmpty, !chosen.contains(planned.id) { continue }
            // The marks before the look: what another run does after them shows, and what it did before them is seen.
            let (mark, doneMark) = (folder.mark(of: planned.id), folder.doneMark(of: planned.id))
            let state = state(of: planned)
            let isOpen = state == .waiting || state == .brokenOff
            guard isOpen || choice.redo?.takes(state) == true else { continue }
            let isThere = FileManager.default.fileExists(atPath: folder.path + "/" + planned.id)
            let item = BatchQueue.Item(
                planned: planned, mark: mark, doneMark: doneMark, replaces: isThere && state != .waiting)
            if choice.shard?.contains(index) ?? true { own.append(item) } else { others.append(item) }
        }
        return (own, others)
    }

    private func limits(for work: [BatchQueue.Item]) -> RunLimits {
        let options = pipeline.options
        // With fewer threads a case takes less: what it takes with all of them is on the safe side.
        let need = work.compactMap(\.planned.memory).max() ?? 0
        return RunLimits(
            asked: pipeline.workers, threads: options.threads, memory: options.memory.size?.bytes, cases: work.count,
            need: need)
    }
}
