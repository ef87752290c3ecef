import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Batch
@testable import tomos

/// What people ask of a batch in the trackers of tools like this one, one test each, and what befalls its processes.
@Suite("Batch runs")
struct BatchRunTests {
    let folder = TemporaryFolder()
    let tomos: Program

    init() throws {
        tomos = Program(folder: folder)
        try tomos.makeBallPack()
        try folder.write("version: 1\ntask: pack\nsegment: { support: 1, side: 64, choose: position }\n", to: "p.yaml")
        // A case takes seconds, so that something can befall it.
        try folder.write(
            "version: 1\ntask: pack\nsegment: { support: 16, side: 256, ensemble: 2, choose: position }\n",
            to: "slow.yaml")
    }

    func image(_ name: String, x: Double = 12) throws {
        var ball = BallPhantom()
        ball.centre.x = x
        try ball.writeImage(folder.file("study/\(name).nii.gz"))
    }

    func cases(_ results: String = "out") throws -> [String: [String: Any]] {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.file(results + "/cases.json")))
        let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let list = try #require(report["cases"] as? [[String: Any]])
        return Dictionary(uniqueKeysWithValues: list.map { ($0["id"] as? String ?? "", $0) })
    }

    func statuses(_ results: String = "out") throws -> [String: String] {
        try cases(results).mapValues { $0["status"] as? String ?? "" }
    }

    /// Files that a run must not leave.
    func strays(_ results: String = "out") -> [String] {
        folder.contents.filter { path in
            path.hasPrefix(results)
                && (path.contains(".tmp") || path.contains("/claims/") || path.contains("/runs/")
                    || path.contains("/making/"))
        }
    }

    @Test(
        "FastSurfer 620: one bad case does not stop the run; fMRIPrep 1311, 1793: who failed and why, and exit code 1")
    func badCase() throws {
        for name in ["a", "c"] { try image(name) }
        try folder.write("no image", to: "study/b.nii.gz")
        let outcome = try tomos("run", "p.yaml", "study", "-o", "out")
        #expect(outcome.code == 1)
        #expect(try statuses() == ["a": "done", "b": "failed", "c": "done"])
        #expect(try cases()["b"]?["category"] as? String == "badData")
        #expect(outcome.errors.contains("tomos: error: b: study/b.nii.gz: "), "\(outcome.errors)")
        #expect(outcome.output.contains("2 of 3 cases done, 1 failed"), "\(outcome.output)")
        let log = try String(contentsOfFile: folder.file("out/logs/b.log"), encoding: .utf8)
        #expect(log.contains("kind: badData\nstage: reading\nreason: study/b.nii.gz: "), "\(log)")
        let summary = try String(contentsOfFile: folder.file("out/summary.csv"), encoding: .utf8)
        #expect(summary.split(separator: "\n").count == 4)
        let status = try tomos("status", "out")
        #expect(status.output.contains("2 of 3 cases done, 1 failed\n  b: failed: "), "\(status.output)")
        #expect(strays() == [])
    }

    @Test("FastSurfer 740: nothing ends silently: a worker that crashes is named, with its stage and the signal")
    func crash() throws {
        for name in ["a", "b"] { try image(name) }
        let running = try RunningProgram(["run", "slow.yaml", "study", "-o", "out", "--workers", "1"], in: folder)
        #expect(running.tells(#""stage":"segmenting""#))
        let worker = try #require(running.workers.first)
        kill(worker, SIGABRT)
        #expect(running.end() == 1)
        #expect(try statuses() == ["a": "failed", "b": "done"])
        let failed = try #require(try cases()["a"])
        #expect(failed["category"] as? String == "crashed")
        #expect(failed["stage"] as? String == "segmenting")
        #expect((failed["reason"] as? String)?.contains("signal 6 (Aborted)") == true, "\(failed)")
        #expect(strays() == [])
        // What crashed once is not tried again unless a person says so.
        #expect(try tomos("run", "slow.yaml", "study", "-o", "out", "--quiet").code == 1)
        #expect(try tomos("resume", "out", "--redo", "failed", "--quiet").code == 0)
        #expect(try statuses() == ["a": "done", "b": "kept"])
        #expect(!folder.contents.contains("out/logs/a.log"))
    }

    @Test("nnUNet 1450: a worker that the system kills for its memory costs one case, and the run does not hang")
    func killed() throws {
        for name in ["a", "b"] { try image(name) }
        let running = try RunningProgram(["run", "slow.yaml", "study", "-o", "out", "--workers", "1"], in: folder)
        #expect(running.tells(#""stage":"segmenting""#))
        let worker = try #require(running.workers.first)
        kill(worker, SIGKILL)
        #expect(running.end() == 1)
        #expect(try cases()["a"]?["category"] as? String == "killed")
        // It says nothing of the case, which is done by the next run.
        #expect(try tomos("run", "slow.yaml", "study", "-o", "out", "--quiet").code == 0)
        #expect(try statuses() == ["a": "done", "b": "kept"])
    }

    @Test("A case that hangs is stopped by its time limit")
    func hangs() throws {
        try image("a")
        let running = try RunningProgram(
            ["run", "slow.yaml", "study", "-o", "out", "--timeout", "6 s"], in: folder)
        #expect(running.tells(#""stage":"segmenting""#))
        let worker = try #require(running.workers.first)
        kill(worker, SIGSTOP)
        #expect(running.end() == 1)
        #expect(try cases()["a"]?["category"] as? String == "timedOut")
        #expect((try cases()["a"]?["reason"] as? String)?.hasPrefix("took longer than 6 s") == true)
    }

    @Test("BABS 408: what is done is what was planned, whatever becomes of the study after it")
    func frozenPlan() throws {
        for name in ["a", "b"] { try image(name) }
        #expect(try tomos("run", "p.yaml", "study", "-o", "out", "--case", "a", "--quiet").code == 0)
        #expect(try statuses() == ["a": "done", "b": "waiting"])
        // The list is rewritten: another image under the name that was planned, and a new one before it.
        try FileManager.default.removeItem(atPath: folder.file("study/b.nii.gz"))
        try image("b", x: 9)
        try image("aa")
        let resumed = try tomos("resume", "out")
        #expect(resumed.code == 1)
        #expect(resumed.errors.contains("b.nii.gz: changed since the plan was made"), "\(resumed.errors)")
        #expect(try statuses() == ["a": "kept", "b": "failed"])
        // A new plan takes them as they are.
        #expect(try tomos("run", "p.yaml", "study", "-o", "out", "--quiet").code == 0)
        #expect(try statuses() == ["a": "kept", "aa": "done", "b": "done"])
    }

    @Test("Ctrl-C ends within two seconds, says how to go on, and leaves nothing half-made; the next run goes on")
    func interrupted() throws {
        for name in ["a", "b", "c"] { try image(name) }
        let running = try RunningProgram(["run", "slow.yaml", "study", "-o", "out"], in: folder)
        #expect(running.tells(#""stage":"segmenting""#))
        let workers = running.workers
        running.send(SIGINT)
        #expect(running.end() == -SIGINT)
        #expect(running.told.contains("tomos resume out"), "\(running.told)")
        #expect(workers.allSatisfy { kill($0, 0) != 0 })
        #expect(strays() == [])
        #expect(try tomos("resume", "out", "--quiet").code == 0)
        #expect(try statuses().keys.sorted() == ["a", "b", "c"])
    }

    @Test("A run that ended between doing a case and taking its failure back leaves nothing that tells a failure")
    func outdatedFailure() throws {
        for name in ["a", "b"] { try image(name) }
        try folder.write("no image", to: "study/c.nii.gz")
        #expect(try tomos("run", "p.yaml", "study", "-o", "out").code == 1)
        let out = BatchFolder(folder.file("out"))
        // The first was done after its failure, of the second only the log was left.
        for name in ["a", "b"] {
            try folder.write("case: \(name)\n", to: "out/logs/\(name).log")
        }
        let record = try Data(contentsOf: URL(fileURLWithPath: out.failureFile(of: "c")))
        try record.write(to: URL(fileURLWithPath: out.failureFile(of: "a")))
        #expect(try tomos("resume", "out").code == 1)
        #expect(try statuses() == ["a": "kept", "b": "kept", "c": "failed"])
        let left = folder.contents.filter { $0.hasPrefix("out/logs/") || $0.hasPrefix("out/.tomos/failed/") }
        #expect(left == ["out/.tomos/failed/c.json", "out/logs/c.log"])
    }

    @Test("A runner that is killed takes its workers with it, and the next run sweeps and goes on")
    func runnerKilled() throws {
        for name in ["a", "b"] { try image(name) }
        let running = try RunningProgram(["run", "slow.yaml", "study", "-o", "out"], in: folder)
        #expect(running.tells(#""stage":"segmenting""#))
        let workers = running.workers
        running.send(SIGKILL)
        #expect(running.end() == -SIGKILL)
        for worker in workers { while kill(worker, 0) == 0 { usleep(5000) } }
        #expect(!strays().isEmpty)
        #expect(try tomos("run", "slow.yaml", "study", "-o", "out", "--quiet").code == 0)
        #expect(try statuses() == ["a": "done", "b": "done"])
        #expect(strays() == [])
    }

    @Test("Two runs on one folder share its cases; one with another plan is refused")
    func twoRuns() throws {
        for name in ["a", "b", "c", "d"] { try image(name) }
        let first = try RunningProgram(["run", "slow.yaml", "study", "-o", "out", "--workers", "1"], in: folder)
        #expect(first.tells(#""stage":"segmenting""#))
        let second = try RunningProgram(["run", "slow.yaml", "study", "-o", "out", "--workers", "1"], in: folder)
        #expect(second.tells(#""stage":"segmenting""#))
        let other = try tomos("run", "p.yaml", "study", "-o", "out")
        #expect(other.code == 75)
        #expect(other.errors.contains("another run is at work here with another plan"), "\(other.errors)")
        #expect(first.end() == 0)
        #expect(second.end() == 0)
        let starts = (first.told + second.told).split(separator: "\n").filter { $0.contains(#""message":"started""#) }
        #expect(starts.count == 4)
        #expect(try statuses().count == 4)
        #expect(strays() == [])
    }

    @Test("Stale results are said with what changed, and made again when asked")
    func stale() throws {
        try image("a")
        #expect(try tomos("run", "p.yaml", "study", "-o", "out", "--quiet").code == 0)
        let done = try tomos("run", "p.yaml", "study", "-o", "out")
        #expect(done.code == 0)
        #expect(done.output.contains("nothing to do: 1 of 1 cases done"), "\(done.output)")
        let changed = try tomos("run", "p.yaml", "study", "-o", "out", "--set", "segment.support=2")
        #expect(changed.code == 1)
        #expect(changed.errors.contains("segment.support was 1, is 2"), "\(changed.errors)")
        let fast = try tomos("run", "p.yaml", "study", "-o", "out", "--fast")
        #expect(fast.errors.contains("segment.fast was false, is true"), "\(fast.errors)")
        try image("a", x: 10)
        let image = try tomos("run", "p.yaml", "study", "-o", "out")
        #expect(image.errors.contains("its image changed"), "\(image.errors)")
        #expect(try tomos("run", "p.yaml", "study", "-o", "out", "--redo", "stale", "--quiet").code == 0)
        #expect(try tomos("run", "p.yaml", "study", "-o", "out", "--quiet").code == 0)
    }

    @Test("A case keeps its name when others come and go")
    func names() throws {
        try image("one/scan")
        #expect(try tomos("run", "p.yaml", "study", "-o", "out", "--quiet").code == 0)
        #expect(try statuses() == ["one_scan": "done"])
        try image("two/scan")
        try image("one_scan")
        #expect(try tomos("run", "p.yaml", "study", "-o", "out", "--quiet").code == 0)
        let all = try cases()
        #expect(all["one_scan"]?["path"] as? String == "one/scan.nii.gz")
        #expect(all["one_scan"]?["status"] as? String == "kept")
        #expect(all["two_scan"]?["status"] as? String == "done")
        #expect(all.count == 3)
    }

    @Test("--dry-run shows the plan and writes nothing")
    func dryRun() throws {
        try image("a")
        try folder.write("no image", to: "study/b.nii.gz")
        let before = folder.contents
        let plan = try tomos("run", "p.yaml", "study", "-o", "out", "--dry-run")
        #expect(plan.code == 0)
        #expect(plan.output.contains("a     to do  24x20x5  2.00 x 2.00 x 3.00 "), "\(plan.output)")
        #expect(plan.output.contains("2 of 2 cases to do; for each: nifti, volumes"), "\(plan.output)")
        #expect(folder.contents == before)
    }

    @Test("Shards do their part each, whoever comes first, and a cluster's environment says which")
    func shards() throws {
        for name in ["a", "b", "c"] { try image(name) }
        #expect(try tomos("run", "p.yaml", "study", "-o", "out", "--shard", "1/2", "--quiet").code == 0)
        #expect(try statuses() == ["a": "done", "b": "waiting", "c": "done"])
        #expect(try tomos("resume", "out", "--shard", "2/2", "--quiet").code == 0)
        #expect(try statuses() == ["a": "kept", "b": "done", "c": "kept"])
        let wrong = try tomos("resume", "out", "--shard", "3/2")
        #expect(wrong.code == 64)
    }

    @Test("Volumes are measured again from the files alone")
    func measure() throws {
        try image("a")
        #expect(try tomos("run", "p.yaml", "study", "-o", "out", "--quiet").code == 0)
        let table = try String(contentsOfFile: folder.file("out/volumes.csv"), encoding: .utf8)
        try FileManager.default.removeItem(atPath: folder.file("out/volumes.csv"))
        #expect(try tomos("measure", "out", "--quiet").code == 0)
        #expect(try String(contentsOfFile: folder.file("out/volumes.csv"), encoding: .utf8) == table)
        // The ball is 300 everywhere.
        #expect(table.split(separator: "\n").last?.contains(",300.0000,0.0000,") == true, "\(table)")
    }

    @Test("FastSurfer 507: what works for ten cases works for four hundred")
    func fourHundred() throws {
        var ball = BallPhantom()
        ball.shape = Shape(16, 16, 3)
        ball.centre = Vec3(8, 8, 1)
        ball.radius = 4
        for n in 0..<400 {
            ball.centre.x = 7 + Double(n % 20) / 10
            try ball.writeImage(folder.file("study/case-\(n).nii.gz"))
        }
        let outcome = try tomos("run", "p.yaml", "study", "-o", "out", "--quiet")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try statuses().values.allSatisfy { $0 == "done" })
        #expect(try statuses().count == 400)
        #expect(strays() == [])
    }
}
