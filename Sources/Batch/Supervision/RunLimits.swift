import Platform
import Segmentation

/// How the one budget of threads and memory is shared out among worker processes.
struct RunLimits: Sendable, Equatable {
    /// Worker processes.
    var workers: Int
    /// Threads of each.
    var threads: Int
    /// Bytes that each may take; nil for no limit.
    var memory: Int?

    init(workers: Int, threads: Int, memory: Int?) {
        (self.workers, self.threads, self.memory) = (workers, threads, memory)
    }

    /// As many workers as there are cases, threads and memory for, unless a number was asked for.
    ///
    /// - Parameters:
    ///   - asked: How many workers a person wants; nil for as many as may be.
    ///   - threads: Threads in all.
    ///   - memory: Bytes in all; nil for no limit.
    ///   - cases: Cases to do.
    ///   - need: Bytes that the largest case takes.
    init(asked: Int?, threads: Int, memory: Int?, cases: Int, need: Int) {
        let most = max(1, min(cases, asked ?? threads))
        let fitting = (1...most).reversed().first { workers in
            memory.map { need <= $0 / workers } ?? true
        }
        workers = asked.map { _ in most } ?? fitting ?? 1
        self.threads = max(1, threads / workers)
        self.memory = memory.map { $0 / workers }
    }
}
