import Platform
import Testing
import Volumes

@testable import VolumeIO

/// Grids that contours are tried on: axes as DICOM has them, oblique, with slices that do not stand at right angles to
/// their direction (a tilted gantry), left-handed, and of very small voxels.
enum ContourGrid: String, CaseIterable, CustomTestStringConvertible {
    case axial, oblique, tilted, leftHanded, tiny

    var affine: Affine {
        switch self {
        case .axial: Affine(i: [-0.7, 0, 0], j: [0, -0.9, 0], k: [0, 0, 2.5], origin: [120.3, 88.1, -804.5])
        case .oblique:
            Affine(
                i: [-1.1, 0.3, -0.2], j: [0.27, 0.99, 0], k: [0.198, -0.054, -1.17], origin: [-40.25, 17.5, 333.3])
        case .tilted: Affine(i: [-1.5, 0, 0], j: [0, -1.467, -0.312], k: [0, 0, 3], origin: [48, 60, -12.5])
        case .leftHanded: Affine(i: [0.8, 0, 0], j: [0, -0.8, 0], k: [0, 0, 5], origin: [-200, 150, 1500])
        case .tiny: Affine(i: [-0.01, 0, 0], j: [0, -0.01, 0], k: [0, 0, 0.01], origin: [3, 4, 5])
        }
    }

    var testDescription: String { rawValue }
}

/// Label maps made of letters: `.` is 0, digits are labels; rows along j, slices one after the other.
func letters(_ slices: [String]..., affine: Affine = .identity) -> LabelVolume {
    let rows = slices[0]
    let shape = Shape(rows[0].count, rows.count, slices.count)
    let voxels = slices.joined().joined().map { UInt16(String($0)) ?? 0 }
    return LabelVolume(geometry: Geometry(shape: shape, affine: affine), voxels: voxels)
}

/// Blocks of labels with single voxels changed: holes, islands in them, corners that touch, labels at every side.
func randomLabels(_ shape: Shape, affine: Affine, seed: UInt64) -> LabelVolume {
    var random = SplitMix64(state: seed)
    let block = 1 + random.below(5)
    let density = random.below(40)
    var blocks: [Int: UInt16] = [:]
    var labels = LabelVolume(geometry: Geometry(shape: shape, affine: affine))
    for n in labels.voxels.indices {
        let (i, j, k) = (n % shape.i, n / shape.i % shape.j, n / (shape.i * shape.j))
        let key = (i / block) + 1000 * (j / block) + 1_000_000 * k
        let own = blocks[key] ?? UInt16(max(random.below(6) - 2, 0))
        blocks[key] = own
        labels.voxels[n] = random.below(100) < density ? UInt16(random.below(4)) : own
    }
    return labels
}

/// The area that a polygon encloses, positive where it turns from i to j.
func area(_ points: [SIMD2<Double>]) -> Double {
    zip(points, points.dropFirst() + points.prefix(1)).reduce(0) { $0 + ($1.0.x * $1.1.y - $1.1.x * $1.0.y) / 2 }
}

/// The length of a polygon.
func perimeter(_ points: [SIMD2<Double>]) -> Double {
    zip(points, points.dropFirst() + points.prefix(1)).reduce(0) { $0 + abs($1.0.x - $1.1.x) + abs($1.0.y - $1.1.y) }
}

/// Whether two sides of a polygon along the axes, not neighbours, have a point in common.
func touchesItself(_ points: [SIMD2<Double>]) -> Bool {
    let sides = zip(points, points.dropFirst() + points.prefix(1)).map {
        (low: pointwiseMin($0, $1), high: pointwiseMax($0, $1))
    }
    for one in sides.indices {
        for other in sides.indices where other > one + 1 && !(one == 0 && other == sides.count - 1) {
            let gap = pointwiseMax(sides[one].low - sides[other].high, sides[other].low - sides[one].high)
            if max(gap.x, gap.y) <= 0 { return true }
        }
    }
    return false
}

/// Whether two sides of a polygon along j run over each other.
func walksTwice(_ points: [SIMD2<Double>]) -> Bool {
    let sides = zip(points, points.dropFirst() + points.prefix(1)).filter { $0.x == $1.x }.map {
        (x: $0.x, low: min($0.y, $1.y), high: max($0.y, $1.y))
    }
    return sides.indices.contains { one in
        sides[..<one].contains {
            $0.x == sides[one].x && min($0.high, sides[one].high) > max($0.low, sides[one].low)
        }
    }
}

/// A contour as a file keeps it: coordinates with the decimals that are written.
func stored(_ contour: LabelContour, _ geometry: Geometry) -> PlanarContour {
    var scale = 1.0
    for _ in 0..<geometry.contourDecimals { scale *= 10 }
    return PlanarContour(coordinates: contour.coordinates(geometry.affine).map { ($0 * scale).rounded() / scale })
}
