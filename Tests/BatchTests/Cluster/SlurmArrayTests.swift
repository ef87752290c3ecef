import Foundation
import TestSupport
import Testing

@testable import Batch

@Suite("Slurm: scripts")
struct SlurmArrayTests {
    private func array(program: String = "/opt/tomos", results: String = "/data/out") throws -> SlurmArray {
        try SlurmArray(
            program: program, results: results, plan: "0123456789abcdef", cases: 300, tasks: 15, processors: 4)
    }

    /// What `sbatch` reads of a script.
    private func options(_ script: String) -> [String] {
        script.split(separator: "\n").filter { $0.hasPrefix("#SBATCH ") }.map { String($0.dropFirst(8)) }
    }

    @Test("An array asks for what it was given, its own options last")
    func asked() throws {
        var array = try array()
        (array.memory, array.time) = ((3 << 30) + 1, SlurmTime(seconds: 5400))
        (array.partition, array.account, array.options) = ("short", "lab", ["--qos=low"])
        #expect(
            options(array.script) == [
                "--job-name=tomos", "--array=0-14", "--ntasks=1", "--cpus-per-task=4", "--mem=3073M", "--time=01:30:00",
                "--partition=short", "--account=lab", "--chdir=/data/out", "--output=/data/out/logs/slurm/%A_%a.log",
                "--requeue", "--open-mode=append", "--signal=B:TERM@60", "--qos=low",
            ])
        #expect(array.script.hasPrefix("#!/bin/bash\n"))
        #expect(options(array.reportScript).contains("--partition=short"))
        #expect(!options(array.reportScript).contains { $0.hasPrefix("--array") || $0.hasPrefix("--signal") })
    }

    @Test("What is not known is left to the cluster")
    func unknown() throws {
        let asked = options(try array().script)
        #expect(!asked.contains { ["--mem", "--time", "--partition", "--account"].contains($0.prefix { $0 != "=" }) })
    }

    // The spellings with quotes and %% are those that sbatch and slurmd of Slurm 22.05 were seen to read as the path.
    @Test(
        "Paths are quoted as sbatch reads them",
        arguments: [
            ("/a b/out", "\"--chdir=/a b/out\"", "\"--output=/a b/out/logs/slurm/%A_%a.log\""),
            ("/a\"b", "\"--chdir=/a\\\"b\"", "\"--output=/a\\\"b/logs/slurm/%A_%a.log\""),
            ("/100%A", "--chdir=/100%A", "--output=/100%%A/logs/slurm/%A_%a.log"),
            ("/a#b", "\"--chdir=/a#b\"", "\"--output=/a#b/logs/slurm/%A_%a.log\""),
        ])
    func quoted(results: String, chdir: String, output: String) throws {
        let asked = options(try array(results: results).script)
        #expect(asked.contains(chdir))
        #expect(asked.contains(output))
    }

    @Test("Paths that Slurm cannot take are refused by name", arguments: ["/a\\b", "/a\nb", "/a\tb"])
    func refused(path: String) {
        #expect(throws: SlurmError.path(path)) { try array(results: path) }
        #expect(throws: SlurmError.path(path)) { try array(program: path) }
        #expect(SlurmError.path("/a\\b").description.hasPrefix("/a\\b: Slurm takes no path with a backslash"))
    }

    /// Runs a script in the shell that Slurm runs it in; returns what its program was called with, a line per word. The
    /// program ends with status 3, and so should the script.
    private func run(_ script: String, _ environment: [String: String]) throws -> [String] {
        let folder = TemporaryFolder()
        try Data(script.utf8).write(to: URL(fileURLWithPath: folder.file("script.sh")))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [folder.file("script.sh")]
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 3)
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// A program that tells its process number and its arguments, under a name that is hard to quote.
    private func program(in folder: TemporaryFolder) throws -> String {
        let path = folder.file("it's $HOME `x` \"tomos\"")
        try Data("#!/bin/sh\necho \"$$ $PPID\"\nprintf '%s\\n' \"$@\"\nexit 3\n".utf8)
            .write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    @Test("The shell hands every word on as it is, and tomos takes its place")
    func words() throws {
        let folder = TemporaryFolder()
        let results = folder.file("a b 'c' $(touch x) \"d\" é *")
        var array = try array(program: try program(in: folder), results: results)
        array.arguments = ["--redo", "failed"]
        let said = try run(array.script, ["SLURM_CPUS_PER_TASK": "6"])
        let words = ["resume", results, "--plan", "0123456789abcdef", "--redo", "failed", "--workers", "1", "--jobs"]
        #expect(Array(said.dropFirst()) == words + ["6"])
        #expect(try run(array.script, [:]).last == "4")
        // In the shell's place, its parent is whoever started the script: this process.
        let parent = said.first?.split(separator: " ").last.flatMap { Int32($0) }
        #expect(parent == ProcessInfo.processInfo.processIdentifier)
    }

    @Test("The report measures, then tells, whatever became of that, and says so in the end")
    func report() throws {
        let folder = TemporaryFolder()
        let array = try array(program: try program(in: folder), results: folder.file("a b"))
        let said = try run(array.reportScript, [:])
        // Two numbers each, then the arguments.
        #expect(said.count == 6)
        #expect([said[1], said[2], said[4], said[5]] == ["measure", array.results, "status", array.results])
    }
}
