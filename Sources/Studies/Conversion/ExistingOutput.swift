import Foundation
import Volumes

/// What is done where a file is there already that is to be written.
public enum ExistingOutput: Sendable, Hashable {
    /// Nothing is written at all.
    case refuse
    /// The image is passed over.
    case skip
    /// It is replaced.
    case replace
    /// The image gets another name.
    case rename
}

/// Files are there that would be overwritten.
public struct ExistingOutputError: TomosError, Equatable {
    /// The files, one or more.
    public let paths: [String]

    /// Makes the error.
    public init(paths: [String]) { self.paths = paths }

    /// The output cannot be created.
    public var category: ErrorCategory { .cannotCreate }

    /// The message.
    public var description: String {
        let more = paths.count > 1 ? ", and \(paths.count - 1) more of the files to be written" : ""
        return
            "\(paths.first ?? ""): is there already\(more); nothing was written (replace them with --overwrite, or name "
            + "another -o)"
    }

    /// Those of some paths where something is, a link to nothing too.
    public static func existing(_ paths: [String]) -> [String] {
        paths.filter { path in
            var status = stat()
            return lstat(path, &status) == 0
        }
    }
}
