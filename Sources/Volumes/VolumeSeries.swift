/// Volumes on one grid that follow each other in time, echo, b-value or the like: a 4-D image.
public struct VolumeSeries: Sendable {
    /// The grid of each volume.
    public var geometry: Geometry
    /// The stored values, volume after volume.
    public var voxels: VoxelBuffer
    /// Volumes.
    public var count: Int
    /// From stored value to value, for all volumes.
    public var scaling: ValueScaling
    /// Seconds from volume to volume; nil when the volumes do not follow each other in even time.
    public var interval: Double?

    /// Makes a series. The number of voxels must be the shape's times `count`.
    public init(
        geometry: Geometry, voxels: VoxelBuffer, count: Int, scaling: ValueScaling = .identity, interval: Double? = nil
    ) {
        precondition(
            voxels.count == geometry.shape.count * count, "\(voxels.count) voxels for \(count) x \(geometry.shape)")
        (self.geometry, self.voxels, self.count) = (geometry, voxels, count)
        (self.scaling, self.interval) = (scaling, interval)
    }

    /// A series of one volume.
    public init(_ volume: Volume) {
        self.init(geometry: volume.geometry, voxels: volume.voxels, count: 1, scaling: volume.scaling)
    }
}
