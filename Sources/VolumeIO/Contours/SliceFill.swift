import Volumes

/// Fills polygons in slices of one size by the even-odd rule. What it keeps does not grow with the number of points.
struct SliceFill {
    /// How far from a line, in voxels, a centre still lies on it: more than coordinates lose by rounding.
    private static let reach = 0.001
    /// What is marked of a row and column: an odd number of borders between the centre and that of the column before.
    private static let changes: UInt8 = 1
    /// The centre lies on a line, which makes it a voxel of the region on whichever side that is. Programs that join the
    /// centres of voxels give parts one voxel wide no area at all.
    private static let onLine: UInt8 = 2

    private let columns, rows: Int
    private var marks: [UInt8]
    /// The rows and columns in which borders were marked.
    private var touchedRows, touchedColumns: Range<Int>

    init(columns: Int, rows: Int) {
        (self.columns, self.rows) = (columns, rows)
        marks = Array(repeating: 0, count: (columns + 1) * rows)
        (touchedRows, touchedColumns) = (0..<0, 0..<0)
    }

    /// Appends the voxels inside polygons of points (i, j) on a slice whose first voxel is number `first`.
    mutating func fill(_ polygons: [[SIMD2<Double>]], from first: Int, into runs: inout VoxelRuns) {
        (touchedRows, touchedColumns) = (0..<0, 0..<0)
        for polygon in polygons {
            guard var last = polygon.last else { continue }
            for point in polygon {
                // From the smaller j to the larger, so that a line walked twice gives the same numbers both times.
                if last.y < point.y { cross(last, point) } else if point.y < last.y { cross(point, last) }
                trace(last, point)
                last = point
            }
        }
        for row in touchedRows { sweep(row, first + row * columns, &runs) }
    }

    /// Marks where the line between two points crosses rows.
    private mutating func cross(_ low: SIMD2<Double>, _ high: SIMD2<Double>) {
        let slope = (high.x - low.x) / (high.y - low.y)
        let first = max(Int(clamping: low.y.rounded(.up)), 0)
        let end = min(Int(clamping: high.y.rounded(.up)), rows)
        for row in first..<max(first, end) {
            let x = low.x + (Double(row) - low.y) * slope
            let column = min(max(Int(clamping: x.rounded(.up)), 0), columns)
            marks[row * (columns + 1) + column] ^= Self.changes
            touch(row, column)
        }
    }

    /// Marks the voxels whose centres lie on the line between two points.
    private mutating func trace(_ from: SIMD2<Double>, _ to: SIMD2<Double>) {
        let isSteep = abs(to.y - from.y) > abs(to.x - from.x)
        let (start, end) = isSteep ? (from.y, to.y) : (from.x, to.x)
        let (side, otherSide) = isSteep ? (from.x, to.x) : (from.y, to.y)
        let slope = start == end ? 0 : (otherSide - side) / (end - start)
        let first = max(Int(clamping: (min(start, end) - Self.reach).rounded(.up)), 0)
        let last = min(Int(clamping: (max(start, end) + Self.reach).rounded(.down)), (isSteep ? rows : columns) - 1)
        for step in first..<max(first, last + 1) {
            let place = side + (Double(step) - start) * slope
            if abs(place - place.rounded()) > Self.reach {
                if slope == 0 { return }
                continue
            }
            let nearest = Int(clamping: place.rounded())
            guard nearest >= 0, nearest < (isSteep ? columns : rows) else { continue }
            let (column, row) = isSteep ? (nearest, step) : (step, nearest)
            marks[row * (columns + 1) + column] |= Self.onLine
            touch(row, column)
        }
    }

    private mutating func touch(_ row: Int, _ column: Int) {
        Self.extend(&touchedRows, row)
        Self.extend(&touchedColumns, column)
    }

    private static func extend(_ range: inout Range<Int>, _ value: Int) {
        if range.contains(value) { return }
        range = range.isEmpty ? value..<value + 1 : min(range.lowerBound, value)..<max(range.upperBound, value + 1)
    }

    /// Turns the marks of a row into runs and clears them. Every line is closed, so that all is outside behind the last
    /// mark.
    private mutating func sweep(_ row: Int, _ first: Int, _ runs: inout VoxelRuns) {
        var start: Int?
        for column in touchedColumns {
            let at = row * (columns + 1) + column
            let mark = marks[at]
            if mark == 0 { continue }
            marks[at] = 0
            if mark & Self.changes != 0 {
                if let start { runs.append(first + start..<first + column) }
                start = start == nil ? column : nil
            }
            if start == nil, mark & Self.onLine != 0 { runs.append(first + column..<first + column + 1) }
        }
    }
}
