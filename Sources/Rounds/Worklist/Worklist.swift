import Foundation
import Platform
import VolumeIO
import Volumes

/// A folder with cases that are to be corrected, as `tomos next -o` makes it.
public struct Worklist: Sendable {
    /// What became of a case of the list.
    public enum State: Sendable, Equatable {
        /// Nobody has saved anything.
        case unchanged
        /// A label map was saved: its file's name in the case's folder.
        case corrected(String)
        /// Its correction is in the pack.
        case added
        /// Something was saved that cannot be taken, and why.
        case unclear(RoundsError)
    }

    /// The folder.
    public let path: String
    private(set) var file: WorklistFile

    /// Reads a worklist.
    ///
    /// - Throws: ``RoundsError/notAWorklist(_:)``, ``RoundsError/brokenWorklist(_:)``.
    public init(_ path: String) throws(RoundsError) {
        guard let file = try WorklistFile.read(path) else { throw .notAWorklist(path) }
        (self.path, self.file) = (path, file)
    }

    /// The cases in order.
    public var cases: [NextCase] { file.cases.map(\.chosen) }
    /// Full paths of the results that it was chosen from, and of the pack that its corrections go into.
    public var results: String { file.results }
    /// The pack.
    public var pack: String { file.pack }

    /// What became of each case, in order.
    public func states() -> [(id: String, state: State)] {
        file.cases.map { ($0.chosen.id, state(of: $0)) }
    }

    /// Refuses a worklist that was chosen from other results than those that are meant.
    ///
    /// - Throws: ``RoundsError/otherResults(worklist:its:asked:)``.
    public func require(results asked: String) throws(RoundsError) {
        guard NextCases.full(asked) == results else {
            throw .otherResults(worklist: path, its: results, asked: asked)
        }
    }

    func folder(of entry: WorklistFile.Entry) -> String { path + "/" + entry.folder }

    /// What became of a case.
    func state(of entry: WorklistFile.Entry) -> State {
        let folder = folder(of: entry)
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        var saved: [String] = []
        var isAdded = false
        for name in names where !name.hasPrefix(".") && Self.mayBeLabelMap(name) && name != entry.image {
            let hash = Digest.sha256(file: folder + "/" + name)
            if hash == entry.files[name] { continue }
            if let added = entry.added, added.file == name, added.sha256 == hash {
                isAdded = true
            } else {
                saved.append(name)
            }
        }
        if saved.isEmpty { return isAdded || entry.added != nil ? .added : .unchanged }
        if saved.count > 1 { return .unclear(.severalCorrections(id: entry.chosen.id, files: saved)) }
        // A viewer that saves all it has open writes the image again, too: what the correction lies on must be what it was.
        let image = folder + "/" + entry.image
        if Digest.sha256(file: image) != entry.files[entry.image] { return .unclear(.imageChanged(image)) }
        return .corrected(saved[0])
    }

    /// Whether a file may be what a viewer has saved: by its name, a volume's or a DICOM object's.
    private static func mayBeLabelMap(_ name: String) -> Bool {
        VolumeFileName(name) != nil || name.lowercased().hasSuffix(".dcm")
    }

    /// Remembers that a correction is in the pack.
    mutating func note(added name: String, of id: String) throws {
        guard let n = file.cases.firstIndex(where: { $0.chosen.id == id }) else { return }
        let path = folder(of: file.cases[n]) + "/" + name
        file.cases[n].added = WorklistFile.Added(
            file: name, sha256: Digest.sha256(file: path) ?? "", date: Date().formatted(.iso8601))
        try file.write(to: self.path)
    }

    /// Cases that hold more than was written there or is in the pack, and names of other files that were put there: what
    /// would be lost with the folder.
    var unfinished: [String] {
        var found: [String] = []
        for entry in file.cases {
            let folder = folder(of: entry)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            let isKept = names.contains { name in
                let hash = Digest.sha256(file: folder + "/" + name)
                return hash != entry.files[name] && !(entry.added?.file == name && entry.added?.sha256 == hash)
            }
            if isKept { found.append(entry.chosen.id) }
        }
        let known = Set(file.cases.map(\.folder) + [WorklistFile.name])
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        found += names.filter { name in
            !known.contains(name) && file.files[name] != Digest.sha256(file: path + "/" + name)
        }
        return found.sorted()
    }
}
