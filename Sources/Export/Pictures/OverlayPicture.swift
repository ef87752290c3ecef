import Volumes

/// PNG pictures of a label map over its image, in the radiological convention: the patient's right on the left of the
/// picture, superior (axial: anterior) up, anterior on the left of a sagittal slice. Distances are true to scale.
/// Slices follow the grid's nearest axes; nothing is resampled across slices.
public enum OverlayPicture {
    /// Pixels for the longest physical side of a slice.
    private static let panelSide = 420.0
    private static let gap = 8
    private static let background = Colour(0, 0, 0)

    /// An axial, a coronal and a sagittal slice side by side, each through the labels' centre of mass, or through the
    /// nearest slice to it that shows more different labels.
    ///
    /// - Parameter window: the values shown black and white.
    /// - Returns: the bytes of a PNG file.
    /// - Throws: `ExportError`.
    public static func threePlanes(
        volume: Volume, labels: LabelVolume, table: LabelTable, window: (lower: Float, upper: Float)
    ) throws -> [UInt8] {
        let painter = try SlicePainter(volume: volume, labels: labels, table: table, window: window)
        let layouts = DisplayPlane.allCases.map { ($0, $0.layout(volume.geometry)) }
        let scale = panelSide / layouts.map { longestSide($0.1) }.reduce(0, max)
        let panels = layouts.map { plane, layout in
            painter.paint(plane, layout, slice: LabelSpread(labels, layout).mostTelling, pixelsPerMillimetre: scale)
        }
        return try tile(panels, columns: panels.count).png()
    }

    /// `count` slices of one plane, evenly spaced from the first to the last that holds a label, in rows of `columns`;
    /// in order towards superior, anterior or right.
    ///
    /// - Parameter window: the values shown black and white.
    /// - Returns: the bytes of a PNG file.
    /// - Throws: `ExportError`.
    public static func contactSheet(
        volume: Volume, labels: LabelVolume, table: LabelTable, window: (lower: Float, upper: Float),
        plane: SlicePlane = .axial, count: Int = 12, columns: Int = 4
    ) throws -> [UInt8] {
        let painter = try SlicePainter(volume: volume, labels: labels, table: table, window: window)
        let display = DisplayPlane(plane, in: volume.geometry)
        let layout = display.layout(volume.geometry)
        let extent = LabelSpread(labels, layout).extent
        let slices = evenlySpaced(max(count, 1), in: extent)
        let scale = panelSide * 0.6 / longestSide(layout)
        let panels = slices.map { painter.paint(display, layout, slice: $0, pixelsPerMillimetre: scale) }
        return try tile(panels, columns: min(max(columns, 1), panels.count)).png()
    }

    /// At most `count` different slices of a range, the first and the last among them.
    static func evenlySpaced(_ count: Int, in range: ClosedRange<Int>) -> [Int] {
        let count = min(count, range.count)
        guard count > 1 else { return [(range.lowerBound + range.upperBound) / 2] }
        return (0..<count).map { range.lowerBound + ($0 * (range.count - 1) + (count - 1) / 2) / (count - 1) }
    }

    private static func longestSide(_ layout: SliceLayout) -> Double {
        max(Double(layout.rows) * layout.rowSpacing, Double(layout.columns) * layout.columnSpacing)
    }

    /// Pictures in a grid, each in the middle of its cell; a column is as wide as its widest picture.
    private static func tile(_ panels: [Raster], columns: Int) -> Raster {
        let rows = (panels.count + columns - 1) / columns
        let widths = (0..<columns).map { column in
            stride(from: column, to: panels.count, by: columns).map { panels[$0].width }.max() ?? 0
        }
        let height = panels.map(\.height).max() ?? 0
        var sheet = Raster(
            width: widths.reduce(gap) { $0 + $1 + gap }, height: rows * (height + gap) + gap, fill: background)
        for (n, panel) in panels.enumerated() {
            let column = n % columns
            let left = widths[..<column].reduce(gap) { $0 + $1 + gap }
            sheet.draw(
                panel, x: left + (widths[column] - panel.width) / 2,
                y: gap + n / columns * (height + gap) + (height - panel.height) / 2)
        }
        return sheet
    }
}
