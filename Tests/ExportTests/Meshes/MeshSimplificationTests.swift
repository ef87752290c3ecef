import Testing
import Volumes

@testable import Export

@Suite struct MeshSimplificationTests {
    @Test func fewerTrianglesOnTheSameSphere() throws {
        let surface = try MeshSamples.surface(MeshSamples.ball(10), tolerance: 0)
        let simple = surface.mesh.simplified(tolerance: 0.1)
        let check = MeshCheck(simple)
        #expect(check.isManifold && check.triangles < surface.check.triangles / 3)
        #expect(check.vertices == simple.positions.count)
        #expect(abs(check.volume / surface.check.volume - 1) < 1e-3)
        #expect((check.centroid - surface.check.centroid).length < 0.02)
        let distances = simple.positions.map { (Vec3($0) - MeshSamples.centre(24)).length - 10 }
        #expect(distances.allSatisfy { abs($0) < 0.5 })
    }

    /// Collapsing alone pinches some of these: what it spoils is left as it was, and the rest is still simplified.
    @Test(arguments: 1...6 as ClosedRange<UInt64>) func staysManifoldWhereThin(seed: UInt64) throws {
        var noise = Noise(state: seed)
        let labels = MeshSamples.labels(size: 14) { i, j, k in
            let place = Vec3(Double(i), Double(j), Double(k)) - MeshSamples.centre(14)
            return place.length < 5 || (place.length < 6.5 && Bool.random(using: &noise))
        }
        let surface = try MeshSamples.surface(labels, tolerance: 0)
        let simple = surface.mesh.simplified(tolerance: 0.3)
        #expect(MeshCheck(simple).isManifold && simple.triangles.count < surface.mesh.triangles.count)
        #expect(abs(MeshCheck(simple).volume / surface.check.volume - 1) < 1e-3)
    }

    @Test func smallOrUnwantedStays() {
        let mesh = MeshSamples.tetrahedron()
        #expect(mesh.simplified(tolerance: 1) == mesh)
        #expect(mesh.simplified(tolerance: 0) == mesh && mesh.simplified(tolerance: .nan) == mesh)
    }

    @Test func unusedVerticesGo() {
        var mesh = MeshSamples.tetrahedron()
        mesh.positions.insert([9, 9, 9], at: 0)
        mesh.triangles = mesh.triangles.map { $0 &+ 1 }
        let compact = mesh.compacted
        #expect(compact.positions.count == 4 && MeshCheck(compact) == MeshCheck(MeshSamples.tetrahedron()))
    }
}
