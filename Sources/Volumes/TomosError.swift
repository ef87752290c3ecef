/// What kind of thing went wrong; the command line maps each to its exit code.
public enum ErrorCategory: String, Sendable, Hashable, Codable {
    /// The file or folder is not there or cannot be opened.
    case missingInput
    /// The input is there but malformed, unsupported or inconsistent.
    case badData
    /// A pipeline or task file says something that cannot be.
    case badConfiguration
    /// The output cannot be created (permissions, existing file).
    case cannotCreate
    /// Reading or writing broke off (disk full, I/O error).
    case inputOutput
    /// More memory is needed than was allowed.
    case limitExceeded
    /// Somebody else is at it: later it may go.
    case busy
    /// A fault of this program.
    case internalFailure
}

/// An error that a person can act on: it names the file, the value and the way out.
public protocol TomosError: Error, Sendable, CustomStringConvertible {
    /// The kind of error.
    var category: ErrorCategory { get }
}
