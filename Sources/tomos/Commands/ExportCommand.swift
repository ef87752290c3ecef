import ArgumentParser
import Export
import Foundation
import Pipelines
import Preparation
import Segmentation
import Studies
import VolumeIO
import Volumes

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes a label map for viewers, and proves what it wrote.",
        discussion: """
            Every file is read again after it was written and compared with the label map; one that does not show the same
            is not delivered.

            FORMATS
            \(LabelExporters.all.map { "  \($0.name): \($0.summary) (\($0.files))" }.joined(separator: "\n"))

            EXAMPLES
              tomos export t1_labels.nii.gz --task packs/hippocampus --to seg.nrrd
              tomos export t1_labels.nii.gz --task packs/hippocampus --to itk-snap,slicer
              tomos export ct_labels.nii.gz --task packs/liver --to dicom-seg --reference dicom/ct
              tomos export Segmentation.seg.nrrd --to nifti,freesurfer -o exported
              tomos export atlas.nii.gz --table atlas_LUT.txt --to seg.nrrd,mgz
            """)

    @Argument(help: "The label map: \(LabelMaps.formats).")
    var labels: String

    @OptionGroup var names: NameOptions

    @Option(name: [.customLong("to"), .customLong("format")], help: "Formats, separated by commas.")
    var formats: ExporterList

    @Option(
        help:
            "The image that the labels are of: its DICOM series for the DICOM formats, or any image to check the grid by."
    )
    var reference: String?

    @Option(help: "Of several DICOM series at --reference the one with this series instance UID.")
    var series: String?

    @Option(
        help:
            "rtstruct: holes as a channel to the border (keyhole), which every reader gets, or as contours of their own (xor)."
    )
    var holes = HoleStyle.keyhole

    @Option(
        help: ArgumentHelp(
            "dicom-fractional: how probable each voxel is, 0 to 1, on the label map's grid.", valueName: "file"))
    var probability: String?

    @Option(
        help: ArgumentHelp(
            "rtstruct: parts of a label in a slice that are smaller are left out, and said (default: none).",
            valueName: "mm2"))
    var specks = 0.0

    @Flag(help: "dicom-seg, dicom-labelmap: frames of all slices, also where a segment has no voxel.")
    var emptySlices = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The folder to write to (default: the label map's).", valueName: "folder"))
    var output: String?

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    func validate() throws {
        guard specks >= 0, specks.isFinite else { throw ValidationError("--specks \(specks): give an area from 0 mm2") }
    }

    func run() throws {
        let image = try reference.map { try InputImage($0, series: series, selection: InputSelection()).studyCase }
        let grid = try image.map(Self.grid)
        let map = try LabelMaps.read(labels, on: grid)
        guard let volume = map.labels else { throw LabelMapError(overlapIn: map, path: labels) }
        if let reference, let grid, volume.stored(like: grid) == nil {
            throw ExportError.cannotExport(
                format: labels,
                reason:
                    "the label map has \(volume.geometry.shape) voxels in \(volume.geometry.orientation) and does not lie "
                    + "on the grid of \(reference), \(grid.shape) in \(grid.orientation) (name the image it was made from)"
            )
        }
        let name = OutputName(labels)
        let folder = output ?? name.folder
        var export = LabelExport(
            labels: volume, table: try names.names(of: map, at: labels, quiet: quiet), name: name.stem,
            reference: try image?.reference())
        if let image, formats.exporters.contains(where: { $0.name == "picture" }) {
            let volume = try image.readVolume()
            let scale = try IntensityWindow.automatic.scale(for: volume)
            export.image = (volume, (Float(scale.lower), Float(scale.upper)))
        }
        if let probability {
            let map = try Images.readVolume(probability)
            guard map.geometry.matches(volume.geometry) else {
                throw ExportError.cannotExport(
                    format: probability,
                    reason: "the map does not lie on the grid of \(labels) (give the one made with it)")
            }
            export.probability = map
        }
        export.options.contours = ContourOptions(holes: holes, smallestArea: specks)
        export.options.keepsEmptyFrames = emptySlices
        if !quiet { map.notices.forEach(Console.note) }
        for exporter in formats.exporters {
            if exporter.name == "nifti", folder == name.folder, labels.hasSuffix(".nii.gz") {
                throw UsageError("\(labels): is the label map itself; name another folder with -o")
            }
            let (files, proof) = try export.write(exporter, to: folder)
            guard !quiet else { continue }
            files.notices.forEach(Console.note)
            for file in files.names { Console.line(folder.isEmpty ? file : folder + "/" + file) }
            Console.note(proof.text)
        }
    }

    /// The grid of an image, without its voxels.
    private static func grid(_ image: StudyCase) throws -> Geometry {
        try image.outline()?.geometry ?? image.readVolume().geometry
    }
}

extension HoleStyle: ExpressibleByArgument {}

/// What an exported label map is named after, and the folder it lies in.
private struct OutputName {
    let folder, stem: String

    init(_ path: String) {
        let path = path.hasSuffix("/") ? String(path.dropLast()) : path
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let name = parts.last.map(String.init) ?? path
        stem = Self.stem(name)
        folder = parts.dropLast().joined(separator: "/")
    }
}

extension OutputName {
    /// A file's name without its ending; of a DICOM object without the one that an export gives it.
    private static func stem(_ name: String) -> String {
        let endings = [".seg.dcm", ".labelmap.dcm", ".rtstruct.dcm", ".dcm"]
        let object = endings.first { name.lowercased().hasSuffix($0) }.map { String(name.dropLast($0.count)) }
        let stem = VolumeFileName(name)?.stem ?? object ?? name
        return stem.isEmpty ? name : stem
    }
}

/// `--to seg.nrrd,slicer` as typed.
struct ExporterList: ExpressibleByArgument {
    let exporters: [any LabelExporter]

    init?(argument: String) {
        let found = argument.split(separator: ",").map { LabelExporters.named(String($0)) }
        exporters = found.compactMap { $0 }
        guard !found.isEmpty, exporters.count == found.count else { return nil }
    }

    static let allValueStrings = LabelExporters.all.map(\.name)
}
