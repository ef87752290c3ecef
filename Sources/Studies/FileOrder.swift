import Volumes

extension Geometry {
    /// A gradient as FSL has it (along the voxel axes, the first turned where the affine's determinant is positive) for
    /// the grid stored with its axes along `target` (nil: as it is). It points where it did in space.
    func gradient(_ gradient: Vec3, in target: Orientation?) -> Vec3 {
        guard let target, target != orientation else { return gradient }
        let own = Vec3(affine.determinant > 0 ? -gradient.x : gradient.x, gradient.y, gradient.z)
        let axes = axes(storedIn: target)
        var turned = Vec3.zero
        for n in 0..<3 { turned[n] = axes[n].reversed ? -own[axes[n].axis] : own[axes[n].axis] }
        if reordered(axes).affine.determinant > 0 { turned.x = -turned.x }
        return turned
    }
}
