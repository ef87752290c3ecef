import Foundation
import Platform
import Volumes

/// A smooth random displacement of a patch's voxels: cubic B-splines over a coarse grid of normal coefficients.
/// (Rueckert et al., "Nonrigid registration using free-form deformations", IEEE TMI 18(8), 1999.)
struct ElasticField {
    /// Displacements in voxels of the volume (z, y, x, 0), interpolated along z and y: [z][y][control point along x].
    private let lines: [SIMD4<Float>]
    private let alongX: SplineAxis
    private let height: Int

    /// Coefficients beyond these many deviations are drawn in: rare ones would fold the patch.
    private static let most = 2.5
    /// Mean of the sum of a cubic B-spline's squared weights over a cell: by how much it lessens variance.
    private static let kept = 151.0 / 315

    /// A field for patches of `size` voxels of `spacing` mm. The `deviation` of the displacement along each axis and
    /// `cell`, about the distance of control points, are in mm. The field of flat patches is within the slices and the
    /// same in all. `grid` says what a displacement in mm is in voxels of the volume.
    init(
        size: SIMD3<Int>, spacing: SIMD3<Double>, deviation: Double, cell: Double, grid: PatchGrid, isFlat: Bool,
        using random: inout SplitMix64
    ) {
        let axes = (0..<3).map { axis in
            let length = Double(size[axis] - 1) * spacing[axis]
            let cells = isFlat && axis == 0 ? 1 : max(1, Int(known: (length / cell).rounded()))
            return SplineAxis(voxels: size[axis], cells: cells)
        }
        let planes = isFlat ? 1 : axes[0].points
        let amount = deviation / pow(Self.kept, isFlat ? 1 : 1.5)
        let count = planes * axes[1].points * axes[2].points
        let coefficients = (0..<count).map { _ -> SIMD4<Float> in
            var move = SIMD3<Double>(repeating: 0)
            for axis in (isFlat ? 1 : 0)..<3 {
                let size = amount * min(max(random.normal(), -Self.most), Self.most)
                move += size * grid.stepsPerMillimetre[axis]
            }
            return SIMD4(Float(move[0]), Float(move[1]), Float(move[2]), 0)
        }
        let row = axes[2].points
        let slices = axes[0].interpolated(coefficients, inner: axes[1].points * row, step: isFlat ? 0 : 1)
        lines = axes[1].interpolated(slices, inner: row, step: 1)
        (alongX, height) = (axes[2], size[1])
    }

    /// Moves the places of a row of voxels.
    func add(to places: UnsafeMutablePointer<SIMD4<Float>>, z: Int, y: Int) {
        let start = (z * height + y) * alongX.points
        lines.withUnsafeBufferPointer { lines in
            alongX.first.withUnsafeBufferPointer { first in
                alongX.weights.withUnsafeBufferPointer { weights in
                    for x in first.indices {
                        places[x] += SplineAxis.sum(lines, from: start + first[x], step: 1, weights[x])
                    }
                }
            }
        }
    }
}

/// The weights of a cubic B-spline at the voxels along one axis of a patch.
struct SplineAxis {
    /// Control points: one before the first cell, one behind the last, and one more.
    let points: Int
    /// For each voxel the first of the four control points that it goes by, and their weights.
    let first: [Int]
    let weights: [SIMD4<Float>]

    /// `cells` from the centre of the first voxel to that of the last.
    init(voxels: Int, cells: Int) {
        points = cells + 3
        let places = (0..<voxels).map { Double($0) / Double(max(voxels - 1, 1)) * Double(cells) }
        let first = places.map { min(Int(known: $0), cells - 1) }
        self.first = first
        weights = zip(places, first).map { place, first in
            let t = place - Double(first)
            let u = 1 - t
            return SIMD4<Float>(
                Float(u * u * u / 6), Float((3 * t * t * t - 6 * t * t + 4) / 6),
                Float((3 * u * u * u - 6 * u * u + 4) / 6), Float(t * t * t / 6))
        }
    }

    /// Values at the voxels from those at the control points: [outer][point][inner] to [outer][voxel][inner]. With a
    /// `step` of 0 all points of the axis are the first and only one.
    func interpolated(_ values: [SIMD4<Float>], inner: Int, step: Int) -> [SIMD4<Float>] {
        let block = (step == 0 ? 1 : points) * inner
        let outer = values.count / block
        return [SIMD4<Float>](unsafeUninitializedCapacity: outer * first.count * inner) { result, filled in
            values.withUnsafeBufferPointer { values in
                for n in 0..<outer {
                    for voxel in first.indices {
                        let from = n * block + first[voxel] * step * inner
                        let to = (n * first.count + voxel) * inner
                        for i in 0..<inner {
                            result[to + i] = Self.sum(values, from: from + i, step: step * inner, weights[voxel])
                        }
                    }
                }
            }
            filled = outer * first.count * inner
        }
    }

    /// Four values by their weights.
    @inline(__always)
    static func sum(
        _ values: UnsafeBufferPointer<SIMD4<Float>>, from: Int, step: Int, _ weights: SIMD4<Float>
    ) -> SIMD4<Float> {
        var sum = weights[0] * values[from]
        sum += weights[1] * values[from + step]
        sum += weights[2] * values[from + 2 * step]
        sum += weights[3] * values[from + 3 * step]
        return sum
    }
}
