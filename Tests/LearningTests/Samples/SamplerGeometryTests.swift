import Foundation
import Platform
import Testing

@testable import Learning

/// Where patches are read, against places found by hand and by SciPy 1.17.
@Suite struct SamplerGeometryTests {
    private static func isClose(_ a: SIMD3<Double>, _ b: SIMD3<Double>, _ tolerance: Double = 1e-12) -> Bool {
        (0..<3).allSatisfy { abs(a[$0] - b[$0]) <= tolerance }
    }

    @Test func quarterTurnsGoFromAxisToAxis() {
        var turn = PatchTransform()
        turn.angles = SIMD3(.pi / 2, 0, 0)
        #expect(Self.isClose(turn(SIMD3(5, 0, 2)), SIMD3(5, 2, 0)))  // about z: x to y
        turn.angles = SIMD3(0, .pi / 2, 0)
        #expect(Self.isClose(turn(SIMD3(2, 5, 0)), SIMD3(0, 5, 2)))  // about y: z to x
        turn.angles = SIMD3(0, 0, .pi / 2)
        #expect(Self.isClose(turn(SIMD3(0, 2, 5)), SIMD3(2, 0, 5)))  // about x: y to z
    }

    @Test func turnsAboutAllAxesAreThoseOfSciPy() {
        // Rotation.from_euler("xyz", [0.3, -0.5, 0.7]).apply([1, 2, 3]), here as z, y, x.
        var turn = PatchTransform()
        turn.angles = SIMD3(0.7, -0.5, 0.3)
        #expect(Self.isClose(turn(SIMD3(3, 2, 1)), SIMD3(3.51327223, 0.28091344, -1.25618704), 1e-8))
    }

    @Test func magnifiedPatchesShowLess() {
        var transform = PatchTransform()
        (transform.scale, transform.signs) = (SIMD3(2, 1, 0.5), SIMD3(1, -1, 1))
        #expect(transform(SIMD3(6, 6, 6)) == SIMD3(3, -6, 12))
    }

    @Test func turnsAreTurnsInMillimetres() {
        // A quarter turn about z on voxels of 2 x 1 x 0.5 mm: one voxel along x is half a voxel along y, one along y is
        // two along x, backwards.
        var turn = PatchTransform()
        turn.angles = SIMD3(.pi / 2, 0, 0)
        let grid = PatchGrid(
            turn, centre: SIMD3(10, 20, 30), size: SIMD3(3, 5, 9), spacing: SIMD3(2, 1, 0.5),
            volumeSpacing: SIMD3(2, 1, 0.5), isFlat: false)
        #expect(Self.isClose(grid.steps[0], SIMD3(1, 0, 0)))
        #expect(Self.isClose(grid.steps[1], SIMD3(0, 0, -2)))
        #expect(Self.isClose(grid.steps[2], SIMD3(0, 0.5, 0)))
        // From the middle one slice, two rows and four columns back.
        #expect(Self.isClose(grid.start, SIMD3(9, 18, 34)))
    }

    @Test func patchesOfAnotherSpacingSpanTheSameMillimetres() {
        let spacings = (patch: SIMD3(2.0, 2, 1), volume: SIMD3(4.0, 1, 1))
        let whole = PatchGrid(
            PatchTransform(), centre: SIMD3(8, 8, 8), size: SIMD3(3, 3, 3), spacing: spacings.patch,
            volumeSpacing: spacings.volume, isFlat: false)
        #expect(whole.start == SIMD3(7.5, 6, 7) && whole.steps[0] == SIMD3(0.5, 0, 0))
        let flat = PatchGrid(
            PatchTransform(), centre: SIMD3(8, 8, 8), size: SIMD3(3, 3, 3), spacing: spacings.patch,
            volumeSpacing: spacings.volume, isFlat: true)
        #expect(flat.start == SIMD3(7, 6, 7) && flat.steps[0] == SIMD3(1, 0, 0))
    }

