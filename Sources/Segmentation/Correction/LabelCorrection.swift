import Platform
import Volumes

/// What a pack has learned of the errors that its segmentations make: a small network for each label that goes by the
/// probabilities and the image around a voxel and says what is right there.
///
/// Fitted to what leave-one-out gave of the pack's own volumes (Wang et al., NeuroImage 55(3), 2011, with AdaBoost there).
public struct LabelCorrection: Sendable, Hashable, Codable {
    /// Distances in mm of the voxels that it was fitted to, along S, R and A.
    public let spacing: SIMD3<Double>
    private let labels: [Learned]

    /// What was learned of one label.
    private struct Learned: Hashable, Codable {
        var label: UInt16
        /// Their mean probability counts.
        var members: [Perceptron]
    }

    /// Networks that are averaged.
    private static let members = 4
    /// Rows that a label's networks are fitted to, at most; fewer than the least teach nothing.
    private static let (most, least) = (150_000, 500)
    /// Voxels that are corrected at once.
    private static let chunk = 2048
    /// Spacings that differ by less are taken for the same.
    private static let tolerance = 0.25

    /// One labelled volume to fit to.
    package struct Example: Sendable {
        package var evidence: LabelEvidence
        /// The true label of each of its voxels.
        var truth: [UInt16]

        package init(evidence: LabelEvidence, truth: [UInt16]) { (self.evidence, self.truth) = (evidence, truth) }
    }

    /// Fits to examples with the same labels; nil when their voxels are unlike or no label has enough of them.
    package init?(_ examples: [Example], threads: Int) {
        guard let first = examples.first?.evidence else { return nil }
        let spacing = examples.reduce(SIMD3<Double>()) { $0 + $1.evidence.spacing } / Double(examples.count)
        guard examples.allSatisfy({ Self.isAlike($0.evidence.spacing, spacing) }) else { return nil }
        var learned: [Learned] = []
        for (n, label) in first.labels.enumerated() {
            let rows = Self.rows(examples, label: n, id: label)
            guard rows.count >= Self.least, rows.isLabel.contains(true), rows.isLabel.contains(false) else { continue }
            let networks = concurrentMap(Self.members, threads: threads) { Perceptron(rows, seed: UInt64($0) + 1) }
            learned.append(Learned(label: label, members: networks))
        }
        if learned.isEmpty { return nil }
        (self.spacing, labels) = (spacing, learned)
    }

    /// Rows of all examples for one label; where they are too many, as many of each at random.
    private static func rows(_ examples: [Example], label: Int, id: UInt16) -> TrainingRows {
        var rows = TrainingRows(inputs: EvidenceFeatures.count)
        for (n, example) in examples.enumerated() {
            let features = EvidenceFeatures(example.evidence, label: label)
            var places = features.places
            let share = most / examples.count
            if places.count > share {
                var random = SplitMix64(state: UInt64(n) + 1)
                places = places.shuffled(using: &random).prefix(share).sorted()
            }
            rows.values += features.rows(at: places[...])
            rows.isLabel += places.map { example.truth[$0] == id }
        }
        return rows
    }

    private static func isAlike(_ one: SIMD3<Double>, _ other: SIMD3<Double>) -> Bool {
        (0..<3).allSatisfy { abs(one[$0] / other[$0] - 1) <= tolerance }
    }

    /// Whether all of its numbers can be used; what a file holds may be anything.
    var isWhole: Bool {
        (0..<3).allSatisfy { GeometryLimits.spacing.contains(spacing[$0]) }
            && labels.allSatisfy { learned in
                !learned.members.isEmpty
                    && learned.members.allSatisfy { $0.isWhole && $0.inputs == EvidenceFeatures.count }
            }
    }

    /// Whether a volume's voxels are like those that it was fitted to.
    func fits(_ spacing: SIMD3<Double>) -> Bool { Self.isAlike(spacing, self.spacing) }

    /// The evidence with probabilities that are corrected wherever a label may lie.
    package func applied(to evidence: LabelEvidence, threads: Int) -> LabelEvidence {
        var fused = evidence.fused
        for (n, label) in evidence.labels.enumerated() {
            guard let members = labels.first(where: { $0.label == label })?.members else { continue }
            let features = EvidenceFeatures(evidence, label: n)
            let corrected = Self.probabilities(features, members, threads: threads)
            for (place, probability) in zip(features.places, corrected) { fused[n][place] = probability }
        }
        return evidence.with(fused: fused)
    }

    /// One a place, in units of 1/65535.
    private static func probabilities(
        _ features: EvidenceFeatures, _ members: [Perceptron], threads: Int
    ) -> [UInt16] {
        let places = features.places
        let chunks = stride(from: 0, to: places.count, by: chunk).map { places[$0..<min($0 + chunk, places.count)] }
        return concurrentMap(chunks.count, threads: threads) { index in
            let rows = features.rows(at: chunks[index])
            var sum = [Float](repeating: 0, count: chunks[index].count)
            for member in members {
                var inputs = rows
                member.standardize(&inputs)
                for (n, value) in member.probabilities(inputs, count: sum.count).enumerated() { sum[n] += value }
            }
            return sum.map { UInt16(clamping: 65535 * $0 / Float(members.count)) }
        }.flatMap(\.self)
    }
}
