import Testing

@testable import Volumes

@Suite struct GeometryTests {
    static let affine = Affine(
        i: [-0.6, -0.07, -0.33], j: [0.16, -0.66, -0.16], k: [-2, -1.5, 4.2], origin: [9, 8, 7])

    @Test func positionsAreTheMatrixProduct() {
        // numpy: [[-.6,.16,-2,9],[-.07,-.66,-1.5,8],[-.33,-.16,4.2,7]] @ [2, 3, 1, 1]
        let position = Self.affine.position(of: [2, 3, 1])
        #expect((position - Vec3(6.28, 4.38, 10.06)).length < 1e-12)
    }

    @Test func spacingAndDeterminant() {
        // numpy.linalg.norm of the columns and numpy.linalg.det.
        #expect((Self.affine.spacing - Vec3(0.6883313155741209, 0.6977105417004964, 4.887739763939975)).length < 1e-12)
        #expect(abs(Self.affine.determinant - 2.34664) < 1e-12)
    }

    @Test(arguments: [
        (Affine.identity, true), (Affine(i: [-1, 0, 0], j: [0, 0, 2], k: [0, 3, 0], origin: [1, 2, 3]), true),
        (Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0.3346, 1], origin: [0, 0, 0]), false),
        (Affine(i: [1, 0, 0], j: [1e-5, 1, 0], k: [0, 0, 1], origin: [0, 0, 0]), true),
    ]) func shearIsSeen(_ affine: Affine, _ isOrthogonal: Bool) {
        #expect(affine.isOrthogonal == isOrthogonal)
    }

    @Test(arguments: [
        Affine(i: [0, 0, 0], j: [0, 1, 0], k: [0, 0, 1], origin: [0, 0, 0]),
        Affine(i: [1, 0, 0], j: [2, 0, 0], k: [0, 0, 1], origin: [0, 0, 0]),
        Affine(i: [.nan, 0, 0], j: [0, 1, 0], k: [0, 0, 1], origin: [0, 0, 0]),
        Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0, 1], origin: [0, .infinity, 0]),
    ]) func uselessAffinesAreSeen(_ affine: Affine) {
        #expect(!affine.isUsable)
        #expect(Affine.identity.isUsable)
    }

    @Test func gridsMatchWithinTheTolerance() {
        let grid = Geometry(shape: Shape(100, 80, 60), affine: Self.affine)
        var other = grid
        #expect(grid.matches(other))
        other.affine.rowX[3] += 0.9 * grid.sameGridTolerance
        #expect(grid.matches(other))
        other.affine.rowX[3] += 0.2 * grid.sameGridTolerance
        #expect(!grid.matches(other))
        #expect(grid.matches(other, tolerance: 0.2))
    }

    @Test("A tenth of the smallest side, at most 0.1 mm", arguments: [(0.05, 0.005), (0.5, 0.05), (1, 0.1), (4, 0.1)])
    func theToleranceGoesByTheVoxel(_ side: Double, _ tolerance: Double) {
        let affine = Affine(i: [side, 0, 0], j: [0, 5, 0], k: [0, 0, 5], origin: .zero)
        #expect(abs(Geometry(shape: Shape(2, 2, 2), affine: affine).sameGridTolerance - tolerance) < 1e-12)
    }

    @Test func smallTurnsShowAtTheFarCorner() {
        let grid = Geometry(shape: Shape(100, 80, 60), affine: .identity)
        var other = grid
        other.affine.rowY[0] = 0.0012
        #expect(!grid.matches(other))
    }

    @Test func shapesMustBeEqual() {
        let grid = Geometry(shape: Shape(4, 4, 4), affine: .identity)
        #expect(!grid.matches(Geometry(shape: Shape(4, 4, 5), affine: .identity)))
    }

    @Test func nanNeverMatches() {
        var other = Geometry(shape: Shape(4, 4, 4), affine: .identity)
        other.affine.rowZ[3] = .nan
        #expect(!Geometry(shape: Shape(4, 4, 4), affine: .identity).matches(other))
    }

    @Test func voxelVolumeIsTheDeterminant() {
        let grid = Geometry(
            shape: Shape(1, 1, 1), affine: Affine(i: [-0.5, 0, 0], j: [0, 0.5, 0], k: [0, 0, 3], origin: [0, 0, 0]))
        #expect(grid.voxelVolume == 0.75)
    }
}

@Suite struct LabelTableTests {
    @Test func entriesAreSortedAndFound() {
        let table = LabelTable([
            LabelEntry(id: 9, name: "b", colour: Colour(1, 2, 3)),
            LabelEntry(id: 2, name: "a", colour: Colour(4, 5, 6)),
        ])
        #expect(table.entries.map(\.id) == [2, 9])
        #expect(table[9]?.name == "b")
        #expect(table[3] == nil)
    }

    @Test func defaultColoursDifferAndComeAgain() {
        #expect(Set((0..<12).map(LabelTable.defaultColour)).count == 12)
        #expect(LabelTable.defaultColour(12) == LabelTable.defaultColour(0))
    }

    @Test func histogramCountsEveryId() {
        let labels = LabelVolume(
            geometry: Geometry(shape: Shape(6, 1, 1), affine: .identity), voxels: [0, 0, 7, 65535, 7, 0])
        #expect(labels.histogram() == [0: 3, 7: 2, 65535: 1])
    }
}
