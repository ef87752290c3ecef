import ArgumentParser
import Foundation
import Inference
import Pipelines
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

    @Option(name: .shortAndLong, help: "The image: a NIfTI file, a DICOM file or a folder with one DICOM series.")
    var input: String

    @Option(name: .shortAndLong, help: "The label map to write (.nii.gz or .nii).")
    var output: String

    @Option(help: "The task pack's folder.")
    var task: String

    @Option(help: "'bundled', the name of imported weights, or a .safetensors or .pt file.")
    var weights = WeightsArgument()

    @Option(help: "Annotated slices shown to the network per slice, 1 to 512; it was trained with up to 64.")
    var support = 16

    @Option(
        help: """
            Rows and columns of what the network sees: a multiple of 32 from 64 to 512; 96 by default where no volume \
            of the task has more than 64 voxels along an axis, else 128.
            """)
    var side: Int?

    @Option(help: "Unlike draws of support that are averaged, 1 to 4; time grows with them.")
    var ensemble = 1

    @Option(
        help:
            "Plane in which the volume is cut, or several whose results are averaged (coronal,axial); by default those that the task was checked with, or its own."
    )
    var plane: PlanesArgument?

    @Option(help: "How support slices are chosen: \(SupportStrategy.allCases.map(\.rawValue).joined(separator: ", ")).")
    var choose = SupportStrategy.automatic

    @Option(help: "Weight of the vote of the pack's registered labels against the network, 0 to 1.")
    var fusion = SegmentOptions().fusion

    @Flag(help: "Leave out what the pack has learned of its errors ('tomos task check').")
    var noCorrect = false

    @Flag(help: "Keep labels whose probabilities promise a Dice below 2/3; they are taken for absent otherwise.")
    var keepDoubtful = false

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

    @Option(help: "Probability from which a voxel is foreground; the task's by default.")
    var threshold: Double?

    @Flag(
        help: """
            Leave slices of one value everywhere as background without asking the network. It can change the result: \
            the network might have found something there.
            """)
    var skipEmpty = false

    @Option(help: "Threads; one per processor by default.")
    var jobs = processors

    @OptionGroup var memory: MemoryOptions

    @Option(help: "Smooth the label map by a Gaussian of so many millimetres.")
    var smooth: Double?

    @Flag(help: "Keep the largest connected component of each label.")
    var keepLargest = false

    @Option(help: "Remove components of fewer cubic millimetres.")
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
        guard (1...512).contains(support) else { throw ValidationError("--support \(support): use 1 to 512") }
        if let side, !UniverSeg.supports(side: side) {
            throw ValidationError("--side \(side): use a multiple of 32 from 64 to 512")
        }
        guard (1...4).contains(ensemble) else { throw ValidationError("--ensemble \(ensemble): use 1 to 4") }
        guard (0...1).contains(fusion) else { throw ValidationError("--fusion \(fusion): use 0 to 1") }
        guard (1...1024).contains(jobs) else { throw ValidationError("--jobs \(jobs): use 1 to 1024") }
        if let threshold, !(threshold > 0 && threshold < 1) {
            throw ValidationError("--threshold \(threshold): use a number above 0 and below 1")
        }
        if let smooth, !(smooth > 0 && smooth <= 20) {
            throw ValidationError("--smooth \(smooth): use a standard deviation in mm above 0, at most 20")
        }
        if let removeSmaller, !(removeSmaller > 0 && removeSmaller.isFinite) {
            throw ValidationError("--remove-smaller \(removeSmaller): use a volume in mm3 above 0")
        }
    }

    func run() throws {
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
            try Console.json(
                SegmentReport(
                    output: output, structures: result.structures.map(CaseOutcome.Structure.init),
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
        (options.corrects, options.keepsDoubtful, options.isFast) = (!noCorrect, keepDoubtful, fast)
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
        if keepLargest { options.clean.append(.keepLargest) }
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
