import ArgumentParser
import Foundation
import Platform
import Segmentation
import VolumeIO
import Volumes

struct TaskAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Puts a labelled volume into a task pack, or a corrected label map in place of its own.",
        discussion: """
            The label map may come from any viewer: \(LabelMaps.formats). It must lie on its image's grid, its labels may \
            not overlap, and they are known by their names where it has names, else by their ids. What the pack held \
            before is kept in its folder history/, and history.jsonl says what was changed when.

            EXAMPLES
              tomos task add packs/liver --image case7.nii.gz --labels case7_corrected.seg.nrrd
            """)

    @Argument(help: "The pack's folder.")
    var pack: String

    @Option(help: "The image: NIfTI, NRRD, MetaImage or MGH.")
    var image: String

    @Option(help: "Its label map.")
    var labels: String

    @Option(help: "What the volume is called in the pack (default: the image's name).")
    var name: String?

    func run() throws {
        let example = TaskPack.Example(image: image, labels: labels, name: name)
        guard example.name == SafeText.fileName(example.name) else {
            throw ValidationError("--name \(example.name): give a name that a file can have")
        }
        let (changed, change) = try TaskPack.add(example, to: pack, tell: Console.note)
        Console.line("\(pack): \(example.name) \(change.rawValue); \(changed.examples.count) labelled volumes")
    }
}

struct TaskListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists a task pack's labelled volumes and its labels.")

    @Argument(help: "The pack's folder.")
    var pack: String

    func run() throws {
        let pack = try TaskPack.load(pack)
        let labels = pack.labels.entries.map { "\($0.id) \(SafeText.words($0.name))" }.joined(separator: ", ")
        Console.line(
            "task '\(SafeText.words(pack.name))', \(pack.findings == nil ? "not checked" : "checked"); labels: \(labels)"
        )
        for example in pack.examples { Console.line("  \(SafeText.line(example.name))") }
    }
}

struct TaskRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Takes a labelled volume out of a task pack.",
        discussion: "Its files are kept in the pack's folder history/.")

    @Argument(help: "The pack's folder.")
    var pack: String

    @Argument(help: "The volume's name, as 'tomos task list' shows it.")
    var name: String

    func run() throws {
        let changed = try TaskPack.remove(name, from: pack, tell: Console.note)
        Console.line("\(pack): \(name) removed; \(changed.examples.count) labelled volumes")
    }
}
