import Testing
import Volumes

@testable import VolumeIO

@Suite struct LabelContoursTests {
    private let inset = 1.0 / 128

    @Test func aVoxelIsASquareAroundItsCentre() throws {
        let labels = letters(["...", "..7"], affine: ContourGrid.tilted.affine)
        let contour = try #require(labels.contours().first?.contours.first)
        let half = 0.5 - inset
        let corners: Set<SIMD2<Double>> = [
            [2 - half, 1 - half], [2 + half, 1 - half], [2 - half, 1 + half], [2 + half, 1 + half],
        ]
        #expect(contour.points.count == 4)
        #expect(Set(contour.points) == corners)
        #expect(abs(area(contour.points) - 4 * half * half) < 1e-12)

        // By hand: x = -(48 - 1.5 i), y = -(60 - 1.467 j), z = -12.5 - 0.312 j.
        let at = try #require(contour.points.firstIndex(of: [2 + half, 1 + half]))
        let place = contour.coordinates(labels.geometry.affine)[3 * at..<3 * at + 3]
        let expected = [-48 + 1.5 * (2 + half), -60 + 1.467 * (1 + half), -12.5 - 0.312 * (1 + half)]
        for (found, wanted) in zip(place, expected) { #expect(abs(found - wanted) < 1e-9) }
    }

    @Test func slicesAreNamed() throws {
        let labels = letters([".."], ["1."], affine: ContourGrid.axial.affine)
        let contour = try #require(labels.contours().first?.contours.first)
        #expect(contour.slice == 1)
        #expect(contour.coordinates(labels.geometry.affine)[2] == -802)
    }

    @Test func pointsInALineAreLeftOut() {
        let contours = letters(["11111", "11111", "11111"]).contours()[0].contours
        #expect(contours.map(\.points.count) == [4])
    }

    @Test func aHoleIsAContourOfItsOwnByXor() {
        let labels = letters(["11111", "1...1", "1.2.1", "1...1", "11111"])
        let found = labels.contours(ContourOptions(holes: .xor))
        #expect(found.map(\.id) == [1, 2])
        #expect(found[0].contours.map(\.isHole) == [false, true])
        let areas = found[0].contours.map { area($0.points) }
        #expect(abs(areas[0] - (5 - 2 * inset) * (5 - 2 * inset)) < 1e-12)
        #expect(abs(areas[1] + (3 + 2 * inset) * (3 + 2 * inset)) < 1e-12)
    }

    @Test func aHoleIsJoinedByAKeyhole() throws {
        let labels = letters(["11111", "1...1", "1...1", "1...1", "11111"])
        let contours = labels.contours()[0].contours
        #expect(contours.count == 1)
        let points = try #require(contours.first?.points)
        // Four corners each, and both ends of the channel twice.
        #expect(points.count == 12)
        #expect(abs(area(points) - (5 - 2 * inset) * (5 - 2 * inset) + (3 + 2 * inset) * (3 + 2 * inset)) < 1e-12)
        let channel = [SIMD2(-0.5 + inset, 1.25), SIMD2(0.5 - inset, 1.25)]
        for end in channel { #expect(points.filter { $0 == end }.count == 2) }
    }

    @Test func manyHolesMakeOnePolygon() {
        let labels = letters(["111111111", "1.1.1.1.1", "111111111", "1.11..1.1", "111.1.111", "111111111"])
        for style in HoleStyle.allCases {
            let contours = labels.contours(ContourOptions(holes: style))[0].contours
            #expect(contours.count == (style == .keyhole ? 1 : 8))
            #expect(!contours.contains { walksTwice($0.points) })
            let sum = contours.reduce(0) { $0 + area($1.points) }
            #expect(abs(sum - 44) < inset * contours.reduce(0) { $0 + perimeter($1.points) })
        }
    }

    /// Voxels that touch at a corner alone are apart inside a label and together outside.
    @Test(arguments: [
        (["1..", ".1.", "..1"], 3, 0),
        (["11.", "1.1", ".11"], 2, 0),
        (["111", "1.1", "11."], 1, 0),
        (["1111", "1.11", "11.1", "1111"], 1, 1),
    ])
    func cornersDoNotJoin(_ rows: [String], _ outer: Int, _ holes: Int) {
        let contours = letters(rows).contours(ContourOptions(holes: .xor))[0].contours
        #expect(contours.filter { !$0.isHole }.count == outer)
        #expect(contours.filter(\.isHole).count == holes)
        #expect(!contours.contains { touchesItself($0.points) })
    }

    @Test func specksAreLeftOutAndCounted() throws {
        let rows = ["111.1", "1.1..", "1112.", "....1"]
        let affine = Affine(i: [2, 0, 0], j: [0, 3, 0], k: [0, 0, 1], origin: [0, 0, 0])
        let labels = letters(rows, rows, affine: affine)
        // A voxel has 6 mm²: the ring's 48 stay, at exactly that limit too, single voxels go.
        for style in HoleStyle.allCases {
            let found = labels.contours(ContourOptions(holes: style, smallestArea: 48))
            #expect(found.map(\.id) == [1, 2])
            #expect(found.map(\.specks) == [4, 2])
            #expect(found.map(\.speckVoxels) == [4, 2])
            #expect(found[0].contours.count == (style == .keyhole ? 2 : 4))
            #expect(found[1].contours.isEmpty)
        }
        // A ring that goes takes its hole with it.
        let none = try #require(labels.contours(ContourOptions(holes: .xor, smallestArea: 48.1)).first)
        #expect(none.contours.isEmpty)
        #expect(none.speckVoxels == 20)
        #expect(labels.contours().allSatisfy { $0.specks == 0 })
    }

    @Test func onlyWhatIsAskedForIsTraced() {
        let labels = letters(["1223", "1223"])
        #expect(labels.contours(of: [2, 9]).map(\.id) == [2])
        #expect(labels.contours(of: []).isEmpty)
        #expect(letters(["..", ".."]).contours().isEmpty)
    }

    @Test(arguments: [(1.0, 4), (0.7, 5), (10.0, 3), (0.01, 6), (1e-9, 9)])
    func decimalsSuitTheVoxels(_ side: Double, _ decimals: Int) {
        let affine = Affine(i: [side, 0, 0], j: [0, 11, 0], k: [0, 0, 12], origin: [0, 0, 0])
        #expect(Geometry(shape: Shape(1, 1, 1), affine: affine).contourDecimals == decimals)
    }

    /// A polygon moved inwards by d along all its sides, which has four corners more to one hand than to the other,
    /// loses d for each unit of its new length and four squares of side d; a hole moved outwards gains the first and
    /// not the second.
    @Test func contoursAreSimpleAndAsLargeAsTheirVoxels() {
        for seed in 0..<40 {
            let labels = randomLabels(Shape(13, 11, 2), affine: .identity, seed: UInt64(seed))
            let counts = labels.histogram()
            let joined = labels.contours()
            for (label, keyholes) in zip(labels.contours(ContourOptions(holes: .xor)), joined) {
                var voxels = 0.0
                for contour in label.contours {
                    let squares: Double = contour.isHole ? -4 : 4
                    voxels += area(contour.points) + inset * perimeter(contour.points) + squares * inset * inset
                    #expect((area(contour.points) < 0) == contour.isHole)
                    #expect(!touchesItself(contour.points))
                }
                #expect(abs(voxels - Double(counts[label.id] ?? 0)) < 1e-9)

                let sums = [label, keyholes].map { $0.contours.reduce(0) { $0 + area($1.points) } }
                #expect(abs(sums[0] - sums[1]) < 1e-9)
                #expect(keyholes.contours.count == label.contours.filter { !$0.isHole }.count)
                #expect(keyholes.contours.allSatisfy { !$0.isHole && area($0.points) > 0 && !walksTwice($0.points) })
            }
        }
    }
}
