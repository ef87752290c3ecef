import Synchronization

/// Counts slices from several threads, each as often as the volume is gone through.
final class SliceCounter: Sendable {
    private let counts = Mutex((done: 0, skipped: 0))
    private let slices: Int
    private let passes: Int
    private let report: (@Sendable (Int, Int) -> Void)?

    init(slices: Int, passes: Int, report: (@Sendable (Int, Int) -> Void)?) {
        (self.slices, self.passes, self.report) = (slices, passes, report)
    }

    func add(skipped: Bool) {
        let done = counts.withLock {
            $0.done += 1
            if skipped { $0.skipped += 1 }
            return $0.done
        }
        report?(done, slices * passes)
    }

    /// What was left out of every pass, for a person.
    var notice: String? {
        let skipped = counts.withLock { $0.skipped } / max(1, passes)
        return skipped > 0
            ? "\(skipped) of \(slices) slices hold one value only and became background (skip-empty)" : nil
    }
}
