import Synchronization

/// How many threads this process may keep busy: the one number that engine, readers and writers go by.
public enum ThreadBudget {
    /// Processors that this process may use: those its affinity allows (`taskset`, Slurm) and its control group pays
    /// for (containers), at least 1. Looked up once.
    public static let available = min(
        ProcessorAffinity.current.processors, ControlGroup.current.processorQuota ?? .max)

    /// Numbers of threads that a person may ask for.
    public static let allowed = 1...1024
    /// The same in words.
    package static let limits = "\(allowed.lowerBound) to \(allowed.upperBound)"

    private static let most = Mutex(Int.max)

    /// Threads for a piece of work whose caller names no number: `available`, or fewer where a limit was set.
    public static var count: Int { max(1, min(available, most.withLock { $0 })) }

    /// Holds whatever goes by `count` to so many threads, as `--jobs` asks.
    public static func limit(to threads: Int) { most.withLock { $0 = threads } }
}
