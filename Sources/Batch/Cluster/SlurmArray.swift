import Volumes

/// A study as an array of jobs for a Slurm cluster, and a job behind it that reports: what is asked of the cluster, and
/// the two scripts that ask for it.
///
/// Each task of the array does a share of a frozen plan (`tomos resume`), which it finds in what Slurm tells it
/// (`SLURM_ARRAY_TASK_ID` and its kin). The scripts hold all that `sbatch` must know, so that they can be read, changed
/// and submitted by hand.
public struct SlurmArray: Sendable, Hashable {
    /// The path of `tomos`, as the cluster's nodes see it.
    public var program: String
    /// The folder of the results, absolute, as the nodes see it.
    public var results: String
    /// The hash that names the plan.
    public var plan: String
    /// Cases of the plan.
    public var cases: Int
    /// Tasks of the array, each with a share of the cases.
    public var tasks: Int
    /// Processors of a task.
    public var processors: Int
    /// Bytes of memory of a task; nil leaves it to the cluster.
    public var memory: Int?
    /// How long a task may take; nil leaves it to the cluster.
    public var time: SlurmTime?
    /// The partition (queue); nil leaves it to the cluster.
    public var partition: String?
    /// The account that pays; nil leaves it to the cluster.
    public var account: String?
    /// Further options of `sbatch`, such as `--qos=long`, for both jobs. They win over what is said above.
    public var options: [String] = []
    /// Further arguments of `tomos resume`.
    public var arguments: [String] = []

    /// Makes an array whose memory, time, partition and account are left to the cluster.
    ///
    /// - Throws: ``SlurmError/path(_:)`` for paths that Slurm cannot take.
    public init(program: String, results: String, plan: String, cases: Int, tasks: Int, processors: Int) throws {
        for path in [program, results] where !SlurmText.allows(path: path) { throw SlurmError.path(path) }
        (self.program, self.results, self.plan) = (program, results, plan)
        (self.cases, self.tasks, self.processors) = (cases, tasks, processors)
    }

    /// The folder that the scripts are written to.
    public var scriptFolder: String { results + "/.tomos/slurm" }
    /// The folder of the jobs' logs. Slurm does not make it.
    public var logFolder: String { results + "/logs/slurm" }
    /// Where the array's script is written.
    public var scriptPath: String { "\(scriptFolder)/\(plan).sh" }
    /// Where the report's script is written.
    public var reportPath: String { "\(scriptFolder)/\(plan)-report.sh" }

    /// The most cases that a task may find to do when so many of all are open: parts of a plan are even, and what is open
    /// may lie in one of them.
    public func largestShare(of open: Int) -> Int { min(open, (cases + tasks - 1) / max(1, tasks)) }

    /// The script of the array.
    public var script: String {
        let asked =
            ["--job-name=tomos", "--array=0-\(tasks - 1)", "--ntasks=1", "--cpus-per-task=\(processors)"]
            + memoryOption + (time.map { ["--time=\($0)"] } ?? []) + common(log: "%A_%a.log")
            // A node that fails, or `scontrol requeue`, has the task begin again: it takes up what is not done.
            + ["--requeue", "--open-mode=append"]
            // A minute before the time is over; B: to the script alone, which is tomos by then.
            + ["--signal=B:TERM@60"] + options
        let words = [program, "resume", results, "--plan", plan] + arguments
        return SlurmText.script(
            about: "Task i of n does its share of the cases in plan \(plan).", options: asked,
            commands: """
                # In the shell's place, so that Slurm's signals reach it: asked to end, it leaves nothing half done.
                # One case at a time: the memory asked for is that of one.
                exec \(SlurmText.shell(words)) --workers 1 --jobs "${SLURM_CPUS_PER_TASK:-\(processors)}"
                """)
    }

    /// The script of the report, to be submitted with `--dependency=afterany:` and the array's number.
    public var reportScript: String {
        let asked =
            ["--job-name=tomos-report"] + common(log: "report-%j.log") + ["--requeue", "--open-mode=append"] + options
            // Last, because what was said of the array's tasks does not hold here.
            + ["--ntasks=1", "--cpus-per-task=1"] + memoryOption
            + ["--time=\(SlurmTime(seconds: SlurmEstimate.reportSeconds(cases: cases)))"]
        return SlurmText.script(
            about: "The tables of all cases, and what became of each.", options: asked,
            commands: """
                status=0
                \(SlurmText.shell([program, "measure", results])) || status=$?
                \(SlurmText.shell([program, "status", results])) || status=$?
                exit $status
                """)
    }

    private var memoryOption: [String] { memory.map { ["--mem=\(SlurmEstimate.mebibytes($0))M"] } ?? [] }

    private func common(log: String) -> [String] {
        (partition.map { ["--partition=\($0)"] } ?? []) + (account.map { ["--account=\($0)"] } ?? [])
            + ["--chdir=\(results)", "--output=\(SlurmText.logName(logFolder))/\(log)"]
    }
}
