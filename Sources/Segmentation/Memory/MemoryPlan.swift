import Volumes

/// How a volume is segmented within the memory there is.
public struct MemoryPlan: Sendable, Hashable {
    /// Slices segmented at once.
    public var threads: Int
    /// Support slices per query slice.
    public var support: Int
    /// What that takes.
    public var need: MemoryNeed
    /// What there is; nil for no limit.
    public var limit: MemorySize?
    /// What was asked for, when it did not fit and less was allowed.
    public var askedThreads, askedSupport: Int?

    /// One sentence about what was reduced; nil when nothing was.
    public var notice: String? {
        guard let limit, askedThreads != nil || askedSupport != nil else { return nil }
        let changes = [
            askedThreads.map { "\(counted(threads, "job")) instead of \($0)" },
            askedSupport.map { "\(counted(support, "support slice")) instead of \($0)" },
        ]
        return "memory: \(changes.compactMap(\.self).joined(separator: " and ")), to stay within \(limit)"
    }
}

/// A run needs more memory than it may take.
public enum MemoryError: TomosError, Equatable {
    /// `what` needs so much; `fits` is what would be little enough.
    case exceeded(what: String, need: MemoryNeed, limit: MemorySize, fits: String?)
    /// Training the networks of a pack needs so much.
    case training(pack: String, need: MemoryNeed, limit: MemorySize)

    /// Always: a limit.
    public var category: ErrorCategory { .limitExceeded }

    /// What is wrong and the way out.
    public var description: String {
        switch self {
        case .exceeded(let what, let need, let limit, let fits?):
            "\(what) take \(need), and the limit is \(limit); \(fits) would fit: use fewer jobs (run.jobs, --jobs) or "
                + "support slices (segment.support, --support), a larger limit (run.memory, --memory), or let the "
                + "program use less (run.reduce: allowed, --allow-reduce)"
        case .exceeded(let what, let need, let limit, nil):
            "\(what) take \(need), and the limit is \(limit); fewer jobs or support slices are not enough: use a "
                + "larger limit (run.memory, --memory), a smaller task pack or a smaller image"
        case .training(let pack, let need, let limit):
            "training networks on task '\(pack)' takes \(need), and the limit is \(limit): use a larger limit (run.memory in "
                + "a pipeline), fewer or smaller volumes, or leave the networks out ('tomos task check --no-learn')"
        }
    }
}

/// `1 job`, `2 jobs`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
