import Foundation
import Glibc

/// Who a runner is, so that others can tell whether it still lives.
public struct RunnerIdentity: Codable, Sendable, Equatable {
    /// The run's name: 12 digits and small letters at random.
    public var run: String
    /// The machine's name.
    public var host: String
    /// What tells one start of a machine from every other, on any machine; empty when unknown.
    public var boot: String
    /// In which numbering the process's number counts: containers have their own. Empty when unknown.
    public var pidNamespace: String
    /// The process's number.
    public var pid: Int32
    /// When the process began, in clock ticks after the machine's start: tells it from a later one of the same number.
    public var started: UInt64
    /// The hash of the plan that it does.
    public var plan: String
    /// The part of the plan that it does, or nil for all.
    public var shard: Shard?

    /// A runner, described.
    public init(
        run: String, host: String, boot: String, pidNamespace: String, pid: Int32, started: UInt64, plan: String,
        shard: Shard? = nil
    ) {
        (self.run, self.host, self.boot, self.pidNamespace) = (run, host, boot, pidNamespace)
        (self.pid, self.started, self.plan, self.shard) = (pid, started, plan, shard)
    }

    /// This process, as a runner with a new name.
    public static func current(plan: String, shard: Shard? = nil) -> RunnerIdentity {
        RunnerIdentity(
            run: newName(), host: SmallFile.text("/proc/sys/kernel/hostname") ?? "",
            boot: SmallFile.text("/proc/sys/kernel/random/boot_id") ?? "",
            pidNamespace: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? "",
            pid: getpid(), started: ProcessStatus(SmallFile.text("/proc/self/stat") ?? "")?.started ?? 0, plan: plan,
            shard: shard)
    }

    static let nameLength = 12
    private static let letters = Array("0123456789abcdefghijklmnopqrstuvwxyz")

    private static func newName() -> String {
        String((0..<nameLength).map { _ in letters[Int.random(in: letters.indices)] })
    }

    /// Whether a text is a name that a run may have.
    static func isName(_ text: some StringProtocol) -> Bool {
        text.utf8.count == nameLength && text.allSatisfy(letters.contains)
    }
}
