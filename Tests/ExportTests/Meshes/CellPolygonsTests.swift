import Testing

@testable import Export

@Suite struct CellPolygonsTests {
    private let cases = CellPolygons.table.cases

    /// Corners by face: those at 0 and at 1 of each axis, in the same order.
    private func corners(axis: Int, side: Int) -> [Int] {
        (0..<8).filter { $0 >> axis & 1 == side }
    }

    /// Sides of polygons on a face, without the bits that tell the two faces of an axis apart.
    private func sides(_ corners: Int, axis: Int, side: Int) -> Set<[SIMD3<Float>]> {
        let face = 1 << (2 * axis + side)
        return Set(
            cases[corners].sides.filter { CellPolygons.faces(of: $0.from) & CellPolygons.faces(of: $0.to) & face != 0 }
                .map { side in
                    [side.from, side.to].map { edge in
                        var place = CellPolygons.middle(edge)
                        place[axis] = 0
                        return place
                    }
                })
    }

    @Test func cellsOnBothSidesOfAFaceCutItAlike() {
        var compared = 0
        for axis in 0..<3 {
            let (low, high) = (corners(axis: axis, side: 0), corners(axis: axis, side: 1))
            for pattern in 0..<16 {
                func hasPattern(_ cell: Int, _ corners: [Int]) -> Bool {
                    (0..<4).allSatisfy { cell >> corners[$0] & 1 == pattern >> $0 & 1 }
                }
                let cuts = Set((0..<256).filter { hasPattern($0, high) }.map { sides($0, axis: axis, side: 1) })
                let others = Set((0..<256).filter { hasPattern($0, low) }.map { sides($0, axis: axis, side: 0) })
                #expect(cuts.count == 1 && others.count == 1)
                // What one follows in one direction, the other does in the opposite.
                #expect(cuts.first == Set(others.first?.map { Array($0.reversed()) } ?? []))
                compared += cuts.first?.count ?? 0
            }
        }
        // Two patterns are uncut, two are cut twice.
        #expect(compared == 3 * (12 + 2 * 2))
    }

    @Test(arguments: 0..<256) func vertexLiesWhereStructureEnds(corners: Int) {
        var cut = Set<Int>()
        for a in 0..<8 {
            for axis in 0..<3 where a >> axis & 1 == 0 && corners >> a & 1 != corners >> (a | 1 << axis) & 1 {
                cut.insert(CellPolygons.edge(from: a, to: a | 1 << axis))
            }
        }
        #expect(cases[corners].sides.map(\.from).sorted() == cut.sorted())
        #expect(cases[corners].sides.map(\.to).sorted() == cut.sorted())
    }

    /// The reason why no edge of the surface can have more than two triangles.
    @Test(arguments: 0..<256) func diagonalsLieOnNoFace(corners: Int) {
        let sides = Set(cases[corners].sides.map { [$0.from, $0.to] })
        var diagonals: [[Int]: Int] = [:]
        for (a, b, c) in cases[corners].triangles {
            for edge in [[a, b], [b, c], [c, a]] where !sides.contains(edge) {
                #expect(CellPolygons.faces(of: edge[0]) & CellPolygons.faces(of: edge[1]) == 0)
                diagonals[edge, default: 0] += 1
            }
        }
        for (edge, count) in diagonals { #expect(count == 1 && diagonals[edge.reversed()] == 1) }
    }

    @Test(arguments: [
        (0b0000_0001, 1), (0b1111_1110, -1),
        // Two corners far apart, two across a face; a flat border.
        (0b1000_0001, 2), (0b0000_1001, 2), (0b0000_1111, 0),
    ]) func missingVolume(corners: Int, cut: Float) {
        // An eighth of the cell, less the tetrahedron with sides of a half.
        let ofCorner: Float = 1 / 8 - 1 / 48
        #expect(abs(cases[corners].missing - cut * ofCorner) < 1e-6)
    }
}
