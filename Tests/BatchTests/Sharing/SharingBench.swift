import Foundation
import Glibc
import Synchronization
import TestSupport

@testable import Batch

/// A results folder of one test, with runners that are told apart by one letter.
struct SharingBench {
    let folder = TemporaryFolder()
    let paths: SharingPaths
    let clock = TestClock()

    init() throws {
        paths = SharingPaths(out: folder.path)
        try paths.make()
    }

    static func run(_ letter: Character) -> String { String(repeating: letter, count: 12) }

    /// A runner on this machine whose process is this one, unless something else is said.
    static func identity(
        _ letter: Character, host: String? = nil, boot: String? = nil, pidNamespace: String? = nil, pid: Int32? = nil,
        started: UInt64? = nil
    ) -> RunnerIdentity {
        let this = RunnerIdentity.current(plan: "0123456789abcdef")
        return RunnerIdentity(
            run: run(letter), host: host ?? this.host, boot: boot ?? this.boot,
            pidNamespace: pidNamespace ?? this.pidNamespace, pid: pid ?? this.pid, started: started ?? this.started,
            plan: this.plan)
    }

    /// Writes down who a runner is, without a heart that beats.
    @discardableResult func announce(_ identity: RunnerIdentity) throws -> Claims {
        try JSONEncoder().encode(identity).write(to: URL(fileURLWithPath: paths.identity(of: identity.run)))
        return Claims(of: identity.run, paths: paths)
    }

    func beat(_ letter: Character, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: paths.beat(of: Self.run(letter))))
    }

    func watch(as own: RunnerIdentity, processes: ProcessTable = .system) -> RunnerWatch {
        RunnerWatch(paths, as: own, processes: processes, now: { [clock] in clock.now })
    }

    func remains(as own: RunnerIdentity, step: @escaping @Sendable (Remains.Step) -> Void = { _ in }) -> Remains {
        Remains(paths, run: own.run, watch: watch(as: own), step: step)
    }

    /// Everything below `.tomos`, but the folders that are always there.
    var belongings: [String] {
        folder.contents.filter { $0.hasPrefix(".tomos/") }.map { String($0.dropFirst(".tomos/".count)) }
            .filter { !["runs", "claims", "making"].contains($0) }
    }
}

/// A clock that goes on when it is told to.
final class TestClock: Sendable {
    private let time = Mutex(SuspendingClock().now)

    var now: SuspendingClock.Instant { time.withLock { $0 } }

    func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
}

/// Another program, of which nothing is known but its number.
final class OtherProcess {
    let pid: Int32
    private var isReaped = false

    init() {
        var (pid, arguments): (pid_t, [UnsafeMutablePointer<CChar>?]) = (0, [strdup("sleep"), strdup("600"), nil])
        defer { arguments.forEach { free($0) } }
        let status = posix_spawn(&pid, "/bin/sleep", nil, nil, &arguments, nil)
        precondition(status == 0, "/bin/sleep: \(String(cString: strerror(status)))")
        self.pid = pid
    }

    var started: UInt64 { ProcessStatus(SmallFile.text("/proc/\(pid)/stat") ?? "")?.started ?? 0 }

    /// Ends it, and waits till that is so; as a zombie it is still in the table. To be reaped before an exit test begins, which
    /// waits for whichever child ends.
    func kill() {
        Glibc.kill(pid, SIGKILL)
        var information = siginfo_t()
        waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT)
    }

    func reap() {
        isReaped = true
        waitpid(pid, nil, 0)
    }

    deinit {
        if isReaped { return }
        Glibc.kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }
}

/// Waits for something that another process does; a test that waits in vain is ended by its time limit.
func waitUntil(_ condition: () -> Bool) async throws {
    while !condition() { try await Task.sleep(for: .milliseconds(5)) }
}
