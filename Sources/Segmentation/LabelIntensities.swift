import Volumes

/// The image's values under each label of a label map on its grid.
public struct LabelIntensities: Sendable {
    /// Of one label.
    public struct Summary: Sendable, Hashable {
        /// Voxels that carry the label and a finite value; padding counts as any other value.
        public var voxels: Int
        /// Mean of their values, in the image's unit (HU for CT).
        public var mean: Double
        /// Standard deviation of their values (divided by the number of voxels).
        public var deviation: Double
    }

    /// By label id; labels without voxels are left out, as is background.
    public let byLabel: [UInt16: Summary]

    /// Sums around the first value, so that large values of little spread lose nothing.
    private struct Sums {
        var (count, first, sum, squares) = (0, 0.0, 0.0, 0.0)

        mutating func add(_ value: Double) {
            if count == 0 { first = value }
            let difference = value - first
            count += 1
            sum += difference
            squares += difference * difference
        }

        var summary: Summary {
            let mean = sum / Double(count)
            let variance = max(0, squares / Double(count) - mean * mean)
            return Summary(voxels: count, mean: first + mean, deviation: variance.squareRoot())
        }
    }

    /// Goes through an image and a label map of the same shape, slice by slice.
    public init(of volume: Volume, under labels: LabelVolume) {
        precondition(volume.geometry.shape == labels.geometry.shape, "a label map of another grid")
        let layout = SliceLayout(volume.geometry, plane: .axial)
        var sums: [UInt16: Sums] = [:]
        for slice in 0..<layout.slices {
            let ids = labels.slice(slice, in: layout)
            guard ids.contains(where: { $0 != 0 }) else { continue }
            for (id, value) in zip(ids, volume.slice(slice, in: layout).values) where id != 0 && value.isFinite {
                sums[id, default: Sums()].add(Double(value))
            }
        }
        byLabel = sums.mapValues(\.summary)
    }
}
