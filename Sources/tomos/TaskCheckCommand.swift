import ArgumentParser
import Evaluation
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
              tomos task check packs/liver --plane axial,coronal --save
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

    @Flag(help: "Learn nothing of the pack's errors; with eight volumes or more it is tried.")
    var noCorrect = false

    @Option(help: "Every n-th volume only.")
    var step = 1

    @Flag(help: "Also with 1, 2, 4, ... volumes of the pack, and what two more may bring; takes as long again.")
    var curve = false

    @Flag(
        help: """
            Keep threshold, planes, calibration and correction in the pack, for its segmentations to go by (check.json).
            """)
    var save = false

    func validate() throws {
        if save, step > 1 {
            throw ValidationError("--save with --step \(step): check all volumes to keep what is found")
        }
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
        (options.fusion, options.corrects) = (fusion, !noCorrect)
        (options.threshold, options.threads) = (threshold, processors)
        let check = try PackCheck(task, options: options, step: step) { done, total, example in
            let values = example.overlaps[example.overlaps.count / 2].map { $0.dice.map { decimal($0, 3) } ?? "-" }
            Console.note("\(done)/\(total) \(example.name): Dice \(values.joined(separator: ", "))")
        }
        Console.result(table(check))
        Console.result(
            "threshold \(decimal(check.thresholds[check.chosen], 2)), planes \(check.findings.planes.map(\.rawValue).joined(separator: ", "))"
        )
        if let gain = check.gain {
            let verdict = check.correction == nil ? "is left out" : "is part of the table"
            Console.result(
                "correction learned of \(check.examples.count) volumes: mean Dice \(decimal(gain.without, 4)) without, "
                    + "\(decimal(gain.with, 4)) with it (in five folds); it \(verdict)")
        }
        warn(check)
        if curve {
            options.threshold = check.thresholds[check.chosen]
            let curve = try SupportCurve(task, options: options, step: step) { Console.note("curve: \($0)/\($1)") }
            Console.result(describe(curve))
        }
        if save {
            try check.findings.save(in: pack)
            Console.result("\(pack)/\(PackFindings.fileName) written")
        }
    }

    private func table(_ check: PackCheck) -> String {
        var table = TextTable([">label", "name", ">mean Dice", ">95 % interval", ">volumes"])
        func row(_ id: String, _ name: String, _ summary: Summary?) {
            let interval = summary?.interval.map { "\(decimal($0.lowerBound, 3)) to \(decimal($0.upperBound, 3))" }
            table.add([
                id, name, summary.map { decimal($0.mean, 4) } ?? "-", interval ?? "-", String(summary?.cases ?? 0),
            ])
        }
        for (n, label) in check.labels.enumerated() { row(String(label.id), label.name, check.dice(label: n)) }
        if check.labels.count > 1 { row("", "all", check.mean()) }
        return table.text
    }

    private func describe(_ curve: SupportCurve) -> String {
        var table = TextTable([">volumes that help", ">mean Dice", ">95 % interval"])
        for point in curve.points {
            let interval = point.dice.interval.map { "\(decimal($0.lowerBound, 3)) to \(decimal($0.upperBound, 3))" }
            table.add([String(point.volumes), decimal(point.dice.mean, 4), interval ?? "-"])
        }
        let gain = curve.gain(adding: 2).map {
            "\n\ntwo more volumes may change the mean Dice by about \($0 < 0 ? "" : "+")\(decimal($0, 3))"
        }
        return "\n" + table.text + (gain ?? "")
    }

    /// Says when results will not be worth much.
    private func warn(_ check: PackCheck) {
        for (n, label) in check.labels.enumerated() {
            let name = "\(label.name) (label \(label.id))"
            guard let mean = check.dice(label: n)?.mean else { continue }
            if mean < PackCheck.unsuited {
                Console.note(
                    "\(name): the task looks unsuited: mean Dice \(decimal(mean, 2)) on the pack's own volumes; do not rely on it (more or more alike examples may help)"
                )
            } else if mean < PackCheck.doubtful {
                Console.note("\(name): mean Dice \(decimal(mean, 2)) on the pack's own volumes: review every result")
            }
        }
    }
}
