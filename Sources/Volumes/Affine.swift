/// A point or direction in millimetres (or voxels), in the order x, y, z (or i, j, k).
public typealias Vec3 = SIMD3<Double>

/// The map from voxel indices (i, j, k) to millimetres in RAS space: +x right, +y anterior, +z superior.
///
/// It holds the upper three rows of the usual 4x4 matrix; the fourth is (0, 0, 0, 1).
public struct Affine: Sendable, Hashable {
    /// The rows of the matrix: `(m0, m1, m2, translation)`, in mm per voxel and mm.
    public var rowX, rowY, rowZ: SIMD4<Double>

    /// Makes the affine from its three upper rows.
    public init(rowX: SIMD4<Double>, rowY: SIMD4<Double>, rowZ: SIMD4<Double>) {
        (self.rowX, self.rowY, self.rowZ) = (rowX, rowY, rowZ)
    }

    /// Makes the affine from the step (in mm) that one voxel along i, j and k makes, and the centre of voxel (0, 0, 0).
    public init(i: Vec3, j: Vec3, k: Vec3, origin: Vec3) {
        rowX = SIMD4(i.x, j.x, k.x, origin.x)
        rowY = SIMD4(i.y, j.y, k.y, origin.y)
        rowZ = SIMD4(i.z, j.z, k.z, origin.z)
    }

    /// 1 mm voxels, axes along R, A, S, voxel (0, 0, 0) at the origin.
    public static let identity = Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0, 1], origin: [0, 0, 0])

    /// The step in mm that one voxel along `axis` (0 = i, 1 = j, 2 = k) makes.
    public func column(_ axis: Int) -> Vec3 { [rowX[axis], rowY[axis], rowZ[axis]] }

    /// The position in mm of voxel (0, 0, 0)'s centre.
    public var origin: Vec3 { column(3) }

    /// The position in mm (RAS) of a voxel index, which may lie between voxels.
    public func position(of voxel: Vec3) -> Vec3 {
        column(0) * voxel.x + column(1) * voxel.y + column(2) * voxel.z + origin
    }

    /// Voxel size in mm along i, j, k.
    public var spacing: Vec3 { [column(0).length, column(1).length, column(2).length] }

    /// Determinant of the 3x3 part in mm^3; negative when the voxel axes are left-handed.
    public var determinant: Double { column(0).dot(column(1).cross(column(2))) }

    /// Whether the voxel axes are at right angles (to one part in 10^4 of a cosine).
    public var isOrthogonal: Bool {
        let axes = (0..<3).map { column($0).normalized }
        return abs(axes[0].dot(axes[1])) < 1e-4 && abs(axes[1].dot(axes[2])) < 1e-4 && abs(axes[0].dot(axes[2])) < 1e-4
    }

    /// Whether every entry is finite and no axis is degenerate.
    public var isUsable: Bool {
        let determinant = determinant
        return determinant.isFinite && origin.x.isFinite && origin.y.isFinite && origin.z.isFinite
            && abs(determinant) > 1e-12
    }
}

extension SIMD3 where Scalar == Double {
    /// The scalar product.
    public func dot(_ other: Self) -> Double { (self * other).sum() }

    /// The vector product.
    public func cross(_ other: Self) -> Self {
        [y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x]
    }

    /// The Euclidean length.
    public var length: Double { dot(self).squareRoot() }

    /// The vector of length 1 in this direction.
    public var normalized: Self { self / length }
}
