import Volumes

/// A set of voxels as runs of neighbours in the voxel array, i fastest: what a region takes where regions may overlap.
public struct VoxelRuns: Sendable, Hashable {
    /// Ranges of voxel indices, ascending, none touching the next.
    public private(set) var ranges: [Range<Int>] = []

    /// An empty set.
    public init() {}

    /// Adds voxels behind all that the set has.
    mutating func append(_ range: Range<Int>) {
        if range.isEmpty { return }
        guard let last = ranges.last, last.upperBound == range.lowerBound else { return ranges.append(range) }
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
    }

    /// Number of voxels.
    public var count: Int { ranges.reduce(0) { $0 + $1.count } }

    /// Number of voxels that both sets have.
    public func overlap(with other: VoxelRuns) -> Int {
        var (one, two, shared) = (0, 0, 0)
        while one < ranges.count, two < other.ranges.count {
            let (mine, theirs) = (ranges[one], other.ranges[two])
            shared += mine.clamped(to: theirs).count
            if mine.upperBound < theirs.upperBound { one += 1 } else { two += 1 }
        }
        return shared
    }
}

/// A region's voxels and the label that they get.
public struct LabelLayer: Sendable, Hashable {
    /// The label, not 0.
    public var id: UInt16
    /// What messages call it.
    public var name: String
    /// Its voxels.
    public var voxels: VoxelRuns

    /// Makes a layer.
    public init(id: UInt16, name: String, voxels: VoxelRuns) { (self.id, self.name, self.voxels) = (id, name, voxels) }
}

extension LabelVolume {
    /// A label map of layers, whose voxels must lie on the grid. Throws `ContourError.overlap` where two of them, with
    /// different labels, have a voxel in common, which one label map cannot hold.
    public init(geometry: Geometry, layers: [LabelLayer]) throws {
        for (number, layer) in layers.enumerated() {
            for other in layers[..<number] where other.id != layer.id {
                let shared = layer.voxels.overlap(with: other.voxels)
                if shared > 0 { throw ContourError.overlap(other.name, layer.name, voxels: shared) }
            }
        }
        self.init(geometry: geometry)
        for layer in layers {
            for range in layer.voxels.ranges {
                voxels.replaceSubrange(range, with: repeatElement(layer.id, count: range.count))
            }
        }
    }
}
