import Volumes

/// The directed edges of a mesh by the vertex where they begin. Side n of a triangle leads from its corner n to the next.
struct MeshEdges {
    private static let none = UInt32.max

    private let triangles: [SIMD3<UInt32>]
    /// Where the edges of a vertex begin in `sides`; one entry more than vertices.
    private var starts: [Int]
    /// 3 x triangle + side, in order of the vertex where it begins.
    private var sides: [UInt32] = []
    /// By side, the one that leads back; `none` where an edge has not exactly two triangles in opposite directions.
    private var opposites: [UInt32] = []

    init(_ mesh: TriangleMesh) {
        triangles = mesh.triangles
        starts = Array(repeating: 0, count: mesh.positions.count + 1)
        for triangle in triangles { for n in 0..<3 { starts[Int(triangle[n]) + 1] += 1 } }
        for vertex in starts.indices.dropFirst() { starts[vertex] += starts[vertex - 1] }
        var next = starts
        sides = Array(repeating: 0, count: 3 * triangles.count)
        for (t, triangle) in triangles.enumerated() {
            for n in 0..<3 {
                sides[next[Int(triangle[n])]] = UInt32(3 * t + n)
                next[Int(triangle[n])] += 1
            }
        }
        opposites = (0..<sides.count).map { opposite($0) }
    }

    /// Number of vertices that triangles name.
    var usedVertices: Int { starts.indices.dropFirst().count { starts[$0] > starts[$0 - 1] } }

    /// Whether every edge belongs to two triangles that follow it in opposite directions.
    var areClosed: Bool { opposites.allSatisfy { $0 != Self.none } }

    /// The vertices of a closed mesh around which its triangles lie in more than one ring.
    var pinchedVertices: [UInt32] {
        var isSeen = [Bool](repeating: false, count: sides.count)
        var hasRing = [Bool](repeating: false, count: starts.count - 1)
        var pinched: [UInt32] = []
        for start in isSeen.indices where !isSeen[start] {
            let middle = vertex(start)
            if hasRing[Int(middle)] { pinched.append(middle) }
            hasRing[Int(middle)] = true
            var side = start
            repeat {
                isSeen[side] = true
                // From a side that begins at the vertex to the one that does in the next triangle around it.
                side = after(Int(opposites[side]))
            } while side != start
        }
        return pinched
    }

    /// Vertices at which the mesh is not closed or not manifold.
    var flawedVertices: [UInt32] {
        areClosed
            ? pinchedVertices
            : opposites.indices.filter { opposites[$0] == Self.none }.flatMap { [vertex($0), vertex(after($0))] }
    }

    private func vertex(_ side: Int) -> UInt32 { triangles[side / 3][side % 3] }
    private func after(_ side: Int) -> Int { side % 3 == 2 ? side - 2 : side + 1 }

    private func opposite(_ side: Int) -> UInt32 {
        let (from, to) = (vertex(side), vertex(after(side)))
        let (there, back) = (sidesBetween(from, to), sidesBetween(to, from))
        return from != to && there.count == 1 && back.count == 1 ? back.first : Self.none
    }

    /// The sides from one vertex to another: the last found, and how many there are.
    private func sidesBetween(_ from: UInt32, _ to: UInt32) -> (first: UInt32, count: Int) {
        var found: (first: UInt32, count: Int) = (Self.none, 0)
        for side in sides[starts[Int(from)]..<starts[Int(from) + 1]] where vertex(after(Int(side))) == to {
            found = (side, found.count + 1)
        }
        return found
    }
}