    @Test func flatPatchesAreTurnedInTheirPlaneByAnyAngle() {
        var augmentation = Augmentation()
        augmentation.fullTurn = 1
        var (random, quadrants) = (SplitMix64(state: 1), [0, 0, 0, 0])
        for _ in 0..<400 {
            let transform = PatchTransform(drawnFor: augmentation, isFlat: true, using: &random)
            #expect(transform.scale[0] == 1 && transform.angles[1] == 0 && transform.angles[2] == 0)
            quadrants[Int((transform.angles[0] + .pi) / (.pi / 2)) % 4] += 1
        }
        #expect(quadrants.allSatisfy { (60...140).contains($0) })
    }

    /// 0.15, and four times that where every magnification is a wide one.
    @Test(arguments: [(0.0, 0.15), (1.0, 0.6)]) func amountsAreDeviations(_ wideScale: Double, _ deviation: Double) {
        var augmentation = Augmentation()
        (augmentation.scalePerAxis, augmentation.wideRotation, augmentation.wideScale) = (0, 0, wideScale)
        var (random, logarithms, angles) = (SplitMix64(state: 2), 0.0, 0.0)
        let count = 4000
        for _ in 0..<count {
            let transform = PatchTransform(drawnFor: augmentation, isFlat: false, using: &random)
            #expect(transform.scale[0] == transform.scale[1] && transform.scale[0] == transform.scale[2])
            logarithms += pow(log(transform.scale[0]), 2)
            angles += pow(transform.angles[0], 2)
        }
        // A deviation found from 4000 draws is good to one part in ninety.
        #expect(abs((logarithms / Double(count)).squareRoot() / deviation - 1) < 0.04)
        #expect(abs((angles / Double(count)).squareRoot() - 0.15) < 0.006)
    }

    // MARK: - Reading

    private static func read(
        _ places: [SIMD4<Float>], _ size: SIMD3<Int>, _ image: [Float], _ labels: [UInt8]
    ) -> (image: [Float], labels: [UInt8]) {
        let empty = VolumeReading.Cell(corner: 0, stepZ: 0, stepY: 0, stepX: 0, fraction: SIMD4(repeating: 0))
        var cells = [VolumeReading.Cell](repeating: empty, count: places.count)
        var values = [Float](repeating: .nan, count: places.count)
        var ids = [UInt8](repeating: 255, count: places.count)
        let reading = VolumeReading(size)
        reading.find(places, &cells, count: places.count)
        reading.read(image, cells, count: places.count, to: &values, stride: 1)
        reading.read(labels, cells, count: places.count, to: &ids)
        return (values, ids)
    }

    @Test func readingIsLinearAndLabelsAreTheOnesWithMostWeight() {
        let size = SIMD3(4, 5, 6)
        var random = SplitMix64(state: 3)
        // Linear interpolation gives a linear function back.
        let image = (0..<120).map { n -> Float in
            let (z, y, x) = (n / 30, n / 6 % 5, n % 6)
            return Float(100 * z + 10 * y + x)
        }
        let labels = (0..<120).map { _ in UInt8(random.below(4)) }
        let places = (0..<3000).map { _ in
            SIMD4(Float(random.uniform(-2...5)), Float(random.uniform(-2...6)), Float(random.uniform(-2...7)), 0)
        }
        let (values, ids) = Self.read(places, size, image, labels)
        var outside = 0
        for (n, place) in places.enumerated() {
            let at = (0..<3).map { min(max(Double(place[$0]), 0), Double(size[$0] - 1)) }
            let linear = 100 * at[0] + 10 * at[1] + at[2]
            #expect(abs(Double(values[n]) - linear) < 1e-3)
            guard (0..<3).allSatisfy({ abs(Double(place[$0]) - at[$0]) < 0.5 }) else {
                #expect(ids[n] == 0)
                outside += 1
                continue
            }
            var weights = [Double](repeating: 0, count: 4)
            for voxel in 0..<120 {
                let from = [voxel / 30, voxel / 6 % 5, voxel % 6]
                let near = (0..<3).map { max(0, 1 - abs(at[$0] - Double(from[$0]))) }
                weights[Int(labels[voxel])] += near[0] * near[1] * near[2]
            }
            #expect(weights[Int(ids[n])] >= (weights.max() ?? 0) - 1e-5)
        }
        #expect(outside > 1000 && outside < 2500)
    }

    // MARK: - Elastic deformation

