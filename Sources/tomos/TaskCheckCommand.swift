import ArgumentParser
import Pipelines
import Segmentation

struct TaskCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Segments each volume of a pack with the help of the others and compares with its labels.",
        discussion: """
            EXAMPLES
              tomos task check packs/liver
              tomos task check packs/liver --plane axial,coronal --ensemble 2
            """)

    @Argument(help: "The task pack.")
    var pack: String

    @Option(help: "Planes, averaged; the task's by default.")
    var plane: PlanesArgument?

    @Option(help: "How support slices are chosen.")
    var choose = SupportStrategy.automatic

    @Option(help: "Support slices per query slice.")
    var support = 16

    @Option(help: "Draws of support that are averaged.")
    var ensemble = 1

    @Option(help: "Probability from which a voxel is foreground.")
    var threshold: Double?

    @Option(help: "Every n-th volume only.")
    var step = 1

    func run() throws {
        let task = try TaskPack.load(pack)
        var options = SegmentOptions()
        options.planes = plane?.planes
        (options.choose, options.support, options.ensemble) = (choose, support, ensemble)
        (options.threshold, options.threads) = (threshold, processors)
        let check = try PackCheck(task, options: options, step: step) { done, total, example in
            Console.note(
                "\(done)/\(total) \(example.name) "
                    + example.overlaps.map { decimal($0.dice ?? 0, 3) }.joined(separator: " "))
        }
        for entry in task.labels.entries {
            Console.result("\(entry.id) \(entry.name): \(check.meanDice(entry.id).map { decimal($0, 4) } ?? "-")")
        }
    }
}
