import Volumes

/// Takes the stairs off a surface between voxels without taking anything from what it encloses. All of it happens in
/// voxels, so the result is the same whatever the affine.
///
/// 1. As in surface nets (Gibson 1998), each vertex moves towards the mean of its neighbours within a box of almost a
///    voxel around where it began: nothing of a label can vanish, and nothing joins. That draws convex and thin parts
///    inwards, up to half a voxel.
/// 2. The volume that went is counted at each vertex and put back along the normals, as the mean of a neighbourhood, so
///    that thin parts get back more than thick ones and the stairs do not return.
/// 3. What is still missing of each closed part's volume is put back by one distance along all of its normals.
struct SurfaceSmoothing {
    /// How far a vertex may move along each axis, in voxels. The boxes of faces that lie across from each other do not
    /// touch.
    static let reach: Float = 0.48
    // Measured on balls, rings and discs of 1 to 20 voxels' radius: 0.06 to 0.09 voxels of rms distance from the true
    // shape and 3 to 5 degrees of its normals (0.2 voxels and 15 degrees before), the centroid of a ball of radius 6
    // with a tail of radius 1.5 and 100 long within 0.05 voxels. More steps round off what is thin.
    private static let steps = 10
    private static let spreads = 40
    private static let localRounds = 2

    private let surface: VoxelSurface
    private let parts: SurfaceParts
    /// Vertices in voxels from the surface's origin.
    private(set) var positions: [SIMD3<Float>]

    /// Smooths a surface.
    init(_ surface: VoxelSurface, _ parts: SurfaceParts) {
        (self.surface, self.parts, positions) = (surface, parts, surface.midpoints)
        for _ in 0..<Self.steps { relax() }
        for _ in 0..<Self.localRounds { restoreLocally() }
        restoreParts()
    }

    /// Moves every vertex half way to the mean of its neighbours.
    private mutating func relax() {
        let old = positions
        for vertex in old.indices {
            let near = surface.neighbours[vertex]
            let sum = old[Int(near.x)] + old[Int(near.y)] + old[Int(near.z)] + old[Int(near.w)]
            move(vertex, to: old[vertex] * 0.5 + sum * 0.125)
        }
    }

    private mutating func move(_ vertex: Int, to place: SIMD3<Float>) {
        let middle = surface.midpoints[vertex]
        positions[vertex] = place.clamped(lowerBound: middle - Self.reach, upperBound: middle + Self.reach)
    }

    /// Moves a vertex along its normal.
    private mutating func move(_ vertex: Int, along normal: Vec3, by distance: Double) {
        let length = normal.length
        guard length > 0, distance != 0 else { return }
        move(vertex, to: positions[vertex] + SIMD3<Float>(normal * (distance / length)))
    }

    /// Puts back what is missing around each vertex: the voxels that marching cubes left out, and what the vertex swept
    /// since.
    private mutating func restoreLocally() {
        let normals = areaNormals()
        // Missing volume and area, each spread over the neighbourhood; their quotient is a distance.
        var fields = normals.enumerated().map { vertex, normal in
            let swept = Vec3(positions[vertex] - surface.midpoints[vertex]).dot(normal)
            return SIMD2(Double(surface.missing[vertex]) - swept, normal.length)
        }
        for _ in 0..<Self.spreads {
            let old = fields
            for vertex in old.indices {
                let near = surface.neighbours[vertex]
                let sum = old[Int(near.x)] + old[Int(near.y)] + old[Int(near.z)] + old[Int(near.w)]
                fields[vertex] = old[vertex] * 0.5 + sum * 0.125
            }
        }
        for (vertex, field) in fields.enumerated() where field.y > 0 {
            move(vertex, along: normals[vertex], by: Self.bounded(field.x / field.y))
        }
    }

    /// Moves each part along its normals until it encloses its voxels' volume, by Newton's method: a distance d adds
    /// the surface's area times d.
    private mutating func restoreParts() {
        let (rounds, closeEnough) = (12, 1e-4)
        var volumes = [Double](repeating: 0, count: parts.count)
        for vertex in positions.indices {
            volumes[Int(parts.ofVertex[vertex])] += surface.enclosedVolume(of: vertex)
        }
        for _ in 0..<rounds {
            let missing = zip(volumes, enclosedVolumes()).map { $0 - $1 }
            if zip(missing, volumes).allSatisfy({ abs($0) <= closeEnough * abs($1) }) { return }
            let normals = areaNormals()
            var areas = [Double](repeating: 0, count: parts.count)
            for (vertex, normal) in normals.enumerated() { areas[Int(parts.ofVertex[vertex])] += normal.length }
            let distances = zip(missing, areas).map { $1 > 0 ? Self.bounded($0 / $1) : 0 }
            for (vertex, normal) in normals.enumerated() {
                move(vertex, along: normal, by: distances[Int(parts.ofVertex[vertex])])
            }
        }
    }

    /// No step leads further than half a voxel, though a surface shrunk to almost nothing asks for it.
    private static func bounded(_ distance: Double) -> Double { min(max(distance, -0.5), 0.5) }

    /// By vertex, the normal whose length is the area around it: a third of its triangles'.
    private func areaNormals() -> [Vec3] {
        var normals = [Vec3](repeating: .zero, count: positions.count)
        for triangle in surface.triangles {
            let (a, b, c) = corners(triangle)
            let normal = (b - a).cross(c - a) / 6
            for n in 0..<3 { normals[Int(triangle[n])] += normal }
        }
        return normals
    }

    /// The signed volume in voxels that each part encloses.
    private func enclosedVolumes() -> [Double] {
        var volumes = [Double](repeating: 0, count: parts.count)
        for triangle in surface.triangles {
            let (a, b, c) = corners(triangle)
            volumes[Int(parts.ofVertex[Int(triangle.x)])] += a.dot(b.cross(c)) / 6
        }
        return volumes
    }

    private func corners(_ triangle: SIMD3<UInt32>) -> (Vec3, Vec3, Vec3) {
        (Vec3(positions[Int(triangle.x)]), Vec3(positions[Int(triangle.y)]), Vec3(positions[Int(triangle.z)]))
    }
}
