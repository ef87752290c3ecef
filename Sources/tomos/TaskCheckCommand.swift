import ArgumentParser
import Inference
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

    @Argument(help: "The task pack's folder.")
    var pack: String

    @Option(help: "Planes, averaged; the task's by default.")
    var plane: PlanesArgument?

    @Option(help: "How support slices are chosen.")
    var choose = SupportStrategy.automatic

    @Option(help: "Weight of the vote of the pack's registered labels against the network, 0 to 1.")
    var fusion = SegmentOptions().fusion

    @Option(help: "Support slices per query slice.")
    var support = 16

    @Option(help: "Draws of support that are averaged.")
    var ensemble = 1

    @Option(help: "Probability from which a voxel is foreground.")
    var threshold: Double?

    @Option(help: "Every n-th volume only.")
    var step = 1

    func validate() throws {
        if step < 1 { throw ValidationError("--step \(step): use 1 or more") }
        guard (0...1).contains(fusion) else { throw ValidationError("--fusion \(fusion): use 0 to 1") }
        if let threshold, !(threshold > 0 && threshold < 1) {
            throw ValidationError("--threshold \(threshold): use a number above 0 and below 1")
        }
    }

    func run() throws {
        let task = try TaskPack.load(pack)
        var options = SegmentOptions()
        options.weights = try WeightsStore.user.standard()
        options.planes = plane?.planes
        (options.choose, options.support, options.ensemble) = (choose, support, ensemble)
        options.fusion = fusion
        (options.threshold, options.threads) = (threshold, processors)
        let check = try PackCheck(task, options: options, step: step) { done, total, example in
            let values = example.overlaps.map { $0.dice.map { decimal($0, 3) } ?? "-" }
            Console.note("\(done)/\(total) \(example.name): Dice \(values.joined(separator: ", "))")
        }
        var table = TextTable([">label", "name", ">mean dice"])
        for entry in task.labels.entries {
            table.add([String(entry.id), entry.name, check.meanDice(entry.id).map { decimal($0, 4) } ?? "-"])
        }
        Console.result(table.text)
    }
}
