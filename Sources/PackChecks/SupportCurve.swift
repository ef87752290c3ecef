import Evaluation
import Segmentation
import VolumeIO
import Volumes

/// How well a pack does with fewer volumes than it has, and what more of them may bring.
public struct SupportCurve: Sendable {
    /// Dice of all labels over the pack's volumes, each segmented with the help of so many others.
    public struct Point: Sendable {
        /// Volumes that helped.
        public var volumes: Int
        /// Dice.
        public var dice: Summary
    }

    /// Ascending numbers of volumes: 1, 2, 4, ... and all but one.
    public private(set) var points: [Point] = []

    init(points: [Point]) { self.points = points }

    /// Segments every `step`-th volume with 1, 2, 4, ... and all of the others, spread over the pack.
    ///
    /// No networks are trained. `options.threshold` should be the one found for the pack.
    ///
    /// - Throws: What segmenting throws.
    public init(_ task: TaskPack, options: SegmentOptions, step: Int = 1, progress: ((Int, Int) -> Void)? = nil) throws
    {
        var (task, options) = (task, options)
        task.findings = nil
        let all = task.examples.count - 1
        let sizes = sequence(first: 1) { $0 * 2 }.prefix { $0 < all } + [all]
        let segmenter = try Segmenter(task: task, options: options)
        let places = Array(stride(from: 0, to: task.examples.count, by: step))
        for (n, size) in sizes.enumerated() {
            var dice: [[Double]] = []
            for (done, place) in places.enumerated() {
                let example = task.examples[place]
                let helpers = Self.helpers(size, of: task.examples.count, for: place)
                let result = try segmenter.keeping(helpers).segment(Images.readVolume(example.image))
                let truth = try example.readLabels()
                dice.append(
                    try overlap(of: result.labels, with: truth, labels: task.labels.entries.map(\.id)).compactMap(
                        \.dice))
                progress?(n * places.count + done + 1, sizes.count * places.count)
            }
            if let summary = Summary(byCase: dice) { points.append(Point(volumes: size, dice: summary)) }
        }
    }

    /// Places other than one, `size` of them, spread by a stride that depends on the place: each helps about as often.
    static func helpers(_ size: Int, of count: Int, for place: Int) -> [Int] {
        (0..<size).map { (place + 1 + (place + $0 * (count - 1) / size) % (count - 1)) % count }.sorted()
    }

    /// What so many volumes beyond the pack's may add to the mean Dice: the error is taken to fall as 1 / volumes, which
    /// a line through the points of two volumes or more follows. nil for fewer than two of those.
    public func gain(adding more: Int) -> Double? {
        let known = points.filter { $0.volumes > 1 }
        guard known.count > 1, let most = known.last?.volumes else { return nil }
        let count = Double(known.count)
        let (x, y) = (known.map { 1 / Double($0.volumes) }, known.map(\.dice.mean))
        let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
        let slope =
            zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
            / x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
        return slope * (1 / Double(most + 1 + more) - 1 / Double(most + 1))
    }
}
