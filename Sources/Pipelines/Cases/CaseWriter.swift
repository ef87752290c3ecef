import Export
import Platform
import Preparation
import Segmentation
import VolumeIO
import Volumes

/// Writes the result files of one case into one folder.
struct CaseWriter {
    /// What is written.
    private let result: SegmentedVolume
    /// What becomes of the case; files and proofs are added to it.
    private(set) var outcome: CaseOutcome
    private let labels: LabelExport

    init(
        volume: Volume, result: SegmentedVolume, table: LabelTable, window: IntensityWindow, reference: DICOMReference?,
        outcome: CaseOutcome
    ) throws {
        (self.result, self.outcome) = (result, outcome)
        let scale = try window.scale(for: volume)
        var labels = LabelExport(
            labels: result.labels, table: table, name: outcome.id + "_labels", reference: reference)
        labels.image = (volume, (Float(scale.lower), Float(scale.upper)))
        labels.probability = result.certainty?.probability
        self.labels = labels
    }

    /// Writes the files of a kind, says their names in the outcome, and what was found on reading them again.
    mutating func write(_ kind: OutputKind, to folder: String) throws {
        switch kind {
        case .export(let name): try export(name, to: folder)
        case .report: try view(to: folder)
        case .volumes, .certainty: outcome.outputs += try files(of: kind, to: folder).map { outcome.id + "/" + $0 }
        }
    }

    /// What cannot be shown is still a result.
    private mutating func view(to folder: String) throws {
        guard let image = labels.image else { return }
        let view = CaseView(
            volume: image.volume, labels: labels.labels, table: labels.table, window: image.window, id: outcome.id)
        do {
            outcome.outputs += try view.write(to: folder + "/report").map { outcome.id + "/report/" + $0 }
        } catch let error as ExportError {
            outcome.notices.append("report was not written: \(error)")
        }
    }

    private mutating func export(_ name: String, to folder: String) throws {
        guard let exporter = LabelExporters.named(name) else { preconditionFailure("no exporter \(name)") }
        if let lack = exporter.lack(labels) {
            outcome.notices.append("\(name) was not written: \(lack)")
            return
        }
        let (files, proof) = try labels.write(exporter, to: folder)
        outcome.outputs += files.names.map { outcome.id + "/" + $0 }
        outcome.notices += files.notices
        outcome.exports = (outcome.exports ?? []) + [proof]
    }

    private func files(of kind: OutputKind, to folder: String) throws -> [String] {
        switch kind {
        case .volumes:
            try AtomicFile.write(Array(ResultTables.volumes([outcome]).utf8), to: folder + "/volumes.csv")
            return ["volumes.csv"]
        case .certainty:
            guard let certainty = result.certainty else { preconditionFailure("the segmenter keeps no certainty") }
            let names = ["probability", "disagreement"].map { "\(outcome.id)_\($0).nii.gz" }
            try NIfTI.write(certainty.probability, to: folder + "/" + names[0])
            try NIfTI.write(certainty.disagreement, to: folder + "/" + names[1])
            return names
        case .export, .report: return []
        }
    }
}
