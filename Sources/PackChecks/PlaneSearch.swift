import Evaluation
import Segmentation
import Volumes

/// Which planes do best for a pack, found by leave-one-out on its own volumes, without trained networks.
public struct PlaneSearch: Sendable {
    /// Planes that were tried.
    public struct Candidate: Sendable {
        /// Whose probabilities are averaged.
        public var planes: [SlicePlane]
        /// Dice of all labels, at the threshold that does best.
        public var dice: Summary
    }

    /// The pack's plane, the others of axial, coronal and sagittal, these three together.
    public private(set) var candidates: [Candidate] = []
    /// The best of them. A later one is only taken for the best if it gains 0.002: less may be luck.
    public private(set) var best: [SlicePlane]

    /// Checks the pack in each of the planes, which takes as long as six checks in one.
    ///
    /// - Parameter progress: called with the planes that are tried, the volumes done and the volumes in all.
    /// - Throws: What ``PackCheck`` throws.
    public init(
        _ task: TaskPack, options: SegmentOptions, step: Int = 1,
        progress: (([SlicePlane], Int, Int) -> Void)? = nil
    ) throws {
        var options = options
        best = [task.plane]
        let others = SlicePlane.anatomical.filter { $0 != task.plane }
        var most = -Double.infinity
        for planes in [[task.plane]] + others.map({ [$0] }) + [SlicePlane.anatomical] {
            options.planes = planes
            let check = try PackCheck(task, options: options, step: step) { done, total, _ in
                progress?(planes, done, total)
            }
            guard let dice = check.mean() else { continue }
            candidates.append(Candidate(planes: planes, dice: dice))
            if dice.mean > most + PackCheck.leastGain { (most, best) = (dice.mean, planes) }
        }
    }
}
