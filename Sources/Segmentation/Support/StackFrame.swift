import Preparation
import Volumes

/// Where the pixels of a stack of prepared slices lie, in mm along S, R, A from the volume's outer corner
/// (`ReducedVolume`'s places).
struct StackFrame: Sendable {
    /// For the stack's axes (slice, row, column) which of S, R, A each runs along.
    private let axes: SIMD3<Int>
    /// mm at index 0 and from index to index.
    private let start, step: SIMD3<Double>

    /// `offset` is where the grid begins, in mm along S, R, A, when it was cut out of a larger volume.
    init(_ geometry: Geometry, plane: SlicePlane, placement: Placement, offset: SIMD3<Double> = .zero) {
        let orientation = geometry.orientation
        let anatomical = [orientation.superior, orientation.right, orientation.anterior]
        let layout = SliceLayout(geometry, plane: plane)
        let used = orientation.axes(of: plane)
        var (axes, start, step) = (SIMD3<Int>.zero, SIMD3<Double>.zero, SIMD3<Double>.zero)
        let lines: [(axis: Orientation.SignedAxis, start: Double, step: Double)] = [
            (used.slice, layout.sliceSpacing / 2, layout.sliceSpacing),
            (used.row, placement.rowStart, placement.rowStep),
            (used.column, placement.columnStart, placement.columnStep),
        ]
        for (n, line) in lines.enumerated() {
            let direction = anatomical.firstIndex { $0.axis == line.axis.axis } ?? n
            let isReversed = anatomical[direction].reversed != line.axis.reversed
            let extent = Double(geometry.shape[line.axis.axis]) * geometry.spacing[line.axis.axis]
            axes[n] = direction
            start[n] = offset[direction] + (isReversed ? extent - line.start : line.start)
            step[n] = isReversed ? -line.step : line.step
        }
        (self.axes, self.start, self.step) = (axes, start, step)
    }

    /// Place in mm along S, R, A.
    func place(slice: Int, row: Int, column: Int) -> SIMD3<Double> {
        let along = start + SIMD3(Double(slice), Double(row), Double(column)) * step
        var place = SIMD3<Double>.zero
        for n in 0..<3 { place[axes[n]] = along[n] }
        return place
    }

    /// Slice, row and column, which may lie between pixels, of a place.
    func index(of place: SIMD3<Double>) -> SIMD3<Double> {
        (SIMD3(place[axes[0]], place[axes[1]], place[axes[2]]) - start) / step
    }
}
