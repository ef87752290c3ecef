import Testing
import Volumes

@testable import Evaluation

/// A grid with axes along R, A, S.
private func grid(_ shape: Shape, spacing: Vec3 = [1, 1, 1]) -> Geometry {
    Geometry(
        shape: shape,
        affine: Affine(i: [spacing.x, 0, 0], j: [0, spacing.y, 0], k: [0, 0, spacing.z], origin: [3, -4, 5]))
}

extension LabelVolume {
    /// A map with one label in a box of voxels.
    fileprivate init(_ geometry: Geometry, box first: SIMD3<Int>, _ last: SIMD3<Int>, label: UInt16 = 1) {
        self.init(geometry: geometry)
        for k in first.z...last.z {
            for j in first.y...last.y {
                for i in first.x...last.x {
                    voxels[(k * geometry.shape.j + j) * geometry.shape.i + i] = label
                }
            }
        }
    }
}

private func near(_ a: Double?, _ b: Double?) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return abs(a - b) <= 1e-12 * max(1, abs(b))
}

/// A metric's value for equal masks.
private func agreement(_ metric: Metric) -> Double { metric.kind == .agreement ? 1 : 0 }

@Suite struct ComparisonTests {
    // Each cube has 26 surface voxels. Of the result's, the nine of the face that sticks out lie 1 mm from the truth,
    // and so does the middle of the opposite face, which lies on the truth's inner voxel; of the truth's the same.
    @Test(arguments: [(0.5, 32.0 / 52), (1, 1)])
    func cubesShiftedByAVoxel(_ tolerance: Double, _ nsd: Double) throws {
        let geometry = grid(Shape(8, 8, 8))
        var options = ComparisonOptions()
        options.tolerance = tolerance
        let found = try compare(
            LabelVolume(geometry, box: [2, 2, 2], [4, 4, 4]), with: LabelVolume(geometry, box: [3, 2, 2], [5, 4, 4]),
            options: options)
        let expected: [Metric: Double] = [
            .dice: 2.0 / 3, .iou: 0.5, .precision: 2.0 / 3, .recall: 2.0 / 3, .volumeDifference: 0,
            .relativeVolumeDifference: 0, .hd: 1, .hd95: 1, .assd: 20.0 / 52, .nsd: nsd,
        ]
        for metric in Metric.allCases { #expect(near(found[0][metric], expected[metric]), "\(metric)") }
    }

    @Test func spacingOfEachAxisCounts() throws {
        let geometry = grid(Shape(5, 5, 4), spacing: [0.5, 1, 3])
        let a = LabelVolume(geometry, box: [1, 1, 1], [1, 1, 1])
        let b = LabelVolume(geometry, box: [3, 2, 2], [3, 2, 2])
        let found = try compare(a, with: b)[0]
        for metric in [Metric.hd, .hd95, .assd] { #expect(near(found[metric], 11.0.squareRoot())) }
        #expect(found[.nsd] == 0)
        #expect([found.resultVolume, found.truthVolume] == [1.5, 1.5])
    }

    // Axes that run elsewhere: i towards A, j towards L, k upwards, with the same spacing.
    @Test func directionsOfAxesDoNotMatter() throws {
        let affine = Affine(i: [0, 0.5, 0], j: [-1, 0, 0], k: [0, 0, 3], origin: [0, 0, 0])
        let geometry = Geometry(shape: Shape(5, 5, 4), affine: affine)
        let found = try compare(
            LabelVolume(geometry, box: [1, 1, 1], [1, 1, 1]), with: LabelVolume(geometry, box: [3, 2, 2], [3, 2, 2]))
        #expect(near(found[0][.hd], 11.0.squareRoot()))
    }

    @Test func theVolumesEdgeIsASurface() throws {
        let geometry = grid(Shape(3, 3, 3))
        let found = try compare(
            LabelVolume(geometry, box: [0, 0, 0], [2, 2, 2]), with: LabelVolume(geometry, box: [1, 1, 1], [1, 1, 1]))[0]
        #expect(near(found[.hd], 3.0.squareRoot()))
        let sum: Double = 6 + 12 * 2.0.squareRoot() + 8 * 3.0.squareRoot() + 1
        #expect(near(found[.assd], sum / 27))
        #expect(near(found[.nsd], 7.0 / 27))
        #expect([found[.volumeDifference], found[.relativeVolumeDifference]] == [26, 26])
        #expect(near(found[.precision], 1.0 / 27))
        #expect(found[.recall] == 1)
    }

    // 0.7 as a float32 header holds it, rotated: two voxels are a little more than 1.4 mm.
    @Test func roundingOfTheSpacingDoesNotDecide() throws {
        let geometry = grid(Shape(5, 1, 1), spacing: [0.700_000_048, 1, 1])
        var options = ComparisonOptions()
        options.tolerance = 1.4
        let found = try compare(
            LabelVolume(geometry, box: [1, 0, 0], [1, 0, 0]), with: LabelVolume(geometry, box: [3, 0, 0], [3, 0, 0]),
            options: options)
        #expect(found[0][.nsd] == 1)
    }

    @Test func labelsAreMeasuredApart() throws {
        let geometry = grid(Shape(9, 4, 4))
        var a = LabelVolume(geometry, box: [1, 1, 1], [3, 2, 2])
        a.voxels[Shape(9, 4, 4).count - 1] = 7
        var b = LabelVolume(geometry, box: [1, 1, 1], [3, 2, 2])
        b.voxels[Shape(9, 4, 4).count - 2] = 7
        for threads in [1, 3] {
            var options = ComparisonOptions()
            options.threads = threads
            let found = try compare(a, with: b, options: options)
            #expect(found.map(\.overlap.label) == [1, 7])
            #expect(found.map { $0[.hd] } == [0, 1])
        }
    }

    @Test func emptyInOne() throws {
        let geometry = grid(Shape(4, 4, 4), spacing: [1, 1, 2])
        let (full, empty) = (LabelVolume(geometry, box: [1, 1, 1], [2, 2, 1]), LabelVolume(geometry: geometry))
        let found = try compare(empty, with: full)[0]
        for metric in [Metric.dice, .iou, .precision, .recall, .nsd] { #expect(found[metric] == 0) }
        for metric in [Metric.hd, .hd95, .assd] { #expect(found[metric] == nil) }
        #expect([found[.volumeDifference], found[.relativeVolumeDifference]] == [-8, -1])
        let reverse = try compare(full, with: empty)[0]
        for metric in [Metric.dice, .precision, .recall, .nsd] { #expect(reverse[metric] == 0) }
        #expect(reverse[.volumeDifference] == 8)
        #expect(reverse[.relativeVolumeDifference] == nil)
        var options = ComparisonOptions()
        options.oneEmpty = .skip
        let skipped = try compare(empty, with: full, options: options)[0]
        #expect(Metric.allCases.allSatisfy { skipped[$0] == nil })
        #expect(skipped.presence == .one)
    }

    @Test func emptyInBoth() throws {
        let map = LabelVolume(grid(Shape(4, 4, 4)), box: [1, 1, 1], [2, 2, 1])
        var options = ComparisonOptions()
        options.labels = [5]
        let skipped = try compare(map, with: map, options: options)[0]
        #expect(Metric.allCases.allSatisfy { skipped[$0] == nil })
        options.bothEmpty = .one
        let counted = try compare(map, with: map, options: options)[0]
        for metric in Metric.allCases { #expect(counted[metric] == agreement(metric)) }
    }
}

@Suite struct ContourTests {
    private static let spacing: Vec3 = [1, 2, 3]

    @Test func areasOfPlanesAndCorners() {
        let areas = surfelAreas(spacing: Self.spacing)
        #expect(areas[0] == 0 && areas[255] == 0)
        // Inside and outside may change places; a half filled cube has one of its faces inside.
        for code in 0..<256 { #expect(areas[code] == areas[255 - code]) }
        #expect([areas[0b0101_0101], areas[0b0011_0011], areas[0b0000_1111]] == [6, 3, 2])
        // Half of |(0.5 x 1, 0.5 x 1.5, 1 x 1.5)|.
        #expect(near(areas[1], (0.25 + 0.5625 + 2.25).squareRoot() / 2))
        #expect(areas[0b1001] == 2 * areas[1])
        // An edge along i: 1 mm by half the diagonal of a face of 2 by 3 mm.
        #expect(near(areas[0b11], 13.0.squareRoot() / 2))
    }

    // A voxel is an octahedron of eight equal triangles, and each of its eight points lies as far as it was moved.
    @Test func voxelsApart() throws {
        let geometry = grid(Shape(6, 4, 4), spacing: Self.spacing)
        var options = ComparisonOptions()
        options.surface = .contour
        let found = try compare(
            LabelVolume(geometry, box: [1, 1, 1], [1, 1, 1]), with: LabelVolume(geometry, box: [4, 1, 1], [4, 1, 1]),
            options: options)[0]
        // Points at 1 and 2 mm along i, against 4 and 5: 3 and 2 mm to the nearest.
        #expect(near(found[.hd], 3))
        #expect(near(found[.hd95], 3))
        #expect(near(found[.assd], 2.5))
        options.tolerance = 2
        let half = try compare(
            LabelVolume(geometry, box: [1, 1, 1], [1, 1, 1]), with: LabelVolume(geometry, box: [4, 1, 1], [4, 1, 1]),
            options: options)[0]
        #expect(near(half[.nsd], 0.5))
    }

    @Test func theVolumesEdgeIsASurface() throws {
        let map = LabelVolume(grid(Shape(2, 3, 4), spacing: Self.spacing), box: [0, 0, 0], [1, 2, 3])
        var options = ComparisonOptions()
        options.surface = .contour
        let found = try compare(map, with: map, options: options)[0]
        for metric in Metric.allCases { #expect(found[metric] == agreement(metric)) }
    }
}

@Suite struct SurfaceProperties {
    /// Three boxes with random corners.
    private static func blobs(_ geometry: Geometry) -> LabelVolume {
        let shape = geometry.shape
        let corner = { () -> SIMD3<Int> in
            [.random(in: 0..<shape.i), .random(in: 0..<shape.j), .random(in: 0..<shape.k)]
        }
        var map = LabelVolume(geometry: geometry)
        for _ in 0..<3 {
            let (a, b) = (corner(), corner())
            let box = LabelVolume(geometry, box: pointwiseMin(a, b), pointwiseMax(a, b))
            for n in map.voxels.indices where box.voxels[n] == 1 { map.voxels[n] = 1 }
        }
        return map
    }

    private static func randomGrid() -> Geometry {
        grid(
            Shape(.random(in: 1...21), .random(in: 1...21), .random(in: 1...21)), spacing: Vec3.random(in: 0.2...5))
    }

    @Test func transformIsTheSmallestOfAllDistances() {
        for _ in 0..<30 {
            let geometry = Self.randomGrid()
            let (shape, spacing) = (geometry.shape, geometry.spacing)
            let seeds = Set((0..<5).map { _ in Int.random(in: 0..<shape.count) })
            let place = { (n: Int) in
                Vec3(Double(n % shape.i), Double(n / shape.i % shape.j), Double(n / shape.i / shape.j)) * spacing
            }
            let field = squaredDistances(to: Array(seeds), in: shape, spacing: spacing)
            for n in field.indices {
                let smallest = seeds.map { (place(n) - place($0)).length }.min()
                #expect(abs(field[n].squareRoot() - (smallest ?? 0)) < 1e-9)
            }
        }
        #expect(squaredDistances(to: [], in: Shape(2, 2, 2), spacing: [1, 1, 1]).allSatisfy { $0 == .infinity })
    }

    @Test func exchangeAndIdentity() throws {
        for _ in 0..<30 {
            let geometry = Self.randomGrid()
            let (a, b) = (Self.blobs(geometry), Self.blobs(geometry))
            let (there, back) = (try compare(a, with: b)[0], try compare(b, with: a)[0])
            for metric in [Metric.dice, .iou, .hd, .hd95, .assd, .nsd] { #expect(there[metric] == back[metric]) }
            #expect(there[.precision] == back[.recall])
            #expect(near(there[.volumeDifference], -(back[.volumeDifference] ?? .nan)))
            let surface = try #require(there.surface)
            #expect(surface.assd <= surface.hd)
            #expect(surface.hd95 <= surface.hd)
            let same = try compare(a, with: a)[0]
            for metric in Metric.allCases { #expect(same[metric] == agreement(metric)) }
        }
    }
}
