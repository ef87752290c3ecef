import Dispatch
import Foundation
import Platform
import Synchronization

/// Slurm's own programs, `sbatch` and `scontrol`, as found in PATH.
public struct SlurmClient: Sendable {
    /// The environment that the programs, and with it the jobs, are given.
    let environment: [String: String]

    /// The numbers under which Slurm keeps an array and its report.
    public struct Jobs: Sendable, Hashable {
        /// Of the array.
        public let array: String
        /// Of the report.
        public let report: String
        /// Why the cluster thinks, as it is now, that it can never start a task; nil when it can.
        public let doubt: String?
    }

    /// Where a cluster does not say how large an array may be, as Slurm has it by itself.
    public static let standardLargestArray = 1001

    /// Speaks with the cluster that this environment names.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        self.environment = environment.filter { !Self.belongsToJob($0.key) }
    }

    /// The most tasks an array may have here (`MaxArraySize`); Slurm's own default where the cluster does not tell.
    public func largestArray() -> Int {
        guard let outcome = try? run("scontrol", ["show", "config"]), outcome.status == 0 else {
            return Self.standardLargestArray
        }
        return Self.largestArray(configuration: outcome.output) ?? Self.standardLargestArray
    }

    /// Checks that jobs can be submitted from here, before any work for them.
    ///
    /// - Throws: ``SlurmError/notFound(program:)``.
    public func check() throws {
        if path(of: "sbatch") == nil { throw SlurmError.notFound(program: "sbatch") }
    }

    /// Writes the scripts of an array and of its report, makes the folder of their logs and submits both.
    ///
    /// - Throws: `SlurmError` with the words of `sbatch`, `AtomicFileError`.
    public func submit(_ array: SlurmArray) throws -> Jobs {
        try check()
        try AtomicFile.makeFolder(array.logFolder)
        try AtomicFile.write(Array(array.script.utf8), to: array.scriptPath)
        try AtomicFile.write(Array(array.reportScript.utf8), to: array.reportPath)
        let doubt = try doubt(of: array.scriptPath)
        let number = try submit(array.scriptPath, [])
        do {
            let options = ["--dependency=afterany:\(number)", "--kill-on-invalid-dep=yes"]
            return Jobs(array: number, report: try submit(array.reportPath, options), doubt: doubt)
        } catch SlurmError.refused(let script, let words) {
            throw SlurmError.reportRefused(array: number, script: script, words: words)
        }
    }

    /// What speaks against a script. An array for which no node is large enough is taken and waits for ever, so it is asked
    /// beforehand; a doubt is no refusal, since a partition that is closed today may be open tomorrow.
    private func doubt(of script: String) throws -> String? {
        let outcome = try run("sbatch", ["--test-only", script])
        return outcome.status == 0 || outcome.errors.isEmpty ? nil : outcome.errors
    }

    /// Submits a script; returns the job's number.
    private func submit(_ script: String, _ options: [String]) throws -> String {
        let outcome = try run("sbatch", ["--parsable"] + options + [script])
        guard outcome.status == 0 else {
            let words = outcome.errors.isEmpty ? "ended with status \(outcome.status)" : outcome.errors
            throw SlurmError.refused(script: script, words: words)
        }
        // `number`, or `number;cluster` where there are several.
        let number = outcome.output.prefix { $0 != ";" && !$0.isWhitespace }
        guard !number.isEmpty, number.allSatisfy(\.isNumber) else {
            throw SlurmError.noNumber(script: script, words: outcome.output)
        }
        return String(number)
    }

    /// The line `MaxArraySize = 1001` of `scontrol show config`.
    static func largestArray(configuration: String) -> Int? {
        for line in configuration.split(separator: "\n") {
            let sides = line.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
            if sides.count == 2, sides[0] == "MaxArraySize" { return Int(sides[1]) }
        }
        return nil
    }

    /// Whether a variable tells of a job that this program itself runs in. `sbatch` hands the environment on, and a task
    /// would take such a variable for its own.
    private static func belongsToJob(_ name: String) -> Bool {
        let ofJobs = [
            "SLURM_ARRAY_", "SLURM_JOB", "SLURM_MEM_", "SLURM_CPU", "SLURM_NTASKS", "SLURM_NPROCS", "SLURM_NNODES",
            "SLURM_NODE", "SLURM_TASK", "SLURM_STEP", "SLURM_PROCID", "SLURM_LOCALID", "SLURM_RESTART_COUNT",
            "SLURM_TRES", "SLURM_THREADS", "SBATCH_ARRAY",
        ]
        return ofJobs.contains { name.hasPrefix($0) }
    }

    // MARK: running programs

    private struct Outcome {
        let status: Int32
        let output, errors: String
    }

    private func path(of program: String) -> String? {
        let folders = (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        return folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private func run(_ program: String, _ arguments: [String]) throws -> Outcome {
        guard let path = path(of: program) else { throw SlurmError.notFound(program: program) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        // Both at once: a program that waits for one pipe to be read does not fill the other.
        let said = Mutex("")
        let reading = DispatchGroup()
        DispatchQueue.global().async(group: reading) {
            let text = Self.text(errors)
            said.withLock { $0 = text }
        }
        let answer = Self.text(output)
        reading.wait()
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: answer, errors: said.withLock { $0 })
    }

    /// What comes out of a pipe; further lines begin with two spaces, as lists in messages do.
    private static func text(_ pipe: Pipe) -> String {
        let data = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            .replacing("\n", with: "\n  ")
    }
}
