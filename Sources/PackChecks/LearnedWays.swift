import Evaluation
import Segmentation
import VolumeIO
import Volumes

/// What trained networks give on volumes that they have not seen, alone and together with the network in context.
struct LearnedWays {
    /// The networks together, and the steps of each.
    let task: LearnedTask
    let steps: Int
    /// Volume by volume what the network that has not seen it says.
    private let said: [LearnedProbabilities]
    private let segmenter: Segmenter
    private let places: [Int]

    /// The weight of the networks where the network in context is asked too.
    static let share = 0.5

    /// Trains networks on the volumes at some places of a pack.
    init(
        _ segmenter: Segmenter, _ places: [Int], _ options: TaskTraining.Options,
        _ progress: (TaskTraining.Progress) -> Void
    ) throws {
        let training = try TaskTraining(segmenter.task, places: places, window: segmenter.window, options: options)
        (task, steps) = try training.run(progress)
        (self.segmenter, self.places) = (segmenter, places)
        var said: [LearnedProbabilities] = []
        for (n, place) in places.enumerated() {
            let unseeing = training.task([task.members[training.member(without: n)]])
            said.append(
                try segmenter.said(by: unseeing, of: NIfTI.readVolume(segmenter.task.examples[place].image)))
        }
        self.said = said
    }

    /// The results of a volume, by its turn, by its networks alone.
    func alone(_ n: Int, thresholds: [Float]) throws -> [SegmentedVolume] {
        let volume = try NIfTI.readVolume(segmenter.task.examples[places[n]].image)
        return try segmenter.without(places[n]).results(of: said[n], in: volume, thresholds: thresholds)
    }

    /// What is mixed into what the network in context and the vote say of a volume, by its turn.
    func blend(_ n: Int) -> LearnedBlend { LearnedBlend(said: said[n], share: Self.share) }
}
