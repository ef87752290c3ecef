import Preparation
import Testing
import Volumes

/// Volumes on a grid of another spacing, and back; every number by hand.
@Suite struct GridPlacementTests {
    private func volume(_ shape: Shape, _ spacing: (Double, Double, Double), _ value: (Int, Int, Int) -> Float)
        -> Volume
    {
        var values: [Float] = []
        for k in 0..<shape.k {
            for j in 0..<shape.j {
                for i in 0..<shape.i { values.append(value(i, j, k)) }
            }
        }
        let affine = Affine(i: [spacing.0, 0, 0], j: [0, spacing.1, 0], k: [0, 0, spacing.2], origin: [0, 0, 0])
        return Volume(geometry: Geometry(shape: shape, affine: affine), voxels: .float32(values))
    }

    private let unit = IntensityScale(lower: 0, upper: 1)

    /// RAS along i, j, k: axial slices are k, rows i, columns j.
    @Test func theVolumesOwnSpacingIsACopy() {
        let volume = volume(Shape(3, 4, 2), (1, 1.01, 5)) { Float($0 + 10 * $1 + 100 * $2) / 1000 }
        let placement = GridPlacement(volume.geometry, plane: .axial, spacing: SIMD3(5, 1, 1))
        #expect(placement.size == SIMD3(2, 3, 4))
        #expect(placement.spacing == SIMD3(5, 1, 1.01))
        let values = placement.fit(volume, scale: unit)
        #expect(values[0] == 0 && values[1] == 0.010 && values[4] == 0.001 && values[12] == 0.100)
        #expect(placement.restore(values) == values)
    }

    /// Twice as coarse along rows: means of two. Back, between centres at 0.5 and 2.5 of four.
    @Test func coarserSamplesAreMeans() {
        let volume = volume(Shape(4, 1, 1), (1, 1, 1)) { i, _, _ in [0, 0.2, 0.6, 1][i] }
        let placement = GridPlacement(volume.geometry, plane: .axial, spacing: SIMD3(1, 2, 1))
        #expect(placement.size == SIMD3(1, 2, 1) && placement.spacing == SIMD3(1, 2, 1))
        let values = placement.fit(volume, scale: unit)
        #expect(abs(values[0] - 0.1) < 1e-6 && abs(values[1] - 0.8) < 1e-6)
        let expected: [Float] = [0.1, 0.1 + 0.25 * 0.7, 0.1 + 0.75 * 0.7, 0.8]
        #expect(zip(placement.restore(values), expected).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    /// Whole numbers of samples fill the volume: five voxels of 1 mm at about 2.2 mm are two of 2.5 mm.
    @Test func spacingFillsTheVolume() {
        let volume = volume(Shape(1, 1, 5), (1, 1, 1)) { _, _, k in k < 2 ? 1 : 0 }
        let placement = GridPlacement(volume.geometry, plane: .axial, spacing: SIMD3(2.2, 1, 1))
        #expect(placement.size == SIMD3(2, 1, 1) && placement.spacing == SIMD3(2.5, 1, 1))
        #expect(placement.fit(volume, scale: unit) == [0.8, 0])
    }

    /// Finer samples lie between centres; a volume stored the other way round is read the right way round.
    @Test func finerSamplesAndReversedAxes() {
        let affine = Affine(i: [-1, 0, 0], j: [0, 1, 0], k: [0, 0, 1], origin: [1, 0, 0])
        let volume = Volume(
            geometry: Geometry(shape: Shape(2, 1, 1), affine: affine), voxels: .float32([1, 0]))
        let placement = GridPlacement(volume.geometry, plane: .axial, spacing: SIMD3(1, 0.5, 1))
        #expect(placement.fit(volume, scale: unit) == [0, 0.25, 0.75, 1])
    }

    @Test func labelsAreShares() {
        let volume = volume(Shape(4, 1, 1), (1, 1, 1)) { _, _, _ in 0 }
        let labels = LabelVolume(geometry: volume.geometry, voxels: [1, 2, 2, 2])
        let placement = GridPlacement(volume.geometry, plane: .axial, spacing: SIMD3(1, 2, 1))
        #expect(placement.fit(labels) { $0 == 1 } == [0.5, 0])
        #expect(placement.fit(labels) { $0 == 2 } == [0.5, 1])
    }
}
