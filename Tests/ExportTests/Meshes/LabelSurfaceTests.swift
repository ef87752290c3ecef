import Testing
import Volumes

@testable import Export

@Suite struct LabelSurfaceTests {
    /// Vertices, edges and triangles of closed surfaces: 2 for each part less 2 for each handle.
    private func eulerNumber(_ mesh: TriangleMesh) -> Int {
        mesh.positions.count - 3 * mesh.triangles.count / 2 + mesh.triangles.count
    }

    private func expectSolid(
        _ surface: LabelSurface, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(surface.check.isClosed && surface.check.isManifold, comment, sourceLocation: sourceLocation)
        #expect(abs(surface.volumeError) < 0.002, comment, sourceLocation: sourceLocation)
        let distance = (surface.check.centroid - surface.voxelCentroid).length
        #expect(distance < 0.2 * surface.shortestSide, comment, sourceLocation: sourceLocation)
    }

    /// Against the ball itself: 4/3 pi r^3, every vertex near the sphere, every triangle's normal near the radius.
    @Test(arguments: [5.0, 9.0], [0, 0.05]) func ball(radius: Double, tolerance: Double) throws {
        let surface = try MeshSamples.surface(MeshSamples.ball(radius), tolerance: tolerance)
        expectSolid(surface)
        #expect(surface.treatment == (tolerance == 0 ? .smoothed : .simplified))
        let volume = 4 / 3 * Double.pi * radius * radius * radius
        #expect(abs(surface.check.volume / volume - 1) < 0.02)
        let distances = surface.mesh.positions.map { (Vec3($0) - MeshSamples.centre(24)).length - radius }
        let meanSquare = distances.reduce(0) { $0 + $1 * $1 } / Double(distances.count)
        #expect(meanSquare.squareRoot() < 0.12 && distances.allSatisfy { abs($0) < 0.4 })
        // Stairs would have normals along the axes, up to 55 degrees off.
        let cosines = surface.mesh.triangles.map { triangle -> Double in
            let middle = (0..<3).reduce(Vec3.zero) { $0 + Vec3(surface.mesh.positions[Int(triangle[$1])]) } / 3
            let radial = (middle - MeshSamples.centre(24)).normalized
            return surface.mesh.areaNormal(triangle).normalized.dot(radial)
        }.sorted()
        #expect(cosines[cosines.count / 20] > 0.97)
        #expect(eulerNumber(surface.mesh) == 2)
    }

    @Test func ring() throws {
        let axis = Vec3(0.5, 0.3, 0.8).normalized
        let labels = MeshSamples.labels(size: 28) { i, j, k in
            let place = Vec3(Double(i), Double(j), Double(k)) - MeshSamples.centre(28)
            let height = place.dot(axis)
            let across = (place - axis * height).length - 8
            return across * across + height * height < 3.3 * 3.3
        }
        let surface = try MeshSamples.surface(labels)
        expectSolid(surface)
        #expect(eulerNumber(surface.mesh) == 0)
        let volume = 2 * Double.pi * Double.pi * 8 * 3.3 * 3.3
        #expect(abs(surface.check.volume / volume - 1) < 0.02)
    }

    @Test func shellKeepsItsCavity() throws {
        let labels = MeshSamples.labels(size: 24) { i, j, k in
            (4.5..<10).contains((Vec3(Double(i), Double(j), Double(k)) - MeshSamples.centre(24)).length)
        }
        let surface = try MeshSamples.surface(labels)
        expectSolid(surface)
        #expect(eulerNumber(surface.mesh) == 4)
        // The outer sphere's normals lead away from the middle, the cavity's towards it.
        let inner = surface.mesh.triangles.filter {
            (Vec3(surface.mesh.positions[Int($0.x)]) - MeshSamples.centre(24)).length < 7
        }
        let towards = inner.filter {
            surface.mesh.areaNormal($0).dot(MeshSamples.centre(24) - Vec3(surface.mesh.positions[Int($0.x)])) > 0
        }
        #expect(!inner.isEmpty && towards.count == inner.count)
    }

