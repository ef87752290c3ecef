/// From a place in RAS mm to a voxel index of a grid, which may lie between voxels.
public struct VoxelFinder: Sendable {
    private let rows: [Vec3]
    private let origin: Vec3

    /// Inverts a grid's affine; nil where it cannot be.
    public init?(_ grid: Geometry) {
        let affine = grid.affine
        let (i, j, k) = (affine.column(0), affine.column(1), affine.column(2))
        guard affine.isUsable else { return nil }
        rows = [j.cross(k), k.cross(i), i.cross(j)].map { $0 / affine.determinant }
        origin = affine.origin
    }

    /// The voxel index of a place.
    public func callAsFunction(_ place: Vec3) -> Vec3 {
        let offset = place - origin
        return Vec3(rows[0].dot(offset), rows[1].dot(offset), rows[2].dot(offset))
    }
}
