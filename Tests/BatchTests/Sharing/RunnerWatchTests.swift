import Foundation
import Glibc
import TestSupport
import Testing

@testable import Batch

@Suite("Which runners live")
struct RunnerWatchTests {
    let bench: SharingBench
    let own = SharingBench.identity("z")

    init() throws { bench = try SharingBench() }

    // MARK: processes

    // Format: proc_pid_stat(5).
    @Test func aProcessIsReadWhateverItsName() {
        let rest = (4...21).map(String.init).joined(separator: " ")
        for name in ["sleep", "a b", "((", ") R 1 2", "x) Z"] {
            let status = ProcessStatus("77 (\(name)) S \(rest) 123456 23 24")
            #expect(status?.letter == "S" && status?.started == 123456)
        }
        for text in ["", "77 (sleep", "77 (sleep) S 4 5", "77 (sleep) S \(rest) many 23"] {
            #expect(ProcessStatus(text) == nil)
        }
    }

    @Test(.timeLimit(.minutes(1))) func theSystemsTable() async throws {
        let (table, process) = (ProcessTable.system, OtherProcess())
        let started = process.started
        #expect(table.state(of: process.pid, started: started) == .running)
        // Another process had the number before, or has it now.
        #expect(table.state(of: process.pid, started: started + 1) == .gone)
        kill(process.pid, SIGSTOP)
        try await waitUntil { table.state(of: process.pid, started: started) == .stopped }
        process.kill()
        #expect(SmallFile.text("/proc/\(process.pid)/stat")?.contains(") Z ") == true)
        #expect(table.state(of: process.pid, started: started) == .gone)
        process.reap()
        #expect(table.state(of: process.pid, started: started) == .gone)
        #expect(table.state(of: 0, started: started) == .unknown)
        #expect(table.state(of: -1, started: started) == .unknown)
        let this = RunnerIdentity.current(plan: "")
        #expect(table.state(of: this.pid, started: this.started) == .running)
    }

    @Test func aRunnerKilledHereIsDeadAtOnce() throws {
        let process = OtherProcess()
        try bench.announce(SharingBench.identity("a", pid: process.pid, started: process.started))
        try bench.beat("a", "1")
        let watch = bench.watch(as: own)
        #expect(try watch.look().map(\.life) == [.alive])
        // A beat that fails, on a full disk for example, is no death.
        for _ in 0..<10 {
            bench.clock.advance(by: .seconds(30))
            #expect(try watch.look().map(\.life) == [.alive])
        }
        process.kill()
        #expect(try watch.look().map(\.life) == [.dead(.processEnded)])
        #expect(try watch.otherRunners().isEmpty)
    }

    // MARK: silence

