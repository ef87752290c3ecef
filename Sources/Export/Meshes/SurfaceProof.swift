import Platform
import Volumes

extension LabelSurface {
    /// From how many voxels on a surface must enclose their volume.
    public static let fewestJudged = 100
    /// How far its volume may be from the voxels', as a share.
    public static let volumeTolerance = 0.02

    /// What is wrong with the surface as a file has it, read back; nil where it is right. It must be closed and manifold,
    /// be the surface that was made, to a hundredth of its volume, enclose the voxels' volume to two per cent where
    /// there are a hundred of them or more, and have its centroid within half a voxel's shortest side of theirs, which
    /// tells a mirrored or shifted surface.
    public func flaw(asFound found: FoundMesh) -> String? {
        guard found.id == id else { return "label \(id) is called \(found.id)" }
        let check = MeshCheck(found.mesh)
        guard check.isManifold else { return "the surface of label \(id) is not closed" }
        guard abs(check.volume - self.check.volume) <= 0.01 * self.check.volume else {
            return "the surface of label \(id) encloses \(text(check.volume)) mm3 and was made to enclose "
                + "\(text(self.check.volume))"
        }
        guard voxels < Self.fewestJudged || abs(volumeError) <= Self.volumeTolerance else {
            return "the surface of label \(id) encloses \(text(check.volume)) mm3, its voxels \(text(voxelVolume))"
        }
        let distance = (check.centroid - voxelCentroid).length
        guard distance <= shortestSide / 2 else {
            return "the centroid of label \(id)'s surface lies \(text(distance)) mm from its voxels'"
        }
        return nil
    }

    private func text(_ value: Double) -> String { decimal(value, 2) }
}
