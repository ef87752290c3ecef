import Volumes

/// The most probable label of every voxel so far. Only the best is kept.
struct Votes {
    /// The labels given.
    var labels: LabelVolume
    /// Their probability in units of 1/65535; 0 for background.
    private var confidence: [UInt16]
    private var threshold: UInt16
    /// Label by label the sum of its probabilities, in the same units.
    private var totals: [UInt16: Int] = [:]
    /// How sure each voxel is, whatever the threshold; nil unless that is wanted.
    private(set) var certainty: VoxelCertainty?
    /// Probabilities below are no part of the sums: those of a whole background would outweigh a small structure.
    static let faint = UInt16(known: 0.1 * 65535)

    init(geometry: Geometry, threshold: Float, keepsCertainty: Bool = false) {
        labels = LabelVolume(geometry: geometry)
        confidence = [UInt16](repeating: 0, count: geometry.shape.count)
        self.threshold = Self.units(threshold)
        if keepsCertainty { certainty = VoxelCertainty(voxels: geometry.shape.count) }
    }

    private static func units(_ threshold: Float) -> UInt16 { max(1, UInt16(clamping: threshold * 65535)) }

    /// Takes the label from voxels below a higher threshold: what is best at a voxel does not depend on it.
    mutating func raise(to threshold: Float) {
        self.threshold = Self.units(threshold)
        for n in confidence.indices where confidence[n] < self.threshold { (confidence[n], labels.voxels[n]) = (0, 0) }
    }

    /// Gives each voxel to the most probable label that reaches the threshold; of equal ones to the first.
    ///
    /// - Parameter deviations: [label][voxel] as ``LabelProbabilities/takeDeviations()`` gives them, where certainty is
    ///   wanted.
    mutating func count(_ probabilities: LabelProbabilities, deviations: [[UInt16]] = []) {
        probabilities.forEach { place, values in
            let label = probabilities.labels[place]
            if place < deviations.count { certainty?.add(values, deviations[place]) }
            totals[label] = values.reduce(0) { $1 >= Self.faint ? $0 + Int($1) : $0 }
            for n in values.indices where values[n] >= threshold && values[n] > confidence[n] {
                confidence[n] = values[n]
                labels.voxels[n] = label
            }
        }
    }

    /// Makes some labels' voxels background.
    mutating func remove(_ ids: Set<UInt16>) {
        if ids.isEmpty { return }
        for n in labels.voxels.indices where ids.contains(labels.voxels[n]) {
            (labels.voxels[n], confidence[n]) = (0, 0)
        }
    }

    /// What is known of a label's voxels.
    struct Measured {
        var voxels: Int
        /// Mean probability as far as the network gave them to a label: clean-up may have filled others.
        var meanProbability: Double?
        /// See ``SegmentedVolume/Structure/expectedDice``.
        var expectedDice: Double
    }

    /// Of every label that has voxels.
    func measured() -> [UInt16: Measured] {
        var voxels: [UInt16: Int] = [:]
        var (sums, given): ([UInt16: Int], [UInt16: Int]) = ([:], [:])
        for (id, confidence) in zip(labels.voxels, confidence) where id != 0 {
            voxels[id, default: 0] += 1
            guard confidence > 0 else { continue }
            given[id, default: 0] += 1
            sums[id, default: 0] += Int(confidence)
        }
        return Dictionary(
            uniqueKeysWithValues: voxels.map { id, count in
                let sum = sums[id] ?? 0
                return (
                    id,
                    Measured(
                        voxels: count, meanProbability: given[id].map { Double(sum) / 65535 / Double($0) },
                        expectedDice: Self.expectedDice(inside: sum, total: totals[id] ?? 0, voxels: count))
                )
            })
    }

    /// See ``SegmentedVolume/Structure/expectedDice``; the sums of probabilities are in units of 1/65535.
    static func expectedDice(inside: Int, total: Int, voxels: Int) -> Double {
        2 * Double(inside) / (65535 * Double(voxels) + Double(max(total, inside)))
    }
}
