import CMeshOptimizer
import Volumes

/// A surface of triangles in space.
public struct TriangleMesh: Sendable, Equatable {
    /// Vertices in mm, RAS.
    public var positions: [SIMD3<Float>]
    /// Vertices of each triangle, counter-clockwise as seen from outside.
    public var triangles: [SIMD3<UInt32>]

    /// Makes a mesh. Every vertex that a triangle names must be there.
    public init(positions: [SIMD3<Float>] = [], triangles: [SIMD3<UInt32>] = []) {
        (self.positions, self.triangles) = (positions, triangles)
    }

    /// Unit normals of the vertices, each the mean of its triangles' by area; (0, 0, 1) where they cancel out.
    var normals: [SIMD3<Float>] {
        var sums = [Vec3](repeating: .zero, count: positions.count)
        for triangle in triangles {
            let normal = areaNormal(triangle)
            for n in 0..<3 { sums[Int(triangle[n])] += normal }
        }
        return sums.map { SIMD3<Float>($0.length > 0 ? $0.normalized : [0, 0, 1]) }
    }

    /// The normal of a triangle with twice its area as length.
    func areaNormal(_ triangle: SIMD3<UInt32>) -> Vec3 {
        let a = Vec3(positions[Int(triangle.x)])
        return (Vec3(positions[Int(triangle.y)]) - a).cross(Vec3(positions[Int(triangle.z)]) - a)
    }

    /// The mesh without vertices that no triangle names, in the order of their first use.
    var compacted: TriangleMesh {
        let unused = UInt32.max
        var new = [UInt32](repeating: unused, count: positions.count)
        var result = TriangleMesh()
        result.triangles.reserveCapacity(triangles.count)
        for triangle in triangles {
            var moved = triangle
            for n in 0..<3 {
                let old = Int(triangle[n])
                if new[old] == unused {
                    new[old] = UInt32(result.positions.count)
                    result.positions.append(positions[old])
                }
                moved[n] = new[old]
            }
            result.triangles.append(moved)
        }
        return result
    }

    /// The mesh with one vertex for all that lie at the same place, as who reads a file without indices makes it.
    var merged: TriangleMesh {
        guard !positions.isEmpty else { return self }
        // The library compares bytes: zero has two signs.
        let coordinates = positions.flatMap { [$0.x + 0, $0.y + 0, $0.z + 0] }
        var new = [UInt32](repeating: 0, count: positions.count)
        let size = 3 * MemoryLayout<Float>.stride
        let count = meshopt_generateVertexRemap(&new, nil, new.count, coordinates, new.count, size)
        var result = TriangleMesh(positions: Array(repeating: .zero, count: count))
        for (old, place) in positions.enumerated() { result.positions[Int(new[old])] = place }
        result.triangles = triangles.map { [new[Int($0.x)], new[Int($0.y)], new[Int($0.z)]] }
        return result
    }
}
