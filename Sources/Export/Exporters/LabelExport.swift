import Platform
import VolumeIO
import Volumes

/// A label map that is to be written for others: what every exporter gets.
public struct LabelExport: Sendable {
    /// The labels, on the grid of their image.
    public let labels: LabelVolume
    /// Names, colours and codes of all the labels that occur, and of others that may.
    public let table: LabelTable
    /// What the files are named after: a file's name without its ending.
    public let name: String
    /// The series that the image came from, where it is DICOM.
    public let reference: DICOMReference?
    /// The image with the values that are shown black and white, where it is at hand.
    public var image: (volume: Volume, window: (lower: Float, upper: Float))?
    /// How probable the most probable label of each voxel is, 0 to 1, on the labels' grid; where it is known.
    public var probability: Volume?
    /// How, where a format leaves a choice.
    public var options = ExportOptions()

    /// Makes an export. Ids that the table lacks get an entry `label N`.
    public init(labels: LabelVolume, table: LabelTable, name: String, reference: DICOMReference? = nil) {
        self.labels = labels
        self.table = table.completed(for: labels)
        (self.name, self.reference) = (name, reference)
    }

    /// The entries whose labels have voxels, in order of id.
    var present: [LabelEntry] {
        let counts = labels.histogram()
        return table.entries.filter { counts[$0.id] != nil }
    }
}

/// Choices that some formats leave.
public struct ExportOptions: Sendable, Hashable {
    /// How contours show holes, and how small a part may be.
    public var contours = ContourOptions()
    /// Whether DICOM SEG has a frame of every slice for every segment, also where it is empty.
    public var keepsEmptyFrames = false

    /// Keyholes, every part, no empty frames.
    public init() {}
}

/// One way of writing a label map: a name for it, its files, what it needs, how it is written and how it is checked.
public protocol LabelExporter: Sendable {
    /// What it is called in `--to` and in a pipeline's `outputs`.
    var name: String { get }
    /// Which viewer opens it, in one line.
    var summary: String { get }
    /// The files it writes, with NAME for the label map's name.
    var files: String { get }
    /// What it needs besides labels, in words; nil for nothing.
    var needs: String? { get }

    /// Why this label map cannot be written in this way, a sentence; nil where it can.
    func lack(_ export: LabelExport) -> String?

    /// Writes the files into a folder.
    ///
    /// - Returns: Their names, and what a person should know.
    func write(_ export: LabelExport, to folder: String) throws -> WrittenFiles

    /// Reads the written files again, by another way than they were written where there is one, and compares.
    ///
    /// - Throws: ``ExportError/proofFailed(file:reason:)`` where they do not show what they should.
    func prove(_ files: [String], of export: LabelExport) throws -> ExportProof
}

extension LabelExporter {
    /// Nothing.
    public var needs: String? { nil }
    /// Whatever the label map is, it can be written.
    public func lack(_ export: LabelExport) -> String? { nil }
}

/// What an exporter has written.
public struct WrittenFiles: Sendable, Equatable {
    /// Names without folder.
    public var names: [String]
    /// What a person should know.
    public var notices: [String]

    init(_ names: [String], notices: [String] = []) { (self.names, self.notices) = (names, notices) }
}

/// All exporters: the one registry, which `tomos export`, a pipeline's `outputs`, help and docs/viewers.md read.
public enum LabelExporters {
    /// In the order in which they are listed.
    public static let all: [any LabelExporter] =
        [
            LabelMapExporter.nifti, PictureExporter(), SlicerSegmentationExporter(),
            DICOMSegmentationExporter(kind: .binary),
            DICOMSegmentationExporter(kind: .labelMap), FractionalSegmentationExporter(), StructureSetExporter(),
            LabelMapExporter.nrrd,
            LabelMapExporter.metaImage,
            LabelMapExporter.mgh,
        ] + MeshFormat.allCases.map(MeshExporter.init) + LabelTableFormat.allCases.map(TableExporter.init)

    /// The exporter of a name.
    public static func named(_ name: String) -> (any LabelExporter)? { all.first { $0.name == name } }
}
