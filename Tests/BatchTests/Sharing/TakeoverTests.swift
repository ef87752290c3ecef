import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Batch

@Suite("Taking over from the dead", .timeLimit(.minutes(2)))
struct TakeoverTests {
    let bench: SharingBench
    let heir = SharingBench.identity("h")

    init() throws { bench = try SharingBench() }

    /// A runner whose process is no more, in the middle of two cases and about to claim a third.
    private func dead(_ letter: Character = "d") throws -> Claims {
        let process = OtherProcess()
        let identity = SharingBench.identity(letter, pid: process.pid, started: process.started)
        let claims = try bench.announce(identity)
        try bench.beat(letter, "1")
        for name in ["case-1", "case-2"] { #expect(try claims.take(name)) }
        #expect(try claims.confirm("case-2"))
        try makeTree(
            bench.folder,
            [
                ".tomos/making/\(claims.run).case-1/half", ".tomos/making/\(claims.run).case-2/case.json",
                ".tomos/making/\(claims.run).case-2/pictures/1.png",
                ".tomos/claims/.\(claims.run).case-3/\(claims.run)",
                ".tomos/runs/\(claims.run).beat.new", ".tomos/claims/case-4/\(claims.run).\(SharingBench.run("e"))",
            ])
        process.kill()
        process.reap()
        return claims
    }

    @Test func nothingOfTheDeadIsLeft() throws {
        let dead = try dead()
        let living = try bench.announce(SharingBench.identity("l"))
        #expect(try living.take("case-5"))
        try makeTree(bench.folder, [".tomos/making/\(living.run).case-5/half", "case-0/case.json"])
        let mine = try bench.announce(heir)
        var swept = try bench.remains(as: heir).buryDead()
        swept.cases.sort()
        var expected = Swept()
        // One that was its heir is none any more.
        (expected.runs, expected.cases) = ([dead.run, SharingBench.run("e")], ["case-1", "case-2", "case-4"])
        #expect(swept == expected)
        #expect(
            bench.belongings == [
                "claims/case-5", "claims/case-5/\(living.run)", "making/\(living.run).case-5",
                "making/\(living.run).case-5/half", "runs/\(mine.run).id", "runs/\(living.run).id",
            ])
        #expect(SmallFile.exists(bench.folder.file("case-0/case.json")))
        for name in ["case-1", "case-2", "case-4"] { #expect(try mine.take(name)) }
        #expect(try !mine.take("case-5"))
        #expect(try bench.remains(as: heir).buryDead() == Swept())
    }

    @Test func aRunnerThatIsKilledFreesItsCases() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = bench.folder.path as String] in
            let (identity, paths) = (RunnerIdentity.current(plan: "0123456789abcdef"), SharingPaths(out: path))
            let heart = try Heartbeat(identity, paths: paths, every: .milliseconds(1))
            let claims = Claims(of: identity.run, paths: paths)
            guard try claims.take("case-1"), try claims.take("case-2") else { exit(1) }
            mkdir(paths.making("case-1", by: identity.run), 0o777)
            usleep(20_000)
            withExtendedLifetime(heart) { _ = kill(getpid(), SIGKILL) }
        }
        #expect(bench.belongings.contains("claims/case-1"))
        let claims = try bench.announce(heir)
        #expect(try !claims.take("case-1"))
        #expect(try bench.remains(as: heir).buryDead().cases == ["case-1", "case-2"])
        #expect(bench.belongings == ["runs/\(heir.run).id"])
        #expect(try claims.take("case-1") && claims.take("case-2"))
    }

    /// The heir is killed after each of its steps, and the next one finds what is left to be done.
    @Test(arguments: Remains.Step.allCases) func anHeirThatIsKilled(step: Remains.Step) async throws {
        let dead = try dead()
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = bench.folder.path as String, step = step as Remains.Step] in
            let (identity, paths) = (RunnerIdentity.current(plan: "0123456789abcdef"), SharingPaths(out: path))
            let heart = try Heartbeat(identity, paths: paths)
            let watch = RunnerWatch(paths, as: identity)
            let remains = Remains(paths, run: identity.run, watch: watch) { if $0 == step { kill(getpid(), SIGKILL) } }
            try remains.buryDead()
            withExtendedLifetime(heart) {}
        }
        #expect(!bench.belongings.isEmpty)
        let claims = try bench.announce(heir)
        for name in ["case-1", "case-2", "case-4"] where try claims.take(name) {
            // What is free has nothing left that could be put in place.
            #expect(!SmallFile.exists(bench.paths.making(name, by: dead.run)))
        }
        let swept = try bench.remains(as: heir).buryDead()
        #expect(swept.left.isEmpty && swept.unknownClaims.isEmpty)
        for name in ["case-1", "case-2", "case-4"] { #expect(try claims.isHeld(name) || claims.take(name)) }
        for name in ["case-1", "case-2", "case-4"] { claims.release(name) }
        #expect(bench.belongings == ["runs/\(heir.run).id"])
    }

    @Test func manyHeirsAtOnce() async throws {
        let dead = try dead()
        let heirs = "ijklmnop".map { SharingBench.identity($0) }
        for heir in heirs { try bench.announce(heir) }
        let freed = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: heirs.count) { index in
            let remains = bench.remains(as: heirs[index])
            for _ in 0..<3 { if let swept = try? remains.buryDead() { freed.withLock { $0 += swept.cases } } }
        }
        #expect(freed.withLock { $0.sorted() } == ["case-1", "case-2", "case-4"])
        #expect(bench.belongings == heirs.map { "runs/\($0.run).id" })
        #expect(!SmallFile.exists(bench.paths.identity(of: dead.run)))
    }

    // MARK: a runner that only stood still

    /// A runner on another machine is thought dead and goes on at any point of the takeover, in any order of its steps and the
    /// heir's: either its results are in place, whole, before the case is free, or they never are.
    @Test func aRunnerThatGoesOnAtAnyPoint() throws {
        var (put, lost) = (0, 0)
        // At which of the heir's steps the runner does each of its own.
        let points = -1...3
        for first in points {
            for second in points where second >= first {
                for third in points where third >= second {
                    for last in points where last >= third {
                        if try goOn(at: [first, second, third, last]) { put += 1 } else { lost += 1 }
                    }
                }
            }
        }
        #expect(put > 0 && lost > 0 && put + lost == 70)
    }

    private func goOn(at points: [Int]) throws -> Bool {
        let bench = try SharingBench()
        let identity = SharingBench.identity("r", host: "other", boot: "b")
        let runner = try bench.announce(identity)
        #expect(try runner.take("case-1"))
        let play = Takeover(bench: bench, runner: runner, points: points)
        let heir = SharingBench.identity("h")
        let watch = bench.watch(as: heir)
        for _ in 0..<5 {
            _ = try watch.look()
            bench.clock.advance(by: .seconds(20))
        }
        play.goOn(to: -1)
        let steps: [Remains.Step: Int] = [.claimTaken: 0, .draftTaken: 1, .claimRemoved: 2]
        let remains = Remains(bench.paths, run: heir.run, watch: watch) { step in
            if let point = steps[step] { play.goOn(to: point) }
        }
        #expect(try remains.buryDead().cases == ["case-1"])
        play.goOn(to: 3)
        // Whatever the runner made anew after it was given up is swept by the next heir.
        try remains.buryDead()
        #expect(bench.belongings.isEmpty)
        let isPut = SmallFile.exists(bench.folder.file("case-1"))
        #expect(isPut == play.isPut)
        #expect(!isPut || bench.folder.contents.filter { $0.hasPrefix("case-1/") }.count == 2)
        return isPut
    }

    /// Between the heir's look and its step, the claim got its other name.
    @Test func aCaseThatIsConfirmedMeanwhile() throws {
        let runner = try bench.announce(SharingBench.identity("r", host: "other", boot: "b"))
        for name in ["case-1", "case-2"] { #expect(try runner.take(name)) }
        let watch = bench.watch(as: heir)
        for _ in 0..<5 {
            _ = try watch.look()
            bench.clock.advance(by: .seconds(20))
        }
        let remains = Remains(bench.paths, run: heir.run, watch: watch) { [paths = bench.paths] step in
            guard step == .claimTaken, !SmallFile.exists(paths.claim(of: "case-2") + "/\(runner.run).confirmed") else {
                return
            }
            #expect(throws: Never.self) { try runner.confirm("case-2") }
        }
        #expect(try remains.buryDead().cases == ["case-1", "case-2"])
        #expect(bench.belongings.isEmpty)
    }

    /// A runner that is stopped and goes on, as a real process and with a heart that beats.
    @Test func aRunnerThatIsStoppedAndGoesOn() async throws {
        let claims = try bench.announce(SharingBench.identity("h", host: "other", boot: "b"))
        let watcher = SharingBench.identity("h", host: "other", boot: "b")
        let stopped = Task { [path = bench.folder.path] in
            _ = await #expect(processExitsWith: .success) { [path = path as String] in
                let (identity, paths) = (RunnerIdentity.current(plan: "0123456789abcdef"), SharingPaths(out: path))
                let heart = try Heartbeat(identity, paths: paths, every: .milliseconds(5))
                let claims = Claims(of: identity.run, paths: paths)
                guard try claims.take("case-1") else { exit(1) }
                mkdir(paths.making("case-1", by: identity.run), 0o777)
                // To this very thread, which otherwise goes on till another one has stopped all.
                raise(SIGSTOP)
                // Another has the case by now.
                guard try !claims.confirm("case-1"), !claims.isHeld("case-1") else { exit(2) }
                if rename(paths.making("case-1", by: identity.run), path + "/case-1") == 0 { exit(3) }
                while !heart.isGivenUp { usleep(1000) }
                do throws(SharingError) { _ = try claims.take("case-2") } catch {
                    exit(error == .givenUp(run: identity.run) ? 0 : 4)
                }
                exit(5)
            }
        }
        let watch = bench.watch(as: watcher)
        try await waitUntil {
            guard let other = try? watch.look().first?.identity else { return false }
            return ProcessTable.system.state(of: other.pid, started: other.started) != .running
        }
        let other = try #require(try watch.look().first?.identity)
        let remains = Remains(bench.paths, run: watcher.run, watch: watch)
        for _ in 0..<4 {
            #expect(try remains.buryDead().cases.isEmpty)
            #expect(try !claims.take("case-1"))
            bench.clock.advance(by: .seconds(20))
        }
        #expect(try remains.buryDead().cases == ["case-1"])
        #expect(try claims.take("case-1"))
        kill(other.pid, SIGCONT)
        await stopped.value
        #expect(claims.isHeld("case-1"))
        #expect(claims.release("case-1"))
        #expect(bench.belongings == ["runs/\(watcher.run).id"])
    }
}

