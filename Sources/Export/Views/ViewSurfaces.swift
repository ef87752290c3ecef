import CMeshOptimizer
import Platform
import Volumes

/// Surfaces of labels for a page: closed, and of few triangles.
struct ViewSurfaces {
    /// Most triangles of a label.
    static let mostTriangles = 3000
    /// Fewest: below them a surface says nothing.
    private static let fewestTriangles = 16
    /// Voxels along a side of the grid that a label is brought to first: finer ones are lost among so few triangles. A
    /// label that is all surface even there, such as noise, is brought to a coarser one.
    private static let longestSides = [80, 40, 20, 10]

    /// Shares of its volume that a mesh may lose before it is given back: where there is room, and where there is not.
    private static let (smallLoss, largeLoss) = (0.12, 0.45)

    private let labels: LabelVolume
    private let present: [(id: UInt16, extent: LabelExtent)]
    private let meshes: [TriangleMesh]

    /// Makes the surface of every label that occurs, one after the other or as many at a time as there are threads.
    init(of shown: ShownLabels, in labels: LabelVolume) {
        let present = shown.entries.compactMap { entry in shown.extents[entry.id].map { (id: entry.id, extent: $0) } }
        meshes = concurrentMap(present.count, threads: ThreadBudget.count) { n in
            var mesh = TriangleMesh()
            for side in Self.longestSides {
                mesh = Self.mesh(of: present[n].id, present[n].extent, in: labels, longestSide: side)
                for most in [Self.mostTriangles, 2 * Self.mostTriangles] {
                    guard mesh.triangles.count > most else { return mesh }
                    let fewer = mesh.collapsed(to: most, largestLoss: Self.smallLoss)
                    if let fewer, fewer.triangles.count <= 2 * most { return fewer }
                }
            }
            return mesh
        }
        (self.labels, self.present) = (labels, present)
    }

    private static func mesh(
        of id: UInt16, _ extent: LabelExtent, in labels: LabelVolume, longestSide: Int
    ) -> TriangleMesh {
        let surface = LabelSurface(of: 1, in: labels.single(id, extent, longestSide: longestSide))
        return surface?.mesh.largestParts(200) ?? TriangleMesh()
    }

    /// A label's mesh with about so many triangles.
    ///
    /// - Parameter isUrgent: Whether what cannot be had from the mesh is had from that of a coarser grid.
    private func reduced(_ n: Int, to count: Int, isUrgent: Bool) -> TriangleMesh {
        var best = meshes[n].reduced(to: count, largestLoss: Self.smallLoss)
        for side in Self.longestSides.dropFirst() where isUrgent && best.triangles.count > 3 * count / 2 {
            let mesh = Self.mesh(of: present[n].id, present[n].extent, in: labels, longestSide: side)
            let found = mesh.reduced(to: count, largestLoss: Self.largeLoss)
            if found.triangles.count < best.triangles.count { best = found }
        }
        return best
    }

    /// The surfaces in so many bytes of text, large ones with more triangles than small ones. Where even the fewest are
    /// too many, the largest labels have some and the others none.
    func fitting(_ bytes: Int) -> [ViewDocument.Surface] {
        let sizes = meshes.map { $0.area.squareRoot() }
        let all = sizes.reduce(0, +)
        guard all > 0 else { return [] }
        // What a triangle takes is measured; then as it turns out.
        var triangles = Double(bytes) / 7.2
        for round in 0..<6 {
            let shares = sizes.map { size in
                min(max(Int(clamping: triangles * size / all), Self.fewestTriangles), Self.mostTriangles)
            }
            let surfaces = concurrentMap(meshes.count, threads: ThreadBudget.count) { n in
                Self.described(present[n].id, reduced(n, to: shares[n], isUrgent: round > 0))
            }
            let length = surfaces.reduce(0) { $0 + $1.length }
            if length <= bytes { return surfaces }
            // First those that could not have as few as they were to have.
            if round > 0 { triangles *= 0.97 * Double(bytes) / Double(length) }
        }
        return largest(within: bytes, sizes)
    }