    /// A ball of radius 6, far from it a single voxel: each encloses its own.
    @Test func partsByThemselves() throws {
        var labels = MeshSamples.ball(6)
        labels.voxels[0] = 1
        let surface = VoxelSurface(of: 1, in: labels, box: VoxelBox(i: 0..<24, j: 0..<24, k: 0..<24))
        let parts = SurfaceParts(surface)
        #expect(parts.count == 2 && parts.ofVertex.count { $0 == 0 } == 6)
        let smoothed = SurfaceSmoothing(surface, parts)
        for part in 0..<2 as Range<UInt32> {
            let triangles = surface.triangles.filter { parts.ofVertex[Int($0.x)] == part }
            let volume = MeshCheck(TriangleMesh(positions: smoothed.positions, triangles: triangles)).volume
            let expected = part == 0 ? 1 : Double(labels.voxels.count { $0 == 1 } - 1)
            #expect(abs(volume / expected - 1) < 2e-4)
        }
    }

    @Test func borderOfTheVolumeClosesIt() throws {
        let surface = try MeshSamples.surface(MeshSamples.labels(size: 8) { _, _, _ in true })
        expectSolid(surface)
        let half = Float(0.5) + SurfaceSmoothing.reach
        #expect(surface.mesh.positions.allSatisfy { $0.min() > -half && $0.max() < 7 + half })
    }

    @Test(arguments: [MeshSamples.oblique, MeshSamples.sheared, MeshSamples.leftHanded])
    func anyAffine(affine: Affine) throws {
        let surface = try MeshSamples.surface(MeshSamples.ball(7, affine: affine))
        expectSolid(surface)
        #expect(surface.check.volume > 0)
        #expect(abs(surface.voxelVolume - Double(surface.voxels) * abs(affine.determinant)) < 1e-6)
        #expect((surface.voxelCentroid - affine.position(of: MeshSamples.centre(24))).length < 0.2)
    }

    /// Before triangles are taken away, the vertices are those of the voxels, mapped.
    @Test func smoothingDoesNotDependOnTheAffine() throws {
        let plain = try MeshSamples.surface(MeshSamples.ball(6), tolerance: 0).mesh
        let mapped = try MeshSamples.surface(MeshSamples.ball(6, affine: MeshSamples.leftHanded), tolerance: 0).mesh
        #expect(mapped.triangles == plain.triangles.map { [$0.x, $0.z, $0.y] })
        for (place, other) in zip(plain.positions, mapped.positions) {
            #expect((MeshSamples.leftHanded.position(of: Vec3(place)) - Vec3(other)).length < 1e-4)
        }
    }

    // MARK: the worst that voxels can do

    @Test func voxelsThatShareAnEdgeOrACornerStayApart() throws {
        for other in [[1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1], [1, -1, 0], [-1, 1, 1], [1, -1, -1]] {
            let labels = MeshSamples.labels(size: 6) { i, j, k in
                [i, j, k] == [2, 2, 2] || [i, j, k] == [2 + other[0], 2 + other[1], 2 + other[2]]
            }
            let surface = try MeshSamples.surface(labels)
            expectSolid(surface, "\(other)")
            #expect(eulerNumber(surface.mesh) == 4 && surface.check.vertices == 12)
        }
    }

    @Test func checkerboard() throws {
        let surface = try MeshSamples.surface(MeshSamples.labels(size: 8) { ($0 + $1 + $2) % 2 == 0 })
        expectSolid(surface)
        #expect(eulerNumber(surface.mesh) == 2 * surface.voxels)
    }

    @Test(arguments: [0.1, 0.3, 0.5, 0.7, 0.9], [1, 2] as [UInt64]) func noise(share: Double, seed: UInt64) throws {
        var noise = Noise(state: seed)
        let labels = MeshSamples.labels(size: 12) { _, _, _ in Double.random(in: 0..<1, using: &noise) < share }
        expectSolid(try MeshSamples.surface(labels))
        expectSolid(try MeshSamples.surface(labels, tolerance: 0.5))
    }

    @Test func sheetOfOneVoxel() throws {
        expectSolid(try MeshSamples.surface(MeshSamples.labels(size: 12) { _, _, k in k == 5 }))
        let normal = Vec3(0.3, 0.5, 0.8).normalized
        let tilted = MeshSamples.labels(size: 16) {
            abs((Vec3(Double($0), Double($1), Double($2)) - MeshSamples.centre(16)).dot(normal)) < 0.5
        }
        expectSolid(try MeshSamples.surface(tilted))
    }

