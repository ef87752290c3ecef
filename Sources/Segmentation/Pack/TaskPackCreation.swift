import Foundation
import Inference
import Platform
import Preparation
import VolumeIO
import Volumes

extension TaskPack {
    /// What a pack is made from.
    public struct Recipe: Sendable {
        /// The pack's name.
        public var name: String
        /// Labelled volumes, each image with its label map, in any format that is read.
        public var examples: [Example]
        /// Names, colours and codes. Empty: every label that occurs, with the name that its file has or `label-N`. Otherwise
        /// exactly these are kept: by name where a file names its labels, else by id.
        public var labels: LabelTable
        /// Where `labels` is empty: names and colours of those ids that occur; one without a name here is `label-N`.
        public var names = LabelTable([])
        /// Plane of the slices.
        public var plane: SlicePlane
        /// Window of the values.
        public var window: IntensityWindow
        /// Probability from which a voxel is foreground.
        var threshold = SegmentSettings.threshold.standard

        /// Makes a recipe.
        public init(name: String, examples: [Example], labels: LabelTable, plane: SlicePlane, window: IntensityWindow) {
            (self.name, self.examples, self.labels, self.plane, self.window) = (name, examples, labels, plane, window)
        }
    }

    /// Makes a pack folder from labelled volumes; it appears whole or not at all. Images are written anew, so that
    /// nothing that stood in a header beside the geometry (names, dates, comments) comes along.
    ///
    /// - Parameter tell: Gets what a person should know, such as that of a 4-D image one volume was taken.
    /// - Throws: ``TaskPackError``, or what reading and writing NIfTI throws.
    public static func create(
        _ recipe: Recipe, at folder: String, tell: (String) -> Void = { _ in }
    ) throws -> TaskPack {
        let files = FileManager.default
        guard !files.fileExists(atPath: folder) else {
            throw TaskPackError.cannotCreate(folder, reason: "it exists already (choose another name, or remove it)")
        }
        let names = recipe.examples.map(\.name)
        if let twice = Dictionary(grouping: names, by: { $0 }).filter({ $0.value.count > 1 }).keys.min() {
            throw TaskPackError.unpaired("two images are called \(twice); a pack needs distinct file names")
        }
        var recipe = recipe
        let target = URL(fileURLWithPath: folder)
        let draft = target.deletingLastPathComponent()
            .appendingPathComponent(".\(target.lastPathComponent).partial-\(ProcessInfo.processInfo.processIdentifier)")
            .path
        defer { try? files.removeItem(atPath: draft) }
        var written: [(image: String, labels: String, imageHash: String, labelsHash: String)] = []
        var found: Set<UInt16> = []
        var naming = LabelNaming(wanted: recipe.labels, known: recipe.names)
        for example in recipe.examples {
            let image = try readImage(example.image, tell)
            var (labels, names) = try example.readNamedLabels(on: image.geometry)
            if let names { labels = labels.renumbered(naming.ids(of: names)) }
            keepOnly(recipe.labels, in: &labels)
            found.formUnion(labels.histogram().keys.filter { $0 != 0 })
            let (imageName, labelName) = ("images/\(example.name).nii.gz", "labels/\(example.name).nii.gz")
            try makeFolders(draft, folder)
            try NIfTI.write(image, to: draft + "/" + imageName)
            try NIfTI.write(labels, to: draft + "/" + labelName)
            written.append((imageName, labelName, try hash(draft + "/" + imageName), try hash(draft + "/" + labelName)))
        }
        guard !found.isEmpty else {
            throw try absent(recipe)
        }
        for entry in recipe.labels.entries where !found.contains(entry.id) {
            throw TaskPackError.labelNeverOccurs(entry.id, found: try occurring(recipe))
        }
        if recipe.labels.entries.isEmpty { recipe.labels = named(found, by: LabelTable(naming.entries), tell) }
        recipe.labels = coded(recipe.labels)
        try AtomicFile.write([UInt8](PackFile.text(recipe, files: written).utf8), to: draft + "/pack.yaml")
        do { try files.moveItem(atPath: draft, toPath: folder) } catch {
            throw TaskPackError.cannotCreate(folder, reason: error.localizedDescription)
        }
        return try load(folder)
    }

