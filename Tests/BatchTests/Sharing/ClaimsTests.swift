import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing
import Volumes

@testable import Batch

@Suite("Claims")
struct ClaimsTests {
    let bench: SharingBench

    init() throws { bench = try SharingBench() }

    @Test func aCaseIsOneRunners() throws {
        let a = try bench.announce(SharingBench.identity("a"))
        let b = try bench.announce(SharingBench.identity("b"))
        #expect(try a.take("case-1"))
        #expect(a.isHeld("case-1") && !b.isHeld("case-1"))
        #expect(try !b.take("case-1"))
        // Not twice by the same runner either, in this process or from another object.
        #expect(try !a.take("case-1"))
        #expect(try !Claims(of: a.run, paths: bench.paths).take("case-1"))
        #expect(!b.release("case-1"))
        #expect(try !b.confirm("case-1"))
        #expect(a.isHeld("case-1"))
        #expect(try a.confirm("case-1") && a.confirm("case-1"))
        #expect(a.isHeld("case-1"))
        #expect(try !b.take("case-1"))
        #expect(try a.holders() == ["case-1": ClaimHolder(run: a.run, identity: SharingBench.identity("a"))])
        #expect(a.release("case-1"))
        #expect(!a.isHeld("case-1"))
        #expect(try b.take("case-1"))
        #expect(!a.release("case-1"))
        #expect(b.isHeld("case-1"))
        #expect(b.release("case-1"))
        #expect(bench.belongings == ["runs/\(a.run).id", "runs/\(b.run).id"])
    }

    /// A worker process knows its runner's name and nothing else.
    @Test func aWorkerConfirmsForItsRunner() throws {
        let runner = try bench.announce(SharingBench.identity("a"))
        #expect(try runner.take("case-1"))
        let worker = Claims(of: SharingBench.run("a"), paths: bench.paths)
        #expect(worker.isHeld("case-1"))
        #expect(try worker.confirm("case-1"))
        #expect(runner.release("case-1"))
        #expect(try !worker.confirm("case-1"))
    }

