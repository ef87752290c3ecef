import Foundation
import Platform
import VolumeIO
import Volumes

extension TaskPack {
    /// What became of a volume of a pack.
    public enum Change: String, Sendable, Codable {
        /// It is new.
        case added
        /// Its label map is another.
        case corrected
        /// It is no longer in the pack.
        case removed
    }

    /// A line of `history.jsonl`.
    private struct HistoryEntry: Encodable {
        var date: String
        var change: Change
        var volume: String
        /// Hashes of the files that the change brought; nil where it took some away.
        var imageSHA256, labelsSHA256: String?
        /// Where the files that were in use before lie now, in the pack's folder.
        var before: [String]
    }

    /// Puts a labelled volume into a pack, or a corrected label map in place of one that is there. What was there before is
    /// kept below `history/`; the pack's check no longer holds and goes there too.
    ///
    /// A label map that names its labels is taken by its names, whatever its ids; others by their ids.
    ///
    /// - Parameters:
    ///   - example: Image and label map in any format that is read. Its name is the volume's in the pack.
    ///   - folder: The pack.
    ///   - tell: Gets what a person should know.
    /// - Throws: ``TaskPackError``, ``LabelMapError``, and what reading and writing throw; the pack is then as it was.
    public static func add(
        _ example: Example, to folder: String, tell: (String) -> Void = { _ in }
    ) throws -> (pack: TaskPack, change: Change) {
        let pack = try load(folder, ignoringFindings: true)
        let image = try Images.readVolume(example.image, volumeIndex: 0)
        let labels = try pack.labels(of: example, on: image.geometry)
        let old = pack.examples.first { $0.name == example.name }
        let draft = folder + "/.tomos-add-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: draft) }
        try NIfTI.write(image, to: draft + "/image.nii.gz")
        try NIfTI.write(labels, to: draft + "/labels.nii.gz")
        let hashes = (try fileHash(draft + "/image.nii.gz"), try fileHash(draft + "/labels.nii.gz"))
        if let old, try NIfTI.readVolume(old.image).voxels != image.voxels {
            throw TaskPackError.anotherImage(example.name, pack: pack.name)
        }
        // A name of its own, so that the pack is whole at every moment: pack.yaml says which file is meant.
        let labelName = "labels/\(example.name)-\(hashes.1.prefix(8)).nii.gz"
        let imageName = old.map { pack.relative($0.image) } ?? "images/\(example.name).nii.gz"
        if old.map({ pack.relative($0.labels) }) == labelName || old?.labelsSHA256 == hashes.1 {
            throw TaskPackError.nothingChanges(example.name, pack: pack.name)
        }
        try move(draft + "/labels.nii.gz", to: folder + "/" + labelName)
        if old == nil { try move(draft + "/image.nii.gz", to: folder + "/" + imageName) }
        let new = Example(
            image: folder + "/" + imageName, labels: folder + "/" + labelName, name: example.name,
            imageSHA256: old?.imageSHA256 ?? hashes.0, labelsSHA256: hashes.1)
        let examples = old == nil ? pack.examples + [new] : pack.examples.map { $0.name == new.name ? new : $0 }
        try pack.rewrite(examples)
        let change = old == nil ? Change.added : .corrected
        let before = try pack.retire([old?.labels].compactMap { $0 }, tell)
        try pack.remember(
            HistoryEntry(
                date: now(), change: change, volume: new.name, imageSHA256: new.imageSHA256, labelsSHA256: hashes.1,
                before: before))
        return (try load(folder), change)
    }

    /// Takes a volume out of a pack. Its files are kept below `history/`.
    ///
    /// - Throws: ``TaskPackError`` where there is no such volume, or it is the last one.
    public static func remove(_ name: String, from folder: String, tell: (String) -> Void = { _ in }) throws -> TaskPack
    {
        let pack = try load(folder, ignoringFindings: true)
        guard let old = pack.examples.first(where: { $0.name == name }) else {
            throw TaskPackError.unknownVolume(name, pack: pack.name, known: pack.examples.map(\.name))
        }
        guard pack.examples.count > 1 else { throw TaskPackError.lastVolume(name, pack: pack.name) }
        try pack.rewrite(pack.examples.filter { $0.name != name })
        let before = try pack.retire([old.image, old.labels], tell)
        try pack.remember(HistoryEntry(date: now(), change: .removed, volume: name, before: before))
        return try load(folder)
    }

