import Evaluation
import Segmentation
import VolumeIO
import Volumes

/// What a task pack can do, found on its own volumes: each is segmented with the help of the others.
public struct PackCheck: Sendable {
    /// One volume's result.
    public struct Example: Sendable {
        /// The image's file name without its endings.
        public var name: String
        /// Per label of the pack.
        public var overlaps: [LabelOverlap]
    }

    /// One entry a volume, in the pack's order.
    public private(set) var examples: [Example] = []

    /// Segments every volume of a pack, or every `step`-th, with the others as support.
    ///
    /// - Parameter progress: called with the volumes done, the volumes in all and the last result.
    /// - Throws: ``TaskPackError/tooFew(pack:)`` for a pack of one volume, and what segmenting throws.
    public init(
        _ task: TaskPack, options: SegmentOptions, step: Int = 1, progress: ((Int, Int, Example) -> Void)? = nil
    ) throws {
        guard task.examples.count > 1 else { throw TaskPackError.tooFew(pack: task.name) }
        let segmenter = try Segmenter(task: task, options: options)
        let places = Array(stride(from: 0, to: task.examples.count, by: step))
        for (done, place) in places.enumerated() {
            let example = task.examples[place]
            let result = try segmenter.without(place).segment(NIfTI.readVolume(example.image))
            let truth = try NIfTI.readLabels(example.labels)
            let overlaps = try overlap(of: result.labels, with: truth, labels: task.labels.entries.map(\.id))
            examples.append(Example(name: example.name, overlaps: overlaps))
            progress?(done + 1, places.count, examples[done])
        }
    }

    /// Mean Dice of a label over the volumes that hold it or were given it; nil when there are none.
    public func meanDice(_ label: UInt16) -> Double? {
        let values = examples.compactMap { $0.overlaps.first { $0.label == label }?.dice }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