    private func largest(within bytes: Int, _ sizes: [Double]) -> [ViewDocument.Surface] {
        var (kept, length): ([Int: ViewDocument.Surface], Int) = ([:], 0)
        for n in sizes.indices.sorted(by: { (sizes[$0], $1) > (sizes[$1], $0) }) {
            let mesh = meshes[n].largestParts(1).reduced(to: Self.fewestTriangles, largestLoss: Self.largeLoss)
            let surface = Self.described(present[n].id, mesh)
            guard length + surface.length <= bytes else { continue }
            length += surface.length
            kept[n] = surface
        }
        return kept.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Vertices as multiples of a step, 1024 over the longest side, in the order in which triangles name them.
    private static func described(_ id: UInt16, _ mesh: TriangleMesh) -> ViewDocument.Surface {
        let mesh = mesh.ordered
        let (low, high) = mesh.bounds
        let size = Vec3(high) - Vec3(low)
        let step = shortenedUp(max(size.max() / 1023, 1e-6))
        // As many decimals as the step has.
        var scale = 1.0
        while step * scale < 1000 && scale < 1e9 { scale *= 10 }
        let origin = (Vec3(low) * scale).rounded(.down) / scale
        var vertices: [UInt8] = []
        for place in mesh.positions {
            let steps = ((Vec3(place) - origin) / step).rounded(.toNearestOrAwayFromZero)
            for n in 0..<3 { vertices.append(littleEndian: UInt16(clamping: Int(clamping: steps[n]))) }
        }
        var triangles: [UInt8] = []
        for triangle in mesh.triangles {
            for n in 0..<3 { triangles.append(littleEndian: triangle[n]) }
        }
        return ViewDocument.Surface(
            label: id, origin: [origin.x, origin.y, origin.z], step: [step, step, step],
            vertices: Zlib.base64((try? Zlib.deflated(vertices)) ?? []),
            triangles: Zlib.base64((try? Zlib.deflated(triangles)) ?? []))
    }
}

extension ViewDocument.Surface {
    /// About how many bytes of text it takes, rather too many.
    fileprivate var length: Int { vertices.utf8.count + triangles.utf8.count + 160 }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}

extension LabelVolume {
    /// One label alone, as 1, on a grid of its box; with whole numbers of voxels taken together along axes that are
    /// longer than `longestSide`. Those of which most belongs to the label belong to it then, as many as keep its volume,
    /// so that thin structures stay.
    func single(_ id: UInt16, _ extent: LabelExtent, longestSide: Int) -> LabelVolume {
        let (box, grid) = (extent.box, geometry.shape)
        let factors = (0..<3).map { (box[$0].count + longestSide - 1) / longestSide }
        let counts = (0..<3).map { (box[$0].count + factors[$0] - 1) / factors[$0] }
        let shape = Shape(counts[0], counts[1], counts[2])
        var found = [Int](repeating: 0, count: shape.count)
        for k in box.k {
            for j in box.j {
                let from = (k * grid.j + j) * grid.i
                let row = (k - box.k.lowerBound) / factors[2] * shape.j + (j - box.j.lowerBound) / factors[1]
                for i in box.i where voxels[from + i] == id {
                    found[row * shape.i + (i - box.i.lowerBound) / factors[0]] += 1
                }
            }
        }
        var least = 1
        let together = factors[0] * factors[1] * factors[2]
        if together > 1 {
            found = found.favouringNeighbours(shape)
            let wanted = max(1, (extent.count + together / 2) / together)
            let sorted = found.filter { $0 > 0 }.sorted(by: >)
            least = sorted[min(wanted, sorted.count) - 1]
        }
        let first = Vec3((0..<3).map { Double(box[$0].lowerBound) + Double(factors[$0] - 1) / 2 })
        let affine = geometry.affine
        return LabelVolume(
            geometry: Geometry(
                shape: shape,
                affine: Affine(
                    i: affine.column(0) * Double(factors[0]), j: affine.column(1) * Double(factors[1]),
                    k: affine.column(2) * Double(factors[2]), origin: affine.position(of: first))),
            voxels: found.map { $0 >= least ? 1 : 0 })
    }
}

extension [Int] {
    /// Numbers on a grid, made so large that of equal ones the one with larger neighbours is larger; 0 stays.
    fileprivate func favouringNeighbours(_ shape: Shape) -> [Int] {
        let most = 1 + 6 * (self.max() ?? 0)
        var (result, at) = (self, 0)
        for k in 0..<shape.k {
            for j in 0..<shape.j {
                for i in 0..<shape.i {
                    defer { at += 1 }
                    guard self[at] > 0 else { continue }
                    result[at] = self[at] * most
                    for (place, axis) in [(i, 0), (j, 1), (k, 2)] {
                        if place > 0 { result[at] += self[at - shape.stride(axis)] }
                        if place + 1 < shape[axis] { result[at] += self[at + shape.stride(axis)] }
                    }
                }
            }
        }
        return result
    }
}

extension TriangleMesh {
    /// The corners of the box around the vertices.
    fileprivate var bounds: (low: SIMD3<Float>, high: SIMD3<Float>) {
        let first = positions.first ?? .zero
        return positions.reduce((first, first)) { (pointwiseMin($0.0, $1), pointwiseMax($0.1, $1)) }
    }

