import Evaluation
import Segmentation
import VolumeIO
import Volumes

/// What trained networks give on volumes that they have not seen, alone and together with the network in context.
struct LearnedWays {
    /// The networks together, and the steps of each.
    let task: LearnedTask
    let steps: Int
    /// Volume by volume the network that has not seen it; empty where the pack is too small to leave any out.
    private let unseeing: [LearnedTask]
    private let segmenter: Segmenter
    private let places: [Int]

    /// The weight of the networks where the network in context is asked too.
    static let share = 0.5

    /// Trains networks on the volumes at some places of a pack, and on cases of a study.
    init(
        _ segmenter: Segmenter, _ places: [Int], _ options: TaskTraining.Options, study: [StudyExample] = [],
        _ progress: (TaskTraining.Progress) -> Void
    ) throws {
        let design = try TaskDesign(segmenter.task)
        try TaskTraining.requireMemory(design, segmenter, places: places, study: study.count)
        let training = try TaskTraining(
            segmenter.task, design: design, places: places, window: segmenter.window, options: options, study: study)
        let (task, steps) = try training.run(progress)
        let left = training.leavesOut ? places.indices : 0..<0
        unseeing = left.map { training.task([task.members[training.member(without: $0)]]) }
        (self.task, self.steps, self.segmenter, self.places) = (task, steps, segmenter, places)
    }

    /// What the network that has not seen a volume says of it, by its turn. Not kept: of many labels it is many times as
    /// large as the volume.
    private func said(_ n: Int, of volume: Volume) throws -> LearnedProbabilities {
        try segmenter.said(by: unseeing[n], of: volume)
    }

    private func volume(_ n: Int) throws -> Volume {
        try Images.readVolume(segmenter.task.examples[places[n]].image)
    }

    /// Whether there is a network for every volume that has not seen it.
    var leavesOut: Bool { !unseeing.isEmpty }

    /// The results of a volume, by its turn, by its networks alone.
    func alone(_ n: Int, thresholds: [Float]) throws -> [SegmentedVolume] {
        let volume = try volume(n)
        return try segmenter.without(places[n]).results(of: said(n, of: volume), in: volume, thresholds: thresholds)
    }

    /// What is mixed into what the network in context and the vote say of a volume, by its turn.
    func blend(_ n: Int) throws -> LearnedBlend { LearnedBlend(said: try said(n, of: volume(n)), share: Self.share) }
}
