import Foundation
import Glibc
import TestSupport
import Testing

@testable import Batch

@Suite("What runs leave")
struct RemainsTests {
    let bench: SharingBench
    let own = SharingBench.identity("z")

    init() throws {
        bench = try SharingBench()
        try bench.announce(own)
    }

    static let temporaries = [
        ".tomos-1a.tmp", "logs/.tomos-2.tmp", ".tomos/.tomos-3.tmp", ".tomos/plans/.tomos-4.tmp",
        ".tomos/failed/.tomos-5.tmp", ".tomos/runs/.tomos-6.tmp",
    ]
    static let others = [
        ".tomos-1a", "tomos-1.tmp", ".other.tmp", "case-1/.tomos-1.tmp", "case-1/case.json", "logs/case-1.log",
        ".tomos/plans/ab.json", ".tomos/plans/deeper/.tomos-1.tmp", "logs/.tomos-folder.tmp/file", "notes/.tomos-1.tmp",
    ]

    @Test func halfWrittenFilesGoWhenNobodyElseIsThere() throws {
        try makeTree(bench.folder, Self.temporaries + Self.others)
        symlink("case-1/case.json", bench.folder.file(".tomos-link.tmp"))
        let swept = try bench.remains(as: own).sweep()
        #expect(swept.temporaries.sorted() == Self.temporaries.map(bench.folder.file).sorted())
        #expect(swept.left.isEmpty && swept.runs.isEmpty)
        for file in Self.temporaries { #expect(!SmallFile.exists(bench.folder.file(file))) }
        for file in Self.others + [".tomos-link.tmp"] { #expect(SmallFile.exists(bench.folder.file(file))) }
        #expect(try bench.remains(as: own).sweep() == Swept())
    }

    /// One that is merely not known to be dead may be writing.
    @Test(arguments: [SharingBench.identity("a"), SharingBench.identity("a", host: "other", boot: "b")])
    func theyStayWhileAnotherRunnerMayBeThere(other: RunnerIdentity) throws {
        try bench.announce(other)
        try makeTree(bench.folder, Self.temporaries)
        let remains = bench.remains(as: own)
        #expect(try remains.sweep() == Swept())
        for file in Self.temporaries { #expect(SmallFile.exists(bench.folder.file(file))) }
        unlink(bench.paths.identity(of: other.run))
        #expect(try remains.sweep().temporaries.count == Self.temporaries.count)
    }

    @Test func theyGoWithTheDead() throws {
        let process = OtherProcess()
        let dead = SharingBench.identity("a", pid: process.pid, started: process.started)
        try bench.announce(dead)
        try makeTree(bench.folder, Self.temporaries)
        let remains = bench.remains(as: own)
        #expect(try remains.sweep() == Swept())
        process.kill()
        let swept = try remains.sweep()
        #expect(swept.runs == [dead.run] && swept.temporaries.count == Self.temporaries.count)
    }

    /// A run that ends removes the folders that are empty then, whoever is about to use them.
    @Test func foldersThatWereRemovedAreMadeAgain() throws {
        let process = OtherProcess()
        let dead = try bench.announce(SharingBench.identity("a", pid: process.pid, started: process.started))
        #expect(try dead.take("case-1"))
        try makeTree(bench.folder, [".tomos/claims/.\(dead.run).case-2/\(dead.run)"])
        process.kill()
        rmdir(bench.paths.making)
        #expect(try bench.remains(as: own).buryDead().cases == ["case-1"])
        #expect(bench.belongings == ["runs/\(own.run).id"])
        rmdir(bench.paths.claims)
        let claims = Claims(of: own.run, paths: bench.paths)
        #expect(try claims.take("case-1"))
        #expect(claims.release("case-1"))
        for folder in [bench.paths.claims, bench.paths.making] { rmdir(folder) }
        unlink(bench.paths.identity(of: own.run))
        rmdir(bench.paths.runs)
        #expect(try bench.remains(as: own).sweep() == Swept())
        let heart = try Heartbeat(own, paths: bench.paths)
        #expect(try claims.take("case-1"))
        claims.release("case-1")
        heart.end()
        #expect(bench.belongings.isEmpty)
    }

    @Test func emptyAndUnknownClaims() throws {
        try FileManager.default.createDirectory(
            atPath: bench.paths.claim(of: "case-1"), withIntermediateDirectories: true)
        try makeTree(bench.folder, [".tomos/claims/case-2/unknown", ".tomos/claims/case-3"])
        let swept = try bench.remains(as: own).sweep()
        #expect(swept.unknownClaims == ["case-2", "case-3"] && swept.left.isEmpty)
        let claims = bench.belongings.filter { $0.hasPrefix("claims") }
        #expect(claims == ["claims/case-2", "claims/case-2/unknown", "claims/case-3"])
    }

    @Test func aRunnerThatEndsLeavesNothing() throws {
        let heart = try Heartbeat(own, paths: bench.paths)
        let claims = Claims(of: own.run, paths: bench.paths)
        let other = try bench.announce(SharingBench.identity("a"))
        #expect(try other.take("case-1") && claims.take("case-2") && claims.take("case-3"))
        #expect(try claims.confirm("case-3"))
        try makeTree(
            bench.folder,
            [
                ".tomos/making/\(own.run).case-2/half", ".tomos/making/\(own.run).case-3/case.json",
                ".tomos/making/\(own.run)..swept-9/old", ".tomos/making/\(own.run).case-9.old/case.json",
            ])
        // A worker that was about to put its results in place cannot any more.
        let remains = bench.remains(as: own) { step in
            guard step == .claimRemoved else { return }
            let folder = bench.paths.making("case-3", by: own.run)
            if !claims.isHeld("case-3") { #expect(rename(folder, bench.folder.file("case-3")) != 0) }
        }
        #expect(remains.buryOwn().cases == ["case-2", "case-3"])
        heart.end()
        #expect(bench.belongings == ["claims/case-1", "claims/case-1/\(other.run)", "runs/\(other.run).id"])
        #expect(try !claims.confirm("case-2") && !claims.confirm("case-3"))
        #expect(!SmallFile.exists(bench.folder.file("case-3")))
    }

    /// What another person's permissions keep is told, its owner stays dead and known, and no case is freed whose files could
    /// still be put in place.
    @Test(.enabled(if: getuid() == 0, "needs to become another user")) func whatCannotBeRemovedIsTold() async throws {
        let process = OtherProcess()
        let dead = try bench.announce(SharingBench.identity("a", pid: process.pid, started: process.started))
        #expect(try dead.take("case-1"))
        try makeTree(bench.folder, [".tomos/making/\(dead.run).case-1/half"])
        process.kill()
        process.reap()
        chmod(bench.folder.path, 0o755)
        for folder in [bench.paths.runs, bench.paths.claim(of: "case-1")] { chmod(folder, 0o777) }
        for folder in [bench.paths.making, bench.paths.claims] { chmod(folder, 0o755) }
        let (path, run) = (bench.folder.path, own.run)
        await #expect(processExitsWith: .success) { [path = path as String, run = run as String] in
            guard setuid(65534) == 0 else { exit(1) }
            let paths = SharingPaths(out: path)
            let identity = RunnerIdentity.current(plan: "")
            let remains = Remains(paths, run: run, watch: RunnerWatch(paths, as: identity))
            for _ in 0..<2 {
                let swept = try remains.buryDead()
                let making = paths.making("case-1", by: SharingBench.run("a"))
                guard swept.left.first == "\(making): Permission denied" else { exit(2) }
                guard swept.cases.isEmpty, swept.runs.isEmpty else { exit(3) }
                guard SmallFile.exists(paths.identity(of: SharingBench.run("a"))) else { exit(4) }
            }
            exit(0)
        }
        #expect(try !Claims(of: own.run, paths: bench.paths).take("case-1"))
        #expect(try bench.remains(as: own).buryDead().cases == ["case-1"])
        #expect(try Claims(of: own.run, paths: bench.paths).take("case-1"))
    }
}
