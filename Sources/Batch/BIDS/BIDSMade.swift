import Foundation
import Platform

/// What this program remembers of a label map in a derivative, in `.tomos/made/<the label map's path>.json`: by it, it tells
/// its own files from others'. One file each, so that runs over several participants do not get in each other's way.
struct BIDSMade: Codable, Equatable {
    /// The image below the data set that was read.
    var image: String
    /// The value of `seg`.
    var segmentation: String
    /// SHA-256 of the files as they were written; while they are being replaced, of the old and the new ones.
    var sha256: [String]

    /// Endings of a label map's files, in the order in which they are written.
    static let endings = [".nii.gz", ".tsv", ".json"]

    private static func path(_ stem: String, in folder: String) -> String { "\(folder)/.tomos/made/\(stem).json" }

    static func read(_ stem: String, in folder: String) -> BIDSMade? {
        FileManager.default.contents(atPath: path(stem, in: folder))
            .flatMap { try? JSONDecoder().decode(BIDSMade.self, from: $0) }
    }

    /// All that is remembered, by the label maps' paths without ending, sorted.
    static func all(in folder: String) -> [(stem: String, made: BIDSMade)] {
        let files = (try? FileManager.default.subpathsOfDirectory(atPath: folder + "/.tomos/made")) ?? []
        return files.filter { $0.hasPrefix("sub-") && $0.hasSuffix(".json") }.sorted().compactMap { file in
            let stem = String(file.dropLast(".json".count))
            return read(stem, in: folder).map { (stem, $0) }
        }
    }

    func write(_ stem: String, in folder: String) throws {
        try AtomicFile.write(try JSON.bytes(self), to: Self.path(stem, in: folder))
    }

    static func forget(_ stem: String, in folder: String) {
        unlink(path(stem, in: folder))
        removeEmptyFolders(above: ".tomos/made/" + stem, in: folder)
    }

    /// Removes the folders that hold a file which is gone, as far as they are empty.
    static func removeEmptyFolders(above path: String, in folder: String) {
        var parts = path.split(separator: "/").dropLast()
        while !parts.isEmpty, rmdir(folder + "/" + parts.joined(separator: "/")) == 0 { parts.removeLast() }
    }

    /// SHA-256 of a file; nil when it is not there.
    static func sha256(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { Digest.sha256(Array($0)) }
    }
}
