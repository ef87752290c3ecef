import Export
import Platform
import Preparation
import Segmentation
import VolumeIO
import Volumes

/// Writes the result files of one case into one folder.
struct CaseWriter {
    /// What is written.
    let volume: Volume
    let result: SegmentedVolume
    let table: LabelTable
    /// Window of the picture.
    let window: IntensityWindow
    let outcome: CaseOutcome

    /// Writes the files of a kind and returns their names.
    func write(_ kind: OutputKind, to folder: String) throws -> [String] {
        let name = "\(outcome.id)_labels.nii.gz"
        switch kind {
        case .nifti:
            try NIfTI.write(result.labels, to: folder + "/" + name)
            return [name]
        case .volumes:
            try AtomicFile.write(Array(VolumesTable.csv([outcome]).utf8), to: folder + "/volumes.csv")
            return ["volumes.csv"]
        case .certainty:
            guard let certainty = result.certainty else { preconditionFailure("the segmenter keeps no certainty") }
            let names = ["probability", "disagreement"].map { "\(outcome.id)_\($0).nii.gz" }
            try NIfTI.write(certainty.probability, to: folder + "/" + names[0])
            try NIfTI.write(certainty.disagreement, to: folder + "/" + names[1])
            return names
        case .picture:
            let scale = try window.scale(for: volume)
            let picture = try OverlayPicture.threePlanes(
                volume: volume, labels: result.labels, table: table, window: (Float(scale.lower), Float(scale.upper)))
            try AtomicFile.write(picture, to: folder + "/\(outcome.id)_overlay.png")
            return ["\(outcome.id)_overlay.png"]
        case .table(let format):
            let paths = try ViewerExport.write(
                labels: result.labels, table: table, formats: [format], besides: folder + "/" + name)
            return paths.map { String($0.dropFirst(folder.count + 1)) }
        }
    }
}