    /// Area in mm2.
    fileprivate var area: Double { triangles.reduce(0) { $0 + areaNormal($1).length } / 2 }

    /// The same mesh with triangles beside each other named one after the other, which compresses better.
    fileprivate var ordered: TriangleMesh {
        let indices = triangles.flatMap { [$0.x, $0.y, $0.z] }
        var order = [UInt32](repeating: 0, count: indices.count)
        meshopt_optimizeVertexCacheStrip(&order, indices, indices.count, positions.count)
        let triangles = stride(from: 0, to: order.count, by: 3).map {
            SIMD3(order[$0], order[$0 + 1], order[$0 + 2])
        }
        return TriangleMesh(positions: positions, triangles: triangles).compacted
    }

    /// The mesh with so many triangles at most where that leaves it closed; else with as few as do.
    fileprivate func reduced(to count: Int, largestLoss: Double) -> TriangleMesh {
        var wanted = count
        while triangles.count > wanted {
            if let mesh = collapsed(to: wanted, largestLoss: largestLoss) { return mesh }
            wanted *= 2
        }
        return self
    }

    /// The closed surfaces of which the mesh consists that enclose most, at most so many of them.
    fileprivate func largestParts(_ count: Int) -> TriangleMesh {
        var parents = Array(0..<UInt32(positions.count))
        func root(_ vertex: UInt32) -> UInt32 {
            var vertex = vertex
            while parents[Int(vertex)] != vertex {
                parents[Int(vertex)] = parents[Int(parents[Int(vertex)])]
                vertex = parents[Int(vertex)]
            }
            return vertex
        }
        for triangle in triangles {
            for n in 1..<3 {
                let (a, b) = (root(triangle.x), root(triangle[n]))
                if a != b { parents[Int(max(a, b))] = min(a, b) }
            }
        }
        let middle = Vec3(positions.first ?? .zero)
        var volumes: [UInt32: Double] = [:]
        for triangle in triangles {
            let (a, b, c) = (positions[Int(triangle.x)], positions[Int(triangle.y)], positions[Int(triangle.z)])
            let part = (Vec3(a) - middle).dot((Vec3(b) - middle).cross(Vec3(c) - middle))
            volumes[root(triangle.x), default: 0] += part
        }
        guard volumes.count > count else { return self }
        let kept = Set(
            volumes.sorted { (abs($0.value), $1.key) > (abs($1.value), $0.key) }.prefix(count).map(\.key))
        return TriangleMesh(positions: positions, triangles: triangles.filter { kept.contains(root($0.x)) }).compacted
    }
}
