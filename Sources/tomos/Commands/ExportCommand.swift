import ArgumentParser
import Export
import Foundation
import Pipelines
import Segmentation
import Studies
import VolumeIO
import Volumes

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes the labels' names and colours for viewers, beside a NIfTI label map.",
        discussion: """
            FORMATS
            \(LabelTableFormat.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))

            EXAMPLES
              tomos export t1_labels.nii.gz --task packs/hippocampus --format itk-snap,slicer
              tomos export atlas.nii.gz --table atlas_LUT.txt --format freesurfer,fsleyes,niivue
            """)

    @Argument(help: "The label map (NIfTI).")
    var labels: String

    @Option(help: "The task pack whose names and colours are used.")
    var task: String?

    @Option(
        help: ArgumentHelp(
            "Or a table: any of these formats, lines of 'id name' or 'id name R G B', a .csv or .tsv with titles, or a dataset.json.",
            valueName: "file"))
    var table: String?

    @Option(help: "Formats, separated by commas.")
    var format: FormatList

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    func validate() throws {
        if (task == nil) == (table == nil) { throw ValidationError("give either --task or --table") }
    }

    func run() throws {
        let names = try task.map { try TaskPack.load($0).labels } ?? LabelTableFile.read(table ?? "")
        let map = try NIfTI.readLabels(labels)
        let paths = try ViewerExport.write(labels: map, table: names, formats: format.formats, besides: labels)
        for notice in format.formats.flatMap({ $0.alteredNames(names) }) where !quiet { Console.note(notice) }
        if !quiet { paths.forEach(Console.line) }
    }
}

/// `--format itk-snap,slicer` as typed.
struct FormatList: ExpressibleByArgument {
    let formats: [LabelTableFormat]

    init?(argument: String) {
        let found = argument.split(separator: ",").map { LabelTableFormat(rawValue: String($0)) }
        guard !found.isEmpty, !found.contains(nil) else { return nil }
        formats = found.compactMap { $0 }
    }
}
