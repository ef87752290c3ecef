import Testing
import Volumes

@testable import Export

@Suite struct MeshCheckTests {
    /// Volume and centroid of a tetrahedron: a sixth of the box, the mean of its corners.
    @Test func tetrahedron() {
        let check = MeshCheck(MeshSamples.tetrahedron())
        #expect(check.isClosed && check.isManifold && check.triangles == 4 && check.vertices == 4)
        #expect(abs(check.volume - 1000) < 1e-9)
        #expect((check.centroid - [3.5, 7, 10.5]).length < 1e-9)
    }

    @Test func farFromTheOrigin() {
        let check = MeshCheck(MeshSamples.tetrahedron([50_000, -80_000, 120_000]))
        #expect(abs(check.volume - 1000) < 1e-6)
        #expect((check.centroid - [50_002.5, -79_995, 120_007.5]).length < 1e-6)
    }

    @Test func turnedInwards() {
        var mesh = MeshSamples.tetrahedron()
        mesh.triangles = mesh.triangles.map { [$0.x, $0.z, $0.y] }
        let check = MeshCheck(mesh)
        #expect(check.isManifold && abs(check.volume + 1000) < 1e-9)
    }

    @Test func notClosed() {
        let whole = MeshSamples.tetrahedron()
        var open = whole
        open.triangles.removeLast()
        #expect(!MeshCheck(open).isClosed)
        var turned = whole
        turned.triangles[0] = [0, 1, 2]
        #expect(!MeshCheck(turned).isClosed)
        var twice = whole
        twice.triangles.append(twice.triangles[0])
        #expect(!MeshCheck(twice).isClosed)
        var flat = whole
        flat.triangles.append([0, 0, 1])
        #expect(!MeshCheck(flat).isClosed)
    }

    @Test func sharedEdgeIsNotClosed() {
        // The second stands on the first's edge between its corners 0 and 1.
        var mesh = MeshSamples.tetrahedron([0, 0, 0])
        mesh.positions += [[0, -20, 0], [0, 0, -30]]
        mesh.triangles += [[0, 4, 1], [0, 1, 5], [0, 5, 4], [1, 4, 5]]
        #expect(!MeshCheck(mesh).isClosed)
    }

    @Test func sharedVertexIsClosedAndNotManifold() {
        var mesh = MeshSamples.joined([MeshSamples.tetrahedron([0, 0, 0]), MeshSamples.tetrahedron([-10, 0, 0])])
        let apart = MeshCheck(mesh)
        #expect(apart.isManifold && apart.vertices == 8)
        mesh = mesh.merged
        let check = MeshCheck(mesh)
        #expect(check.vertices == 7 && check.isClosed && !check.isManifold)
        #expect(MeshEdges(mesh).flawedVertices.map { mesh.positions[Int($0)] } == [[0, 0, 0]])
    }

    @Test func nothing() {
        let check = MeshCheck(TriangleMesh())
        #expect(check.triangles == 0 && check.volume == 0 && check.centroid == .zero)
    }

    @Test func zeroHasOneSign() {
        let mesh = TriangleMesh(positions: [[0, 0, 0], [-0.0, 0, -0.0], [1, 0, 0]], triangles: [[0, 1, 2]])
        #expect(mesh.merged.positions.count == 2)
    }
}
