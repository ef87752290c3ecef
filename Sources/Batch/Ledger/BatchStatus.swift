import Foundation
import Pipelines
import Platform
import Volumes

/// How a results folder stands, from whatever machine it is looked at.
public struct BatchStatus: Codable, Sendable {
    /// A case that is being done.
    public struct Running: Codable, Sendable {
        /// The case.
        public var id: String
        /// The machine that does it.
        public var host: String
        /// What is going on.
        public var stage: CaseStage?
        /// Slices done, and slices in all, where that is known.
        public var done: Int?, of: Int?
    }

    /// A case that failed.
    public struct Failure: Codable, Sendable {
        /// The case.
        public var id: String
        /// Its kind, and why.
        public var category: String, reason: String
    }

    /// The plan's hash.
    public var plan: String
    /// Cases of the plan, and how many of them stand how.
    public var planned: Int, done: Int, waiting: Int
    /// Those that are being done.
    public var running: [Running]
    /// Those that failed.
    public var failed: [Failure]
    /// Those whose results were made from something else or in another way.
    public var stale: [String: [String]]

    /// Looks at a folder; nothing is changed.
    ///
    /// - Throws: ``PlanError`` where there is no plan.
    public init(of folder: BatchFolder) throws {
        let plan = try folder.plan()
        self.plan = plan.hash
        (planned, done, waiting) = (plan.cases.count, 0, 0)
        (failed, stale) = ([], [:])
        running = RunSharing.running(in: folder)
        let busy = Set(running.map(\.id))
        for planned in plan.cases {
            let record = folder.record(of: planned.id)
            switch CaseState.of(planned, record: record, provenance: plan.provenance) {
            case _ where busy.contains(planned.id): continue
            case .waiting: waiting += 1
            case .done: done += 1
            case .stale(let changes): stale[planned.id] = changes
            case .failed, .brokenOff:
                failed.append(
                    Failure(
                        id: planned.id, category: record?.outcome.category ?? "", reason: record?.outcome.reason ?? ""))
            }
        }
    }
}
