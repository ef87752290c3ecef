import Volumes

/// Why a report is not written. What was there before is there still.
public enum ReportError: TomosError, Equatable {
    /// Something stands where the report goes that is none.
    case occupied(path: String)
    /// A file of it cannot be written.
    case writeFailed(path: String, reason: String)
    /// A case has a name that is none of a file.
    case badCase(id: String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .occupied: .cannotCreate
        case .writeFailed: .inputOutput
        case .badCase: .badData
        }
    }

    /// The message.
    public var description: String {
        switch self {
        case .occupied(let path):
            "\(path): something is there that is no report of this program and is not replaced (remove it, or give -o "
                + "another folder)"
        case .writeFailed(let path, let reason):
            "\(path): the report cannot be written: \(reason) (free space or write to another disk; the report that was "
                + "there before is as it was)"
        case .badCase(let id): "case '\(id)': no name of a folder; the plan is not what this program writes"
        }
    }
}
