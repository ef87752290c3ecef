import Foundation
import Pipelines
import Platform
import Segmentation
import Studies
import TestSupport
import Testing

@testable import Batch

@Suite("Plans")
struct PlanTests {
    let folder = TemporaryFolder()

    static func provenance(_ change: (inout Provenance) -> Void = { _ in }) throws -> Provenance {
        let text = """
            {"tomos": "1", "pipeline": "p", "pipelineSHA256": "a", "options": {"segment.support": "16"}, "task": "t",
             "taskSHA256": "b", "weights": "w", "weightsSHA256": "c"}
            """
        var provenance = try JSONDecoder().decode(Provenance.self, from: Data(text.utf8))
        change(&provenance)
        return provenance
    }

    static func planned(_ id: String, sha256: String? = "s") -> PlannedCase {
        PlannedCase(
            id: id, source: CaseSource(path: id + ".nii", folder: "", files: [id + ".nii"]), sha256: sha256,
            stamp: "1", bytes: 10)
    }

    static func plan(_ ids: [String], _ provenance: Provenance) -> BatchPlan {
        BatchPlan(
            study: "/study", pipeline: "{}", provenance: provenance, cases: ids.map { planned($0) }, ignored: [],
            notices: [])
    }

    static func record(_ id: String, _ change: (inout CaseOutcome) -> Void = { _ in }) throws -> CaseRecord {
        var outcome = CaseOutcome(StudyCase(id: id, source: .file(path: id + ".nii")), status: .done)
        (outcome.path, outcome.contentSHA256) = (id + ".nii", "s")
        change(&outcome)
        return CaseRecord(made: try provenance(), outcome: outcome)
    }

    @Test("A plan's name follows from what is done, with what, and of which content, and from nothing else")
    func hash() throws {
        let plan = Self.plan(["a", "b"], try Self.provenance())
        var same = plan
        (same.study, same.notices, same.cases[0].stamp, same.cases[0].memory) = ("/elsewhere", ["x"], "2", 5)
        (same.provenance.pipeline, same.provenance.pipelineSHA256) = ("another", "z")
        #expect(same.hash == plan.hash)
        #expect(plan.hash.count == 16)
        var other = plan
        other.cases[0].sha256 = "t"
        #expect(other.hash != plan.hash)
        other = plan
        other.provenance.options?["segment.support"] = "32"
        #expect(other.hash != plan.hash)
        other = plan
        other.cases.removeLast()
        #expect(other.hash != plan.hash)
    }

    @Test("Plans are found by their names, the latest without one")
    func frozen() throws {
        let out = BatchFolder(folder.file("out/"))
        #expect(throws: PlanError.noPlan(folder: folder.file("out"))) { try out.plan() }
        let (first, second) = (
            Self.plan(["a"], try Self.provenance()), Self.plan(["a", "b"], try Self.provenance())
        )
        try out.freeze(first)
        try out.freeze(second)
        #expect(try out.plan().cases.count == 2)
        #expect(try out.plan(first.hash).cases.count == 1)
        #expect(
            throws: PlanError.unknownPlan(
                hash: "x", folder: folder.file("out"), known: [first.hash, second.hash].sorted())
        ) { try out.plan("x") }
        try Data("{}".utf8).write(to: URL(fileURLWithPath: folder.file("out/plan.json")))
        #expect(throws: PlanError.self) { try out.plan() }
    }

    @Test("What a case's record says of it: nothing, done, failed, broken off, stale with what changed")
    func states() throws {
        let (made, planned) = (try Self.provenance(), Self.planned("a"))
        func state(_ record: CaseRecord?, _ now: Provenance? = nil) -> CaseState {
            CaseState.of(planned, record: record, provenance: now ?? made)
        }
        #expect(state(nil) == .waiting)
        #expect(state(try Self.record("a")) == .done)
        for (category, expected) in [
            ("badData", CaseState.failed), ("crashed", .failed), ("timedOut", .failed), ("limitExceeded", .failed),
            ("killed", .brokenOff), ("inputOutput", .brokenOff), ("cannotCreate", .brokenOff),
        ] {
            let record = try Self.record("a") { ($0.status, $0.category) = (.failed, category) }
            #expect(state(record) == expected, "\(category)")
        }
        #expect(state(try Self.record("a") { $0.contentSHA256 = "t" }) == .stale(["its image changed"]))
        #expect(state(try Self.record("a") { $0.path = "b.nii" }) == .stale(["it was made from b.nii"]))
        let now = try Self.provenance {
            $0.options = ["segment.support": "32", "clean": "[]"]
            ($0.tomos, $0.taskSHA256, $0.weightsSHA256) = ("2", "x", "y")
        }
        #expect(
            state(try Self.record("a"), now)
                == .stale([
                    "tomos was 1, is 2", "clean was not set, is []", "segment.support was 16, is 32",
                    "the task pack changed", "the weights changed",
                ]))
        // A failure of something else says nothing.
        let failed = try Self.record("a") { ($0.status, $0.category) = (.failed, "badData") }
        #expect(state(failed, now) == .brokenOff)
        // Names and comments change no result.
        #expect(
            state(try Self.record("a"), try Self.provenance { ($0.pipeline, $0.pipelineSHA256) = ("q", "z") }) == .done)
    }

    @Test("What is done again")
    func redo() {
        let states: [CaseState] = [.waiting, .done, .failed, .brokenOff, .stale([])]
        #expect(states.map(Redo.failed.takes) == [false, false, true, false, false])
        #expect(states.map(Redo.stale.takes) == [false, false, false, false, true])
        #expect(states.map(Redo.all.takes) == [true, true, true, true, true])
    }

    @Test("Where an image lies is told below the study, and its content by hashes alone")
    func sources() throws {
        let root = folder.file("study")
        let files = ["x/1", "x/2", "x/y/3"]
        try makeTree(folder, files.map { "study/" + $0 })
        for (n, file) in files.enumerated() {
            try Data([UInt8(n)]).write(to: URL(fileURLWithPath: root + "/" + file))
        }
        let named = StudyCase(
            id: "x", source: .ambiguous(name: "x", paths: files.map { root + "/" + $0 }), path: "x/1")
        let source = CaseSource(named, root: root)
        #expect(source.folder == "x/")
        #expect(source.files == ["1", "2", "y/3"])
        #expect(source.paths(below: root) == files.map { root + "/" + $0 })
        let paths = source.paths(below: root)
        let hash = try SourceContent.sha256(paths)
        #expect(try SourceContent.sha256(paths.reversed()) == hash)
        #expect(try SourceContent.sha256([paths[0]]) == Digest.sha256([0]))
        #expect(throws: PlanError.unreadable(path: root + "/no", reason: "No such file or directory")) {
            try SourceContent.sha256([root + "/no"])
        }
        // Touched is not changed.
        var planned = PlannedCase(
            id: "x", source: source, sha256: hash, stamp: SourceContent.stamp(paths)?.stamp, bytes: 3)
        try SourceContent.confirm(planned, below: root)
        planned.stamp = "another"
        try SourceContent.confirm(planned, below: root)
        try Data([9]).write(to: URL(fileURLWithPath: paths[2]))
        #expect(throws: PlanError.changed(id: "x", path: "x/1")) { try SourceContent.confirm(planned, below: root) }
    }

    @Test("The folder that a study's paths are below", arguments: [("a.nii", ""), ("/a.nii", "/"), ("x/a.nii", "x")])
    func roots(study: String, root: String) { #expect(Planner.root(of: study) == root) }
}

