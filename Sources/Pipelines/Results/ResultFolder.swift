import Foundation
import Glibc
import Platform
import Volumes

/// Why results cannot be written.
public enum ResultError: TomosError, Equatable {
    /// The folder cannot be made or written to.
    case cannotCreate(String, reason: String)
    /// Something stands where a case's results go, or somebody else has put them there.
    case exists(String)
    /// Another run took this one for dead, and what it was making away.
    case takenOver(String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .cannotCreate, .exists: .cannotCreate
        case .takenOver: .busy
        }
    }

    /// The message.
    public var description: String {
        switch self {
        case .cannotCreate(let path, let reason): "\(path): cannot write results here: \(reason)"
        case .exists(let path):
            "\(path): something is there already that is not to be replaced (remove it, or write to another folder)"
        case .takenOver(let path): "\(path): the case was taken over by another run while this one stood still"
        }
    }
}

/// Where a run's results go: a folder for each case.
///
/// A case's files are made in a hidden folder and appear together by one rename, `case.json` among them: a folder that
/// holds it is complete.
public struct ResultFolder: Sendable {
    /// The folder.
    public let path: String
    private let making: String

    /// Names the folders; nothing is made.
    ///
    /// - Parameter making: What the path of the folder in which a case's files are made begins with, on the same file
    ///   system; the case's name follows.
    public init(_ path: String, making: String) { (self.path, self.making) = (path, making) }

    /// The folder of a case's results.
    public func folder(of id: String) -> String { path + "/" + id }

    /// The folder in which a case's files are made.
    public func makingFolder(of id: String) -> String { making + id }

    /// What an earlier run said about a case that is done; nil when its results are not complete.
    public func record(of id: String) -> CaseRecord? { Self.record(folder(of: id) + "/case.json") }

    /// Reads a record; nil when there is none, or none that can be read.
    public static func record(_ file: String) -> CaseRecord? {
        guard let data = FileManager.default.contents(atPath: file) else { return nil }
        return try? JSONDecoder().decode(CaseRecord.self, from: data)
    }

    /// Makes a case's files through `write`, which gets the folder to write to, and puts them in place.
    /// Whatever goes wrong, nothing of the case stays behind, and earlier results stay until the new ones are whole.
    ///
    /// - Parameter confirm: Asked when all is made; what it throws leaves things as they were.
    func commit(
        _ id: String, replacing: Bool, confirm: () throws -> Void = {}, _ write: (String) throws -> Void
    ) throws {
        let files = FileManager.default
        let folder = makingFolder(of: id)
        try? files.removeItem(atPath: folder)
        Drafts.begin(folder)
        defer { Drafts.end(folder) }
        do {
            try AtomicFile.makeFolder(folder)
            try write(folder)
            try confirm()
            try put(folder, inPlaceOf: self.folder(of: id), replacing: replacing)
        } catch {
            try? files.removeItem(atPath: folder)
            throw error
        }
    }

    /// Renames; what is replaced changes places with what is new, so that one of the two is there at any moment.
    private func put(_ made: String, inPlaceOf target: String, replacing: Bool) throws(ResultError) {
        if replacing, FileManager.default.fileExists(atPath: target) {
            if AtomicFile.exchange(made, target) {
                try? FileManager.default.removeItem(atPath: made)
            } else if errno == ENOENT {
                throw .takenOver(target)
            } else {
                try replaceInSteps(made, target)
            }
        } else if rename(made, target) != 0 {
            let code = errno
            if code == ENOENT { throw .takenOver(target) }
            if [EEXIST, ENOTEMPTY, ENOTDIR].contains(code) { throw .exists(target) }
            throw .cannotCreate(target, reason: Self.reason(code))
        }
        AtomicFile.sync(folder: path)
    }

    /// On a file system that cannot exchange two names the old results step aside first.
    private func replaceInSteps(_ made: String, _ target: String) throws(ResultError) {
        let old = made + ".old"
        guard rename(target, old) == 0 else { throw .cannotCreate(target, reason: Self.reason(errno)) }
        guard rename(made, target) == 0 else {
            let code = errno
            _ = rename(old, target)
            throw code == ENOENT ? .takenOver(target) : .cannotCreate(target, reason: Self.reason(code))
        }
        try? FileManager.default.removeItem(atPath: old)
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
