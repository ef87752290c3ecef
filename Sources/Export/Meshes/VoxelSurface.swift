import Volumes

/// The border of one label of a label map as marching cubes makes it, in voxels: a closed surface whose vertices lie
/// half way between a voxel of the label and one outside. Beyond the grid nothing belongs to the label.
///
/// Each vertex stands for one face between two voxels and has four neighbours, since a side of the grid is shared by
/// four cells.
struct VoxelSurface: Sendable {
    /// Where the faces between voxels lie, in voxels from ``origin``.
    private(set) var midpoints: [SIMD3<Float>] = []
    /// The axis along which the voxels on both sides of a face follow each other, 0 to 2; plus 4 where the label lies
    /// on the side of larger indices.
    private(set) var directions: [UInt8] = []
    /// The four vertices with which a vertex shares a side of a polygon.
    private(set) var neighbours: [SIMD4<UInt32>] = []
    /// What the surface around a vertex leaves out of the label's voxels, in voxels.
    private(set) var missing: [Float] = []
    /// Vertices of each triangle, counter-clockwise as seen from outside where the voxel axes are right-handed.
    private(set) var triangles: [SIMD3<UInt32>] = []
    /// The voxel from which positions count.
    let origin: SIMD3<Int>

    /// Neighbours already known, by vertex.
    private var known: [UInt8] = []

    /// Makes the surface of `id` from the voxels of a box that holds all of them.
    init(of id: UInt16, in labels: LabelVolume, box: VoxelBox) {
        origin = [box.i.lowerBound, box.j.lowerBound, box.k.lowerBound]
        var layers = Layers(box: box)
        layers.fill(id, labels, slice: box.k.lowerBound - 1)
        for slice in box.k.lowerBound - 1..<box.k.upperBound {
            layers.advance()
            layers.fill(id, labels, slice: slice + 1)
            add(&layers, depth: slice - box.k.lowerBound)
        }
        known = []
    }

    /// The signed volume in voxels that the face of a vertex adds to that of the voxels its surface encloses: by Gauss's
    /// theorem, the sum over faces across i of their position.
    func enclosedVolume(of vertex: Int) -> Double {
        switch directions[vertex] {
        case 0: Double(midpoints[vertex].x)
        case 4: -Double(midpoints[vertex].x)
        default: 0
        }
    }

    /// Adds the cells between two slices.
    private mutating func add(_ layers: inout Layers, depth: Int) {
        for row in 0..<layers.rows - 1 {
            var before = layers.corners(column: 0, row: row)
            for column in 0..<layers.columns - 1 {
                let after = layers.corners(column: column + 1, row: row)
                let corners = before | after << 1
                before = after
                if corners == 0 || corners == 255 { continue }
                let polygons = CellPolygons.table.cases[corners]
                let cell = Cell(column: column, row: row, depth: depth, corners: corners)
                let missingEach = polygons.missing / Float(polygons.sides.count)
                for side in polygons.sides {
                    let from = vertex(on: side.from, cell, &layers)
                    missing[Int(from)] += missingEach
                    let to = vertex(on: side.to, cell, &layers)
                    neighbours[Int(from)][Int(known[Int(from)])] = to
                    known[Int(from)] += 1
                }
                for (a, b, c) in polygons.triangles {
                    let (one, two) = (vertex(on: a, cell, &layers), vertex(on: b, cell, &layers))
                    triangles.append([one, two, vertex(on: c, cell, &layers)])
                }
            }
        }
    }

    /// A cell between eight voxel centres, by its least column and row in the padded slice and its depth in the box.
    private struct Cell {
        let column, row, depth, corners: Int
    }

    /// The vertex on an edge of a cell, made where no cell before asked for it.
    private mutating func vertex(on edge: Int, _ cell: Cell, _ layers: inout Layers) -> UInt32 {
        let (axis, first, second) = (edge >> 2, edge & 1, edge >> 1 & 1)
        let (i, j, k) = axis == 0 ? (0, first, second) : axis == 1 ? (first, 0, second) : (first, second, 0)
        let slot = layers.slot(axis: axis, column: cell.column + i, row: cell.row + j, upper: k == 1)
        let old = layers.vertices[slot]
        if old != Layers.none { return old }
        let new = UInt32(midpoints.count)
        var place = SIMD3(Float(cell.column + i - 1), Float(cell.row + j - 1), Float(cell.depth + k))
        place[axis] += 0.5
        midpoints.append(place)
        let isLowerInside = cell.corners >> (i + 2 * j + 4 * k) & 1 == 1
        directions.append(UInt8(axis) + (isLowerInside ? 0 : 4))
        neighbours.append([0, 0, 0, 0])
        known.append(0)
        missing.append(0)
        layers.vertices[slot] = new
        return new
    }
}

/// Two slices of a label's voxels, padded by one voxel outside it, and the vertices on the edges at and between them.
private struct Layers {
    static let none = UInt32.max

    let box: VoxelBox
    let columns, rows: Int
    /// 1 in the label, 0 outside, of the lower and the upper slice.
    private var lower, upper: [UInt8]
    /// Vertices by edge: along i and j in the lower slice, the same in the upper one, along k between them.
    var vertices: [UInt32]

    init(box: VoxelBox) {
        self.box = box
        (columns, rows) = (box.i.count + 2, box.j.count + 2)
        (lower, upper) = (Array(repeating: 0, count: columns * rows), Array(repeating: 0, count: columns * rows))
        vertices = Array(repeating: Self.none, count: 5 * columns * rows)
    }

    /// Makes the upper slice the lower one.
    mutating func advance() {
        swap(&lower, &upper)
        let size = columns * rows
        for n in 0..<2 * size { vertices[n] = vertices[n + 2 * size] }
        for n in 2 * size..<5 * size { vertices[n] = Self.none }
    }

    /// Reads the upper slice.
    mutating func fill(_ id: UInt16, _ labels: LabelVolume, slice: Int) {
        guard box.k.contains(slice) else {
            for n in upper.indices { upper[n] = 0 }
            return
        }
        let shape = labels.geometry.shape
        for row in box.j {
            let from = (slice * shape.j + row) * shape.i
            let to = (row - box.j.lowerBound + 1) * columns + 1 - box.i.lowerBound
            for column in box.i { upper[to + column] = labels.voxels[from + column] == id ? 1 : 0 }
        }
    }

    /// The four corners at a column, as bits 0, 2, 4 and 6 of a cell's corners.
    func corners(column: Int, row: Int) -> Int {
        let n = row * columns + column
        return Int(lower[n]) | Int(lower[n + columns]) << 2 | Int(upper[n]) << 4 | Int(upper[n + columns]) << 6
    }

    func slot(axis: Int, column: Int, row: Int, upper: Bool) -> Int {
        let layer = axis == 2 ? 4 : axis + (upper ? 2 : 0)
        return layer * columns * rows + row * columns + column
    }
}
