import Segmentation
import Volumes

/// What leave-one-out has shown of a pack's volumes, to learn a correction from.
struct CorrectionLessons {
    private let volumes: Int
    private var examples: [LabelCorrection.Example] = []
    private var bytes = 0

    /// Fewer volumes teach too little of how they differ.
    private static let leastVolumes = 8
    /// Parts that the volumes are divided into: each is corrected by what the others taught.
    private static let folds = 5
    /// What the evidence of all volumes may take.
    private static let room = 1 << 30

    /// Of so many volumes.
    init(volumes: Int) { self.volumes = volumes }

    /// Adds the next volume's, unless they take too much.
    mutating func add(_ evidence: LabelEvidence, _ truth: LabelVolume) {
        bytes += evidence.bytes
        guard bytes <= Self.room else { return }
        examples.append(LabelCorrection.Example(evidence: evidence, truth: evidence.part(of: truth)))
    }

    /// What was shown of each volume; nil unless it was of all.
    var evidence: [LabelEvidence]? { examples.count == volumes ? examples.map(\.evidence) : nil }

    /// Why nothing can be learned; nil when all volumes are there.
    var lack: String? {
        if volumes < Self.leastVolumes {
            return "\(volumes) volumes are too few to learn their errors from: \(Self.leastVolumes) are enough"
        }
        if examples.count == volumes { return nil }
        return "the labels are too large, or lie too far apart, to learn their errors"
    }

    /// What all volumes teach together; nil when that is nothing.
    func correction(threads: Int) -> LabelCorrection? { LabelCorrection(examples, threads: threads) }

    /// The volumes' evidence, each corrected by what those of the other folds taught; empty when that is nothing.
    func corrected(threads: Int) -> [LabelEvidence] {
        var results = examples.map(\.evidence)
        for fold in 0..<Self.folds {
            let others = examples.indices.filter { $0 % Self.folds != fold }.map { examples[$0] }
            guard let correction = LabelCorrection(others, threads: threads) else { return [] }
            for n in stride(from: fold, to: examples.count, by: Self.folds) {
                results[n] = correction.applied(to: results[n], threads: threads)
            }
        }
        return results
    }
}
