import Foundation
import Glibc
import Platform
import TestSupport
import Testing
import Volumes

@testable import Batch

@Suite("Heartbeat")
struct HeartbeatTests {
    let bench: SharingBench
    let identity = RunnerIdentity.current(plan: "0123456789abcdef")

    init() throws { bench = try SharingBench() }

    private var files: [String] { ["runs/\(identity.run).beat", "runs/\(identity.run).id"] }

    private func beat() -> Beat? {
        guard case .success(let bytes) = SmallFile.read(bench.paths.beat(of: identity.run)) else { return nil }
        return try? JSONDecoder().decode(Beat.self, from: Data(bytes))
    }

    @Test(.timeLimit(.minutes(1))) func itBeatsAndTells() async throws {
        let heart = try Heartbeat(identity, paths: bench.paths, every: .milliseconds(5))
        #expect(bench.belongings.filter { !$0.hasSuffix(".new") } == files)
        guard case .known(identity) = bench.paths.readIdentity(of: identity.run) else {
            Issue.record("the identity is another")
            return
        }
        let first = try #require(beat())
        #expect(first.beat >= 1 && first.running.isEmpty)
        try await waitUntil { beat().map { $0.beat > first.beat + 3 } ?? false }
        let running = [RunningCase("case-1", stage: "segmenting", done: 3, of: 24, worker: 77), RunningCase("case-2")]
        heart.update(BeatState(running: running))
        try await waitUntil { beat()?.running == running }
        let content = try String(contentsOfFile: bench.paths.beat(of: identity.run), encoding: .utf8)
        #expect(content.contains(#"{"case":"case-1","done":3,"of":24,"stage":"segmenting","worker":77}"#))
        #expect(heart.trouble == nil && !heart.isGivenUp)
        heart.end()
        heart.end()
        #expect(bench.belongings.isEmpty)
        try await Task.sleep(for: .milliseconds(30))
        #expect(bench.belongings.isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func whatCannotBeWrittenIsToldAndTriedAgain() async throws {
        let heart = try Heartbeat(identity, paths: bench.paths, every: .milliseconds(5))
        let path = bench.paths.beat(of: identity.run)
        // A folder in its place stands for a full disk.
        while mkdir(path, 0o777) != 0 { unlink(path) }
        try await waitUntil { heart.trouble != nil }
        #expect(heart.trouble == .cannotWrite(path: path, code: EISDIR))
        rmdir(path)
        try await waitUntil { heart.trouble == nil && beat() != nil }
        heart.end()
        #expect(bench.belongings.isEmpty)
    }

    @Test func aRunnerThatCannotBeKnownDoesNotBegin() throws {
        try FileManager.default.removeItem(atPath: bench.paths.runs)
        try Data().write(to: URL(fileURLWithPath: bench.paths.runs))
        #expect(throws: AtomicFileError.self) { try Heartbeat(identity, paths: bench.paths) }
    }

    @Test(.timeLimit(.minutes(1))) func whoIsGivenUpHearsOfItAndBeatsNoMore() async throws {
        let heart = try Heartbeat(identity, paths: bench.paths, every: .milliseconds(5))
        let heir = SharingBench.identity("h", host: "other", boot: "b")
        let remains = bench.remains(as: heir)
        // The heir sees no beat, as if they did not come through.
        let claims = Claims(of: identity.run, paths: bench.paths)
        #expect(try claims.take("case-1"))
        unlink(bench.paths.identity(of: identity.run))
        try remains.buryDead()
        try await waitUntil { heart.isGivenUp }
        #expect(throws: SharingError.givenUp(run: identity.run)) { try claims.take("case-2") }
        #expect(try !claims.confirm("case-1"))
        try await waitUntil { bench.belongings.isEmpty }
        heart.end()
    }

    @Test func aForgottenOneEnds() throws {
        do { _ = try Heartbeat(identity, paths: bench.paths) }
        #expect(bench.belongings.isEmpty)
    }

    /// A full disk's errors tell to free space, another's to look at permissions.
    @Test(arguments: [(ENOSPC, ErrorCategory.inputOutput), (EDQUOT, .inputOutput), (EACCES, .cannotCreate)])
    func kindsOfTrouble(code: Int32, category: ErrorCategory) {
        let error = SharingError.cannotWrite(path: "out/x", code: code)
        #expect(error.category == category)
        #expect(
            error.description
                == "out/x: cannot be written: \(String(cString: strerror(code))) (free space, change its permissions, or "
                + "write to another folder; running again goes on where this stopped)")
        #expect(SharingError.cannotRead(path: "out/x", code: code).category == .inputOutput)
    }
}
