import Dispatch

/// Work on several threads with a fixed division, so that who computes what never depends on timing.
package enum Parallel {
    /// Calls `body(worker, range)` for `workers` contiguous parts of `0 ..< units`; returns when all are done.
    /// The calls run at once: each must write only what belongs to its units or to its worker.
    package static func split(_ units: Int, over workers: Int, _ body: (Int, Range<Int>) -> Void) {
        let workers = max(1, min(workers, units))
        guard workers > 1 else { return body(0, 0..<units) }
        // Not Sendable because it captures raw maps; the contract above is what makes this sound.
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            body(worker, units * worker / workers..<units * (worker + 1) / workers)
        }
    }
}
