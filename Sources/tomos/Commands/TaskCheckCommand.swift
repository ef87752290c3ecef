import ArgumentParser
import Evaluation
import Foundation
import Inference
import PackChecks
import Pipelines
import Platform
import Segmentation
import Volumes

struct TaskCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Segments each volume of a pack with the help of the others and compares with its labels.",
        discussion: """
            What it finds stays in the pack (check.json): threshold, planes and options, and how the Dice that is promised
            relates to the true one. The pack's segmentations go by it. With three volumes or more,
            networks are trained on them too, and kept (learned.safetensors) where they do better on volumes that they have
            not seen. What was added since the last check is told by what it brought: mean Dice of the volumes that both
            checks have. A check that was stopped goes on after the last network that it has trained.

            EXAMPLES
              tomos task check packs/liver
              tomos task check packs/liver --plane axial,coronal
              tomos task check packs/liver --pipeline liver.yaml --minutes 30
              tomos task check packs/liver --plane auto --curve
              tomos task check packs/liver --step 5 --no-save
            """)

    @Argument(help: "The task pack's folder.")
    var pack: String

    @Option(
        help: """
            A pipeline file: the pack is checked as a run of it segments, clean-up and all. Without, with the options below \
            and without clean-up.
            """)
    var pipeline: String?

    @Option(name: .customLong("set"), help: "Overrides a value of the pipeline: key=value. May be repeated.")
    var overrides: [String] = []

    @Option(
        help: """
            Planes, averaged; by default all three where voxels are nearly cubes, else the task's. 'auto' tries each and \
            all three, which takes three times as long as all three.
            """)
    var plane: CheckedPlanesArgument?

    @Option(help: "How support slices are chosen.")
    var choose: SupportStrategy?

    @Option(
        help: """
            \(SegmentSettings.fusionSummary), \(SegmentSettings.fusion.limits); \(SegmentSettings.fusion.standard) by \
            default.
            """)
    var fusion: Double?

    @Option(help: "Support slices per query slice; \(SegmentSettings.support.standard) by default.")
    var support: Int?

    @Option(
        help: """
            Rows and columns of what the network sees: \(SegmentSettings.side.limits); \
            \(SegmentSettings.sideByDefault(" by default")).
            """)
    var side: Int?

    @Option(help: "Draws of support that are averaged; \(SegmentSettings.ensemble.standard) by default.")
    var ensemble: Int?

    @Flag(help: "Look at whole volumes, not just at the part around the pack's registered labels.")
    var noCrop = false

    @Option(help: "\(SegmentSettings.thresholdSummary).")
    var threshold: Double?

    @Flag(help: "Train no networks on the pack; with three volumes or more it is tried.")
    var noLearn = false

    @OptionGroup var training: TrainingOptions

    @Option(help: "Every n-th volume only, which tells less and keeps nothing.")
    var step = 1

    @Flag(help: "Also with 1, 2, 4, ... volumes of the pack, and what two more may bring; takes as long again.")
    var curve = false

    @Flag(
        inversion: .prefixedNo,
        help: "Keep what is found in the pack, in place of what an earlier check found; the default without --step.")
    var save: Bool?

    private var keeps: Bool { save ?? (step == 1) }

    func validate() throws {
        if keeps, step > 1 {
            throw ValidationError("--save with --step \(step): check all volumes to keep what is found")
        }
        if step < 1 { throw ValidationError("--step \(step): use 1 or more") }
        try require("--fusion", fusion, SegmentSettings.fusion)
        try require("--threshold", threshold, SegmentSettings.threshold)
        if pipeline == nil, !overrides.isEmpty { throw ValidationError("--set goes with --pipeline") }
        if pipeline != nil, let doubled = given.first {
            throw ValidationError("\(doubled) with --pipeline: the pipeline says it (--set KEY=VALUE overrides it)")
        }
    }

    func run() throws {
        let task = try TaskPack.load(pack)
        let before = PackProgress.last(pack)
        if keeps, !FileManager.default.isWritableFile(atPath: pack) {
            throw UsageError("\(pack): what is found cannot be kept there: give --no-save, or make the folder writable")
        }
        var options = try pipeline.map { try PipelineFile.load($0, overrides: overrides).options } ?? self.options()
        options.threads = ThreadBudget.count
        if pipeline == nil { options.planes = try planes(task, options) }
        var how = training.options
        how.keepsNetworks = keeps
        let check = try PackCheck(
            task, options: options, step: step, training: noLearn || step > 1 ? nil : how,
            progress: { done, total, example in
                let values = example.overlaps[example.overlaps.count / 2].map { $0.dice.map { decimal($0, 3) } ?? "-" }
                Console.note("\(done)/\(total) \(example.name): Dice \(values.joined(separator: ", "))")
            },
            trainingProgress: TrainingOptions.tell)
        Console.result(check.table)
        Console.result(
            "threshold \(decimal(check.thresholds[check.chosen], 2)), planes \(names(check.findings.options.planes))"
        )
        if let gain = check.learnedGain {
            let verdict =
                gain.share == 0
                ? "they are left out" : gain.share < 1 ? "both together are the table" : "they alone are the table"
            Console.result(
                "\(gain.members) networks trained, \(gain.steps) steps each: mean Dice \(decimal(gain.alone, 4)) of volumes "
                    + "that a network has not seen, \(gain.together.map { decimal($0, 4) } ?? "-") together with the network in context, "
                    + "\(decimal(gain.without, 4)) without (\(gain.volumes) volumes); \(verdict)")
        }
        if !noLearn, let lack = TaskTraining.lack(task, volumes: check.examples.count) {
            Console.result("no networks trained: \(lack)")
        }
        if step == 1, let progress = before.flatMap({ PackProgress(from: $0, to: check.findings) }) {
            Console.result(progress.text)
        }
        warn(check)
        if curve {
            options.threshold = check.thresholds[check.chosen]
            let curve = try SupportCurve(task, options: options, step: step) { Console.note("curve: \($0)/\($1)") }
            Console.result(describe(curve))
        }
        if keeps {
            try check.save(in: pack)
            Console.line("\(pack)/\(PackFindings.fileName) written")
        }
    }

    /// The options that a pipeline says instead, of those that are given.
    private var given: [String] {
        [
            ("--plane", plane != nil), ("--choose", choose != nil), ("--fusion", fusion != nil),
            ("--support", support != nil), ("--side", side != nil), ("--ensemble", ensemble != nil),
            ("--no-crop", noCrop), ("--threshold", threshold != nil),
        ].filter(\.1).map(\.0)
    }

    private func options() throws -> SegmentOptions {
        var options = SegmentOptions()
        options.weights = try WeightsStore.user.standard()
        options.choose = choose ?? options.choose
        options.support = support ?? options.support
        options.ensemble = ensemble ?? options.ensemble
        options.fusion = fusion ?? options.fusion
        (options.side, options.crops) = (side, !noCrop)
        options.threshold = threshold
        return options
    }

    private func names(_ planes: [SlicePlane]) -> String { planes.map(\.rawValue).joined(separator: ", ") }

    /// The planes to check in; nil for the task's.
    private func planes(_ task: TaskPack, _ options: SegmentOptions) throws -> [SlicePlane]? {
        switch plane {
        case nil: return nil
        case .planes(let planes): return planes
        case .automatic:
            let search = try PlaneSearch(task, options: options, step: step) {
                Console.note("\(names($0)): \($1)/\($2)")
            }
            var table = TextTable(["planes", ">mean Dice", ">95 % interval"])
            for candidate in search.candidates {
                table.add([
                    names(candidate.planes), decimal(candidate.dice.mean, 4), PackCheck.interval(candidate.dice),
                ])
            }
            Console.result(table.text + "\n")
            return search.best
        }
    }

    private func describe(_ curve: SupportCurve) -> String {
        var table = TextTable([">volumes that help", ">mean Dice", ">95 % interval"])
        for point in curve.points {
            table.add([String(point.volumes), decimal(point.dice.mean, 4), PackCheck.interval(point.dice)])
        }
        let gain = curve.gain(adding: 2).map {
            "\n\ntwo more volumes may change the mean Dice by about \($0 < 0 ? "" : "+")\(decimal($0, 3))"
        }
        return "\n" + table.text + (gain ?? "")
    }

    /// Says when results will not be worth much.
    private func warn(_ check: PackCheck) {
        if check.examples.count < PackCheck.telling {
            Console.note(
                "this is from few volumes (\(check.examples.count)): a study's Dice may be far from it; review every result"
            )
        }
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
