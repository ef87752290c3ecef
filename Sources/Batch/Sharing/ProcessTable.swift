import Foundation
import Glibc

/// What the system says of a process.
public enum ProcessState: Sendable, Equatable {
    /// It lives.
    case running
    /// It lives and was told to stand still.
    case stopped
    /// It has ended, though its parent may not have taken notice; or the number is another's by now.
    case gone
    /// The system does not tell.
    case unknown
}

/// The processes of this machine, as far as this process sees them.
public struct ProcessTable: Sendable {
    private let look: @Sendable (Int32, UInt64) -> ProcessState

    /// A table that is asked for a process's number and the time of its start.
    public init(_ look: @escaping @Sendable (_ pid: Int32, _ started: UInt64) -> ProcessState) { self.look = look }

    /// What is known of a process that began at `started`, in clock ticks after the machine's start.
    public func state(of pid: Int32, started: UInt64) -> ProcessState { look(pid, started) }

    /// The system's own.
    public static let system = ProcessTable { pid, started in
        // Where `/proc` counts otherwise than the processes do, its entries are others'.
        guard pid > 0, (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self")) == "\(getpid())"
        else { return .unknown }
        if let text = SmallFile.text("/proc/\(pid)/stat") {
            guard let status = ProcessStatus(text), started > 0 else { return .unknown }
            if status.started != started { return .gone }
            return switch status.letter {
            case "Z", "X", "x": .gone
            case "T", "t": .stopped
            default: .running
            }
        }
        // Processes of other people may be hidden (hidepid), but not whether there are any.
        return kill(pid, 0) != 0 && errno == ESRCH ? .gone : .unknown
    }
}

/// A line of `/proc/<pid>/stat`: proc_pid_stat(5).
struct ProcessStatus: Equatable {
    /// Field 3, the state.
    let letter: Character
    /// Field 22, the start in clock ticks after the machine's.
    let started: UInt64

    init?(_ text: String) {
        // The second field, a name in parentheses, may hold spaces and parentheses.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let letter = fields[0].first, let started = UInt64(fields[19]) else { return nil }
        (self.letter, self.started) = (letter, started)
    }
}
