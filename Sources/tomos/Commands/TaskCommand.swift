import ArgumentParser
import Foundation
import Pipelines
import Preparation
import Segmentation
import Studies
import Volumes

struct TaskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task", abstract: "Makes and keeps task packs: the labelled volumes that say what to find.",
        subcommands: [
            TaskCreateCommand.self, TaskAddCommand.self, TaskRemoveCommand.self, TaskListCommand.self,
            TaskCheckCommand.self, TaskLearnCommand.self,
        ])
}

struct TaskCreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a task pack from images and label maps.",
        discussion: """
            Images and label maps are given as two lists in the same order, or as folders, which are paired by name: \
            a.nii.gz with a.nii.gz, a_seg.nii.gz or a_labels.nii.gz, a_0000.nii.gz with a.nii.gz (nnU-Net), \
            sub-1_T1w.nii.gz with sub-1_dseg.nii.gz (BIDS). Lists whose names tell other pairs are refused. Or give a \
            whole data set: a Decathlon or nnU-Net dataset.json, or a BIDS derivative's folder.

            EXAMPLES
              tomos task create -o packs/liver --name liver --images a.nii.gz b.nii.gz \\
                --labels a_seg.nii.gz b_seg.nii.gz --label 1=liver --window ct
              tomos task create -o packs/hippocampus --name hippocampus \\
                --images imagesTr --labels labelsTr --label 1=anterior --plane coronal
              tomos task create -o packs/spleen --dataset Task09_Spleen/dataset.json
              tomos task create -o packs/brain --dataset bids/derivatives/manual
            """)

    @Option(name: .shortAndLong, help: "The folder to make.")
    var output: String

    @Option(help: "The task's name; a data set's own by default.")
    var name: String?

    @Option(parsing: .upToNextOption, help: "Image files, or one folder.")
    var images: [String] = []

    @Option(parsing: .upToNextOption, help: "Label maps in the order of the images, or one folder.")
    var labels: [String] = []

    @Option(
        help: ArgumentHelp(
            "Instead of images and labels: a Decathlon or nnU-Net dataset.json or its folder, or a BIDS derivative's.",
            valueName: "path"))
    var dataset: String?

    @Option(
        name: .customLong("label"),
        help: "A label's id and name, such as 1=liver. May be repeated; others are left out.")
    var names: [LabelName] = []

    @Option(
        help: ArgumentHelp("Names and colours from a label table, of the kinds that 'export' takes.", valueName: "file")
    )
    var table: String?

    @Option(help: "Plane in which volumes are cut.")
    var plane = SlicePlane.axial

    @Option(
        help:
            "auto, none, ct, mr, range(-500, 1000) or percentile(0.5, 99.5) (default: auto; ct where a data set says CT)."
    )
    var window: WindowArgument?

    func validate() throws {
        try requireFolderOutput(output, instead: "a task pack is a folder")
        if let dataset {
            guard images.isEmpty, labels.isEmpty else {
                throw ValidationError(
                    "--dataset \(dataset): brings its images and labels; leave out --images and --labels")
            }
        } else {
            if images.isEmpty { throw ValidationError("--images: name the images, or give a --dataset") }
            if labels.isEmpty { throw ValidationError("--labels: name the label maps of the images") }
            if name == nil { throw ValidationError("--name: give the task a name") }
        }
        if name?.isEmpty == true { throw ValidationError("--name: give the task a name") }
        if table != nil, !names.isEmpty { throw ValidationError("give either --table or --label") }
        let ids = names.map(\.id)
        if Set(ids).count < ids.count { throw ValidationError("--label: an id is named twice") }
    }

    func run() throws {
        let source = try source()
        source.notices.forEach(Console.note)
        let entries = names.sorted { $0.id < $1.id }.enumerated().map { n, label in
            LabelEntry(id: label.id, name: label.name, colour: LabelTable.defaultColour(n))
        }
        var recipe = TaskPack.Recipe(
            name: name ?? source.name,
            examples: source.pairs.map { TaskPack.Example(image: $0.image, labels: $0.labels, name: $0.name) },
            labels: LabelTable(entries), plane: plane, window: window?.window ?? (source.isCT ? .ct : .automatic))
        recipe.names = try table.map(LabelTableFile.read) ?? source.labels
        let pack = try TaskPack.create(recipe, at: output, tell: Console.note)
        let labels = pack.labels.entries.map { "\($0.id) \($0.name)" }.joined(separator: ", ")
        Console.line("\(output): task '\(pack.name)' of \(pack.examples.count) labelled volumes; labels: \(labels)")
    }

    /// The labelled volumes: those of a data set, or those that were named.
    private func source() throws -> LabelledDataset {
        if let dataset { return try LabelledDataset.read(dataset) }
        do {
            let found = try NamePairs.find(images: images, labels: labels)
            return LabelledDataset(
                name: name ?? "", pairs: found.pairs, labels: LabelTable([]), notices: found.notices)
        } catch let error as NamePairError {
            // How many files were typed is a matter of the command line.
            if case .differentCounts = error { throw UsageError(error.description) }
            throw error
        }
    }
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
