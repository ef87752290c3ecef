import ArgumentParser
import Batch
import Foundation
import Pipelines
import Platform
import Segmentation

struct SubmitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Hands a pipeline over a study to a cluster, as an array of jobs and a report behind it.",
        discussion: """
            The plan is frozen first: what is queued is what was planned, whatever happens to the study later. Each task \
            of the array then does its share of the cases (tomos resume), and the report makes the tables. Study, pack, \
            results and tomos itself must lie where the cluster's nodes see them under the same paths. Submitting again \
            takes up what is not done. docs/cluster.md tells more.

            EXAMPLES
              tomos submit --slurm pipelines/phantom.yaml study/ -o results --print
              tomos submit --slurm pipelines/phantom.yaml study/ -o results --tasks 40 --partition short
              tomos submit --slurm liver.yaml study/ -o results --time 4:00:00 --mem 6G --sbatch --qos=low
              tomos submit --freeze liver.yaml study/ -o results
            """)

    @Argument(help: "The pipeline file (YAML).")
    var pipeline: String

    @Argument(help: "The study: a folder, an image file or a DICOM file.")
    var study: String

    @Option(name: [.customShort("o"), .customLong("output")], help: "The folder for results; made when missing.")
    var output: String

    @Flag(help: "To Slurm.")
    var slurm = false

    @Flag(
        help: """
            To whatever you like: the plan is frozen and its hash printed, no more. 'tomos resume RESULTS' does its cases, \
            on as many machines as there are.
            """)
    var freeze = false

    @Flag(help: "Print the two scripts and do nothing: no plan is frozen, no file is written.")
    var print = false

    @Option(name: .customLong("set"), help: "Overrides a value of the pipeline: key=value. May be repeated.")
    var overrides: [String] = []

    @Flag(help: "Less time for less accuracy: segment.fast=true.")
    var fast = false

    @Option(
        help: ArgumentHelp(
            "Do cases again that have results: failed, or stale because something changed.", valueName: "failed|stale"))
    var redo: Redo?

    @Option(help: "Tasks of the array; by default so many that each has about half an hour to do.")
    var tasks: Int?

    @Option(help: "Processors of a task.")
    var cpus = 4

    @Option(help: "The partition (queue); the cluster's own by default.")
    var partition: String?

    @Option(help: "The account that pays; the cluster's own by default.")
    var account: String?

    @Option(
        help: """
            The most time a task may take, as sbatch takes it (minutes, hours:minutes:seconds, days-hours); by default \
            reckoned from the plan, or the cluster's own.
            """)
    var time: SlurmTime?

    @Option(help: "Memory of a task, such as 6G or 6GiB; by default what the largest case of the plan needs.")
    var mem: TaskMemory?

    @Option(
        name: .customLong("sbatch"), parsing: .unconditionalSingleValue,
        help: "A further option of sbatch, such as --qos=low, for both jobs. May be repeated.")
    var options: [String] = []

    func validate() throws {
        if slurm == freeze { throw ValidationError("say what it is for: --slurm, or --freeze for anything else") }
        if freeze, print { throw ValidationError("--print with --freeze: use 'tomos run --dry-run' to look at a plan") }
        try requireFolderOutput(output, instead: "results go into a folder")
        if let tasks, !(1...1_000_000).contains(tasks) {
            throw ValidationError("--tasks \(tasks): use a whole number from 1 to 1000000")
        }
        guard ThreadBudget.allowed.contains(cpus) else {
            throw ValidationError("--cpus \(cpus): use \(ThreadBudget.limits)")
        }
        if redo == .all {
            throw ValidationError(
                "--redo all: a task that the cluster begins again would do all of its cases again; use another folder")
        }
        for (name, value) in [("--partition", partition), ("--account", account)] {
            guard let value, !Self.isOneWord(value) else { continue }
            throw ValidationError("\(name) '\(value)': give a name in one word")
        }
        for option in options { try Self.require(sbatch: option) }
    }

    func run() throws {
        let client = SlurmClient()
        if slurm, !print { try client.check() }
        let folder = BatchFolder(output)
        let plan = try plan(folder)
        if freeze {
            try folder.begin(plan)
            Console.note("\(output): a plan is frozen, cases: \(plan.cases.count); 'tomos resume' does them")
            return Console.line(plan.hash)
        }
        let states = try BatchRun(plan, in: folder, program: .this).states()
        let open = states.filter(isOpen).count
        if open == 0 { return try Self.tellNothing(states) }
        let array = try array(
            plan, open: open, seconds: folder.secondsPerCase(plan), largest: client.largestArray())
        if let tasks, array.tasks < tasks { Console.note(Self.fewer(tasks, array, open: open)) }
        if array.memory == nil { Console.note(Self.unknown("memory", "--mem")) }
        if array.time == nil { Console.note(Self.unknown("time", "--time")) }
        if print {
            Console.result("# \(array.scriptPath)\n\(array.script)\n# \(array.reportPath)\n\(array.reportScript)")
            return
        }
        try folder.begin(plan)
        tell(array, try client.submit(array))
    }

    // MARK: from the study to the array

    /// Makes the plan, with the memory that cases will take on the processors of a task; nothing is written.
    private func plan(_ folder: BatchFolder) throws -> BatchPlan {
        var file = try PipelineFile.load(pipeline, overrides: overrides)
        if fast { file.options.isFast = true }
        var looked = file
        if slurm { looked.options.threads = cpus }
        // What this machine has says nothing of those that will do the cases.
        if case .machine = file.options.memory, !file.options.allowsReduction { looked.options.memory = .none }
        let request = try PlanRequest(looked, study: study, results: folder, version: Version.text)
        let progress = BatchProgress(quiet: false)
        var plan = try waiting { try await Planner.plan(request, program: .this, progress.tell) }
        // There, each goes by what it has.
        plan.pipeline = try file.resolvedText()
        progress.clear()
        plan.notices.forEach(Console.note)
        let problems = plan.cases.compactMap { planned in planned.problem.map { "  \(planned.id): \($0.reason)" } }
        if !problems.isEmpty { Console.note("cannot be done:\n" + problems.joined(separator: "\n")) }
        return plan
    }

    /// Whether a task will do a case.
    private func isOpen(_ state: CaseState) -> Bool {
        switch state {
        case .waiting, .brokenOff: true
        case .failed: redo == .failed
        case .stale: redo == .stale
        case .done: false
        }
    }

    /// - Parameters:
    ///   - open: Cases to do.
    ///   - seconds: What a case takes; nil where none was done yet.
    ///   - largest: The most tasks that the cluster allows.
    private func array(_ plan: BatchPlan, open: Int, seconds: Double?, largest: Int) throws -> SlurmArray {
        let wanted = tasks ?? SlurmEstimate.tasks(cases: open, secondsPerCase: seconds, largestArray: largest)
        var array = try SlurmArray(
            program: Self.program, results: URL(fileURLWithPath: output).standardizedFileURL.path, plan: plan.hash,
            cases: plan.cases.count, tasks: SlurmEstimate.bounded(wanted, cases: open, largestArray: largest),
            processors: cpus)
        array.memory = mem?.bytes ?? plan.largestNeed.map { SlurmEstimate.memory(largestNeed: $0) }
        array.time =
            time ?? seconds.map { SlurmEstimate.time(cases: array.largestShare(of: open), secondsPerCase: $0) }
        (array.partition, array.account, array.options) = (partition, account, options)
        if let redo { array.arguments = ["--redo", redo.rawValue] }
        return array
    }

    /// This program, as the nodes must see it too.
    private static var program: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }

    // MARK: what is said

    private static func unknown(_ what: String, _ option: String) -> String {
        "what \(what) a case takes is not known; the cluster gives its tasks what it gives everybody (\(option) says more)"
    }

    /// - Throws: ``ExitStatusError`` where cases are not done, as a run does.
    private static func tellNothing(_ states: [CaseState]) throws {
        let failed = states.filter { $0 == .failed }.count
        let stale = states.filter { if case .stale = $0 { true } else { false } }.count
        var counts = ["\(states.count - failed - stale) of \(states.count) cases done"]
        if failed > 0 { counts.append("\(failed) failed (--redo failed tries again)") }
        if stale > 0 { counts.append("\(stale) stale (--redo stale makes them again)") }
        Console.result("nothing to do: " + counts.joined(separator: ", "))
        if failed + stale > 0 { throw ExitStatusError(status: .someFailed) }
    }

    private static func fewer(_ tasks: Int, _ array: SlurmArray, open: Int) -> String {
        let reason = array.tasks == open ? "one for each case" : "the most that this cluster allows (MaxArraySize)"
        return "--tasks \(tasks): \(array.tasks), \(reason)"
    }

    private func tell(_ array: SlurmArray, _ jobs: SlurmClient.Jobs) {
        var asked = ["\(array.processors) processor\(array.processors == 1 ? "" : "s")"]
        if let memory = array.memory { asked.append("\(MemorySize(bytes: memory))") }
        if let time = array.time { asked.append("at most \(time)") }
        Console.result(
            """
            job \(jobs.array): an array of \(array.tasks), each with \(asked.joined(separator: ", ")); cases: \(array.cases)
            job \(jobs.report): the report, when all of them have ended
            """)
        if let doubt = jobs.doubt {
            let less = "--cpus, --mem, --time ask for less"
            Console.note("the cluster as it is now never starts a task (\(less)):\n  \(doubt)")
        }
        let folder = SlurmText.shell(array.results)
        Console.note(
            "plan \(array.plan) is frozen; logs come to \(array.logFolder)\n"
                + "  how far it is:  tomos status \(folder)   or   squeue --job \(jobs.array)\n"
                + "  end it:         scancel \(jobs.array) \(jobs.report)\n"
                + "  go on:          the same command again")
    }

    // MARK: what may be typed

    /// Options that the scripts need as they are, with what serves in their place.
    private static let taken = [
        "--array": "--tasks says how many", "--dependency": "the report waits for the array by itself",
        "--output": "logs come to RESULTS/logs/slurm", "--error": "logs come to RESULTS/logs/slurm",
        "--chdir": "jobs run in RESULTS", "--wrap": "the scripts are made here", "--parsable": "it is used already",
        "--test-only": "--print shows what would be submitted", "--ntasks": "--tasks says how many",
        "--cpus-per-task": "use --cpus", "--partition": "use --partition", "--account": "use --account",
        "--time": "use --time", "--mem": "use --mem",
    ]

    private static func require(sbatch option: String) throws {
        let name = String(option.prefix { $0 != "=" })
        guard name.hasPrefix("--"), name.count > 2, !option.contains(where: \.isNewline) else {
            throw ValidationError("--sbatch '\(option)': give one option in its long form, such as --sbatch --qos=low")
        }
        if let instead = taken[name] { throw ValidationError("--sbatch '\(option)': \(instead)") }
    }

    private static func isOneWord(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix("-") && text.allSatisfy { !$0.isWhitespace && $0 != "\"" && $0 != "\\" }
    }
}

extension SlurmTime: ExpressibleByArgument {
    /// A time as `sbatch --time` takes it.
    public init?(argument: String) { self.init(argument) }
}

/// `--mem` as typed: as `sbatch` takes it (`4000`, in MiB, or `6G`), or as tomos does elsewhere (`6 GiB`).
struct TaskMemory: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
        let units = ["K": "KiB", "M": "MiB", "G": "GiB", "T": "TiB"]
        let last = argument.last.map { String($0).uppercased() } ?? ""
        let typed = last.allSatisfy(\.isNumber) ? argument + "MiB" : units[last].map { argument.dropLast() + $0 }
        guard let size = MemorySize(argument) ?? typed.flatMap(MemorySize.init) else { return nil }
        bytes = size.bytes
    }
}
