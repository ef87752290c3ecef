import Volumes

/// A volume on a grid along the slices, rows and columns of a plane at a spacing that is asked for, and the way back.
///
/// Arrays are [slice][row][column], column fastest. Edges lie on edges; an axis whose spacing is that of the volume within
/// 2 % is left as it is. Coarser samples are means of what they cover, finer ones are interpolated linearly between centres.
public struct GridPlacement: Sendable {
    /// How the volume's slices lie in its voxels.
    public let layout: SliceLayout
    /// Samples along slices, rows and columns.
    public let size: SIMD3<Int>
    /// mm between them, about what was asked for: whole numbers of samples fill the volume.
    public let spacing: SIMD3<Double>

    private let counts: SIMD3<Int>
    private static let alike = 0.02

    /// Lays a grid of about `spacing` mm along slices, rows and columns over a volume.
    public init(_ geometry: Geometry, plane: SlicePlane, spacing wanted: SIMD3<Double>) {
        layout = SliceLayout(geometry, plane: plane)
        counts = SIMD3(layout.slices, layout.rows, layout.columns)
        let own = SIMD3(layout.sliceSpacing, layout.rowSpacing, layout.columnSpacing)
        var (size, spacing) = (counts, own)
        for axis in 0..<3 where abs(own[axis] / wanted[axis] - 1) > Self.alike {
            let extent = own[axis] * Double(counts[axis])
            size[axis] = max(1, Int(clamping: (extent / wanted[axis]).rounded()))
            spacing[axis] = extent / Double(size[axis])
        }
        (self.size, self.spacing) = (size, spacing)
    }

    /// A volume's values on the grid, in [0, 1] by its scale.
    public func fit(_ volume: Volume, scale: IntensityScale) -> [Float] {
        fit { volume.slice($0, in: layout, scale: scale).values }
    }

    /// On the grid, the share of each sample that `isIn` says yes to of a label map on the volume's grid.
    public func fit(_ labels: LabelVolume, where isIn: (UInt16) -> Bool) -> [Float] {
        fit { labels.slice($0, in: layout).map { isIn($0) ? 1 : 0 } }
    }

    private func fit(_ slice: (Int) -> [Float]) -> [Float] {
        let tables = (0..<3).map { axis in
            ResampleTable.fit(
                inputs: counts[axis], before: 0, length: Double(counts[axis]), outputs: size[axis])
        }
        var planes: [Float] = []
        planes.reserveCapacity(counts.x * size.y * size.z)
        for index in 0..<counts.x {
            var values = slice(index)
            if size.z != counts.z { values = tables[2].alongColumns(values, rows: counts.y) }
            if size.y != counts.y { values = tables[1].alongRows(values, columns: size.z) }
            planes += values
        }
        return size.x == counts.x ? planes : tables[0].alongRows(planes, columns: size.y * size.z)
    }

    /// Values on the grid brought back to the volume's slices, rows and columns, linearly between centres.
    public func restore(_ values: [Float]) -> [Float] {
        let tables = (0..<3).map { axis in
            ResampleTable.restore(
                inputs: size[axis], before: 0, length: Double(counts[axis]), outputs: counts[axis])
        }
        var values = values
        if size.x != counts.x { values = tables[0].alongRows(values, columns: size.y * size.z) }
        if size.y == counts.y, size.z == counts.z { return values }
        let plane = size.y * size.z
        return (0..<counts.x).flatMap { index -> [Float] in
            var slice = Array(values[index * plane..<(index + 1) * plane])
            if size.z != counts.z { slice = tables[2].alongColumns(slice, rows: size.y) }
            return size.y == counts.y ? slice : tables[1].alongRows(slice, columns: counts.z)
        }
    }
}
