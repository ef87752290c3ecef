import Volumes

/// How much of each label there is, and where the labels lie.
struct LabelTally: Sendable {
    /// Voxels of each id, by id.
    let counts: [Int]
    /// The largest id that occurs; 0 where none does.
    let largest: UInt16
    /// The voxel (i, j, k as stored) of a label that lies nearest to the middle of all labels; nil where there is none.
    let middle: Vec3?

    /// Counts in one pass, and looks for the voxel in a second.
    init(_ labels: LabelVolume) {
        var counts = [Int](repeating: 0, count: 65536)
        var (sumI, sumJ, sumK, all) = (0, 0, 0, 0)
        Self.forEachVoxel(of: labels) { id, i, j, k in
            counts[Int(id)] += 1
            (sumI, sumJ, sumK, all) = (sumI + i, sumJ + j, sumK + k, all + 1)
        }
        self.counts = counts
        largest = UInt16(truncatingIfNeeded: counts.lastIndex { $0 > 0 } ?? 0)
        middle =
            all == 0
            ? nil : Self.nearest(to: Vec3(Double(sumI), Double(sumJ), Double(sumK)) / Double(all), in: labels)
    }

    private static func nearest(to centre: Vec3, in labels: LabelVolume) -> Vec3? {
        let spacing = labels.geometry.spacing
        var best: (distance: Double, voxel: Vec3)?
        forEachVoxel(of: labels) { _, i, j, k in
            let voxel = Vec3(Double(i), Double(j), Double(k))
            let step = (voxel - centre) * spacing
            let distance = step.dot(step)
            if distance < best?.distance ?? .infinity { best = (distance, voxel) }
        }
        return best?.voxel
    }

    /// Goes through the voxels that carry a label.
    @inline(__always)
    private static func forEachVoxel(
        of labels: LabelVolume, _ body: (_ id: UInt16, _ i: Int, _ j: Int, _ k: Int) -> Void
    ) {
        let shape = labels.geometry.shape
        labels.voxels.withUnsafeBufferPointer { voxels in
            var n = 0
            for k in 0..<shape.k {
                for j in 0..<shape.j {
                    for i in 0..<shape.i {
                        let id = voxels[n]
                        n += 1
                        if id != 0 { body(id, i, j, k) }
                    }
                }
            }
        }
    }
}
