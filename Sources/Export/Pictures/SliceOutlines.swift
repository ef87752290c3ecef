import VolumeIO
import Volumes

/// A closed line with rounded corners, in pixels.
struct RoundedPath: Hashable {
    /// A corner, where the curve that rounds it begins and where it ends.
    struct Corner: Hashable {
        var start, corner, end: SIMD2<Double>
    }

    var corners: [Corner]
}

/// The borders of labels in one slice as lines along the sides of its pixels, on a picture of some size.
struct SliceOutlines {
    /// Labels that are there, ascending, with the corners of their borders in pixels of the slice, whole at its corners.
    private let borders: [(id: UInt16, polygons: [[SIMD2<Double>]])]
    /// Pixels of the picture for one of the slice, along its columns and rows.
    private let scale: SIMD2<Double>

    /// - Parameter labels: `rows * columns` labels, columns fastest.
    init(_ labels: [UInt16], columns: Int, rows: Int, width: Double, height: Double) {
        scale = [width / Double(columns), height / Double(rows)]
        let grid = Geometry(shape: Shape(columns, rows, 1), affine: .identity)
        let contours = LabelVolume(geometry: grid, voxels: labels).contours(ContourOptions(holes: .xor))
        borders = contours.map { label in
            // Contours lie a hair inside their label; here the sides of the pixels themselves are wanted.
            (label.id, label.contours.map { $0.points.map { ($0 + 0.5).rounded(.toNearestOrEven) } })
        }
    }

    /// The labels, ascending.
    var ids: [UInt16] { borders.map(\.id) }

    /// The borders of a label.
    func paths(of id: UInt16, x: Double, y: Double) -> [RoundedPath] { paths(of: id, inset: [0, 0], x: x, y: y) }

    /// Lines of some width along the borders of a label, inside it. Where its pixels are too small for that, lines lie
    /// nearer to the border or on it, so that nothing becomes smaller than two pixels of the picture.
    func lines(of id: UInt16, width: Double, x: Double, y: Double) -> [RoundedPath] {
        func inset(_ side: Double) -> Double { max(0, min(width / 2, 0.45 * side, (side + width - 2) / 2)) }
        return paths(of: id, inset: [inset(scale.x), inset(scale.y)], x: x, y: y)
    }

    private func paths(of id: UInt16, inset: SIMD2<Double>, x: Double, y: Double) -> [RoundedPath] {
        let polygons = borders.first { $0.id == id }?.polygons ?? []
        return polygons.map { Self.rounded(moved($0, inset: inset).map { $0 + [x, y] }, upTo: scale / 2) }
    }

    /// A polygon in pixels of the picture, its sides moved to the label's side.
    private func moved(_ points: [SIMD2<Double>], inset: SIMD2<Double>) -> [SIMD2<Double>] {
        points.indices.map { n in
            let (before, here, after) = (
                points[(n + points.count - 1) % points.count], points[n], points[(n + 1) % points.count]
            )
            return here * scale + (Self.inward(before, here) + Self.inward(here, after)) * inset
        }
    }

    /// The label lies to that side of a line to which a line to the right turns to go down.
    private static func inward(_ from: SIMD2<Double>, _ to: SIMD2<Double>) -> SIMD2<Double> {
        let step = to - from
        return step.x != 0 ? [0, step.x > 0 ? 1 : -1] : [step.y > 0 ? -1 : 1, 0]
    }

    /// Corners rounded over up to `reach`, and never over more than half of a side: the steps of a slanting border
    /// become a wave of less than half a pixel, straight borders stay.
    private static func rounded(_ points: [SIMD2<Double>], upTo reach: SIMD2<Double>) -> RoundedPath {
        func toward(_ to: SIMD2<Double>, from: SIMD2<Double>) -> SIMD2<Double> {
            let step = to - from
            let length = abs(step.x) + abs(step.y)
            guard length > 0 else { return from }
            return from + step * min(0.5, (step.x != 0 ? reach.x : reach.y) / length)
        }
        return RoundedPath(
            corners: points.indices.map { n in
                let (before, after) = (points[(n + points.count - 1) % points.count], points[(n + 1) % points.count])
                return .init(
                    start: toward(before, from: points[n]), corner: points[n], end: toward(after, from: points[n]))
            })
    }
}
