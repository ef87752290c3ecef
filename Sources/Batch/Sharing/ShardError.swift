import Volumes

/// Why it is not known which part of a plan is to be done.
public enum ShardError: TomosError, Equatable {
    /// What was given is no part.
    case malformed(String)
    /// A variable of the job's environment is not a number, or not there.
    case badVariable(name: String, value: String?)
    /// The numbers of a job array's tasks are not evenly spaced.
    case unevenArray(task: Int, variables: String, count: Int)
    /// Nothing says how many pods a job has.
    case unknownCompletions(index: Int)

    /// Always: the configuration is bad.
    public var category: ErrorCategory { .badConfiguration }

    /// The message.
    public var description: String {
        switch self {
        case .malformed(let text):
            "\"\(text)\" is no part of a plan: it is written 2/5, the second of five parts (from 1/5 to 5/5)"
        case .badVariable(let name, let value):
            "\(name) is \(value.map { "\"\($0)\"" } ?? "not set"), so it cannot be told which part of the cases is this "
                + "task's; say it with --shard i/n"
        case .unevenArray(let task, let variables, let count):
            "SLURM_ARRAY_TASK_ID=\(task): the tasks of this job array are not evenly spaced (\(variables)), so it cannot be "
                + "told which of \(count) parts of the cases is this one's; submit it as --array=1-\(count), or say "
                + "--shard i/\(count) in each task"
        case .unknownCompletions(let index):
            "JOB_COMPLETION_INDEX=\(index): Kubernetes does not tell how many pods the job has; set JOB_COMPLETIONS to the "
                + "job's spec.completions in the pod's environment, or say --shard \(index + 1)/n"
        }
    }
}
