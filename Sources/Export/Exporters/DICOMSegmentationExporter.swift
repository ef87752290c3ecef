import VolumeIO
import Volumes

/// DICOM SEG over the series that the image came from.
struct DICOMSegmentationExporter: LabelExporter {
    let kind: DICOMSegmentation.Kind

    var name: String { kind == .binary ? "dicom-seg" : "dicom-labelmap" }
    var summary: String {
        kind == .binary
            ? "DICOM SEG, binary: OHIF, 3D Slicer, MITK, Weasis, PACS"
            : "DICOM SEG as a label map (DICOM 2024): few viewers yet"
    }
    var files: String { "NAME" + ending }
    var needs: String? { "the DICOM series of the image" }

    private var ending: String { kind == .binary ? ".seg.dcm" : ".labelmap.dcm" }

    func lack(_ export: LabelExport) -> String? { export.lackOfSeries }

    func write(_ export: LabelExport, to folder: String) throws -> WrittenFiles {
        guard let reference = export.reference else { return WrittenFiles([]) }
        // Labels without a voxel have no frame to be seen in.
        let present = export.present
        let entries = present.isEmpty ? export.table.entries : present
        var notices: [String] = []
        if entries.count < export.table.entries.count {
            notices.append(
                "\(name): labels without a voxel are left out: \(export.table.entries.count - entries.count)")
        }
        let file = export.name + ending
        notices += try DICOMSegmentation.write(
            export.labels, entries: entries, reference: reference, kind: kind,
            keepsEmptyFrames: export.options.keepsEmptyFrames, to: folder + "/" + file)
        return WrittenFiles([file], notices: notices)
    }

    func prove(_ files: [String], of export: LabelExport) throws -> ExportProof {
        let ids = export.present.map(\.id)
        for file in files {
            let map = try DICOMSegmentation.read(file, on: export.labelsOfSeries.geometry)
            try export.requireSame(map.labels(numbering: ids, file: file), file: file)
        }
        return ExportProof(
            format: name, files: [export.name + ending], readBy: "tomos",
            agrees: "voxel for voxel the same, frame by frame",
            volumeDifference: 0, centreDistance: 0)
    }
}
