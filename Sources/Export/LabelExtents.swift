import Volumes

/// The voxels of a label in numbers.
public struct LabelExtent: Sendable, Hashable {
    /// The smallest box that holds them.
    public fileprivate(set) var box: VoxelBox
    /// How many there are.
    public fileprivate(set) var count = 0
    /// The sum of their indices.
    fileprivate var sum = SIMD3<Int>.zero

    /// The mean of their indices.
    public var centre: Vec3 { Vec3(sum) / Double(count) }
}

extension LabelVolume {
    /// The extent of every label that occurs but background, found in one pass.
    public func extents() -> [UInt16: LabelExtent] {
        let shape = geometry.shape
        var extents: [UInt16: LabelExtent] = [:]
        var start = 0
        for k in 0..<shape.k {
            for j in 0..<shape.j {
                var i = 0
                while i < shape.i {
                    let (label, first) = (voxels[start + i], i)
                    repeat { i += 1 } while i < shape.i && voxels[start + i] == label
                    guard label != 0 else { continue }
                    let run = VoxelBox(i: first..<i, j: j..<j + 1, k: k..<k + 1)
                    extents[label, default: LabelExtent(box: run)].add(run)
                }
                start += shape.i
            }
        }
        return extents
    }
}

extension LabelExtent {
    fileprivate init(box: VoxelBox) { self.box = box }

    /// Takes in a run of voxels along i.
    fileprivate mutating func add(_ run: VoxelBox) {
        box.i = min(box.i.lowerBound, run.i.lowerBound)..<max(box.i.upperBound, run.i.upperBound)
        box.j = min(box.j.lowerBound, run.j.lowerBound)..<max(box.j.upperBound, run.j.upperBound)
        box.k = min(box.k.lowerBound, run.k.lowerBound)..<max(box.k.upperBound, run.k.upperBound)
        count += run.i.count
        // First to last index, summed as pairs.
        let ends = run.i.lowerBound + run.i.upperBound - 1
        sum &+= SIMD3(ends * run.i.count / 2, run.j.lowerBound * run.i.count, run.k.lowerBound * run.i.count)
    }
}
