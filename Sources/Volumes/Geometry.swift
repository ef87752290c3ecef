/// Number of voxels along i, j and k. Voxels are stored with i fastest, k slowest.
public struct Shape: Sendable, Hashable, CustomStringConvertible {
    /// Voxels along the axis.
    public var i, j, k: Int

    /// Makes a shape.
    public init(_ i: Int, _ j: Int, _ k: Int) { (self.i, self.j, self.k) = (i, j, k) }

    /// Voxels in all.
    public var count: Int { i * j * k }

    /// Voxels along `axis` (0 = i, 1 = j, 2 = k).
    public subscript(axis: Int) -> Int { axis == 0 ? i : axis == 1 ? j : k }

    /// Distance in the voxel array between neighbours along `axis`.
    public func stride(_ axis: Int) -> Int { axis == 0 ? 1 : axis == 1 ? i : i * j }

    /// E.g. `512x512x300`.
    public var description: String { "\(i)x\(j)x\(k)" }
}

/// Where a voxel grid lies in space.
public struct Geometry: Sendable, Hashable {
    /// Voxels along i, j, k.
    public var shape: Shape
    /// Voxel index to mm, RAS.
    public var affine: Affine
    /// The NIfTI header fields this geometry came from, kept so that a label map carries them bit for bit; nil
    /// when the geometry came from elsewhere or was changed. After voxels were put into another order they still say
    /// which space it is, and no more where.
    public var nifti: NIfTIGeometry?

    /// Makes a geometry.
    public init(shape: Shape, affine: Affine, nifti: NIfTIGeometry? = nil) {
        (self.shape, self.affine, self.nifti) = (shape, affine, nifti)
    }

    /// Voxel size in mm along i, j, k.
    public var spacing: Vec3 { affine.spacing }

    /// Volume of one voxel in mm^3.
    public var voxelVolume: Double { abs(affine.determinant) }

    /// The nearest anatomical direction of each voxel axis.
    public var orientation: Orientation { Orientation(affine) }

    /// How far corners of two grids may lie apart, in mm, for the two to count as one: a tenth of this grid's smallest
    /// voxel side, at most 0.1 mm. That is more than headers lose by rounding, and less than anything a person would
    /// notice. Whatever asks whether two grids are the same asks it of this.
    public var sameGridTolerance: Double {
        let sides = spacing
        return min(0.1, 0.1 * min(sides.x, sides.y, sides.z))
    }

    /// Whether two grids are the same, voxel for voxel: equal shapes and corners of the grid within `tolerance` mm of each
    /// other, by default ``sameGridTolerance``.
    public func matches(_ other: Geometry, tolerance: Double? = nil) -> Bool {
        let tolerance = tolerance ?? sameGridTolerance
        guard shape == other.shape else { return false }
        let far = Vec3(Double(shape.i), Double(shape.j), Double(shape.k))
        for corner in 0..<8 {
            let voxel = far * Vec3(Double(corner & 1), Double(corner >> 1 & 1), Double(corner >> 2 & 1))
            let distance = (affine.position(of: voxel) - other.affine.position(of: voxel)).length
            if !(distance <= tolerance) { return false }
        }
        return true
    }
}

/// The header fields by which a NIfTI file states its geometry, verbatim. NIfTI-1 keeps them as float32,
/// which a `Double` holds exactly.
public struct NIfTIGeometry: Sendable, Hashable {
    /// 1 (348-byte header) or 2 (540 bytes).
    public var version: Int
    /// The codes that say which transform is set, and to what space.
    public var qformCode, sformCode: Int32
    /// `pixdim[0...3]`: qfac, then the spacing.
    public var pixdim: SIMD4<Double>
    /// `quatern_b, c, d`.
    public var quaternion: Vec3
    /// `qoffset_x, y, z`.
    public var offset: Vec3
    /// `srow_x, y, z`.
    public var srowX, srowY, srowZ: SIMD4<Double>
    /// Spatial (and temporal) unit codes.
    public var xyztUnits: Int32

    /// Makes the record from the header's fields.
    public init(
        version: Int, qformCode: Int32, sformCode: Int32, pixdim: SIMD4<Double>, quaternion: Vec3, offset: Vec3,
        srowX: SIMD4<Double>, srowY: SIMD4<Double>, srowZ: SIMD4<Double>, xyztUnits: Int32
    ) {
        self.version = version
        (self.qformCode, self.sformCode) = (qformCode, sformCode)
        (self.pixdim, self.quaternion, self.offset) = (pixdim, quaternion, offset)
        (self.srowX, self.srowY, self.srowZ) = (srowX, srowY, srowZ)
        self.xyztUnits = xyztUnits
    }
}
