import Pipelines

/// How a planned case stands, going by what is in the results folder.
public enum CaseState: Sendable, Equatable {
    /// Nothing is there.
    case waiting
    /// It is done, as it was planned.
    case done
    /// It failed, and would again: `--redo failed` tries.
    case failed
    /// It broke off for a reason that says nothing of the case: it is done again.
    case brokenOff
    /// There are results, made from something else or in another way: what changed.
    case stale([String])

    /// Judges a record against the plan.
    static func of(_ planned: PlannedCase, record: CaseRecord?, provenance: Provenance) -> CaseState {
        guard let record else { return .waiting }
        var changes = provenance.changes(since: record.made)
        if let before = record.outcome.contentSHA256, let now = planned.sha256, before != now {
            changes.insert("its image changed", at: 0)
        } else if record.outcome.path != planned.source.path
            || record.outcome.seriesInstanceUID != planned.source.seriesInstanceUID
        {
            changes.insert("it was made from \(record.outcome.path ?? record.outcome.source)", at: 0)
        }
        if record.outcome.status == .failed {
            let again = record.outcome.category.flatMap(Breakdown.init)?.isWorthAnotherTry ?? false
            // A failure of what is no more like that says nothing of what is to be done now.
            return again || !changes.isEmpty ? .brokenOff : .failed
        }
        return changes.isEmpty ? .done : .stale(changes)
    }
}

/// How a case ends that ends by no error of its own.
public enum Breakdown: String, Sendable, CaseIterable {
    /// The worker process crashed: it aborted, or the system ended it for what it did.
    case crashed
    /// It took longer than it may.
    case timedOut
    /// Somebody ended the worker process: a person, or the system when memory ran out.
    case killed
    /// Reading or writing broke off (``ErrorCategory/inputOutput``).
    case inputOutput
    /// The output could not be made (``ErrorCategory/cannotCreate``).
    case cannotCreate

    /// Whether the next run does the case again by itself: what befell it says nothing of the case.
    public var isWorthAnotherTry: Bool {
        switch self {
        case .crashed, .timedOut: false
        case .killed, .inputOutput, .cannotCreate: true
        }
    }
}

/// Which cases that have results are done again.
public enum Redo: String, Sendable, CaseIterable {
    /// Those that failed.
    case failed
    /// Those that were made from something else or in another way.
    case stale
    /// All.
    case all

    func takes(_ state: CaseState) -> Bool {
        switch (self, state) {
        case (.all, _), (.failed, .failed), (.stale, .stale): true
        default: false
        }
    }
}
