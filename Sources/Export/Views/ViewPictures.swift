import Volumes

/// The small pictures of a case that are looked at as they are.
struct ViewPictures {
    let source: TileSource
    let region: ViewRegion
    let shown: ShownLabels

    /// Side in pixels of each of the thumbnail's three fields.
    static let field = 80
    /// Width in pixels of the picture of three planes.
    static let width = 900

    /// The three planes side by side, with outlines: what is seen where no script runs.
    func planes(table: LabelTable) throws -> [UInt8] {
        var snapshot = Snapshot()
        snapshot.width = Self.width
        let pixels = try snapshot.pixels(
            of: region.isWhole ? source.volume : source.volume.cropped(to: region.box),
            labels: region.isWhole ? source.labels : source.labels.cropped(to: region.box), table: table,
            window: source.window)
        return try RGBPicture(pixels).webP(qualities: [65, 50, 40, 30, 20, 10, 0], within: ViewBudget.planes)
    }

    /// The three planes small, labels filled: for a row of a table.
    ///
    /// - Parameter slices: The axial, the coronal and the sagittal slice.
    func thumbnail(slices: [Int]) throws -> [UInt8] {
        let geometry = source.volume.geometry
        let pixel = max(region.longestSide(geometry) / Double(Self.field), geometry.spacing.min() / 8)
        var picture = RGBPicture(width: 3 * Self.field, height: Self.field)
        for (n, plane) in DisplayPlane.allCases.enumerated() {
            let form = TileForm(plane, geometry, region: region.box, pixel: pixel)
            let (x, y) = (n * Self.field + (Self.field - form.width) / 2, (Self.field - form.height) / 2)
            picture.draw(grey: form.grey(slices[n], of: source), width: form.width, x: x, y: y)
            for (at, index) in form.map(slices[n], of: source).enumerated() where index != 0 {
                let colour = shown.entries[Int(index) - 1].colour
                picture.mix(colour, x: x + at % form.width, y: y + at / form.width)
            }
        }
        return try picture.webP(qualities: [75, 60, 45, 30, 15, 0], within: ViewBudget.thumbnail)
    }
}
