import Volumes

/// Where the pixels of a frame lie on a grid whose axes they follow.
struct FramePlacement {
    private let start, columnStride, rowStride: Int
    private let rows, columns: Int

    /// Finds the place; nil where pixels do not fall on voxels of the grid (to a tenth of one), or outside it.
    init?(_ frame: SegmentationFrame, rows: Int, columns: Int, on grid: Geometry) {
        guard let toVoxel = VoxelFinder(grid) else { return nil }
        let toRAS = Vec3(-1, -1, 1)
        let first = toVoxel(frame.position * toRAS)
        let far = Vec3(Double(max(columns - 1, 1)), Double(max(rows - 1, 1)), 0)
        let alongColumns = toVoxel((frame.position + frame.alongColumns * frame.columnSpacing * far.x) * toRAS) - first
        let alongRows = toVoxel((frame.position + frame.alongRows * frame.rowSpacing * far.y) * toRAS) - first
        guard let column = Self.step(alongColumns, count: far.x), let row = Self.step(alongRows, count: far.y),
            let voxel = Self.whole(first), column.axis != row.axis
        else { return nil }
        let shape = grid.shape
        for (axis, count, sign) in [(column.axis, columns, column.sign), (row.axis, rows, row.sign)] {
            let last = voxel[axis] + sign * (count - 1)
            guard (0..<shape[axis]).contains(voxel[axis]), (0..<shape[axis]).contains(last) else { return nil }
        }
        let other = 3 - column.axis - row.axis
        guard (0..<shape[other]).contains(voxel[other]) else { return nil }
        start = (0..<3).reduce(0) { $0 + voxel[$1] * shape.stride($1) }
        columnStride = column.sign * shape.stride(column.axis)
        rowStride = row.sign * shape.stride(row.axis)
        (self.rows, self.columns) = (rows, columns)
    }

    /// Calls `body` with the voxel and the value of every pixel that is not 0.
    func forEachVoxel(_ pixels: [UInt16], _ body: (Int, UInt16) -> Void) {
        for row in 0..<rows {
            for column in 0..<columns {
                let value = pixels[row * columns + column]
                if value != 0 { body(start + row * rowStride + column * columnStride, value) }
            }
        }
    }

    /// The axis that `count` steps run along, one voxel each; nil where they run askew or have another length.
    private static func step(_ distance: Vec3, count: Double) -> (axis: Int, sign: Int)? {
        for axis in 0..<3 where abs(abs(distance[axis]) - count) <= 0.1 {
            let others = (0..<3).filter { $0 != axis }
            guard others.allSatisfy({ abs(distance[$0]) <= 0.1 }) else { return nil }
            return (axis, distance[axis] > 0 ? 1 : -1)
        }
        return nil
    }

    private static func whole(_ voxel: Vec3) -> [Int]? {
        let rounded = (0..<3).map { voxel[$0].rounded() }
        guard (0..<3).allSatisfy({ abs(voxel[$0] - rounded[$0]) <= 0.1 }) else { return nil }
        let indices = rounded.compactMap { Int(exactly: $0) }
        return indices.count == 3 ? indices : nil
    }
}

/// The grid that frames lie on by themselves.
struct FrameGrid {
    private let frames: [SegmentationFrame]
    private let rows, columns: Int

    init(_ frames: [SegmentationFrame], rows: Int, columns: Int) {
        (self.frames, self.rows, self.columns) = (frames, rows, columns)
    }

    /// The largest grid that is made: what a label map of the size of DICOM's largest images takes.
    private static let mostSlices = 1 << 16

    /// Columns are i, rows j, slices k along the frames' normal, evenly spaced as the frames lie.
    func geometry(_ path: String) throws(DICOMError) -> Geometry {
        func refused(_ reason: String) -> DICOMError { .file(path: path, reason: reason) }
        guard let first = frames.first else { throw refused("it has no frame") }
        let normal = first.normal
        for frame in frames {
            let isAlike =
                (frame.alongColumns - first.alongColumns).length < 1e-3
                && (frame.alongRows - first.alongRows).length < 1e-3
                && abs(frame.rowSpacing - first.rowSpacing) < 1e-3 * first.rowSpacing
                && abs(frame.columnSpacing - first.columnSpacing) < 1e-3 * first.columnSpacing
            if !isAlike {
                throw refused("its frames lie in different planes or have different pixels (read it with its image)")
            }
        }
        let ordered = frames.map { ($0.position, $0.position.dot(normal)) }.sorted { $0.1 < $1.1 }
        let (lowest, highest) = (ordered[0], ordered[ordered.count - 1])
        let span = highest.1 - lowest.1
        let step = Self.step(ordered.map(\.1), stated: first.spacingBetweenSlices, thickness: first.thickness)
        guard let gaps = Int(exactly: (span / step).rounded()), gaps < Self.mostSlices else {
            throw refused("its frames lie \(span) mm apart, in steps of \(step) mm")
        }
        let along = gaps > 0 ? (highest.0 - lowest.0) / Double(gaps) : normal * step
        for (position, height) in ordered {
            let n = ((height - lowest.1) / step).rounded()
            let off = (position - lowest.0 - along * n).length
            if off > 0.1 * step {
                throw refused("its frames do not lie evenly: one is \(off) mm off (read it with its image)")
            }
        }
        let turn = Vec3(-1, -1, 1)
        let geometry = Geometry(
            shape: Shape(columns, rows, gaps + 1),
            affine: Affine(
                i: first.alongColumns * first.columnSpacing * turn, j: first.alongRows * first.rowSpacing * turn,
                k: along * turn, origin: lowest.0 * turn))
        if let flaw = geometry.flaw { throw refused("it gives no usable grid: \(flaw)") }
        return geometry
    }

    /// The distance of slices: the smallest between two that there are, or where frames were left out a part of it that the
    /// object states.
    private static func step(_ heights: [Double], stated: Double, thickness: Double) -> Double {
        let gaps = zip(heights, heights.dropFirst()).map { $1 - $0 }.filter { $0 > 1e-3 }
        let usual = stated > 0 ? stated : thickness > 0 ? thickness : 1
        guard let smallest = gaps.min() else { return usual }
        let parts = (smallest / usual).rounded()
        return parts >= 1 && abs(smallest - parts * usual) < 0.02 * usual ? smallest / parts : smallest
    }
}
