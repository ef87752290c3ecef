import Volumes

/// The parts (connected components) that each label has in the volumes of a pack. Clean-up goes by them: a label that
/// holds both sides of the body has two, and one that was drawn in three places has three.
struct KnownParts: Sendable {
    /// [volume][label]: mm3, largest first.
    private var volumes: [[UInt16: [Double]]] = []

    /// A part counts as one that the pack shows from this share of the smallest one of its rank on: results are often
    /// smaller than the truth, islands of noise far smaller.
    private static let share = 0.25

    /// Adds the next volume.
    mutating func add(_ truth: LabelVolume) {
        let voxel = truth.geometry.voxelVolume
        volumes.append(
            Dictionary(grouping: Components(truth).list, by: \.label).mapValues { parts in
                parts.map { Double($0.voxels) * voxel }.sorted(by: >)
            })
    }

    /// The same of only some of the volumes, by their places.
    func keeping(_ examples: [Int]) -> KnownParts {
        var result = self
        result.volumes = examples.map { volumes[$0] }
        return result
    }

    /// Whether any volume has a part of this rank (0 is the largest) that is not far larger.
    func have(_ label: UInt16, rank: Int, cubicMillimetres size: Double) -> Bool {
        volumes.contains { volume in
            guard let parts = volume[label], rank < parts.count else { return false }
            return size >= Self.share * parts[rank]
        }
    }
}
