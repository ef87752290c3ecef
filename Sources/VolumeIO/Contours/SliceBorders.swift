import Volumes

/// A closed line between a label and what is not that label in one slice.
struct SliceBorder {
    /// The label that it is the border of.
    let label: UInt16
    /// Whether the label lies around it and not inside.
    let isHole: Bool
    /// Its corners in voxel coordinates (i, j), the label always on the side to which i turns to j.
    var points: [SIMD2<Double>] = []
    /// Voxels inside, negative for a hole.
    var voxels = 0
    /// Where the voxels left of a hole's first one end, which are its label's.
    var channel: HoleChannel?
}

/// The straight way through a label from a hole to the border left of it.
struct HoleChannel {
    /// That border, and the point of it before which the way ends.
    var border, point: Int
    /// The way's end on that border and on the hole, in voxel coordinates.
    var far, near: SIMD2<Double>
}

/// Finds the borders of labels in the slices of one size.
///
/// Border following on the sides of voxels: with the label on one hand, at each corner turn towards it where it ends,
/// away from it where it goes on ahead on the other hand too, else go straight. Voxels that touch at a corner alone are
/// therefore apart inside a label, and together outside.
struct SliceBorders {
    /// By how much of a voxel borders lie inside their label. Readers that round points to whole voxels, and fill the
    /// border too, then find the voxels that were meant, not the next ones; and borders that meet at a corner do not
    /// touch. The area of a hundred voxels loses a third of a percent.
    static let inset = 0x1p-7

    /// The steps of one voxel side, and towards the label from each: right, down, left, up in (i, j).
    private static let steps: [(x: Int, y: Int)] = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    private static let inward: [SIMD2<Double>] = [[0, 1], [-1, 0], [0, -1], [1, 0]]
    /// The voxels ahead of a corner, from its own index: on the label's hand, and on the other.
    private static let ahead: [(x: Int, y: Int)] = [(0, 0), (-1, 0), (-1, -1), (0, -1)]
    private static let across: [(x: Int, y: Int)] = [(0, -1), (0, 0), (-1, 0), (-1, -1)]
    private static let (down, up) = (1, 3)

    private let columns, rows: Int
    /// For the left and the right side of each voxel the border that it belongs to, counted over all slices, so that
    /// nothing must be cleared between them.
    private var leftBorder, rightBorder: [Int32]
    /// For the left side of each voxel the point in which the straight line that it belongs to ends.
    private var leftPoint: [Int32]
    /// The number of the slice's first border.
    private var base: Int32 = 0

    init(columns: Int, rows: Int) {
        (self.columns, self.rows) = (columns, rows)
        leftBorder = Array(repeating: -1, count: (columns + 1) * rows)
        (rightBorder, leftPoint) = (leftBorder, leftBorder)
    }

    /// The borders of the labels that `isWanted` names, by the rows of their first voxels. A hole comes after the
    /// border that its channel ends on.
    mutating func borders(of slice: UnsafeBufferPointer<UInt16>, isWanted: [Bool]) -> [SliceBorder] {
        var borders: [SliceBorder] = []
        if base > .max / 2 {
            self = SliceBorders(columns: columns, rows: rows)
        }
        for row in 0..<rows {
            var before: UInt16 = 0
            let start = row * columns
            for column in 0...columns {
                let label = column < columns ? slice[start + column] : 0
                if label == before { continue }
                let side = row * (columns + 1) + column
                if before != 0, isWanted[Int(before)], rightBorder[side] < base {
                    var hole = follow(from: (column, row), Self.down, before, number: borders.count, in: slice)
                    hole.channel = channel(column, row, borders.count, in: slice)
                    borders.append(hole)
                }
                if label != 0, isWanted[Int(label)], leftBorder[side] < base {
                    borders.append(follow(from: (column, row + 1), Self.up, label, number: borders.count, in: slice))
                }
                before = label
            }
        }
        base += Int32(borders.count)
        return borders
    }

    private func label(_ x: Int, _ y: Int, in slice: UnsafeBufferPointer<UInt16>) -> UInt16 {
        x >= 0 && x < columns && y >= 0 && y < rows ? slice[y * columns + x] : 0
    }

    /// Follows the border that begins at a corner of voxels in one direction.
    private mutating func follow(
        from start: (x: Int, y: Int), _ first: Int, _ label: UInt16, number: Int,
        in slice: UnsafeBufferPointer<UInt16>
    ) -> SliceBorder {
        var border = SliceBorder(label: label, isHole: first == Self.down)
        let name = base + Int32(number)
        var ((x, y), direction) = (start, first)
        repeat {
            if direction == Self.up {
                let side = (y - 1) * (columns + 1) + x
                leftBorder[side] = name
                leftPoint[side] = Int32(border.points.count)
                border.voxels -= x
            } else if direction == Self.down {
                rightBorder[y * (columns + 1) + x] = name
                border.voxels += x
            }
            x += Self.steps[direction].x
            y += Self.steps[direction].y
            let turned = turn(x, y, direction, label, in: slice)
            if turned != direction {
                let inward = Self.inward[direction] + Self.inward[turned]
                border.points.append(Self.corner(x, y) + Self.inset * inward)
            }
            direction = turned
        } while (x, y) != start || direction != first
        return border
    }

    /// The direction in which a border leaves a corner.
    private func turn(
        _ x: Int, _ y: Int, _ direction: Int, _ label: UInt16, in slice: UnsafeBufferPointer<UInt16>
    ) -> Int {
        let (ahead, across) = (Self.ahead[direction], Self.across[direction])
        if self.label(x + ahead.x, y + ahead.y, in: slice) != label { return (direction + 1) & 3 }
        if self.label(x + across.x, y + across.y, in: slice) == label { return (direction + 3) & 3 }
        return direction
    }

    /// The way from a hole's first voxel to the left. It lies between the rows of voxel centres and of voxel borders,
    /// so that neither it nor its end is on a line that a reader may look at.
    private func channel(
        _ column: Int, _ row: Int, _ hole: Int, in slice: UnsafeBufferPointer<UInt16>
    ) -> HoleChannel {
        let label = slice[row * columns + column - 1]
        var first = column - 1
        while first > 0, slice[row * columns + first - 1] == label { first -= 1 }
        let side = row * (columns + 1) + first
        let height = Double(row) + 0.25
        return HoleChannel(
            border: Int(leftBorder[side] - base), point: Int(leftPoint[side]),
            far: [Double(first) - 0.5 + Self.inset, height], near: [Double(column) - 0.5 - Self.inset, height])
    }

    private static func corner(_ x: Int, _ y: Int) -> SIMD2<Double> { [Double(x) - 0.5, Double(y) - 0.5] }
}
