import Foundation
import TestSupport
import Testing

@testable import Batch

/// With programs in Slurm's place; scripts/test-slurm goes through the same with Slurm's own.
@Suite("Slurm: submitting")
struct SlurmClientTests {
    let folder = TemporaryFolder()

    private func install(_ name: String, _ text: String) throws {
        let path = folder.file("bin/\(name)")
        try FileManager.default.createDirectory(atPath: folder.file("bin"), withIntermediateDirectories: true)
        try Data("#!/bin/bash\n\(text)\n".utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    private func client(_ more: [String: String] = [:]) -> SlurmClient {
        let own = ["PATH": folder.file("bin") + ":/usr/bin:/bin", "T": folder.path]
        return SlurmClient(environment: own.merging(more) { $1 })
    }

    private func array() throws -> SlurmArray {
        try SlurmArray(
            program: "/opt/tomos", results: folder.file("out"), plan: "0123456789abcdef", cases: 3, tasks: 3,
            processors: 1)
    }

    private func text(_ name: String) -> String? { try? String(contentsOfFile: folder.file(name), encoding: .utf8) }

    @Test("Both scripts are written and submitted, the report behind the array")
    func submit() throws {
        try install(
            "sbatch",
            """
            echo "$@" >> "$T/calls"; env > "$T/environment"
            [ -d "$T/out/logs/slurm" ] || exit 1
            case $* in *report*) echo '4712;east' ;; *) echo 4711 ;; esac
            """)
        let array = try array()
        let inJob = ["SLURM_ARRAY_TASK_ID": "3", "SLURM_MEM_PER_NODE": "100", "SLURM_CONF": "/etc/x", "A": "b"]
        let jobs = try client(inJob).submit(array)
        #expect(jobs.array == "4711")
        #expect(jobs.report == "4712")
        #expect(jobs.doubt == nil)
        #expect(text("out/.tomos/slurm/0123456789abcdef.sh") == array.script)
        #expect(text("out/.tomos/slurm/0123456789abcdef-report.sh") == array.reportScript)
        #expect(
            text("calls") == """
                --test-only \(array.scriptPath)
                --parsable \(array.scriptPath)
                --parsable --dependency=afterany:4711 --kill-on-invalid-dep=yes \(array.reportPath)

                """)
        // What tells of the job that this runs in is not handed on to the jobs that it submits.
        let handed = Set((text("environment") ?? "").split(separator: "\n").map(String.init))
        #expect(handed.isSuperset(of: ["SLURM_CONF=/etc/x", "A=b"]))
        #expect(!handed.contains { $0.hasPrefix("SLURM_ARRAY") || $0.hasPrefix("SLURM_MEM") })
    }

    // The words are sbatch's of Slurm 22.05.
    @Test("What sbatch refuses is told in its words")
    func refused() throws {
        try install(
            "sbatch",
            """
            echo 'sbatch: error: invalid partition specified: x' >&2
            echo 'sbatch: error: Batch job submission failed: Invalid partition name specified' >&2
            exit 1
            """)
        let array = try array()
        let words =
            "sbatch: error: invalid partition specified: x\n  "
            + "sbatch: error: Batch job submission failed: Invalid partition name specified"
        #expect(throws: SlurmError.refused(script: array.scriptPath, words: words)) { try client().submit(array) }
        let text = SlurmError.refused(script: "a.sh", words: words).description
        #expect(text.hasPrefix("a.sh: sbatch does not take it:\n  sbatch: error: invalid partition specified: x\n  "))
        #expect(text.contains("--partition"))
    }

    // Slurm 22.05 takes an array that no node can do, and lets it wait for ever; its words.
    @Test("What can never start is said")
    func doubt() throws {
        let words = "allocation failure: Requested node configuration is not available"
        try install("sbatch", "case $* in *test-only*) echo '\(words)' >&2; exit 1 ;; esac; echo 4711")
        let jobs = try client().submit(try array())
        #expect(jobs.doubt == words)
        #expect(jobs.array == "4711")
    }

    @Test("A report that is refused is told as one: the array is in the queue")
    func reportRefused() throws {
        try install("sbatch", "case $* in *report*) echo no >&2; exit 1 ;; *) echo 4711 ;; esac")
        let array = try array()
        #expect(throws: SlurmError.reportRefused(array: "4711", script: array.reportPath, words: "no")) {
            try client().submit(array)
        }
    }

    @Test("An answer without a number is none", arguments: ["", "Submitted", "47x"])
    func noNumber(answer: String) throws {
        try install("sbatch", "echo '\(answer)'")
        let array = try array()
        #expect(throws: SlurmError.noNumber(script: array.scriptPath, words: answer)) { try client().submit(array) }
    }

    @Test("Without Slurm nothing is written")
    func absent() throws {
        let client = SlurmClient(environment: ["PATH": folder.file("bin")])
        #expect(throws: SlurmError.notFound(program: "sbatch")) { try client.check() }
        #expect(throws: SlurmError.notFound(program: "sbatch")) { try client.submit(try array()) }
        #expect(folder.contents.isEmpty)
        #expect(client.largestArray() == 1001)
    }

    @Test("More than a pipe holds on standard error does not hang")
    func talkative() throws {
        try install("sbatch", "head -c 300000 /dev/zero | tr '\\0' x >&2; echo 4711")
        #expect(try client().submit(try array()).array == "4711")
    }

    // The lines are those of `scontrol show config` of Slurm 22.05.
    @Test("The largest array is what the cluster says")
    func largest() throws {
        try install(
            "scontrol",
            """
            [ "$*" = 'show config' ] || exit 1
            echo 'Configuration data as of 2026-11-29T15:05:14'
            echo 'LaunchParameters        = (null)'
            echo 'MaxArraySize            = 5001'
            echo 'MaxJobCount             = 10000'
            """)
        #expect(client().largestArray() == 5001)
        try install("scontrol", "echo 'slurm_load_ctl_conf error: Unable to contact slurm controller' >&2; exit 1")
        #expect(client().largestArray() == 1001)
    }
}
