import Glibc
import Volumes

/// Why runners cannot share a results folder.
public enum SharingError: TomosError, Equatable {
    /// What runners tell each other cannot be written. `code` is the system's errno.
    case cannotWrite(path: String, code: Int32)
    /// What runners tell each other cannot be read. `code` is the system's errno.
    case cannotRead(path: String, code: Int32)
    /// Something that no runner put there stands where a case is claimed.
    case inTheWay(path: String)
    /// A name that cannot be a case's.
    case badCase(String)
    /// Other runners took this one for dead, since it stood still, and shared out what it had.
    case givenUp(run: String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .cannotWrite(_, let code):
            [ENOSPC, EDQUOT, EIO, ESTALE].contains(code) ? .inputOutput : .cannotCreate
        case .cannotRead: .inputOutput
        case .inTheWay: .cannotCreate
        case .badCase: .badData
        case .givenUp: .busy
        }
    }

    /// The message.
    public var description: String {
        switch self {
        case .cannotWrite(let path, let code):
            "\(path): cannot be written: \(Self.reason(code)) (free space, change its permissions, or write to another "
                + "folder; running again goes on where this stopped)"
        case .cannotRead(let path, let code):
            "\(path): cannot be read: \(Self.reason(code)) (check the disk or change its permissions; "
                + "running again goes on where this stopped)"
        case .inTheWay(let path):
            "\(path): is no folder of a claimed case (remove it)"
        case .badCase(let name):
            "\"\(name)\" cannot be the name of a case (it begins with a dot, has a slash, is empty or longer than "
                + "\(SharingPaths.longestCase) bytes); make the plan again with tomos run"
        case .givenUp(let run):
            "run \(run) stood still for so long that others took it for dead and do its cases now "
                + "(run again to take part once more)"
        }
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
