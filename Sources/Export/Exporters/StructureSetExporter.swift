import VolumeIO
import Volumes

/// RT Structure Set over the series that the image came from.
struct StructureSetExporter: LabelExporter {
    let name = "rtstruct"
    let summary = "RT Structure Set, contours on the slices: planning systems, 3D Slicer, MITK"
    let files = "NAME.rtstruct.dcm"
    let needs: String? = "the DICOM series of the image"

    func lack(_ export: LabelExport) -> String? {
        if let lack = export.lackOfSeries { return lack }
        return export.present.isEmpty ? "the label map is empty, and nothing has no contour" : nil
    }

    func write(_ export: LabelExport, to folder: String) throws -> WrittenFiles {
        guard let reference = export.reference else { return WrittenFiles([]) }
        let file = export.name + ".rtstruct.dcm"
        let notices = try DICOMStructureSet.write(
            export.labels, entries: export.present, reference: reference, options: export.options.contours,
            to: folder + "/" + file)
        return WrittenFiles([file], notices: notices)
    }

    func prove(_ files: [String], of export: LabelExport) throws -> ExportProof {
        let ids = export.present.map(\.id)
        for file in files {
            let map = try DICOMStructureSet.read(file, on: export.labelsOfSeries.geometry)
            try export.requireSame(map.labels(numbering: ids, file: file), file: file, without: specks(export))
        }
        return ExportProof(
            format: name, files: [export.name + ".rtstruct.dcm"], readBy: "tomos",
            agrees: "filled again, the contours give the same voxels"
                + (specks(export) > 0 ? " but the parts left out" : ""),
            volumeDifference: 0, centreDistance: 0)
    }

    /// Voxels of the parts that were left out because they are small.
    private func specks(_ export: LabelExport) -> Int {
        guard export.options.contours.smallestArea > 0 else { return 0 }
        return export.labelsOfSeries.contours(export.options.contours).reduce(0) { $0 + $1.speckVoxels }
    }
}

extension LabelExport {
    /// Why no object of the image's series can be made; nil where it can.
    var lackOfSeries: String? {
        guard let reference else {
            return "it refers to the DICOM series of the image, which is none or names no frame of reference (name it "
                + "with --reference)"
        }
        if labels.stored(like: reference.geometry) == nil {
            return
                "the label map, \(labels.geometry.shape) voxels in \(labels.geometry.orientation), does not lie on the "
                + "slices of the series, \(reference.geometry.shape) (name the series that it was made from)"
        }
        return nil
    }

    /// The labels in the storage order of the series.
    var labelsOfSeries: LabelVolume { reference.flatMap { labels.stored(like: $0.geometry) } ?? labels }
}

extension LabelMap {
    /// The labels where the segments, which are numbered from 1 in an object, have the ids that they were written from.
    func labels(numbering ids: [UInt16], file: String) throws(ExportError) -> LabelVolume {
        guard let labels else { throw .proofFailed(file: file, reason: "labels overlap") }
        var back = [UInt16](repeating: 0, count: 65536)
        for (id, entry) in zip(ids, table?.entries ?? []) { back[Int(entry.id)] = id }
        return LabelVolume(geometry: labels.geometry, voxels: labels.voxels.map { back[Int($0)] })
    }
}
