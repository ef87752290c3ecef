import ArgumentParser
import Foundation
import Inference
import PackChecks
import Pipelines
import Platform
import Segmentation
import Volumes

struct TaskLearnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learn",
        abstract: "Trains networks on a pack, which its segmentations go by from then on.",
        discussion: """
            'task check' does this too, and keeps the networks only where they do better than the pack without them; here \
            that is not looked at, which saves its time. Volumes are dealt into four parts; each network learns from three \
            of them and is judged on the fourth. What is learned stays in the pack (learned.safetensors, check.json).

            EXAMPLES
              tomos task learn packs/heart
              tomos task learn packs/heart --minutes 60
              tomos task learn packs/heart --pipeline heart.yaml
            """)

    @Argument(help: "The task pack's folder.")
    var pack: String

    @Option(help: "A pipeline file: results are judged as a run of it makes them, clean-up and all.")
    var pipeline: String?

    @OptionGroup var training: TrainingOptions

    func run() throws {
        let task = try TaskPack.load(pack)
        if let lack = TaskTraining.lack(task, volumes: task.examples.count) { throw UsageError("\(pack): \(lack)") }
        guard FileManager.default.isWritableFile(atPath: pack) else {
            throw UsageError("\(pack): what is learned cannot be kept there: make the folder writable")
        }
        var options = try pipeline.map { try PipelineFile.load($0).options } ?? SegmentOptions()
        if pipeline == nil { options.weights = try WeightsStore.user.standard() }
        options.threads = ThreadBudget.count
        var how = training.options
        (how.compares, how.keepsNetworks) = (false, true)
        let check = try PackCheck(task, options: options, training: how, trainingProgress: TrainingOptions.tell)
        Console.result(check.table)
        try check.save(in: pack)
        Console.line("\(pack)/\(LearnedTaskFile.name) and \(PackFindings.fileName) written")
    }
}
