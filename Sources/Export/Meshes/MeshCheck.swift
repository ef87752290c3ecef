import Volumes

/// What a mesh is, found from its triangles alone.
public struct MeshCheck: Sendable, Equatable {
    /// Number of triangles, and of vertices that they name.
    public let triangles, vertices: Int
    /// Whether every edge belongs to exactly two triangles, which follow it in opposite directions, and no triangle
    /// names a vertex twice: the surface is watertight and has an inside.
    public let isClosed: Bool
    /// Whether besides that the triangles around each vertex follow each other in one ring.
    public let isManifold: Bool
    /// Volume inside in mm3; negative where the triangles are turned inwards. Means something for a closed mesh only.
    public let volume: Double
    /// Centre of mass of the inside in mm, RAS; zero where the volume is.
    public let centroid: Vec3

    /// Judges a mesh by its triangles.
    public init(_ mesh: TriangleMesh) {
        let edges = MeshEdges(mesh)
        triangles = mesh.triangles.count
        vertices = edges.usedVertices
        isClosed = edges.areClosed
        isManifold = isClosed && edges.pinchedVertices.isEmpty
        (volume, centroid) = Self.solid(mesh)
    }

    /// Volume and centre of mass, from the tetrahedra between the triangles and a point in their midst: far from the
    /// origin, the origin itself would cost digits.
    static func solid(_ mesh: TriangleMesh) -> (volume: Double, centroid: Vec3) {
        guard let first = mesh.positions.first else { return (0, .zero) }
        var (low, high) = (first, first)
        for place in mesh.positions { (low, high) = (pointwiseMin(low, place), pointwiseMax(high, place)) }
        let middle = (Vec3(low) + Vec3(high)) / 2
        var (volume, moment) = (0.0, Vec3.zero)
        for triangle in mesh.triangles {
            let a = Vec3(mesh.positions[Int(triangle.x)]) - middle
            let b = Vec3(mesh.positions[Int(triangle.y)]) - middle
            let c = Vec3(mesh.positions[Int(triangle.z)]) - middle
            let part = a.dot(b.cross(c)) / 6
            volume += part
            moment += (a + b + c) * (part / 4)
        }
        return (volume, volume == 0 ? .zero : middle + moment / volume)
    }
}
