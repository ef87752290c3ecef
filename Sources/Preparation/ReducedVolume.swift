import Volumes

/// A volume on a coarse grid along the anatomical axes, for comparing one volume with another.
///
/// The axes are those of the axial layout: S (slowest), R and A (fastest). A place is given in mm along these axes from
/// the grid's outer corner, so that sample n of an axis lies at `(n + 0.5) * spacing`.
public struct ReducedVolume: Sendable {
    /// Samples along S, R, A.
    public let size: SIMD3<Int>
    /// Distance in mm between samples along S, R, A.
    public let spacing: SIMD3<Double>
    /// `size.x * size.y * size.z` values in [0, 1], A fastest.
    public let values: [Float]

    /// Makes a grid of given values.
    public init(size: SIMD3<Int>, spacing: SIMD3<Double>, values: [Float]) {
        precondition(values.count == size.x * size.y * size.z, "\(values.count) values for \(size)")
        (self.size, self.spacing, self.values) = (size, spacing, values)
    }

    /// Reduces a volume to samples about `spacing` mm apart, averaging what each covers; further apart where it would
    /// have more than `most`.
    public init(_ volume: Volume, scale: IntensityScale, spacing: Double, most: Int) {
        let extent = Self.extent(SliceLayout(volume.geometry, plane: .axial))
        self.init(volume, scale: scale, size: Self.size(extent, spacing: spacing, most: most))
    }

    /// Reduces a volume to so many samples along S, R, A, averaging what each covers; where it has fewer voxels, they are
    /// interpolated.
    public init(_ volume: Volume, scale: IntensityScale, size: SIMD3<Int>) {
        let layout = SliceLayout(volume.geometry, plane: .axial)
        self.init(layout, size: size) { volume.slice($0, in: layout, scale: scale).values }
    }

    /// The share of some labels in what each of so many samples along S, R, A covers.
    public init(labels: Set<UInt16>, of map: LabelVolume, size: SIMD3<Int>) {
        let layout = SliceLayout(map.geometry, plane: .axial)
        self.init(layout, size: size) { slice in
            map.slice(slice, in: layout).map { labels.contains($0) ? 1 : 0 }
        }
    }

    private init(_ layout: SliceLayout, size: SIMD3<Int>, slice: (Int) -> [Float]) {
        let counts = SIMD3(layout.slices, layout.rows, layout.columns)
        func table(_ axis: Int) -> ResampleTable {
            .fit(inputs: counts[axis], before: 0, length: Double(counts[axis]), outputs: size[axis])
        }
        let (rows, columns) = (table(1), table(2))
        var planes: [Float] = []
        planes.reserveCapacity(layout.slices * size.y * size.z)
        for index in 0..<layout.slices {
            planes += rows.alongRows(columns.alongColumns(slice(index), rows: layout.rows), columns: size.z)
        }
        self.init(
            size: size, spacing: Self.extent(layout) / SIMD3(Double(size.x), Double(size.y), Double(size.z)),
            values: table(0).alongRows(planes, columns: size.y * size.z))
    }

    /// The same extent in samples about so many times as far apart, averaging what each covers.
    public func coarser(by factor: Double) -> ReducedVolume {
        func samples(_ axis: Int) -> Int { Int(known: max((Double(size[axis]) / factor).rounded(), 1)) }
        let coarse = SIMD3(samples(0), samples(1), samples(2))
        func table(_ axis: Int) -> ResampleTable {
            .fit(inputs: size[axis], before: 0, length: Double(size[axis]), outputs: coarse[axis])
        }
        let (rows, plane) = (table(1), size.y * size.z)
        var planes = table(2).alongColumns(values, rows: size.x * size.y)
        planes = (0..<size.x).flatMap { slice -> [Float] in
            let (from, count) = (slice * plane / size.z * coarse.z, size.y * coarse.z)
            return rows.alongRows(Array(planes[from..<from + count]), columns: coarse.z)
        }
        return ReducedVolume(
            size: coarse, spacing: extent / SIMD3(Double(coarse.x), Double(coarse.y), Double(coarse.z)),
            values: table(0).alongRows(planes, columns: coarse.y * coarse.z))
    }

    /// mm along S, R, A.
    private static func extent(_ layout: SliceLayout) -> SIMD3<Double> {
        SIMD3(
            Double(layout.slices) * layout.sliceSpacing, Double(layout.rows) * layout.rowSpacing,
            Double(layout.columns) * layout.columnSpacing)
    }

    private static func size(_ extent: SIMD3<Double>, spacing: Double, most: Int) -> SIMD3<Int> {
        var spacing = spacing
        while true {
            func samples(_ axis: Int) -> Double { max((extent[axis] / spacing).rounded(), 1) }
            let size = SIMD3(samples(0), samples(1), samples(2))
            if size.x * size.y * size.z <= Double(most) {
                return SIMD3(Int(known: size.x), Int(known: size.y), Int(known: size.z))
            }
            spacing *= 1.01
        }
    }

    /// The grid's extent in mm along S, R, A.
    public var extent: SIMD3<Double> { SIMD3(Double(size.x), Double(size.y), Double(size.z)) * spacing }
}
