/// The polygons by which marching cubes separates the corners of a cell that lie in a structure from those outside, for
/// each of the 256 ways they can lie (Lorensen and Cline 1987).
///
/// The cases are derived here rather than listed. Each face of the cell is cut by itself, in the same way from both of
/// its sides, which closes the surface across cells (Nielson and Hamann 1991): where two corners of the structure lie
/// across a face from each other, the cut keeps them apart. Polygons are split into triangles along diagonals through
/// the cell's inside only. So no edge can be shared by more than two triangles, whatever the voxels are: an edge on a
/// face belongs to one polygon on each side of it, a diagonal to one polygon of one cell.
struct CellPolygons: Sendable {
    /// A polygon's side, or with a third edge a triangle, between vertices that lie on these edges of the cell.
    /// Edges along i are 0 to 3, along j 4 to 7, along k 8 to 11; see ``edge(from:to:)``.
    struct Case: Sendable {
        /// Sides of the polygons, from vertex to vertex, counter-clockwise as seen from outside the structure.
        var sides: [(from: Int, to: Int)] = []
        /// Triangles, counter-clockwise as seen from outside the structure.
        var triangles: [(Int, Int, Int)] = []
        /// What the polygons leave out of the eighths of voxels in the cell, as a share of the cell; below zero where
        /// they take in more.
        var missing: Float = 0
    }

    /// By the corners in the structure: bit `i + 2 j + 4 k` stands for the corner at (i, j, k), each 0 or 1.
    let cases: [Case]

    /// The table.
    static let table = CellPolygons()

    private init() { cases = (0..<256).map { Self.makeCase($0) } }

    /// The edge between two neighbouring corners.
    static func edge(from a: Int, to b: Int) -> Int {
        let low = min(a, b)
        return switch a ^ b {
        case 1: low >> 1
        case 2: 4 + (low & 1) + (low >> 1 & 2)
        default: 8 + (low & 3)
        }
    }

    /// Which of the six faces (2 x axis + side) an edge lies on, as bits.
    static func faces(of edge: Int) -> Int {
        let (axis, first, second) = (edge / 4, edge & 1, edge >> 1 & 1)
        let others = axis == 0 ? (1, 2) : axis == 1 ? (0, 2) : (0, 1)
        return 1 << (2 * others.0 + first) | 1 << (2 * others.1 + second)
    }

    /// The corners of each face, counter-clockwise as seen from outside the cell.
    private static let faceCorners = [
        [0, 4, 6, 2], [1, 3, 7, 5], [0, 1, 5, 4], [2, 6, 7, 3], [0, 2, 3, 1], [4, 5, 7, 6],
    ]

    private static func makeCase(_ corners: Int) -> Case {
        var next: [Int: Int] = [:]
        for face in faceCorners {
            // Around each run of corners in the structure, from the edge where it begins to the one where it ends.
            for start in 0..<4 where isInside(face[start], corners) && !isInside(face[(start + 3) & 3], corners) {
                var end = start
                while isInside(face[(end + 1) & 3], corners) { end = (end + 1) & 3 }
                let first = edge(from: face[(start + 3) & 3], to: face[start])
                next[first] = edge(from: face[end], to: face[(end + 1) & 3])
            }
        }
        var result = Case()
        for start in next.keys.sorted() {
            guard var edge = next.removeValue(forKey: start) else { continue }
            var polygon = [start]
            while edge != start {
                polygon.append(edge)
                guard let after = next.removeValue(forKey: edge) else { preconditionFailure("case \(corners)") }
                edge = after
            }
            for (n, vertex) in polygon.enumerated() {
                result.sides.append((vertex, polygon[(n + 1) % polygon.count]))
            }
            guard let triangles = split(polygon) else { preconditionFailure("case \(corners) cannot be split") }
            result.triangles += triangles
        }
        result.missing = Float(corners.nonzeroBitCount) / 8 - volume(corners, result.triangles)
        return result
    }

    /// The share of a cell within its polygons, by Gauss's theorem: what lies across i, times its position there.
    private static func volume(_ corners: Int, _ triangles: [(Int, Int, Int)]) -> Float {
        let inside = faceCorners[1].filter { isInside($0, corners) }
        let areAcross = inside.count == 2 && inside[0] ^ inside[1] == 6
        let face: Float = areAcross ? 0.25 : [0, 0.125, 0.5, 0.875, 1][inside.count]
        return triangles.reduce(face) { sum, triangle in
            let (a, b, c) = (middle(triangle.0), middle(triangle.1), middle(triangle.2))
            let (u, v) = (b - a, c - a)
            return sum + (a.x + b.x + c.x) / 3 * (u.y * v.z - u.z * v.y) / 2
        }
    }

    /// The middle of an edge, within the cell.
    static func middle(_ edge: Int) -> SIMD3<Float> {
        let (first, second) = (Float(edge & 1), Float(edge >> 1 & 1))
        return switch edge >> 2 {
        case 0: [0.5, first, second]
        case 1: [first, 0.5, second]
        default: [first, second, 0.5]
        }
    }

    private static func isInside(_ corner: Int, _ corners: Int) -> Bool { corners >> corner & 1 == 1 }

    /// Triangles of a polygon whose diagonals lie on no face of the cell; nil where there are none such.
    private static func split(_ polygon: [Int]) -> [(Int, Int, Int)]? {
        guard polygon.count >= 3 else { return [] }
        let (first, last) = (polygon[0], polygon[polygon.count - 1])
        for n in 1..<polygon.count - 1 {
            let before = Array(polygon[0...n])
            let after = Array(polygon[n...])
            guard before.count == 2 || faces(of: first) & faces(of: polygon[n]) == 0,
                after.count == 2 || faces(of: polygon[n]) & faces(of: last) == 0,
                let one = split(before), let other = split(after)
            else { continue }
            return one + [(first, polygon[n], last)] + other
        }
        return nil
    }
}