    /// What is put back of a volume goes where it was taken: a thin tail weighs as much as its voxels.
    @Test func thinTailKeepsItsWeight() throws {
        var labels = LabelVolume(geometry: Geometry(shape: Shape(90, 16, 16), affine: .identity))
        for k in 0..<16 {
            for j in 0..<16 {
                for i in 3..<87 {
                    let (y, z) = (Double(j) - 7.4 - sin(i), Double(k) - 7.7)
                    let radius = i < 55 ? 1.5 : 5.5
                    if y * y + z * z < radius * radius { labels.voxels[(k * 16 + j) * 90 + i] = 1 }
                }
            }
        }
        expectSolid(try MeshSamples.surface(labels))
    }

    private func sin(_ i: Int) -> Double { [0, 0.7, 1, 0.7, 0, -0.7, -1, -0.7][i / 4 % 8] }

    @Test(arguments: 1...20) func fewVoxels(count: Int) throws {
        var (noise, left) = (Noise(state: UInt64(count)), count)
        let labels = MeshSamples.labels(size: 4) { _, _, _ in
            defer { left -= 1 }
            return left > 0
        }
        let block = try MeshSamples.surface(labels)
        #expect(block.voxels == count && block.check.isManifold && abs(block.volumeError) < 0.01)
        left = count
        let scattered = MeshSamples.labels(size: 4) { _, _, _ in
            guard left > 0, Bool.random(using: &noise) else { return false }
            left -= 1
            return true
        }
        let specks = try MeshSamples.surface(scattered)
        #expect(specks.check.isManifold && abs(specks.volumeError) < 0.01)
    }

    /// Where single precision has steps of 1/32 mm: what smoothing brings to one place stays apart half way between
    /// voxels of 0.06 mm, and of voxels of 0.01 mm nothing can be told.
    @Test func farAway() throws {
        func surface(_ side: Double) throws -> LabelSurface {
            let affine = Affine(i: [side, 0, 0], j: [0, side, 0], k: [0, 0, side], origin: [5e5, 5e5, 5e5])
            return try MeshSamples.surface(MeshSamples.ball(5, size: 14, affine: affine))
        }
        let (wide, narrow, lost) = (try surface(0.5), try surface(0.06), try surface(0.01))
        #expect(wide.treatment == .simplified && wide.check.isManifold)
        #expect(narrow.treatment == .plain && narrow.check.isManifold)
        #expect(!lost.check.isManifold)
    }

    // MARK: labels

    @Test func eachLabelByItself() throws {
        var labels = MeshSamples.ball(9)
        for n in labels.voxels.indices where labels.voxels[n] == 1 && n % 24 < 12 { labels.voxels[n] = 500 }
        let extents = labels.extents()
        #expect(extents.keys.sorted() == [1, 500])
        for (id, extent) in extents {
            let surface = try #require(LabelSurface(of: id, in: labels, extent: extent))
            expectSolid(surface)
            #expect(surface.voxels == labels.voxels.count { $0 == id })
        }
        #expect(LabelSurface(of: 2, in: labels) == nil && LabelSurface(of: 0, in: labels) == nil)
    }

    @Test func extents() throws {
        var labels = LabelVolume(geometry: Geometry(shape: Shape(5, 4, 3), affine: .identity))
        labels.setVoxel(1, 2, 0)
        labels.setVoxel(2, 2, 0)
        labels.setVoxel(4, 0, 2)
        let extent = try #require(labels.extents()[1])
        #expect(extent.count == 3 && extent.box == VoxelBox(i: 1..<5, j: 0..<3, k: 0..<3))
        #expect((extent.centre - Vec3(7, 4, 2) / 3).length < 1e-12)
    }

    @Test func sameEachTime() throws {
        let first = try MeshSamples.surface(MeshSamples.ball(8)).mesh
        #expect(try MeshSamples.surface(MeshSamples.ball(8)).mesh == first)
    }
}

extension LabelVolume {
    fileprivate mutating func setVoxel(_ i: Int, _ j: Int, _ k: Int) {
        voxels[(k * geometry.shape.j + j) * geometry.shape.i + i] = 1
    }
}
