import Volumes

@testable import Export

/// Label maps and meshes whose shape is known.
enum MeshSamples {
    /// A cube of `size` voxels a side with id 1 where `isInside` says so.
    static func labels(
        size: Int, affine: Affine = .identity, where isInside: (Int, Int, Int) -> Bool
    ) -> LabelVolume {
        var labels = LabelVolume(geometry: Geometry(shape: Shape(size, size, size), affine: affine))
        for k in 0..<size {
            for j in 0..<size {
                for i in 0..<size where isInside(i, j, k) { labels.voxels[(k * size + j) * size + i] = 1 }
            }
        }
        return labels
    }

    static func ball(_ radius: Double, size: Int = 24, affine: Affine = .identity) -> LabelVolume {
        labels(size: size, affine: affine) { (Vec3(Double($0), Double($1), Double($2)) - centre(size)).length < radius }
    }

    /// Not on a voxel, so that nothing is symmetric.
    static func centre(_ size: Int) -> Vec3 { Vec3(repeating: Double(size) / 2) - [0.4, 0.7, 0.6] }

    static func surface(_ labels: LabelVolume, tolerance: Double = 0.05) throws -> LabelSurface {
        guard let surface = LabelSurface(of: 1, in: labels, options: SurfaceOptions(tolerance: tolerance)) else {
            throw NoSurface()
        }
        return surface
    }

    struct NoSurface: Error {}

    static let oblique = Affine(
        i: [0.61, -0.28, 0.33], j: [0.2, 0.77, 0.28], k: [-1.0, 0.4, 2.1], origin: [-120, 80, -900])
    static let sheared = Affine(i: [1, 0.1, 0], j: [0, 1.2, 0.2], k: [0.4, -0.3, 2], origin: [10, 20, 30])
    static let leftHanded = Affine(i: [-0.8, 0, 0.1], j: [0, 0.9, 0], k: [0.1, 0, 1.5], origin: [90, -20, 5])

    /// A tetrahedron of 10 x 20 x 30 / 6 mm3 with its right angle at `corner`.
    static func tetrahedron(_ corner: SIMD3<Float> = [1, 2, 3]) -> TriangleMesh {
        TriangleMesh(
            positions: [corner, corner + [10, 0, 0], corner + [0, 20, 0], corner + [0, 0, 30]],
            triangles: [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    }

    static func joined(_ meshes: [TriangleMesh]) -> TriangleMesh {
        meshes.reduce(into: TriangleMesh()) { all, mesh in
            let first = UInt32(all.positions.count)
            all.positions += mesh.positions
            all.triangles += mesh.triangles.map { $0 &+ first }
        }
    }
}

/// Numbers that look random and are the same each time (Numerical Recipes' 64-bit linear congruential generator).
struct Noise: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 31
    }
}
