import Foundation
import Pipelines
import Platform
import TestSupport
import Testing

@testable import Batch

@Suite("Planning in a process of its own")
struct PlanningTests {
    let folder = TemporaryFolder()

    /// A planner that answers with a plan, after a command that is given the request as `$request`.
    func planner(_ command: String) throws -> WorkerProgram {
        let plan = PlanTests.plan(["a"], try PlanTests.provenance())
        try AtomicFile.write(try JSON.bytes(WorkerReply.planned(plan), pretty: false), to: folder.file("reply"))
        let script = "read -r request\n\(command)\ncat '\(folder.file("reply"))'\ncat > '\(folder.file("rest"))'\n"
        return WorkerProgram(path: "/bin/sh", arguments: ["-c", script])
    }

    func plan(_ program: WorkerProgram) async throws -> BatchPlan {
        try AtomicFile.write(Array("version: 1\nname: p\ntask: t\n".utf8), to: folder.file("p.yaml"))
        let request = try PlanRequest(
            PipelineFile.load(folder.file("p.yaml")), study: "study", results: BatchFolder(folder.file("out")),
            version: "1")
        return try await Planner.plan(request, program: program) { _ in }
    }

    @Test("A header that crashes the reader costs the look into files, and is said")
    func crash() async throws {
        let program = try planner(#"case "$request" in *'"looksInside":true'*) kill -SEGV $$ ;; esac"#)
        let plan = try await plan(program)
        #expect(plan.cases.map(\.id) == ["a"])
        #expect(plan.notices.count == 1 && plan.notices[0].contains("crashed the reader while the plan was made"))
    }

    @Test("A planner that the system kills is asked again, and looks into files again")
    func killed() async throws {
        let mark = folder.file("mark")
        let program = try planner("[ -e '\(mark)' ] || { touch '\(mark)'; kill -KILL $$; }")
        #expect(try await plan(program).notices == [])
    }

    @Test("A planner that crashes whatever it is asked ends the run with its last words")
    func hopeless() async throws {
        let program = try planner("echo cannot >&2; kill -ABRT $$")
        let error = await #expect(throws: PlanError.self) { try await plan(program) }
        #expect(error?.description.contains("cannot") == true)
    }
}
