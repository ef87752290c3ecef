import ArgumentParser
import Batch
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
              tomos task learn packs/heart --study results

            With --study, cases of an unlabelled study that a run with this pack has segmented teach it too, the surest of \
            them, each as much as its label map is expected to be right. No case teaches itself: each network learns from \
            half of the cases, and a case is segmented by those that have not seen it. 'tomos run' with --redo stale \
            segments the study anew afterwards.
            """)

    @Argument(help: "The task pack's folder.")
    var pack: String

    @Option(help: "A pipeline file: results are judged as a run of it makes them, clean-up and all.")
    var pipeline: String?

    @Option(help: "A results folder: sure cases of its study teach beside the pack.")
    var study: String?

    @Option(help: "With --study: how many of its cases teach, at most.")
    var cases = 40

    @OptionGroup var training: TrainingOptions

    func validate() throws {
        if !(2...1000).contains(cases) { throw ValidationError("--cases \(cases): use a whole number from 2 to 1000") }
    }

    func run() throws {
        let task = try TaskPack.load(pack)
        let teachers =
            try study.map { try StudyExample.all(in: BatchFolder($0), of: task, most: cases, Console.note) } ?? []
        if let lack = TaskTraining.lack(task, volumes: task.examples.count, study: teachers.count) {
            throw UsageError("\(pack): \(lack)")
        }
        guard FileManager.default.isWritableFile(atPath: pack) else {
            throw UsageError("\(pack): what is learned cannot be kept there: make the folder writable")
        }
        var options = try pipeline.map { try PipelineFile.load($0).options } ?? SegmentOptions()
        if pipeline == nil { options.weights = try WeightsStore.user.standard() }
        options.threads = ThreadBudget.count
        var how = training.options
        (how.compares, how.keepsNetworks) = (false, true)
        let check = try PackCheck(
            task, options: options, training: how, study: teachers, trainingProgress: TrainingOptions.tell)
        if check.examples.isEmpty {
            Console.note(
                "\(pack): \(task.examples.count) volumes are too few to leave any out: no Dice is promised of results")
        } else {
            Console.result(check.table)
        }
        try check.save(in: pack)
        Console.line("\(pack)/\(LearnedTaskFile.name) and \(PackFindings.fileName) written")
        if let study { Console.note("\(study): 'tomos run' with --redo stale segments the study anew") }
    }
}
