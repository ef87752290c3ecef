import Volumes

/// Why a plan cannot be made, found or followed.
public enum PlanError: TomosError, Equatable {
    /// A file cannot be read to its end.
    case unreadable(path: String, reason: String)
    /// An image is not the one that was planned.
    case changed(id: String, path: String)
    /// The task pack or the weights are not those that the plan was made with.
    case madeDifferently(changes: [String])
    /// A results folder holds no plan.
    case noPlan(folder: String)
    /// A results folder holds no plan of this hash.
    case unknownPlan(hash: String, folder: String, known: [String])
    /// A plan's file cannot be read.
    case broken(path: String, reason: String)
    /// The plan has no such case.
    case unknownCases([String], known: [String])
    /// Another run is at work in the folder, with another plan.
    case busy(folder: String, host: String, pid: Int, plan: String)
    /// The worker process did not come up.
    case workerFailed(reason: String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .unreadable: .inputOutput
        case .changed, .broken: .badData
        case .madeDifferently: .badConfiguration
        case .noPlan, .unknownPlan, .unknownCases: .missingInput
        case .busy: .busy
        case .workerFailed: .internalFailure
        }
    }

    /// The message.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
        case .changed(let id, let path):
            "\(path): changed since the plan was made, so that case \(id) was left alone (run 'tomos run' again to plan "
                + "it as it is now)"
        case .madeDifferently(let changes):
            "not what the plan was made with: \(changes.joined(separator: "; ")) (run 'tomos run' again to make a new "
                + "plan)"
        case .noPlan(let folder): "\(folder): holds no plan ('tomos run PIPELINE STUDY -o \(folder)' makes one)"
        case .unknownPlan(let hash, let folder, let known):
            "\(folder): holds no plan \(hash); there \(known.count == 1 ? "is" : "are") \(known.joined(separator: ", "))"
        case .broken(let path, let reason):
            "\(path): no plan that can be read: \(reason) (run 'tomos run' again to make a new one)"
        case .unknownCases(let ids, let known):
            "no case \(ids.joined(separator: ", ")); there are \(known.prefix(5).joined(separator: ", "))"
                + (known.count > 5 ? " and \(known.count - 5) more ('tomos status' lists them)" : "")
        case .busy(let folder, let host, let pid, let plan):
            "\(folder): another run is at work here with another plan (\(plan), process \(pid) on \(host)); wait for "
                + "it, or write to another folder"
        case .workerFailed(let reason): "the worker process did not come up: \(reason)"
        }
    }
}