/// A runner that does what is left of its case while an heir takes it over.
private final class Takeover: Sendable {
    private let bench: SharingBench
    private let runner: Claims
    private let points: [Int]
    private let state = Mutex((step: 0, isConfirmed: false, isPut: false))

    init(bench: SharingBench, runner: Claims, points: [Int]) {
        (self.bench, self.runner, self.points) = (bench, runner, points)
    }

    var isPut: Bool { state.withLock { $0.isPut } }

    func goOn(to point: Int) {
        state.withLock { state in
            while state.step < 4, points[state.step] <= point {
                act(&state)
                state.step += 1
            }
        }
    }

    private func act(_ state: inout (step: Int, isConfirmed: Bool, isPut: Bool)) {
        let making = bench.paths.making("case-1", by: runner.run)
        switch state.step {
        // Files are written with the folders above them, as `AtomicFile` does: also when those were taken away.
        case 0: try? makeTree(bench.folder, [".tomos/making/\(runner.run).case-1/labels.nii.gz"])
        case 1: try? makeTree(bench.folder, [".tomos/making/\(runner.run).case-1/case.json"])
        case 2: state.isConfirmed = (try? runner.confirm("case-1")) ?? false
        default:
            guard state.isConfirmed else { return }
            let isFree = rmdir(bench.paths.claim(of: "case-1")) == 0 || errno == ENOENT
            state.isPut = rename(making, bench.folder.file("case-1")) == 0
            #expect(!state.isPut || !isFree, "the results were put in place when the case was free")
        }
    }
}
