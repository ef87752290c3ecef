import Foundation
import Platform
import Volumes

/// `worklist.json`: what a worklist is made of, by which corrections are known from what was there before.
struct WorklistFile: Codable, Sendable {
    /// A case of the list.
    struct Entry: Codable, Sendable {
        /// What was chosen, and why.
        var chosen: NextCase
        /// Its folder, below the worklist.
        var folder: String
        /// Names of its image and of its label map in that folder.
        var image: String, labels: String
        /// SHA-256 of every file as it was written, by its name in the folder.
        var files: [String: String]
        /// The correction that was put into the pack; nil before.
        var added: Added?
    }

    /// A correction that is in the pack.
    struct Added: Codable, Sendable {
        /// The file's name in the case's folder, and its SHA-256.
        var file: String, sha256: String
        /// When it was added, in UTC.
        var date: String
    }

    /// The format's version.
    var version = 1
    /// Full paths of the results folder and of the pack.
    var results: String, pack: String
    /// When it was made, in UTC.
    var made: String
    /// The cases in order.
    var cases: [Entry]
    /// SHA-256 of the files that lie in the worklist itself, by name.
    var files: [String: String] = [:]

    static let name = "worklist.json"

    /// Reads the file of a folder; nil where the folder has none.
    ///
    /// - Throws: ``RoundsError/brokenWorklist(_:)``.
    static func read(_ folder: String) throws(RoundsError) -> WorklistFile? {
        let path = folder + "/" + name
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path),
            let file = try? JSONDecoder().decode(WorklistFile.self, from: data), file.version == 1,
            file.cases.allSatisfy(\.isInside)
        else { throw .brokenWorklist(path) }
        return file
    }

    func write(to folder: String) throws {
        try AtomicFile.write(try JSON.bytes(self), to: folder + "/" + Self.name)
    }
}

extension WorklistFile.Entry {
    /// Whether its names lead nowhere else.
    fileprivate var isInside: Bool {
        [folder, image, labels].allSatisfy { !$0.isEmpty && !$0.contains("/") && $0 != "." && $0 != ".." }
    }
}
