/// A part of a voxel grid with faces along its axes.
public struct VoxelBox: Sendable, Hashable {
    /// Voxel indices along each axis.
    public var i, j, k: Range<Int>

    /// Makes a box.
    public init(i: Range<Int>, j: Range<Int>, k: Range<Int>) { (self.i, self.j, self.k) = (i, j, k) }

    /// Its voxels along each axis.
    public var shape: Shape { Shape(i.count, j.count, k.count) }

    /// Calls `body` with where each row along i starts: in an array of the box's voxels, and in one of all the grid's.
    func forEachRow(of grid: Shape, _ body: (_ here: Int, _ there: Int) -> Void) {
        precondition(i.upperBound <= grid.i && j.upperBound <= grid.j && k.upperBound <= grid.k, "\(self) in \(grid)")
        var here = 0
        for slice in k {
            for row in j {
                body(here, (slice * grid.j + row) * grid.i + i.lowerBound)
                here += i.count
            }
        }
    }

    /// The box's part of an array of a grid's voxels.
    public func part<Value>(of voxels: [Value], _ grid: Shape) -> [Value] {
        var part: [Value] = []
        part.reserveCapacity(shape.count)
        forEachRow(of: grid) { _, there in part += voxels[there..<there + i.count] }
        return part
    }
}

extension VoxelBox {
    /// An array of a grid's voxels that holds the box's own and one value around them.
    public func pasted<Value>(_ voxels: [Value], into grid: Shape, around value: Value) -> [Value] {
        var result = [Value](repeating: value, count: grid.count)
        forEachRow(of: grid) { here, there in
            result.replaceSubrange(there..<there + i.count, with: voxels[here..<here + i.count])
        }
        return result
    }
}

extension Geometry {
    /// The grid of a box of voxels, which stay where they are in space.
    public func cropped(to box: VoxelBox) -> Geometry {
        let first = Vec3(Double(box.i.lowerBound), Double(box.j.lowerBound), Double(box.k.lowerBound))
        return Geometry(
            shape: box.shape,
            affine: Affine(
                i: affine.column(0), j: affine.column(1), k: affine.column(2), origin: affine.position(of: first)))
    }
}

extension Volume {
    /// A box of its voxels.
    public func cropped(to box: VoxelBox) -> Volume {
        let shape = geometry.shape
        let part: VoxelBuffer =
            switch voxels {
            case .uint8(let values): .uint8(box.part(of: values, shape))
            case .int8(let values): .int8(box.part(of: values, shape))
            case .uint16(let values): .uint16(box.part(of: values, shape))
            case .int16(let values): .int16(box.part(of: values, shape))
            case .uint32(let values): .uint32(box.part(of: values, shape))
            case .int32(let values): .int32(box.part(of: values, shape))
            case .uint64(let values): .uint64(box.part(of: values, shape))
            case .int64(let values): .int64(box.part(of: values, shape))
            case .float32(let values): .float32(box.part(of: values, shape))
            case .float64(let values): .float64(box.part(of: values, shape))
            }
        return Volume(
            geometry: geometry.cropped(to: box), voxels: part, scaling: scaling, modality: modality, padding: padding,
            origins: origins.isEmpty ? [] : Array(origins[box.k]), notices: notices)
    }
}

extension LabelVolume {
    /// A box of its voxels.
    public func cropped(to box: VoxelBox) -> LabelVolume {
        LabelVolume(geometry: geometry.cropped(to: box), voxels: box.part(of: voxels, geometry.shape))
    }

    /// A larger map that holds this one in a box and background around it.
    public func pasted(into grid: Geometry, at box: VoxelBox) -> LabelVolume {
        precondition(box.shape == geometry.shape, "\(geometry.shape) labels for a box of \(box.shape)")
        return LabelVolume(geometry: grid, voxels: box.pasted(voxels, into: grid.shape, around: 0))
    }

    /// The smallest box that holds every voxel of some labels; nil when there are none.
    public func box(of ids: Set<UInt16>) -> VoxelBox? {
        let shape = geometry.shape
        var (low, high) = (SIMD3<Int>(repeating: .max), SIMD3<Int>(repeating: -1))
        var at = 0
        for k in 0..<shape.k {
            for j in 0..<shape.j {
                for i in 0..<shape.i {
                    if voxels[at] != 0, ids.contains(voxels[at]) {
                        low = pointwiseMin(low, SIMD3(i, j, k))
                        high = pointwiseMax(high, SIMD3(i, j, k))
                    }
                    at += 1
                }
            }
        }
        return high.x < 0 ? nil : VoxelBox(i: low.x..<high.x + 1, j: low.y..<high.y + 1, k: low.z..<high.z + 1)
    }
}
