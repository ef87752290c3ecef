import VolumeIO
import Volumes

/// Label maps without names, in the formats of volumes; the tables beside them hold the names.
struct LabelMapExporter: LabelExporter {
    let name, summary: String
    /// Ends the file's name.
    let ending: String
    private let writer: @Sendable (LabelVolume, String) throws -> Void

    var files: String { "NAME" + ending }

    static let nifti = LabelMapExporter(
        name: "nifti", summary: "NIfTI label map: nearly every viewer, without names", ending: ".nii.gz"
    ) { try NIfTI.write($0, to: $1) }
    static let nrrd = LabelMapExporter(
        name: "nrrd", summary: "NRRD label map: 3D Slicer, ITK-SNAP, MITK", ending: ".nrrd"
    ) { try NRRD.write($0, to: $1) }
    static let metaImage = LabelMapExporter(
        name: "mha", summary: "MetaImage label map: programs made with ITK", ending: ".mha"
    ) { try MetaImage.write($0, to: $1) }
    static let mgh = LabelMapExporter(
        name: "mgz", summary: "MGH label map: Freeview and FreeSurfer", ending: ".mgz"
    ) { try MGH.write($0, to: $1) }

    private init(
        name: String, summary: String, ending: String,
        _ writer: @escaping @Sendable (LabelVolume, String) throws -> Void
    ) { (self.name, self.summary, self.ending, self.writer) = (name, summary, ending, writer) }

    func write(_ export: LabelExport, to folder: String) throws -> WrittenFiles {
        try writer(export.labels, folder + "/" + export.name + ending)
        return WrittenFiles([export.name + ending])
    }

    func prove(_ files: [String], of export: LabelExport) throws -> ExportProof {
        for file in files { try export.requireSame(LabelMaps.readLabels(file), file: file) }
        return ExportProof(
            format: name, files: [export.name + ending], readBy: "tomos", agrees: "voxel for voxel the same",
            volumeDifference: 0, centreDistance: 0)
    }
}
