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

    /// What measuring has come to.
    public struct Measured: Sendable, Equatable {
        /// How many cases were measured.
        public var cases = 0
        /// How many cases, and how many labels of others, were left out of the tables.
        public var excludedCases = 0, excludedLabels = 0
    }

    /// Measures every case that is done and writes `volumes.csv` and `summary.csv`.
    ///
    /// - Parameters:
    ///   - reviews: Cases and labels that are rated `exclude` are left out of the tables.
    ///   - report: Gets each case with the error that kept it from being measured, if there was one; such a case
    ///     stands in the tables as it was measured when it was done.
    public func run(
        leavingOut reviews: Reviews = Reviews(), _ report: (String, (any Error)?) -> Void
    ) throws -> Measured {
        let images = try CaseImages(folder, of: plan)
        var measured = Measured()
        try CaseTable.write([.volumes, .summary], to: folder.path, of: plan.cases) { planned in
            var outcome = folder.record(of: planned.id)?.outcome ?? CaseOutcome(waiting: planned, below: plan.study)
            if reviews.isExcluded(case: planned.id) {
                measured.excludedCases += 1
                return nil
            }
            let all = outcome.structures.count
            outcome.structures.removeAll { reviews.isExcluded(case: planned.id, label: $0.id) }
            measured.excludedLabels += all - outcome.structures.count
            guard outcome.status == .done else { return outcome }
            do {
                try measure(&outcome, images)
                measured.cases += 1
                report(planned.id, nil)
            } catch {
                report(planned.id, error)
            }
            return outcome
        }
        return measured
    }

    private func measure(_ outcome: inout CaseOutcome, _ images: CaseImages) throws {
        let (volume, labels) = try images.read(outcome.id)
        let (counts, values) = (labels.histogram(), LabelIntensities(of: volume, under: labels).byLabel)
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
