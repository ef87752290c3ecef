import Platform
import VolumeIO
import Volumes

/// DICOM SEG of how probable a label is where it is the most probable one, an object a label.
struct FractionalSegmentationExporter: LabelExporter {
    let name = "dicom-fractional"
    let summary = "DICOM SEG, fractional: how probable each label is where it was found; 3D Slicer, MITK"
    let files = "NAME_ID_LABEL.prob.dcm"
    let needs: String? = "the DICOM series of the image and a map of probabilities"

    func lack(_ export: LabelExport) -> String? {
        if let lack = export.lackOfSeries { return lack }
        guard let probability = export.probability, probability.geometry.matches(export.labels.geometry) else {
            return
                "it tells how probable each voxel is, which is not known (in a pipeline with certainty among the outputs, or "
                + "with --probability)"
        }
        return export.present.isEmpty ? "the label map is empty" : nil
    }

    func write(_ export: LabelExport, to folder: String) throws -> WrittenFiles {
        guard let reference = export.reference else { return WrittenFiles([]) }
        var written = WrittenFiles([])
        for entry in export.present {
            let file =
                SafeText.fileName(
                    "\(export.name)_\(entry.id)_\(SafeText.fileNamePart(entry.oneLineName))", longest: 180)
                + ".prob.dcm"
            written.notices += try DICOMSegmentation.write(
                probabilities: probabilities(of: entry.id, export), entry: entry, reference: reference,
                to: folder + "/" + file)
            written.names.append(file)
        }
        return written
    }

    func prove(_ files: [String], of export: LabelExport) throws -> ExportProof {
        for (file, entry) in zip(files, export.present) {
            let read = try DICOMSegmentation.read(file, on: export.labelsOfSeries.geometry)
            // What reading takes: at least half of 255.
            let expected = probabilities(of: entry.id, export).map { ($0 * 255).rounded() >= 128 }
            guard let labels = read.labels, zip(labels.voxels, expected).allSatisfy({ ($0 != 0) == $1 }) else {
                throw ExportError.proofFailed(file: file, reason: "voxels of at least a half differ")
            }
        }
        return ExportProof(
            format: name, files: files.map { String($0.split(separator: "/").last ?? "") }, readBy: "tomos",
            agrees: "voxels of at least a half the same")
    }

    /// Of a label, in the storage order of the series: 0 where the voxel is another's.
    private func probabilities(of id: UInt16, _ export: LabelExport) -> [Float] {
        guard let probability = export.probability else { return [] }
        let (scaling, labels) = (probability.scaling, export.labels)
        let own = labels.voxels.indices.map { n in
            // Thousandths survive the way through a label map's order.
            labels.voxels[n] == id
                ? UInt16(clamping: Float((probability.voxels[n] * scaling.slope + scaling.intercept) * 65535)) : 0
        }
        let stored = export.reference.flatMap {
            LabelVolume(geometry: labels.geometry, voxels: own).stored(like: $0.geometry)
        }
        return (stored?.voxels ?? own).map { Float($0) / 65535 }
    }
}
