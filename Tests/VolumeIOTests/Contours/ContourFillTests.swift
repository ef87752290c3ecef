import Testing
import Volumes

@testable import VolumeIO

@Suite struct ContourFillTests {
    private func square(_ low: SIMD2<Double>, _ high: SIMD2<Double>, slice: Double = 0, type: String = "CLOSED_PLANAR")
        -> PlanarContour
    {
        // RAS to LPS: the identity grid has voxel (i, j) at x = -i, y = -j.
        PlanarContour(
            type: type,
            coordinates: [
                -low.x, -low.y, slice, -high.x, -low.y, slice, -high.x, -high.y, slice, -low.x, -high.y, slice,
            ])
    }

    private let grid = Geometry(shape: Shape(8, 6, 3), affine: .identity)

    @Test(arguments: ContourGrid.allCases, HoleStyle.allCases)
    func contoursGiveTheirVoxelsBack(_ grid: ContourGrid, _ style: HoleStyle) throws {
        for seed in 0..<25 {
            let labels = randomLabels(Shape(14, 11, 3), affine: grid.affine, seed: UInt64(1000 + seed))
            let layers = try labels.contours(ContourOptions(holes: style)).map { label in
                let contours = label.contours.map { stored($0, labels.geometry) }
                let fill = try labels.geometry.fill(contours, of: "label")
                #expect(fill.skipped.isEmpty)
                #expect(fill.cut == 0)
                return LabelLayer(id: label.id, name: "label", voxels: fill.voxels)
            }
            #expect(try LabelVolume(geometry: labels.geometry, layers: layers) == labels)
        }
    }

    /// A sieve: every hole's channel ends on the hole before it.
    @Test func aSieveComesBack() throws {
        let shape = Shape(401, 41, 1)
        let voxels = (0..<shape.count).map { n -> UInt16 in n % 401 % 2 == 1 && n / 401 % 2 == 1 ? 0 : 3 }
        let labels = LabelVolume(geometry: Geometry(shape: shape, affine: ContourGrid.oblique.affine), voxels: voxels)
        let contours = labels.contours()[0].contours
        #expect(contours.count == 1)
        let fill = try labels.geometry.fill(contours.map { stored($0, labels.geometry) }, of: "sieve")
        let back = try LabelVolume(
            geometry: labels.geometry, layers: [LabelLayer(id: 3, name: "sieve", voxels: fill.voxels)])
        #expect(back == labels)
    }

    /// Programs that join the centres of border voxels (OpenCV's findContours, and rt-utils with it) mean those voxels
    /// too, around holes as well.
    @Test func centresOnTheLineAreInside() throws {
        let outer = square([1, 1], [6, 5])
        #expect(try grid.fill([outer], of: "a").voxels.count == 6 * 5)
        let ring = try grid.fill([outer, square([2, 2], [5, 4])], of: "a").voxels
        #expect(ring.count == 6 * 5 - 2)
        #expect(ring.ranges.filter { $0.contains(3 * 8 + 2) || $0.contains(3 * 8 + 5) }.count == 2)
    }

    /// With them, parts one voxel wide are lines there and back, and a voxel alone is a point. Coordinates are rounded.
    @Test(arguments: ContourGrid.allCases)
    func linesThroughCentresAreVoxels(_ grid: ContourGrid) throws {
        let geometry = Geometry(shape: Shape(8, 6, 3), affine: grid.affine)
        let lines: [(slice: Int, points: [SIMD2<Double>])] = [
            (0, [[1, 1], [3, 3]]), (1, [[5, 2], [7, 2], [7, 4], [7, 2]]), (2, [[4, 4]]),
        ]
        func found(movedBy shift: SIMD2<Double>) throws -> [Int] {
            let contours = lines.map {
                stored(LabelContour(slice: $0.slice, isHole: false, points: $0.points.map { $0 + shift }), geometry)
            }
            return try geometry.fill(contours, of: "a").voxels.ranges.flatMap { Array($0) }
        }
        #expect(try found(movedBy: [0, 0]) == [9, 18, 27, 48 + 21, 48 + 22, 48 + 23, 48 + 31, 48 + 39, 96 + 36])
        // Beside the centres they are nothing.
        #expect(try found(movedBy: [0.01, 0.02]).isEmpty)
    }