    @Test func splinesAreThoseOfSciPy() {
        // BSpline(np.arange(-3, 7), [0, 1, -2, 3, 0.5, 4], 3)(np.linspace(0, 3, 7))
        let expected: [Float] = [0.333333, -0.416667, -0.666667, 0.510417, 1.75, 1.71875, 1.5]
        let axis = SplineAxis(voxels: 7, cells: 3)
        let points: [Float] = [0, 1, -2, 3, 0.5, 4]
        let values = axis.interpolated(points.map { SIMD4(repeating: $0) }, inner: 1, step: 1)
        #expect(axis.points == 6 && values.count == 7)
        #expect(zip(values, expected).allSatisfy { abs($0[0] - $1) < 1e-5 })
    }

    /// Displacements in voxels, [z][y][x], of an elastic field of 1 mm on voxels of 2 x 1 x 1 mm. Cells are as long
    /// beside it as those of the default: 0.025 of a side that has six.
    private static func field(_ size: SIMD3<Int>, isFlat: Bool, _ random: inout SplitMix64) -> [SIMD4<Float>] {
        let spacing = SIMD3(2.0, 1, 1)
        let grid = PatchGrid(
            PatchTransform(), centre: SIMD3(0, 0, 0), size: size, spacing: spacing, volumeSpacing: spacing,
            isFlat: isFlat)
        let elastic = ElasticField(
            size: size, spacing: spacing, deviation: 1, cell: 20.0 / 3, grid: grid, isFlat: isFlat, using: &random)
        var field = [SIMD4<Float>](repeating: SIMD4(repeating: 0), count: size[0] * size[1] * size[2])
        for z in 0..<size[0] {
            for y in 0..<size[1] {
                field.withUnsafeMutableBufferPointer {
                    guard let start = $0.baseAddress else { return }
                    elastic.add(to: start + (z * size[1] + y) * size[2], z: z, y: y)
                }
            }
        }
        return field
    }

    @Test func fieldsHaveTheDeviationAskedForAndDoNotFold() {
        let size = SIMD3(20, 40, 48)
        var (random, squares, least) = (SplitMix64(state: 4), SIMD4<Double>(repeating: 0), Float(1))
        for _ in 0..<20 {
            let field = Self.field(size, isFlat: false, &random)
            for move in field { squares += SIMD4<Double>(move) * SIMD4<Double>(move) }
            for n in field.indices where n / 1920 > 0 && n / 48 % 40 > 0 && n % 48 > 0 {
                least = min(
                    least, Self.growth(field[n] - field[n - 1920], field[n] - field[n - 48], field[n] - field[n - 1]))
            }
        }
        let deviations = squares / Double(20 * size[0] * size[1] * size[2])
        // 1 mm is half a voxel along z. Twenty fields of some 200 cells are good to a few parts in a hundred; drawing
        // in what is beyond 2.5 deviations takes away one.
        #expect(abs(deviations[0].squareRoot() - 0.5) < 0.03)
        #expect(abs(deviations[1].squareRoot() - 1) < 0.06 && abs(deviations[2].squareRoot() - 1) < 0.06)
        #expect(least > 0 && least < 0.7)
    }

    /// By how much a voxel grows whose neighbours along z, y and x are displaced by so much less: below 0 it is inside
    /// out.
    private static func growth(_ z: SIMD4<Float>, _ y: SIMD4<Float>, _ x: SIMD4<Float>) -> Float {
        let first = (1 + z[0]) * ((1 + y[1]) * (1 + x[2]) - y[2] * x[1])
        let second = z[1] * (y[0] * (1 + x[2]) - y[2] * x[0])
        return first - second + z[2] * (y[0] * x[1] - (1 + y[1]) * x[0])
    }

    @Test func fieldsOfFlatPatchesAreTheSameInAllSlices() {
        let size = SIMD3(5, 40, 48)
        var random = SplitMix64(state: 5)
        let field = Self.field(size, isFlat: true, &random)
        let slice = size[1] * size[2]
        #expect(field.allSatisfy { $0[0] == 0 } && field.contains { abs($0[1]) > 0.5 && abs($0[2]) > 0.5 })
        for n in slice..<field.count { #expect(abs(field[n] - field[n - slice]).max() < 1e-5) }
    }
}

private func abs(_ v: SIMD4<Float>) -> SIMD4<Float> { v.replacing(with: -v, where: v .< 0) }