    /// An example's label map on its image's grid, with the pack's ids and no others.
    private func labels(of example: Example, on grid: Geometry) throws -> LabelVolume {
        var (stored, names) = try example.readNamedLabels(on: grid)
        if let names {
            try requireKnown(names, in: stored, path: example.labels)
            var naming = LabelNaming(wanted: self.labels, known: LabelTable([]))
            stored = stored.renumbered(naming.ids(of: names))
        }
        let present = stored.histogram().keys.filter { $0 != 0 }.sorted()
        if present.isEmpty { throw TaskPackError.noLabels([example.labels]) }
        for id in present where self.labels[id] == nil {
            throw TaskPackError.unknownLabel(id, pack: name, known: self.labels.entries.map(\.id))
        }
        return stored
    }

    /// Refuses a label map with voxels of a label that has none of the pack's names.
    private func requireKnown(_ names: LabelTable, in labels: LabelVolume, path: String) throws {
        let present = labels.histogram()
        var naming = LabelNaming(wanted: self.labels, known: LabelTable([]))
        let ids = naming.ids(of: names)
        for entry in names.entries where present[entry.id] != nil && ids[entry.id] == nil {
            throw TaskPackError.unknownName(
                SafeText.words(entry.name), path: path, pack: name, known: self.labels.entries.map(\.name))
        }
    }

    private func relative(_ path: String) -> String { String(path.dropFirst(folder.count + 1)) }

    private func rewrite(_ examples: [Example]) throws {
        var recipe = Recipe(name: name, examples: examples, labels: labels, plane: plane, window: window)
        recipe.threshold = threshold
        let files = try examples.map {
            (
                relative($0.image), relative($0.labels), try $0.imageSHA256 ?? Self.fileHash($0.image),
                try $0.labelsSHA256 ?? Self.fileHash($0.labels)
            )
        }
        try AtomicFile.write([UInt8](PackFile.text(recipe, files: files).utf8), to: folder + "/pack.yaml")
    }

    /// Puts files that are no longer in use below `history/`, and the check, which holds no more; returns their names there.
    private func retire(_ paths: [String], _ tell: (String) -> Void) throws -> [String] {
        let check = folder + "/" + PackFindings.fileName
        let isChecked = FileManager.default.fileExists(atPath: check)
        if isChecked { tell("the pack's check no longer holds: check it again with 'tomos task check \(folder)'") }
        return try (paths + (isChecked ? [check] : [])).map { path in
            let name = try freeName("history/" + relative(path).replacing("/", with: "-"))
            try Self.move(path, to: folder + "/" + name)
            return name
        }
    }

    /// A name that no file of the pack has, numbered where it has to be.
    private func freeName(_ name: String) throws -> String {
        var free = name
        var n = 2
        while FileManager.default.fileExists(atPath: folder + "/" + free) {
            free = "\(name).\(n)"
            n += 1
        }
        return free
    }

    private func remember(_ entry: HistoryEntry) throws {
        let path = folder + "/history.jsonl"
        let before = FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? []
        try AtomicFile.write(before + Array((try JSON.text(entry, pretty: false) + "\n").utf8), to: path)
    }

    private static func move(_ path: String, to target: String) throws {
        let parent = URL(fileURLWithPath: target).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        } catch { throw TaskPackError.cannotCreate(parent, reason: error.localizedDescription) }
        guard rename(path, target) == 0 else { throw AtomicFileError.cannotCreate(path: target, code: errno) }
    }

    private static func fileHash(_ path: String) throws -> String {
        Digest.sha256([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    private static func now() -> String { Date().formatted(.iso8601) }
}
