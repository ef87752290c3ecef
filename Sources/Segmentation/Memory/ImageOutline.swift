import Volumes

/// As much of an image as its header tells: enough to know what segmenting it takes.
public struct ImageOutline: Sendable, Hashable {
    /// The grid's voxels.
    public var shape: Shape
    /// Bytes of a stored value.
    public var bytesPerVoxel: Int
    /// The grid, where its axes are known already.
    public var geometry: Geometry?

    /// Makes an outline.
    public init(shape: Shape, bytesPerVoxel: Int, geometry: Geometry? = nil) {
        (self.shape, self.bytesPerVoxel, self.geometry) = (shape, bytesPerVoxel, geometry)
    }

    /// The outline of a volume that is at hand.
    public init(_ volume: Volume) {
        self.init(
            shape: volume.geometry.shape, bytesPerVoxel: volume.voxels.bytesPerVoxel, geometry: volume.geometry)
    }

    /// Bytes of the voxels.
    var bytes: Int { shape.count * bytesPerVoxel }

    /// Slices when cut along a plane; the most there can be when the axes are not known.
    func slices(_ plane: SlicePlane) -> Int {
        geometry.map { SliceLayout($0, plane: plane).slices } ?? max(shape.i, shape.j, shape.k)
    }

    /// Pixels of the largest slice.
    var largestFace: Int { shape.count / max(1, min(shape.i, shape.j, shape.k)) }
}
