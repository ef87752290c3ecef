import Preparation
import Volumes

/// Networks that a pack has learned, and their weight.
struct LearnedUse: Sendable {
    let task: LearnedTask
    /// Against the network in context and the vote; 1 where these are not asked at all.
    let share: Double

    /// Whether nobody else is asked.
    var isAlone: Bool { share >= 1 }

    init(task: LearnedTask, share: Double) { (self.task, self.share) = (task, share) }

    /// Those that a check speaks of; nil when it speaks of none.
    ///
    /// - Throws: ``TaskPackError/staleFindings(_:reason:)``.
    init?(_ record: LearnedRecord?, of pack: TaskPack) throws {
        guard let record else { return nil }
        self.init(task: try LearnedTaskFile.read(pack.folder, sha256: record.sha256), share: record.share)
    }
}

/// What networks that have learned the task say of a volume, as a share of the mean with what is said in context.
package struct LearnedBlend: Sendable {
    let said: LearnedProbabilities
    /// Of the networks.
    let share: Double

    package init(said: LearnedProbabilities, share: Double) { (self.said, self.share) = (said, share) }

    /// Mixes them into probabilities of a volume on some grid, or of a box of it.
    func apply(to probabilities: LabelProbabilities, of grid: Geometry, in box: VoxelBox?) {
        for (n, label) in probabilities.labels.enumerated() {
            guard let voxels = said.voxels(of: label) else { continue }
            probabilities.blend(box?.part(of: voxels, grid.shape) ?? voxels, label: n, share: share)
        }
    }
}

extension Segmenter {
    /// What networks that have learned the task say of a volume.
    package func said(
        by learned: LearnedTask, of volume: Volume, scale: IntensityScale? = nil,
        progress: (@Sendable (Int, Int) -> Void)? = nil
    ) throws -> LearnedProbabilities {
        let plan = try plan(for: ImageOutline(volume))
        return learned.probabilities(
            volume, scale: try scale ?? window.scale(for: volume), threads: plan.threads, progress: progress)
    }

    /// The results of a volume by what such networks alone say of it, for several thresholds, ascending.
    package func results(
        of said: LearnedProbabilities, in volume: Volume, thresholds: [Float]
    ) throws -> [SegmentedVolume] {
        let (plan, scale) = (try plan(for: ImageOutline(volume)), said.scale)
        var result = Votes(
            geometry: volume.geometry, threshold: thresholds[0], keepsCertainty: options.keepsCertainty)
        for label in labels {
            // One label at a time: a volume's probabilities are larger than all that was computed for them.
            guard let voxels = said.voxels(of: label.id) else { continue }
            result.count(LabelProbabilities(label: label.id, voxels))
        }
        let query = Query(volume, region: nil, scale: scale, plan: plan, registrations: [])
        return results(of: &result, query, thresholds, [scale.notice].compactMap(\.self))
    }
}