    struct Elsewhere: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var identity: RunnerIdentity
        var state = ProcessState.running
        /// Seconds without a beat after which it is dead.
        var expiry: Int
    }

    static let elsewhere = [
        Elsewhere(
            testDescription: "another machine", identity: SharingBench.identity("a", host: "other", boot: "b"),
            expiry: 60),
        Elsewhere(
            testDescription: "another machine, its start unknown",
            identity: SharingBench.identity("a", host: "other", boot: ""), expiry: 60),
        Elsewhere(
            testDescription: "this machine before it was started anew, or another of its name",
            identity: SharingBench.identity("a", boot: "b"), expiry: 15),
        Elsewhere(
            testDescription: "another container here", identity: SharingBench.identity("a", pidNamespace: "pid:[1]"),
            expiry: 60),
        Elsewhere(
            testDescription: "this machine, the process hidden", identity: SharingBench.identity("a"), state: .unknown,
            expiry: 60),
        Elsewhere(
            testDescription: "this machine, the process stopped", identity: SharingBench.identity("a"), state: .stopped,
            expiry: 60),
    ]

    @Test(arguments: elsewhere) func silenceIsDeath(elsewhere: Elsewhere) throws {
        try bench.announce(elsewhere.identity)
        let watch = bench.watch(as: own, processes: ProcessTable { _, _ in elsewhere.state })
        for beat in 1...100 {
            // An old time on the file, or one to come, says nothing.
            try bench.beat("a", #"{"beat":\#(beat),"running":[]}"#)
            var times = [timeval](repeating: timeval(tv_sec: beat % 2 == 0 ? 0 : 1 << 31, tv_usec: 0), count: 2)
            utimes(bench.paths.beat(of: SharingBench.run("a")), &times)
            let sighting = try #require(try watch.look().first)
            // Whether it beats shows at the second look.
            #expect(sighting.life == (beat == 1 ? .silent(.zero) : .alive))
            #expect(sighting.identity == elsewhere.identity && sighting.beat == Beat(beat: beat, running: []))
            bench.clock.advance(by: .seconds(10))
        }
        var silence = 0
        while silence + 5 < elsewhere.expiry {
            silence += silence == 0 ? 10 : 5
            #expect(try watch.look().map(\.life) == [.silent(.seconds(silence))])
            #expect(try watch.otherRunners() == [elsewhere.identity])
            bench.clock.advance(by: .seconds(5))
        }
        #expect(try watch.look().map(\.life) == [.dead(.silent(.seconds(elsewhere.expiry)))])
        // One that was only cut off is back.
        try bench.beat("a", "another")
        #expect(try watch.look().map(\.life) == [.alive])
    }

    @Test func aRunnerThatNeverBeatIsDeadAfterAWhile() throws {
        try bench.announce(SharingBench.identity("a", host: "other", boot: "b"))
        let watch = bench.watch(as: own)
        var looks = 0
        while try watch.look().allSatisfy({ !$0.isDead }) {
            bench.clock.advance(by: .seconds(10))
            looks += 1
        }
        #expect(looks == 6)
    }

    /// Whoever stood still, or waited for a file server, saw nobody's beats, and did not see their absence either.
    @Test func whoStoodStillTakesNobodyForDead() throws {
        try bench.announce(SharingBench.identity("a", host: "other", boot: "b"))
        try bench.beat("a", "1")
        let watch = bench.watch(as: own)
        _ = try watch.look()
        bench.clock.advance(by: .seconds(3600))
        #expect(try watch.look().map(\.life) == [.silent(.seconds(15))])
        #expect(try watch.look().map(\.life) == [.silent(.seconds(15))])
        try bench.beat("a", "2")
        #expect(try watch.look().map(\.life) == [.alive])
    }

    @Test func aBeatThatCannotBeReadSaysNothing() throws {
        try bench.announce(SharingBench.identity("a", host: "other", boot: "b"))
        // Opens, and cannot be read: EISDIR stands for EIO.
        try FileManager.default.createDirectory(
            atPath: bench.paths.beat(of: SharingBench.run("a")), withIntermediateDirectories: true)
        let watch = bench.watch(as: own)
        for _ in 0..<20 {
            #expect(try watch.look().map(\.life) == [.silent(.zero)])
            bench.clock.advance(by: .seconds(10))
        }
    }

    @Test func anIdentityThatCannotBeReadIsOfSomebody() throws {
        try Data("{".utf8).write(to: URL(fileURLWithPath: bench.paths.identity(of: SharingBench.run("a"))))
        let watch = bench.watch(as: own)
        let sighting = try #require(try watch.look().first)
        #expect(sighting.identity == nil && sighting.life == .silent(.zero))
    }

    // MARK: who is in the way

    @Test func whoDiedWithItsMachineIsNotInTheWayForEver() throws {
        let dead = SharingBench.identity("a", host: "other", boot: "b")
        try bench.announce(dead)
        try bench.announce(SharingBench.identity("c", host: "third", boot: "b"))
        // Each look takes five seconds.
        let watch = RunnerWatch(
            bench.paths, as: own,
            now: { [clock = bench.clock] in
                clock.advance(by: .seconds(5))
                return clock.now
            })
        var waited: [RunnerIdentity] = []
        let found = try watch.living(pause: .zero, where: { $0.host == "other" }, waiting: { waited.append($0) })
        #expect(found == nil && waited == [dead])
    }

    @Test func whoBeatsIsFound() throws {
        let other = SharingBench.identity("a", host: "other", boot: "b")
        try bench.announce(other)
        let watch = bench.watch(as: own)
        let found = try watch.living(
            pause: .zero, where: { $0.host == "other" },
            waiting: { _ in #expect(throws: Never.self) { try bench.beat("a", "1") } })
        #expect(found == other)
        #expect(try watch.living(where: { $0.host != "other" }) == nil)
    }

    @Test func whoseProcessLivesIsFoundAtOnce() throws {
        let other = SharingBench.identity("a")
        try bench.announce(other)
        let found = try bench.watch(as: own).living(where: { _ in true }, waiting: { _ in Issue.record("waited") })
        #expect(found == other)
    }

    // MARK: whom there is

    @Test func remainsWithoutIdentityAreNobodys() throws {
        try makeTree(
            bench.folder,
            [
                ".tomos/claims/case-1/\(SharingBench.run("a"))", ".tomos/claims/.\(SharingBench.run("b")).case-2/x",
                ".tomos/making/\(SharingBench.run("c")).case-3/half", ".tomos/runs/\(SharingBench.run("d")).beat",
                ".tomos/claims/case-4/\(SharingBench.run("e")).\(SharingBench.run("f"))",
                // Not of a run.
                ".tomos/making/notes.txt", ".tomos/runs/README.md", ".tomos/claims/case-5/\(SharingBench.run("g")).x",
                ".tomos/claims/.hidden/x",
            ])
        let sightings = try bench.watch(as: own).look()
        #expect(sightings.map(\.run) == "abcdef".map(SharingBench.run))
        #expect(sightings.allSatisfy { $0.life == .dead(.withoutIdentity) })
    }

    @Test func oneselfIsLeftOut() throws {
        try bench.announce(own)
        try bench.announce(SharingBench.identity("a"))
        #expect(try bench.watch(as: own).look().map(\.run) == [SharingBench.run("a")])
    }

    @Test func whoThisIs() throws {
        let shard = try Shard("2/5")
        let identity = RunnerIdentity.current(plan: "abc", shard: shard)
        #expect(RunnerIdentity.isName(identity.run))
        #expect(identity.run != RunnerIdentity.current(plan: "abc").run)
        #expect(identity.pid == getpid() && identity.plan == "abc" && identity.shard == shard)
        #expect(identity.started > 0 && !identity.boot.isEmpty && identity.pidNamespace.hasPrefix("pid:["))
        var names = utsname()
        uname(&names)
        let host = withUnsafeBytes(of: &names.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        #expect(identity.host == host)
        let keys = try JSONSerialization.jsonObject(with: JSONEncoder().encode(identity)) as? [String: Any] ?? [:]
        #expect(keys.keys.sorted() == ["boot", "host", "pid", "pidNamespace", "plan", "run", "shard", "started"])
    }
}
