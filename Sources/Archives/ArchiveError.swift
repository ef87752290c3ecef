import Glibc
import Volumes

/// Why an archive was not unpacked. Nothing of it was left behind.
public enum ArchiveError: TomosError, Equatable {
    /// It cannot be opened.
    case unreadable(String, reason: String)
    /// It breaks off, or says what cannot be.
    case damaged(String, reason: String)
    /// It is locked with a password; `entry` is the first file that is.
    case locked(String, entry: String)
    /// It holds more than a limit allows; `limit` says what and how much.
    case tooLarge(String, limit: String)
    /// There is no file in it.
    case empty(String)
    /// What it holds cannot be written to the folder. `code` is the system's errno.
    case cannotUnpack(String, folder: String, code: Int32)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .unreadable: .missingInput
        case .damaged, .locked, .tooLarge, .empty: .badData
        case .cannotUnpack: .inputOutput
        }
    }

    /// The archive, what is wrong and the way out.
    public var description: String {
        switch self {
        case .unreadable(let archive, let reason): "\(archive): the archive cannot be opened: \(reason)"
        case .damaged(let archive, let reason):
            "\(archive): the archive is damaged: \(reason) (get it again, or unpack what can be and name the folder)"
        case .locked(let archive, let entry):
            "\(archive): the archive is locked with a password (\(entry)): unpack it with the password, for example with "
                + "'7z x', and name the folder"
        case .tooLarge(let archive, let limit):
            "\(archive): the archive holds more than \(limit); if it is meant to, unpack it and name the folder"
        case .empty(let archive): "\(archive): there is no file in the archive"
        case .cannotUnpack(let archive, let folder, let code):
            "\(archive): the archive cannot be unpacked into \(folder): \(String(cString: strerror(code))) (set TMPDIR to a "
                + "folder with room, or unpack it and name the folder)"
        }
    }
}
