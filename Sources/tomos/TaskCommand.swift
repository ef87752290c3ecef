import ArgumentParser
import Foundation
import Preparation
import Segmentation
import VolumeIO
import Volumes

struct TaskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task", abstract: "Makes task packs: the labelled volumes that say what to find.",
        subcommands: [TaskCreateCommand.self, TaskCheckCommand.self])
}

struct TaskCreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a task pack from images and label maps.",
        discussion: """
            Files are paired by position; two folders are paired by file name.

            EXAMPLES
              tomos task create -o packs/liver --name liver --images ct1.nii.gz ct2.nii.gz \\
                --labels ct1_seg.nii.gz ct2_seg.nii.gz --label 1=liver --plane axial --window ct
              tomos task create -o packs/hippocampus --name hippocampus --images imagesTr --labels labelsTr \\
                --label 1=anterior --label 2=posterior --plane coronal
            """)

    @Option(name: .shortAndLong, help: "The folder to make.")
    var output: String

    @Option(help: "The task's name.")
    var name: String

    @Option(parsing: .upToNextOption, help: "Image files, or one folder.")
    var images: [String]

    @Option(parsing: .upToNextOption, help: "Label maps in the order of the images, or one folder.")
    var labels: [String]

    @Option(
        name: .customLong("label"),
        help: "A label's id and name, such as 1=liver. May be repeated; others are left out.")
    var names: [LabelName] = []

    @Option(help: "Plane in which volumes are cut.")
    var plane = SlicePlane.axial

    @Option(help: "auto, none, ct, mr, range(-500, 1000) or percentile(0.5, 99.5).")
    var window = WindowArgument()

    func validate() throws {
        try requireFolderOutput(output, instead: "a task pack is a folder")
        if name.isEmpty { throw ValidationError("--name: give the task a name") }
        let ids = names.map(\.id)
        if Set(ids).count < ids.count { throw ValidationError("--label: an id is named twice") }
    }

    func run() throws {
        let entries = names.sorted { $0.id < $1.id }.enumerated().map { n, label in
            LabelEntry(id: label.id, name: label.name, colour: LabelTable.defaultColour(n))
        }
        let recipe = TaskPack.Recipe(
            name: name, examples: try Self.pair(images, labels), labels: LabelTable(entries), plane: plane,
            window: window.window)
        let pack = try TaskPack.create(recipe, at: output)
        let labels = pack.labels.entries.map { "\($0.id) \($0.name)" }.joined(separator: ", ")
        Console.line("\(output): task '\(pack.name)' of \(pack.examples.count) labelled volumes; labels: \(labels)")
    }

    /// Pairs images and label maps: files by position, folders by file name.
    static func pair(_ images: [String], _ labels: [String]) throws -> [TaskPack.Example] {
        if images.count == 1, labels.count == 1, isFolder(images[0]), isFolder(labels[0]) {
            return try pairFolders(images[0], labels[0])
        }
        guard images.count == labels.count else {
            throw UsageError(
                "\(images.count) image\(images.count == 1 ? "" : "s") and \(labels.count) label map\(labels.count == 1 ? "" : "s"): give one label map for each image, in the same order"
            )
        }
        return zip(images, labels).map { TaskPack.Example(image: $0, labels: $1) }
    }

    private static func pairFolders(_ images: String, _ labels: String) throws -> [TaskPack.Example] {
        let (imageFiles, labelFiles) = (try niftiFiles(images), try niftiFiles(labels))
        let byName = Dictionary(labelFiles.map { (stem($0), $0) }, uniquingKeysWith: { first, _ in first })
        let imageNames = Set(imageFiles.map(stem))
        guard !imageFiles.isEmpty else { throw TaskPackError.unpaired("\(images): no NIfTI files in the folder") }
        if let extra = labelFiles.first(where: { !imageNames.contains(stem($0)) }) {
            throw TaskPackError.unpaired("\(labels)/\(extra): no image of this name in \(images)")
        }
        return try imageFiles.map { file in
            guard let map = byName[stem(file)] else {
                throw TaskPackError.unpaired("\(images)/\(file): no label map of this name in \(labels)")
            }
            return TaskPack.Example(image: images + "/" + file, labels: labels + "/" + map)
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func niftiFiles(_ folder: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return names.filter { !$0.hasPrefix(".") && NIfTI.hasNIfTIName($0) && !$0.lowercased().contains(".img") }
            .sorted()
    }

    private static func stem(_ file: String) -> String { String(file.prefix { $0 != "." }) }
}

/// `--label 1=liver` as typed.
struct LabelName: ExpressibleByArgument {
    let id: UInt16
    let name: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let id = UInt16(parts[0]), id > 0, !parts[1].isEmpty else { return nil }
        (self.id, name) = (id, parts[1])
    }
}
