import CMeshOptimizer
import Volumes

extension TriangleMesh {
    /// The closed mesh with fewer triangles, by collapsing edges while the surface stays within about `tolerance` mm
    /// (quadric error, Garland and Heckbert 1997). Its volume is kept.
    ///
    /// What comes out is closed and manifold. Where collapsing made it less, the triangles around stay as they are; a
    /// tolerance that costs two per cent of the volume is halved; and when a few such tries do not help, the mesh stays
    /// as it is. Small meshes stay too.
    func simplified(tolerance: Float) -> TriangleMesh {
        let (smallest, tries, largestLoss) = (64, 8, 0.02)
        guard triangles.count >= smallest, tolerance > 0 else { return self }
        let volume = MeshCheck.solid(self).volume
        var tolerance = tolerance
        var isKept = [Bool](repeating: false, count: positions.count)
        for _ in 0..<tries {
            var mesh = collapsed(tolerance: tolerance, keeping: isKept)
            let flaws = MeshEdges(mesh).flawedVertices
            if !flaws.isEmpty {
                for vertex in flaws { isKept[Int(vertex)] = true }
                widen(&isKept)
            } else if abs(MeshCheck.solid(mesh).volume - volume) > largestLoss * abs(volume) {
                tolerance /= 2
            } else {
                mesh = mesh.compacted
                mesh.restore(volume: volume)
                return mesh
            }
        }
        return self
    }

    /// The closed mesh with about so many triangles, or with as few as edges can be collapsed to, however far the surface
    /// moves. Nil where it could not be kept closed and manifold, or loses much of its volume, which is restored else.
    ///
    /// - Parameter largestLoss: The share of its volume that it may lose before that is restored.
    func collapsed(to count: Int, largestLoss: Double) -> TriangleMesh? {
        let tries = 4
        let volume = MeshCheck.solid(self).volume
        var isKept = [Bool](repeating: false, count: positions.count)
        for _ in 0..<tries {
            var mesh = collapsed(tolerance: .infinity, to: count, keeping: isKept)
            let flaws = MeshEdges(mesh).flawedVertices
            guard flaws.isEmpty else {
                for vertex in flaws { isKept[Int(vertex)] = true }
                widen(&isKept)
                continue
            }
            mesh = mesh.compacted
            // What lost much has folded or is lost somewhere, and the rest would be blown up instead.
            let largestRest = 0.02
            guard abs(MeshCheck.solid(mesh).volume - volume) < largestLoss * abs(volume) else { return nil }
            for _ in 0..<3 { mesh.restore(volume: volume) }
            return abs(MeshCheck.solid(mesh).volume - volume) < largestRest * abs(volume) ? mesh : nil
        }
        return nil
    }

    /// Takes in the neighbours of marked vertices, and theirs.
    private func widen(_ isMarked: inout [Bool]) {
        for _ in 0..<3 {
            let old = isMarked
            for triangle in triangles where (0..<3).contains(where: { old[Int(triangle[$0])] }) {
                for n in 0..<3 { isMarked[Int(triangle[n])] = true }
            }
        }
    }

    /// The mesh with edges collapsed until it has so many triangles, but for triangles at marked vertices. Its vertices are
    /// all still there.
    private func collapsed(tolerance: Float, to fewest: Int = 0, keeping isKept: [Bool]) -> TriangleMesh {
        // Relative to the middle, where single precision is finest.
        let middle = positions.reduce(into: SIMD3<Double>.zero) { $0 += SIMD3<Double>($1) } / Double(positions.count)
        var coordinates: [Float] = []
        coordinates.reserveCapacity(3 * positions.count)
        for place in positions {
            let near = SIMD3<Float>(SIMD3<Double>(place) - middle)
            for n in 0..<3 { coordinates.append(near[n]) }
        }
        var (kept, indices): ([SIMD3<UInt32>], [UInt32]) = ([], [])
        for triangle in triangles {
            if (0..<3).contains(where: { isKept[Int(triangle[$0])] }) {
                kept.append(triangle)
            } else {
                for n in 0..<3 { indices.append(triangle[n]) }
            }
        }
        var left = [UInt32](repeating: 0, count: indices.count)
        let stride = 3 * MemoryLayout<Float>.stride
        let scale = meshopt_simplifyScale(coordinates, positions.count, stride)
        // Where kept triangles begin there is a border, which must stay to fit them.
        let options = UInt32(meshopt_SimplifyLockBorder)
        // The library squares the tolerance.
        let relative = min(tolerance / scale, 1e6)
        let fewestIndices = min(3 * max(0, fewest - kept.count), indices.count)
        let count = meshopt_simplify(
            &left, indices, indices.count, coordinates, positions.count, stride, fewestIndices, relative, options, nil)
        for n in 0..<count / 3 { kept.append([left[3 * n], left[3 * n + 1], left[3 * n + 2]]) }
        return TriangleMesh(positions: positions, triangles: kept)
    }

    /// Moves the vertices along their normals, all by one distance, until the mesh encloses `volume`.
    private mutating func restore(volume: Double) {
        for _ in 0..<2 {
            let area = triangles.reduce(0) { $0 + areaNormal($1).length } / 2
            let distance = area > 0 ? (volume - MeshCheck.solid(self).volume) / area : 0
            for (vertex, normal) in normals.enumerated() {
                positions[vertex] = SIMD3<Float>(Vec3(positions[vertex]) + Vec3(normal) * distance)
            }
        }
    }
}