@Suite("Limits of a run")
struct RunLimitsTests {
    @Test(
        "Threads and memory are shared out",
        arguments: [
            // asked, threads, memory, cases, need of one: workers, threads and memory of each
            (nil, 8, nil, 100, 1000, RunLimits(workers: 8, threads: 1, memory: nil)),
            (nil, 8, 4000, 100, 1000, RunLimits(workers: 4, threads: 2, memory: 1000)),
            (nil, 8, 3999, 100, 1000, RunLimits(workers: 3, threads: 2, memory: 1333)),
            (nil, 8, 500, 100, 1000, RunLimits(workers: 1, threads: 8, memory: 500)),
            (nil, 8, nil, 3, 1000, RunLimits(workers: 3, threads: 2, memory: nil)),
            (2, 8, nil, 100, 1000, RunLimits(workers: 2, threads: 4, memory: nil)),
            (4, 2, 4000, 100, 1000, RunLimits(workers: 4, threads: 1, memory: 1000)),
            (4, 2, nil, 0, 0, RunLimits(workers: 1, threads: 2, memory: nil)),
        ] as [(Int?, Int, Int?, Int, Int, RunLimits)])
    func limits(asked: Int?, threads: Int, memory: Int?, cases: Int, need: Int, expected: RunLimits) {
        #expect(
            RunLimits(asked: asked, threads: threads, memory: memory, cases: cases, need: need) == expected)
    }
}

@Suite("Records of cases")
struct RecordTests {
    let folder = TemporaryFolder()

    @Test("A failure counts until results are put in place after it, whenever its record is removed")
    func failures() throws {
        let out = BatchFolder(folder.file("out"))
        let failed = try PlanTests.record("a") { ($0.status, $0.category) = (.failed, "crashed") }
        #expect(out.record(of: "a") == nil)
        try out.note(failure: failed, errors: "it said this\n")
        #expect(out.record(of: "a")?.outcome.status == .failed)
        let log = try String(contentsOfFile: folder.file("out/logs/a.log"), encoding: .utf8)
        #expect(log.contains("kind: crashed\n") && log.contains("standard error:\nit said this\n"), "\(log)")
        #expect(out.outdatedFailures.isEmpty)
        // Done by a run that ended before it could take the failure back.
        let before = out.mark(of: "a")
        try AtomicFile.write(try JSON.bytes(try PlanTests.record("a")), to: folder.file("out/a/case.json"))
        #expect(out.mark(of: "a") != before)
        #expect(out.record(of: "a")?.outcome.status == .done)
        #expect(out.outdatedFailures == ["a"])
        // Failed when it was to be done again.
        try out.note(failure: failed, errors: "")
        #expect(out.record(of: "a")?.outcome.status == .failed)
        #expect(out.outdatedFailures.isEmpty)
        // Ended while it took the failure back.
        unlink(out.failureFile(of: "a"))
        #expect(out.outdatedFailures == ["a"])
        out.forgetFailure(of: "a")
        #expect(out.outdatedFailures.isEmpty)
        #expect(out.record(of: "a")?.outcome.status == .done)
    }
}
