import Synchronization

/// Counts slices from several threads.
final class SliceCounter: Sendable {
    private let counts = Mutex((done: 0, skipped: 0))
    private let total: Int
    private let report: (@Sendable (Int, Int) -> Void)?

    init(total: Int, report: (@Sendable (Int, Int) -> Void)?) { (self.total, self.report) = (total, report) }

    func add(skipped: Bool) {
        let done = counts.withLock {
            $0.done += 1
            if skipped { $0.skipped += 1 }
            return $0.done
        }
        report?(done, total)
    }

    /// What was left out, for a person.
    var notice: String? {
        counts.withLock {
            $0.skipped > 0
                ? "\($0.skipped) of \($0.done) slices hold one value only and became background (skip-empty)" : nil
        }
    }
}
