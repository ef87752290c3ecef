import ArgumentParser
import Export
import Pipelines
import Platform
import Preparation
import Studies
import VolumeIO
import Volumes

struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Draws a label map over its image, for a report or a paper.",
        discussion: """
            Three planes through the labels, or a mosaic of slices of one plane, with a legend, a scale bar in mm and letters
            that name the directions. The patient's right is on the left of the picture, distances are true to scale.

            EXAMPLES
              tomos snapshot t1_labels.nii.gz -i t1.nii.gz --task packs/hippocampus -o overlay.png
              tomos snapshot t1_labels.nii.gz -i t1.nii.gz --mosaic coronal --count 15 --columns 5 -o mosaic.svg
              tomos snapshot ct.seg.nrrd -i dicom/ct --window 'range(-160, 240)' --style fill --crop 20 -o liver.png
            """)

    @Argument(help: "The label map: \(LabelMaps.formats).")
    var labelMap: String

    @Option(name: .shortAndLong, help: "The image that the labels are of: a file or a folder with one DICOM series.")
    var input: String

    @Option(name: .shortAndLong, help: "The picture to write (.png or .svg).")
    var output: String

    @OptionGroup var names: NameOptions

    @Option(help: ArgumentHelp("A mosaic of slices of one plane instead of three planes.", valueName: "plane"))
    var mosaic: SlicePlane?

    @Option(help: "Slices of the mosaic, spread over those that hold a label (default: 12).")
    var count: Int?

    @Option(help: "Slices of the mosaic that stand side by side (default: 4).")
    var columns: Int?

    @Option(help: "Labels as contour, or as fill that the image shines through.")
    var style = Snapshot.Style.contour

    @Option(help: "How much of a label's colour covers the image where it is filled, 0 to 1.")
    var opacity = Snapshot().opacity

    @Option(help: "Width of the lines in pixels, 0 for none; by the size of the slices without it.")
    var lineWidth: Double?

    @Option(help: "auto, none, ct, mr, range(-500, 1000) or percentile(0.5, 99.5).")
    var window = WindowArgument()

    @Option(help: "Width of the picture in pixels, \(Snapshot.widths.lowerBound) to \(Snapshot.widths.upperBound).")
    var size = Snapshot().width

    @Option(help: "Label ids to show, such as 1,2; all by default.")
    var labels: LabelIDs?

    @Option(help: ArgumentHelp("Show only what lies within so many mm of the labels.", valueName: "mm"))
    var crop: Double?

    @Option(help: "What surrounds the slices: black or white.")
    var background = Snapshot.Background.black

    @Option(help: "A line above the slices.")
    var title: String?

    @Flag(inversion: .prefixedNo, help: "Names and colours of the labels.")
    var legend = true

    @Flag(inversion: .prefixedNo, help: "A bar of so many mm.")
    var scaleBar = true

    @Flag(inversion: .prefixedNo, help: "Letters that name the directions.")
    var letters = true

    @Flag(inversion: .prefixedNo, help: "Where each slice lies, in mm.")
    var positions = true

    @Option(help: "Series instance UID, when the folder holds several series.")
    var series: String?

    @Option(help: "Which volume of a 4-D file, from 0.")
    var volumeIndex: Int?

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    func validate() throws {
        guard Snapshot.Format(fileName: output) != nil else {
            throw ValidationError("-o \(output): give a file name that ends in .png or .svg")
        }
        if mosaic == nil, count != nil || columns != nil {
            throw ValidationError("--count and --columns are of a mosaic: name its plane with --mosaic")
        }
        if let volumeIndex, volumeIndex < 0 { throw ValidationError("--volume-index \(volumeIndex): count from 0") }
        do { try snapshot.validate() } catch { throw ValidationError("--\(error)") }
    }

    func run() throws {
        guard let format = Snapshot.Format(fileName: output) else { return }
        for file in [labelMap, input] { try requireDifferent(input: file, output: output) }
        try requireWritable(output)
        let image = try InputImage(input, series: series, selection: InputSelection()).studyCase
        let volume = try image.readVolume(volumeIndex: volumeIndex)
        let map = try LabelMaps.read(labelMap, on: volume.geometry)
        guard let labels = map.labels else { throw LabelMapError(overlapIn: map, path: labelMap) }
        let scale = try window.window.scale(for: volume)
        var bounds = (lower: Float(scale.lower), upper: Float(scale.upper))
        // An image of one value is drawn black.
        if !(bounds.lower < bounds.upper) { bounds.upper = bounds.lower + max(1, abs(bounds.lower)) }
        let table = try names.names(of: map, at: labelMap, quiet: quiet)
        let picture = try snapshot.picture(of: volume, labels: labels, table: table, window: bounds, as: format)
        try AtomicFile.write(picture.bytes, to: output)
        if !quiet { (map.notices + [scale.notice].compactMap(\.self) + picture.notices).forEach(Console.note) }
    }

    private var snapshot: Snapshot {
        var snapshot = Snapshot()
        if let mosaic { snapshot.slices = .mosaic(plane: mosaic, count: count ?? 12, columns: columns ?? 4) }
        (snapshot.style, snapshot.opacity, snapshot.lineWidth) = (style, opacity, lineWidth)
        (snapshot.width, snapshot.margin, snapshot.background) = (size, crop, background)
        snapshot.labels = labels.map { Set($0.ids) }
        snapshot.title = title
        (snapshot.hasLegend, snapshot.hasScaleBar) = (legend, scaleBar)
        (snapshot.hasLetters, snapshot.hasPositions) = (letters, positions)
        return snapshot
    }
}

extension Snapshot.Style: ExpressibleByArgument {}
extension Snapshot.Background: ExpressibleByArgument {}

extension Snapshot.Format {
    /// What a file name's ending asks for.
    fileprivate init?(fileName: String) {
        let name = fileName.lowercased()
        guard let format = Self.allCases.first(where: { name.hasSuffix("." + $0.rawValue) }) else { return nil }
        self = format
    }
}
