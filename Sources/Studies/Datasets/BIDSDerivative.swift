import Foundation
import VolumeIO
import Volumes

/// A BIDS derivative with label maps: `sub-01/anat/sub-01_desc-manual_dseg.nii.gz`, their tables `_dseg.tsv` there or in
/// a folder above, and the images beside them or in the raw data set to whose `derivatives` the folder belongs. Where
/// there is no `_dseg`, `_mask` is taken, whose `label-` names the structure.
struct BIDSDerivative {
    private let folder: String
    /// Paths below the folder, sorted.
    private let files: [String]

    static func read(_ folder: String) throws -> LabelledDataset { try BIDSDerivative(folder: folder).dataset() }

    private init(folder: String) {
        self.folder = folder
        files = Self.list(folder)
    }

    private static func list(_ folder: String) -> [String] {
        ((try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []).sorted().filter { path in
            !path.split(separator: "/").contains { $0.hasPrefix(".") }
        }
    }

    private func dataset() throws -> LabelledDataset {
        let maps = ["dseg", "mask"].lazy.map { suffix in
            self.files.filter { path in Self.name(path).map { $0.isBIDS && $0.suffix == suffix } ?? false }
        }.first { !$0.isEmpty }
        guard let maps else {
            throw DatasetError.notADataset(
                folder, reason: "no dataset.json, and no BIDS label map (sub-*_dseg.nii.gz) in it or below")
        }
        let labels = try SameName.single(maps)
        let derivatives = Set(labels.map { $0.split(separator: "/").prefix(2).joined(separator: "/") })
        if derivatives.allSatisfy({ $0.hasPrefix("derivatives/") }) {
            throw DatasetError.rawDataset(folder, derivatives: derivatives.sorted().map { folder + "/" + $0 })
        }
        let (match, images, root) = try match(labels)
        try NamePairs.requireUnique(match, images.map { root + "/" + $0 }, labels.map { folder + "/" + $0 })
        if let alone = labels.indices.first(where: { match.imagesOfLabel[$0].isEmpty }) {
            throw NamePairError.noImage(labels: folder + "/" + labels[alone], images: root)
        }
        let found = images.indices.compactMap { n in
            match.labelsOfImage[n].first.map { (image: root + "/" + images[n], labels: folder + "/" + labels[$0]) }
        }
        let unlabelled = images.count - found.count
        return LabelledDataset(
            name: title ?? LabelledDataset.folderName(folder), pairs: NamePairs.pairs(found), labels: try table(labels),
            notices: unlabelled == 0 ? [] : ["\(root): \(unlabelled) images without label map are left out"])
    }

    private static func name(_ path: String) -> BIDSName? { VolumeFileName(path).map { BIDSName($0.stem) } }

    // MARK: images

    /// The images that the label maps belong to, in the folder or else in the raw data set, below `root`.
    private func match(_ labels: [String]) throws -> (match: NameMatch, images: [String], root: String) {
        let places = Set(labels.map(Self.parent))
        var nearest: (match: NameMatch, images: [String], root: String)?
        for (root, files) in [(folder, files)] + raw {
            let images = try SameName.single(
                files.filter { path in
                    places.contains(Self.parent(path)) && Self.name(path).map { $0.isBIDS && !$0.isLabelMap } ?? false
                })
            guard !images.isEmpty, let match = NameMatch.best(images: images, labels: labels, allImages: false)
            else { continue }
            let found = (match, images, root)
            if match.fits(allImages: false, allLabels: true) { return found }
            if match.count > nearest?.match.count ?? 0 { nearest = found }
        }
        if let nearest { return nearest }
        throw NamePairError.noImage(
            labels: folder + "/" + labels[0], images: ([folder] + raw.map(\.root)).joined(separator: " and "))
    }

    /// The raw data set, where the folder is one of its `derivatives`.
    private var raw: [(root: String, files: [String])] {
        let above = URL(fileURLWithPath: folder).standardizedFileURL.deletingLastPathComponent()
        guard above.lastPathComponent == "derivatives" else { return [] }
        let root = above.deletingLastPathComponent().path
        let subjects = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted()
        return [
            (
                root,
                subjects.filter { $0.hasPrefix("sub-") }.flatMap { subject in
                    Self.list(root + "/" + subject).map { subject + "/" + $0 }
                }
            )
        ]
    }

    private static func parent(_ path: String) -> String { NSString(string: path).deletingLastPathComponent }

    // MARK: names of labels

    private struct Description: Decodable {
        var Name: String?
    }

    private var title: String? {
        guard let data = FileManager.default.contents(atPath: folder + "/dataset_description.json") else { return nil }
        let title = (try? JSONDecoder().decode(Description.self, from: data))?.Name
        return title.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func table(_ labels: [String]) throws -> LabelTable {
        let structures = labels.map { Self.name($0).flatMap { $0.suffix == "mask" ? $0["label"] : nil } }
        if let structure = structures[0] {
            if let other = structures.firstIndex(where: { $0 != structure }) {
                throw DatasetError.notADataset(
                    folder,
                    reason: "masks of different structures, \(labels[0]) and \(labels[other]); name one kind of mask")
            }
            return LabelTable([LabelEntry(id: 1, name: structure, colour: LabelTable.defaultColour(0))])
        }
        var entries: [UInt16: (entry: LabelEntry, table: String)] = [:]
        for path in Set(labels.compactMap(tablePath)).sorted() {
            for entry in try LabelTableFile.read(path).entries {
                if let known = entries[entry.id], known.entry.name != entry.name {
                    throw DatasetError.tablesDisagree(
                        id: entry.id, names: [known.entry.name, entry.name], tables: [known.table, path])
                }
                if entries[entry.id] == nil { entries[entry.id] = (entry, path) }
            }
        }
        return LabelTable(entries.values.map(\.entry))
    }

    /// The table of a label map by BIDS's inheritance: in its folder or the nearest above, with no entity that the map
    /// lacks; of several the one with most entities.
    private func tablePath(_ labels: String) -> String? {
        guard let name = Self.name(labels) else { return nil }
        var place = labels
        repeat {
            place = Self.parent(place)
            let fitting = files.filter { path in
                guard path.hasSuffix(".tsv"), Self.parent(path) == place else { return false }
                let table = BIDSName(CaseStem.of(String(path.dropLast(4))))
                return table.suffix == name.suffix && table.entities.allSatisfy { name[$0.key] == $0.value }
            }
            let best = fitting.max { BIDSName($0).entities.count < BIDSName($1).entities.count }
            if let best { return folder + "/" + best }
        } while !place.isEmpty
        return nil
    }
}