    /// A table of the ids that occur. What the names and the label maps do not have in common is told.
    private static func named(_ found: Set<UInt16>, by names: LabelTable, _ tell: (String) -> Void) -> LabelTable {
        let absent = names.entries.filter { !found.contains($0.id) }
        if !absent.isEmpty {
            let some = absent.prefix(5).map { "\($0.id) \($0.name)" }.joined(separator: ", ")
            let more = absent.count > 5 ? " and \(absent.count - 5) more" : ""
            tell("labels left out, since no label map holds them: \(some)\(more)")
        }
        let unnamed = names.entries.isEmpty ? [] : found.filter { names[$0] == nil }.sorted()
        if !unnamed.isEmpty {
            let some = unnamed.prefix(5).map { "label-\($0)" }.joined(separator: ", ")
            let more = unnamed.count > 5 ? " and \(unnamed.count - 5) more" : ""
            tell("labels that the table has no name for: \(some)\(more)")
        }
        return LabelTable(
            found.sorted().enumerated().map { n, id in
                names[id] ?? LabelEntry(id: id, name: "label-\(id)", colour: LabelTable.defaultColour(n))
            })
    }

    /// The table with the codes of those structures that a name says: viewers are told them, and a person sees them here.
    private static func coded(_ table: LabelTable) -> LabelTable {
        LabelTable(
            table.entries.map { entry in
                var entry = entry
                if entry.concept == nil { entry.concept = StructureDictionary.structure(named: entry.name)?.concept }
                return entry
            })
    }

    /// The image; of several volumes (channels, times) the first, which is told.
    private static func readImage(_ path: String, _ tell: (String) -> Void) throws -> Volume {
        let count = try Images.info(path).volumeCount
        if count > 1 {
            tell(
                "\(path): holds \(count) volumes; the first is taken "
                    + "(make a file of another with 'tomos convert --volume-index')")
        }
        let image = try Images.readVolume(path, volumeIndex: 0)
        for notice in image.notices { tell("\(path): \(notice)") }
        return image
    }

    private static func makeFolders(_ draft: String, _ folder: String) throws {
        for name in ["images", "labels"] {
            do {
                try FileManager.default.createDirectory(atPath: draft + "/" + name, withIntermediateDirectories: true)
            } catch {
                let reason =
                    (error as NSError).userInfo[NSUnderlyingErrorKey].map { "\($0)" } ?? error.localizedDescription
                throw TaskPackError.cannotCreate(folder, reason: reason)
            }
        }
    }

    private static func keepOnly(_ table: LabelTable, in labels: inout LabelVolume) {
        guard !table.entries.isEmpty else { return }
        var keep = [Bool](repeating: false, count: 65536)
        for entry in table.entries { keep[Int(entry.id)] = true }
        for n in labels.voxels.indices where !keep[Int(labels.voxels[n])] { labels.voxels[n] = 0 }
    }

    /// Ids in the label maps as they were given.
    private static func occurring(_ recipe: Recipe) throws -> [UInt16] {
        var ids: Set<UInt16> = []
        for example in recipe.examples { ids.formUnion(try LabelMaps.readLabels(example.labels).histogram().keys) }
        return ids.filter { $0 != 0 }.sorted()
    }

    private static func absent(_ recipe: Recipe) throws -> TaskPackError {
        let found = try occurring(recipe)
        guard let wanted = recipe.labels.entries.first, !found.isEmpty else {
            return .noLabels(recipe.examples.map(\.labels))
        }
        return .labelNeverOccurs(wanted.id, found: found)
    }

    private static func hash(_ path: String) throws -> String {
        Digest.sha256([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    }
}
