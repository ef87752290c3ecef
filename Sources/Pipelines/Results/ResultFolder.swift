import Foundation
import Platform
import VolumeIO
import Volumes

/// Why results cannot be written.
public enum ResultError: TomosError, Equatable {
    /// The folder cannot be made or written to.
    case cannotCreate(String, reason: String)
    /// Results are there already.
    case exists(folder: String, cases: [String])
    /// Results are there that another pipeline, task, or network made.
    case madeDifferently(folder: String, cases: [String])

    /// Always: the output cannot be created.
    public var category: ErrorCategory { .cannotCreate }

    /// The message.
    public var description: String {
        switch self {
        case .cannotCreate(let path, let reason): "\(path): cannot write results here: \(reason)"
        case .exists(let folder, let cases):
            "\(folder): holds results already (\(Self.list(cases))); "
                + "use --overwrite to replace them, --resume to keep them, or another folder"
        case .madeDifferently(let folder, let cases):
            "\(folder): the results of \(Self.list(cases)) were made with another pipeline, task, network or version; "
                + "use --overwrite to replace them, or another folder"
        }
    }

    private static func list(_ cases: [String]) -> String {
        let shown = cases.prefix(3).joined(separator: ", ")
        return cases.count > 3 ? "\(shown) and \(cases.count - 3) more" : shown
    }
}

/// The folder a run writes to: one folder for each case that is done, `cases.json` and `volumes.csv`.
///
/// A case's files are made in `.tomos-partial-<case>` and appear together by one rename.
struct ResultFolder: Sendable {
    let path: String

    /// Makes the folder and shows that it can be written to.
    init(creating path: String) throws(ResultError) {
        self.path = path
        if let code = Self.makeFolder(path) { throw .cannotCreate(path, reason: Self.reason(code)) }
        let probe = path + "/.tomos-probe-\(ProcessInfo.processInfo.processIdentifier)"
        guard mkdir(probe, 0o700) == 0 else { throw .cannotCreate(path, reason: Self.reason(errno)) }
        rmdir(probe)
    }

    /// The folder of a case's results.
    func folder(of id: String) -> String { path + "/" + id }

    /// The folder in which a case's files are made.
    func partialFolder(of id: String) -> String { path + "/.tomos-partial-" + id }

    /// Whether anything stands where a case's results go.
    func holdsResults(of id: String) -> Bool { FileManager.default.fileExists(atPath: folder(of: id)) }

    /// What an earlier run said about a case that is done; nil when its results are not complete.
    func record(of id: String) -> CaseRecord? { Self.record(folder(of: id)) }

    /// Makes a case's files through `write`, which gets the folder to write to, and puts them in place.
    /// Whatever goes wrong, nothing of the case stays behind, and earlier results stay until the new ones are whole.
    func commit(_ id: String, replacing: Bool, _ write: (String) throws -> Void) throws {
        let files = FileManager.default
        let partial = partialFolder(of: id)
        try? files.removeItem(atPath: partial)
        Drafts.begin(partial)
        defer { Drafts.end(partial) }
        if let code = Self.makeFolder(partial) { throw ResultError.cannotCreate(path, reason: Self.reason(code)) }
        do {
            try write(partial)
            try put(partial, inPlaceOf: folder(of: id), replacing: replacing)
        } catch {
            try? files.removeItem(atPath: partial)
            throw error
        }
    }

    private func put(_ partial: String, inPlaceOf target: String, replacing: Bool) throws(ResultError) {
        let old = path + "/.tomos-partial-old-" + (target.split(separator: "/").last.map(String.init) ?? "case")
        if FileManager.default.fileExists(atPath: target) {
            guard replacing else { throw .exists(folder: target, cases: ["a folder of this name"]) }
            try? FileManager.default.removeItem(atPath: old)
            guard rename(target, old) == 0 else { throw .cannotCreate(target, reason: Self.reason(errno)) }
        }
        guard rename(partial, target) == 0 else {
            let reason = Self.reason(errno)
            _ = rename(old, target)
            throw .cannotCreate(target, reason: reason)
        }
        try? FileManager.default.removeItem(atPath: old)
    }

    /// Whether a folder holds one case's results.
    static func isCase(_ folder: String) -> Bool { record(folder) != nil }

    private static func record(_ folder: String) -> CaseRecord? {
        guard let data = FileManager.default.contents(atPath: folder + "/case.json") else { return nil }
        return try? JSONDecoder().decode(CaseRecord.self, from: data)
    }

    /// Makes a folder and those above it; the system's errno when that fails.
    private static func makeFolder(_ path: String) -> Int32? {
        if mkdir(path, 0o777) == 0 { return nil }
        let code = errno
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            return isFolder.boolValue ? nil : EEXIST
        }
        let above = NSString(string: path).deletingLastPathComponent
        guard code == ENOENT, !above.isEmpty, above != path else { return code }
        return makeFolder(above) ?? (mkdir(path, 0o777) == 0 ? nil : errno)
    }

    private static func reason(_ code: Int32) -> String {
        code == EEXIST ? "a file is in the way" : String(cString: strerror(code))
    }
}