    @Test func whatTwoContoursEncloseIsOutside() throws {
        let contours = [
            square([0.5, 0.5], [6.5, 4.5]), square([1.5, 1.5], [5.5, 3.5]), square([2.5, 1.5], [3.5, 2.5]),
        ]
        #expect(try grid.fill(contours, of: "a").voxels.count == 6 * 4 - 4 * 2 + 1)
    }

    @Test func linesAndPointsEncloseNothing() throws {
        let contours = [
            square([0.5, 0.5], [2.5, 2.5], type: "CLOSEDPLANAR_XOR"),
            square([3.5, 0.5], [4.5, 2.5], type: "OPEN_PLANAR"),
            PlanarContour(type: "POINT", coordinates: [0, 0, 0]),
            PlanarContour(type: "POINT", coordinates: [-1, -1, 7]),
            PlanarContour(coordinates: []),
        ]
        let fill = try grid.fill(contours, of: "a")
        #expect(fill.voxels.count == 4)
        #expect(fill.skipped == ["OPEN_PLANAR": 1, "POINT": 2, "CLOSED_PLANAR": 1])
    }

    @Test func whatReachesBeyondTheGridIsCut() throws {
        let fill = try grid.fill([square([-1e300, 2.5], [1e300, 1e300]), square([0.5, 0.5], [1.5, 1.5])], of: "a")
        #expect(fill.cut == 1)
        #expect(fill.voxels.ranges == [8 + 1..<8 + 2, 3 * 8..<6 * 8])
        #expect(try grid.fill([square([20, 20], [30, 30])], of: "a").voxels == VoxelRuns())
    }

    @Test func contoursBesideTheSlicesAreRefused() throws {
        let tilted = Geometry(shape: Shape(8, 6, 3), affine: ContourGrid.tilted.affine)
        // 3 mm along z, the plane leaning by 12 degrees.
        let distance = 3 * 1.467 / (1.467 * 1.467 + 0.312 * 0.312).squareRoot()
        #expect(abs(tilted.contourTolerance - 0.1 * distance) < 1e-9)
        #expect(try grid.fill([square([0.5, 0.5], [2.5, 2.5], slice: 1.0999)], of: "a").voxels.count == 4)
        #expect {
            try grid.fill([square([0.5, 0.5], [2.5, 2.5], slice: 1.375)], of: "left\nlung")
        } throws: {
            "\($0)"
                == "a contour of 'left\\nlung' lies 0.375 mm beside the nearest slice of the image, and 0.100 mm are "
                + "allowed (give the series that the contours were drawn on)"
        }
        #expect(throws: ContourError.offSlice(roi: "a", distance: 3, tolerance: 0.1)) {
            try grid.fill([square([0.5, 0.5], [2.5, 2.5], slice: 5)], of: "a")
        }
        let leaning = PlanarContour(coordinates: [0, 0, 0, -3, 0, 1, -3, -3, 1])
        #expect(throws: ContourError.severalSlices(roi: "a", from: 0, to: 1)) { try grid.fill([leaning], of: "a") }
        for number in [Double.nan, .infinity] {
            let bad = PlanarContour(coordinates: [0, 0, 0, number, 0, 0, -3, -3, 0])
            #expect(throws: ContourError.notFinite(roi: "a")) { try grid.fill([bad], of: "a") }
        }
    }

    @Test func layersThatOverlapAreRefusedByName() throws {
        let one = try grid.fill([square([0.5, 0.5], [4.5, 4.5])], of: "one").voxels
        let two = try grid.fill([square([3.5, 1.5], [6.5, 6])], of: "two").voxels
        #expect(one.overlap(with: two) == 3)
        #expect(two.overlap(with: one) == 3)
        #expect(one.overlap(with: VoxelRuns()) == 0)
        let layers = [LabelLayer(id: 1, name: "one", voxels: one), LabelLayer(id: 2, name: "two", voxels: two)]
        #expect(throws: ContourError.overlap("one", "two", voxels: 3)) {
            try LabelVolume(geometry: grid, layers: layers)
        }
        let same = layers.map { LabelLayer(id: 5, name: $0.name, voxels: $0.voxels) }
        let joined = try LabelVolume(geometry: grid, layers: same)
        #expect(joined.histogram()[5] == one.count + two.count - 3)
    }
}
