import Foundation
import Pipelines
import Platform
import Segmentation
import VolumeIO
import Volumes

/// Makes the table of volumes again from images and label maps, without segmenting.
public struct Remeasuring: Sendable {
    /// The results folder.
    public let folder: BatchFolder
    /// Its plan.
    public let plan: BatchPlan

    /// Takes a folder and its latest plan.
    ///
    /// - Throws: ``PlanError`` where there is no plan.
    public init(_ folder: BatchFolder) throws {
        self.folder = folder
        plan = try folder.plan()
    }

    /// Measures every case that is done and writes `volumes.csv` and `summary.csv`.
    ///
    /// - Parameter report: Gets each case with the error that kept it from being measured, if there was one; such a case
    ///   stands in the tables as it was measured when it was done.
    /// - Returns: How many cases were measured.
    public func run(_ report: (String, (any Error)?) -> Void) throws -> Int {
        let policies = try PipelineFile.load(resolvedText: plan.pipeline).input.policies
        var measured = 0
        try CaseTable.write([.volumes, .summary], to: folder.path, of: plan.cases) { planned in
            var outcome = folder.record(of: planned.id)?.outcome ?? CaseOutcome(waiting: planned, below: plan.study)
            guard outcome.status == .done else { return outcome }
            do {
                try measure(&outcome, planned, policies)
                measured += 1
                report(planned.id, nil)
            } catch {
                report(planned.id, error)
            }
            return outcome
        }
        return measured
    }

    private func measure(_ outcome: inout CaseOutcome, _ planned: PlannedCase, _ policies: DICOMPolicies) throws {
        try SourceContent.confirm(planned, below: plan.study)
        let volume = try planned.source.studyCase(planned.id, below: plan.study, policies: policies).readVolume()
        let file = folder.path + "/\(planned.id)/\(planned.id)_labels.nii.gz"
        let labels = try LabelMaps.readLabels(file, on: volume.geometry)
        guard let stored = labels.stored(like: volume.geometry) else {
            throw RemeasuringError(file: file, results: folder.path, id: planned.id)
        }
        let (counts, values) = (stored.histogram(), LabelIntensities(of: volume, under: stored).byLabel)
        for (n, structure) in outcome.structures.enumerated() {
            let voxels = counts[structure.id] ?? 0
            outcome.structures[n].voxels = voxels
            outcome.structures[n].mm3 = Double(voxels) * volume.geometry.voxelVolume
            outcome.structures[n].meanIntensity = values[structure.id]?.mean
            outcome.structures[n].intensityDeviation = values[structure.id]?.deviation
        }
    }
}

/// A label map that is not on its image's grid.
struct RemeasuringError: TomosError, Equatable {
    let file: String, results: String, id: String
    var category: ErrorCategory { .badData }
    var description: String {
        "\(file): does not lie on the grid of its image (it was changed since: 'tomos resume \(results) --redo all "
            + "--case \(id)' makes it again)"
    }
}