    @Test func aRunnerWithoutIdentityMakesNoClaims() throws {
        let claims = Claims(of: SharingBench.run("a"), paths: bench.paths)
        let error = #expect(throws: SharingError.givenUp(run: "aaaaaaaaaaaa")) { try claims.take("case-1") }
        #expect(
            error?.description
                == "run aaaaaaaaaaaa stood still for so long that others took it for dead and do its cases now "
                + "(run again to take part once more)")
        #expect(error?.category == .busy)
        #expect(bench.belongings.isEmpty)
        // It may begin again.
        try bench.announce(SharingBench.identity("a"))
        #expect(try claims.take("case-1"))
    }

    @Test(arguments: ["", ".", "..", ".hidden", "a/b", "../case", "a\0b", String(repeating: "x", count: 201)])
    func whatIsNoName(name: String) throws {
        let claims = try bench.announce(SharingBench.identity("a"))
        let error = #expect(throws: SharingError.badCase(name)) { try claims.take(name) }
        #expect(error?.category == .badData)
        #expect(bench.belongings == ["runs/aaaaaaaaaaaa.id"])
    }

    @Test(arguments: ["sub-01_ses-2_T1w", "Fälle 3", "a.b.c", "aaaaaaaaaaaa", String(repeating: "ä", count: 100)])
    func whatIsAName(name: String) throws {
        let claims = try bench.announce(SharingBench.identity("a"))
        #expect(try claims.take(name))
        #expect(try claims.holders().keys.sorted() == [name])
        #expect(claims.release(name))
        #expect(bench.belongings == ["runs/aaaaaaaaaaaa.id"])
    }

    @Test func whatIsInTheWayIsNamed() throws {
        let claims = try bench.announce(SharingBench.identity("a"))
        try makeTree(bench.folder, [".tomos/claims/file", ".tomos/claims/foreign/Thumbs.db"])
        let path = bench.paths.claim(of: "file")
        let error = #expect(throws: SharingError.inTheWay(path: path)) { try claims.take("file") }
        #expect(error?.description == "\(path): is no folder of a claimed case (remove it)")
        #expect(try !claims.take("foreign"))
        // Held by nobody knows whom.
        #expect(try claims.holders() == ["file": ClaimHolder(), "foreign": ClaimHolder()])
    }

    @Test func aClaimThatCannotBeMadeIsAnErrorAndLeavesNothing() throws {
        let claims = try bench.announce(SharingBench.identity("a"))
        try FileManager.default.removeItem(atPath: bench.paths.claims)
        try Data().write(to: URL(fileURLWithPath: bench.paths.claims))
        let error = #expect(throws: SharingError.self) { try claims.take("case-1") }
        #expect(error?.description.hasPrefix("\(bench.paths.claims)/") == true)
        try FileManager.default.removeItem(atPath: bench.paths.claims)
        try bench.paths.make()
        #expect(try claims.take("case-1"))
    }

    @Test func thousandsAreMadeAndGivenBack() throws {
        let claims = try bench.announce(SharingBench.identity("a"))
        let cases = (0..<3000).map { "case-\($0)" }
        for name in cases { #expect(try claims.take(name)) }
        #expect(try claims.holders().count == 3000)
        for name in cases { #expect(claims.release(name)) }
        #expect(bench.belongings == ["runs/aaaaaaaaaaaa.id"])
    }

    @Test func manyThreadsGetEachCaseOnce() throws {
        let runners = try "abcdefgh".map { try bench.announce(SharingBench.identity($0)) }
        let won = Mutex<[String: [String]]>([:])
        DispatchQueue.concurrentPerform(iterations: 16) { index in
            let claims = runners[index % runners.count]
            for name in (0..<250).map({ "case-\($0)" }) where (try? claims.take(name)) == true {
                won.withLock { $0[name, default: []].append(claims.run) }
            }
        }
        let holders = try runners[0].holders().mapValues { [$0.run] }
        #expect(won.withLock { $0 } == holders.mapValues { $0.compactMap(\.self) })
        #expect(holders.count == 250)
        for claims in runners { for name in holders.keys { claims.release(name) } }
        #expect(bench.belongings.count == runners.count)
    }

    /// Each round takes a case, makes a file that must not be there, and takes both back: two holders at a time would collide.
    @Test(.timeLimit(.minutes(2))) func manyProcessesNeverMeet() async throws {
        let done = bench.folder.file("done")
        try FileManager.default.createDirectory(atPath: done, withIntermediateDirectories: true)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { [path = bench.folder.path] in
                    await #expect(processExitsWith: .success) { [path = path as String] in
                        try Contender(path).contend()
                    }
                }
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: done).count == Contender.cases)
        #expect(bench.belongings.isEmpty)
    }
}

/// A process that does cases as a runner does, and ends the process when another one is at the same.
private struct Contender {
    static let (cases, processes) = (100, 4)
    let out: String
    let claims: Claims
    let heartbeat: Heartbeat

    init(_ out: String) throws {
        self.out = out
        let (identity, paths) = (RunnerIdentity.current(plan: "0123456789abcdef"), SharingPaths(out: out))
        heartbeat = try Heartbeat(identity, paths: paths)
        claims = Claims(of: identity.run, paths: paths)
    }

    func contend() throws {
        // All begin together.
        let runs = SharingPaths(out: out).runs
        while try SmallFile.names(in: runs).filter({ $0.hasSuffix(".id") }).count < Self.processes {
            if SmallFile.exists(out + "/begun") { break }
            usleep(1000)
        }
        close(creat(out + "/begun", 0o666))
        for name in (0..<Self.cases).map(String.init) {
            let (busy, done) = ("\(out)/busy-\(name)", "\(out)/done/\(name)")
            // Again and again, so that claims that were just given back are made anew.
            for _ in 0..<3 where try claims.take(name) {
                if SmallFile.create(busy) != nil { exit(2) }
                if !SmallFile.exists(done), SmallFile.create(done) != nil { exit(3) }
                guard try claims.confirm(name) else { exit(4) }
                if unlink(busy) != 0 { exit(5) }
                if !claims.release(name) { exit(6) }
            }
        }
        heartbeat.end()
    }
}
