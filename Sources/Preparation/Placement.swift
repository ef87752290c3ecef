import Volumes

/// How a slice is fitted to the network's square, and the way back.
///
/// The slice is squared with zeros in millimetres: the square's side is the slice's longer physical side and the slice
/// lies in its middle. With equal spacings these are whole pixels, as many before as after or one fewer:
/// `np.pad((n - s) // 2, n - s - (n - s) // 2)`. With unequal spacings the padding may be a fraction of a pixel.
/// The square is then mapped to `side` x `side` pixels, edges on edges (SciPy's `grid_mode`): averaging areas where it
/// gets smaller (8 -> 4 of a ramp 0...7 gives 0.5 2.5 4.5 6.5), linear between pixel centres where it gets larger.
///
/// One placement serves every slice of a layout; it holds the weights, so make it once.
public struct Placement: Sendable, Hashable {
    /// Rows and columns of the slice.
    public let rows, columns: Int
    /// Rows and columns of the fitted image.
    public let side: Int
    /// Distance in mm between rows and columns of the slice.
    public let rowSpacing, columnSpacing: Double

    /// Place in mm, from the slice's outer edge, of the centre of the square's first row (column), which may lie in the
    /// padding; distance in mm from row to row (column to column) of the square.
    public let rowStart, rowStep, columnStart, columnStep: Double

    private let fitRows, fitColumns, restoreRows, restoreColumns: ResampleTable

    /// Places slices of `rows` x `columns` pixels, `rowSpacing` and `columnSpacing` mm apart, in a square of `side`
    /// pixels. All of them must be above 0.
    public init(rows: Int, columns: Int, rowSpacing: Double = 1, columnSpacing: Double = 1, side: Int = 128) {
        precondition(rows > 0 && columns > 0 && side > 0, "a slice of \(rows)x\(columns) for a square of \(side)")
        precondition(
            rowSpacing > 0 && columnSpacing > 0 && rowSpacing.isFinite && columnSpacing.isFinite,
            "spacing \(rowSpacing) x \(columnSpacing) mm")
        (self.rows, self.columns, self.side) = (rows, columns, side)
        (self.rowSpacing, self.columnSpacing) = (rowSpacing, columnSpacing)
        let (rowAxis, columnAxis) = Self.axes(rows, columns, rowSpacing, columnSpacing)
        rowStep = rowAxis.length / Double(side) * rowSpacing
        rowStart = rowStep / 2 - rowAxis.before * rowSpacing
        columnStep = columnAxis.length / Double(side) * columnSpacing
        columnStart = columnStep / 2 - columnAxis.before * columnSpacing
        fitRows = .fit(inputs: rows, before: rowAxis.before, length: rowAxis.length, outputs: side)
        fitColumns = .fit(inputs: columns, before: columnAxis.before, length: columnAxis.length, outputs: side)
        restoreRows = .restore(inputs: side, before: rowAxis.before, length: rowAxis.length, outputs: rows)
        restoreColumns = .restore(inputs: side, before: columnAxis.before, length: columnAxis.length, outputs: columns)
    }

    /// Places the slices of a layout.
    public init(_ layout: SliceLayout, side: Int = 128) {
        self.init(
            rows: layout.rows, columns: layout.columns, rowSpacing: layout.rowSpacing,
            columnSpacing: layout.columnSpacing, side: side)
    }

    /// An axis of the padded square in pixels of the slice: its length, and the padding before the slice.
    private typealias Axis = (before: Double, length: Double)

    private static func axes(_ rows: Int, _ columns: Int, _ rowSpacing: Double, _ columnSpacing: Double) -> (Axis, Axis)
    {
        // Scanners write spacings with a few digits; a millionth is far below any digit that matters.
        if abs(rowSpacing - columnSpacing) <= 1e-6 * rowSpacing {
            let length = max(rows, columns)
            return (
                (Double((length - rows) / 2), Double(length)), (Double((length - columns) / 2), Double(length))
            )
        }
        let millimetres = max(Double(rows) * rowSpacing, Double(columns) * columnSpacing)
        let (rowLength, columnLength) = (millimetres / rowSpacing, millimetres / columnSpacing)
        return (
            ((rowLength - Double(rows)) / 2, rowLength), ((columnLength - Double(columns)) / 2, columnLength)
        )
    }

    /// The slice as `side * side` values, columns fastest. Beyond the slice is 0.
    public func fit(_ slice: Slice) -> [Float] {
        precondition(slice.rows == rows && slice.columns == columns, "a slice of \(slice.rows)x\(slice.columns)")
        return fit(slice.values)
    }

    /// `rows * columns` values as `side * side` values, columns fastest.
    public func fit(_ values: [Float]) -> [Float] {
        fitRows.alongRows(fitColumns.alongColumns(values, rows: rows), columns: side)
    }

    /// A structure's mask as `side * side` values 0 or 1: 1 where it covers more than half of a pixel (reducing) or its
    /// linear interpolation exceeds one half (enlarging). Exactly one half is 0.
    public func fitLabel(_ mask: [Bool]) -> [Float] {
        threshold(fit(mask.map { $0 ? 1 : 0 }))
    }

    /// The mask of one id in a slice of a label map, as `fitLabel(_:)` gives it.
    public func fitLabel(_ labels: [UInt16], equalTo id: UInt16) -> [Float] {
        threshold(fit(labels.map { $0 == id ? 1 : 0 }))
    }

    /// The margin keeps exact halves, whose float32 weights may add up to a little more, on the side of 0.
    private func threshold(_ fractions: [Float]) -> [Float] {
        fractions.map { $0 > 0.5 + 1e-5 ? 1 : 0 }
    }

    /// A map over the square (`side * side` probabilities) on the slice's own grid: `rows * columns` values,
    /// interpolated linearly between pixel centres.
    public func restore(_ map: [Float]) -> [Float] {
        restoreRows.alongRows(restoreColumns.alongColumns(map, rows: side), columns: columns)
    }
}
