import ArgumentParser
import Foundation
import Inference
import Pipelines
import Platform
import Segmentation
import VolumeIO
import Volumes

struct SegmentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segment", abstract: "Segments one volume.",
        discussion: """
            EXAMPLES
              tomos segment -i t1.nii.gz --task packs/hippocampus -o t1_labels.nii.gz
              tomos segment -i dicom-folder/ --task packs/liver --plane axial --window ct --labels 1,3 -o liver.nii.gz
              tomos segment -i t1.nii.gz --task packs/hippocampus --weights official.pt --support 64 -o t1_labels.nii.gz
            """)

    @Option(
        name: .shortAndLong,
        help: "The image: NIfTI, NRRD, MetaImage, MGH, a DICOM file or a folder with one DICOM series.")
    var input: String

    @Option(name: .shortAndLong, help: "The label map to write (.nii.gz or .nii).")
    var output: String

    @Option(help: "The task pack's folder.")
    var task: String

    @Option(help: "'bundled', the name of imported weights, or a .safetensors or .pt file.")
    var weights = WeightsArgument()

    @Option(
        help: """
            \(SegmentSettings.supportSummary), \(SegmentSettings.support.limits); it was trained with up to \
            \(SegmentSettings.trainedSupport).
            """)
    var support = SegmentSettings.support.standard

    @Option(
        help: """
            Rows and columns of what the network sees: \(SegmentSettings.side.limits); \
            \(SegmentSettings.sideByDefault(" by default")).
            """)
    var side: Int?

    @Option(help: "\(SegmentSettings.ensembleSummary), \(SegmentSettings.ensemble.limits); time grows with them.")
    var ensemble = SegmentSettings.ensemble.standard

    @Option(
        help:
            "Plane in which the volume is cut, or several whose results are averaged (coronal,axial); by default those that the task was checked with, or its own."
    )
    var plane: PlanesArgument?

    @Option(help: "How support slices are chosen: \(SupportStrategy.allCases.map(\.rawValue).joined(separator: ", ")).")
    var choose = SupportStrategy.automatic

    @Option(help: "\(SegmentSettings.fusionSummary), \(SegmentSettings.fusion.limits).")
    var fusion = SegmentSettings.fusion.standard

    @Flag(help: "Leave out the networks that were trained on the pack ('tomos task check').")
    var noLearned = false

    @Option(
        help: """
            Labels whose probabilities promise a Dice below 2/3, which are flagged: keep, remove, or auto, which removes \
            them where some volume of the task is without the label.
            """)
    var doubtful = DoubtPolicy.automatic

    @Flag(help: "Less time for less accuracy: one plane only, one draw of support chosen by position.")
    var fast = false

    @Flag(help: "Look at the whole volume, not just at the part around the pack's registered labels.")
    var noCrop = false

    @Option(help: "auto, none, ct, mr, range(-500, 1000) or percentile(0.5, 99.5); the task's by default.")
    var window: WindowArgument?

    @Option(help: "Also write how probable the most probable label of each voxel is (.nii.gz or .nii).")
    var probability: String?

    @Option(help: "Also write how far apart network, vote, planes and draws are on that (.nii.gz or .nii).")
    var disagreement: String?

    @Option(help: "Label ids to find, such as 1,2; all of the task's by default.")
    var labels: LabelIDs?

    @Option(help: "\(SegmentSettings.thresholdSummary); the task's by default.")
    var threshold: Double?

    @Flag(
        help: """
            Leave slices of one value everywhere as background without asking the network. It can change the result: \
            the network might have found something there.
            """)
    var skipEmpty = false

    @Option(help: "Threads; one per processor by default.")
    var jobs = ThreadBudget.available

    @OptionGroup var memory: MemoryOptions

    @Option(help: "Smooth the label map by a Gaussian of so many millimetres.")
    var smooth: Double?

    @Flag(help: "Keep of each label as many parts, of such sizes, as the task's volumes have, and the largest always.")
    var keepLargest = false

    @Option(help: "Remove parts of fewer cubic millimetres that the task's volumes do not have.")
    var removeSmaller: Double?

    @Option(help: "Series instance UID, when the folder holds several series.")
    var series: String?

    @Option(help: "Which volume of a 4-D file, from 0.")
    var volumeIndex: Int?

    @OptionGroup(title: "DICOM") var policies: PolicyOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    func validate() throws {
        try requireNIfTIOutput(output)
        try certaintyFiles.forEach(requireNIfTIOutput)
        guard Set(([output] + certaintyFiles).map(canonicalPath)).count == 1 + certaintyFiles.count else {
            throw ValidationError("--output, --probability and --disagreement: give each another file")
        }
        try require("--support", support, SegmentSettings.support)
        try require("--side", side, SegmentSettings.side)
        try require("--ensemble", ensemble, SegmentSettings.ensemble)
        try require("--fusion", fusion, SegmentSettings.fusion)
        try requireJobs(jobs)
        try require("--threshold", threshold, SegmentSettings.threshold)
        try require("--smooth", smooth, SegmentSettings.smoothing, "a standard deviation in mm ")
        if let removeSmaller, !(removeSmaller > 0 && removeSmaller.isFinite) {
            throw ValidationError("--remove-smaller \(removeSmaller): use a volume in mm3 above 0")
        }
    }

    func run() throws {
        ThreadBudget.limit(to: jobs)
        for file in [output] + certaintyFiles {
            try requireDifferent(input: input, output: file)
            try requireWritable(file)
        }
        let task = try TaskPack.load(task)
        let source = try InputImage(input, series: series, selection: policies.selection)
        if !quiet, let summary = source.ignored.summary { Console.note(summary) }
        let outline = source.studyCase.outline()
        var options = self.options
        options.weights = try weights.source()
        let segmenter = try Segmenter(task: task, options: options, images: outline.map { [$0] } ?? [])
        if !quiet, segmenter.weights.name != "bundled" {
            Console.note("weights \(segmenter.weights.name): \(segmenter.weights.licence)")
        }
        if !quiet, let advice = segmenter.advice { Console.note(advice) }
        let volume = try source.studyCase.readVolume(volumeIndex: volumeIndex)
        let progress = Progress(quiet: quiet)
        progress.begin("segmenting \(input)")
        let start = ContinuousClock.now
        let result = try segmenter.segment(volume) { progress.advance($0, of: $1) }
        progress.clear()
        try NIfTI.write(result.labels, to: output)
        if let probability, let map = result.certainty?.probability { try NIfTI.write(map, to: probability) }
        if let disagreement, let map = result.certainty?.disagreement { try NIfTI.write(map, to: disagreement) }
        if !quiet { result.notices.forEach { Console.note($0) } }
        if json {
            let intensities = LabelIntensities(of: volume, under: result.labels)
            try Console.json(
                SegmentReport(
                    output: output, structures: result.structures.map { .init($0, intensities) },
                    notices: result.notices, memory: CaseOutcome.Memory(result.plan)))
        } else if !quiet {
            var table = TextTable([">label", "name", ">voxels", ">mm3", ">probability", ">Dice (predicted)"])
            for item in result.structures {
                table.add([
                    String(item.id), item.name, String(item.voxels), decimal(item.cubicMillimetres, 0),
                    item.meanProbability.map { decimal($0, 3) } ?? "-",
                    item.predictedDice.map {
                        "\(decimal($0.dice, 2)) (\(decimal($0.lower, 2)) to \(decimal($0.upper, 2)))"
                    } ?? "-",
                ])
            }
            Console.result(table.text)
            Console.line("")
            Console.line("\(output) written in \(decimal(Double(start.duration(to: .now) / .seconds(1)), 1)) s")
        }
    }

    private var certaintyFiles: [String] { [probability, disagreement].compactMap(\.self) }

    private var options: SegmentOptions {
        var options = SegmentOptions()
        options.keepsCertainty = !certaintyFiles.isEmpty
        options.planes = plane?.planes
        options.choose = choose
        options.fusion = fusion
        (options.doubtful, options.isFast) = (doubtful, fast)
        options.usesLearned = options.usesLearned && !noLearned
        (options.window, options.crops) = (window?.window, !noCrop)
        options.support = support
        options.side = side
        options.skipsEmpty = skipEmpty
        options.ensemble = ensemble
        options.threshold = threshold
        options.labels = labels?.ids
        options.threads = jobs
        memory.apply(to: &options)
        if let smooth { options.clean.append(.smooth(millimetres: smooth)) }
        if keepLargest { options.clean.append(.keepLargest()) }
        if let removeSmaller { options.clean.append(.removeSmaller(cubicMillimetres: removeSmaller)) }
        return options
    }
}

/// What `segment --json` prints.
private struct SegmentReport: Encodable {
    let output: String
    let structures: [CaseOutcome.Structure]
    let notices: [String]
    let memory: CaseOutcome.Memory
}
