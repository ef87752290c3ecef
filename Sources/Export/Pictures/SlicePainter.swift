import Volumes

/// Paints single slices of an image with the labels over it.
struct SlicePainter {
    let volume: Volume
    let labels: LabelVolume
    let window: (lower: Float, upper: Float)
    private let colours: [UInt16: Colour]

    /// How much of a label's colour is mixed into the image inside its outline.
    private static let opacity: Float = 0.35

    init(volume: Volume, labels: LabelVolume, table: LabelTable, window: (lower: Float, upper: Float)) throws {
        guard let labels = labels.stored(like: volume.geometry) else {
            throw ExportError.differentGrids(image: volume.geometry, labels: labels.geometry)
        }
        guard window.lower < window.upper, window.lower.isFinite, window.upper.isFinite else {
            throw ExportError.badWindow(lower: window.lower, upper: window.upper)
        }
        (self.volume, self.labels, self.window) = (volume, labels, window)
        let complete = table.completed(for: labels)
        colours = Dictionary(complete.entries.map { ($0.id, $0.colour) }) { first, _ in first }
    }

    /// One slice, its rows down and its columns right, with letters at its edges.
    func paint(_ plane: DisplayPlane, _ layout: SliceLayout, slice: Int, pixelsPerMillimetre: Double) -> Raster {
        let width = pixels(Double(layout.columns) * layout.columnSpacing * pixelsPerMillimetre)
        let height = pixels(Double(layout.rows) * layout.rowSpacing * pixelsPerMillimetre)
        let image = volume.slice(slice, in: layout, paddingValue: window.lower).values.map(brightness)
        let map = labels.slice(slice, in: layout)
        let columns = (0..<width).map { Sample($0, of: width, over: layout.columns) }
        let rows = (0..<height).map { Sample($0, of: height, over: layout.rows) }
        let shown = rows.flatMap { row in columns.map { map[row.nearest * layout.columns + $0.nearest] } }
        let thickness = min(width, height) < 200 ? 1 : 2
        var picture = Raster(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                let (r, c) = (rows[y], columns[x])
                let upper = lerp(
                    image[r.lower * layout.columns + c.lower], image[r.lower * layout.columns + c.upper], c.fraction)
                let lower = lerp(
                    image[r.upper * layout.columns + c.lower], image[r.upper * layout.columns + c.upper], c.fraction)
                let grey = lerp(upper, lower, r.fraction)
                let label = shown[y * width + x]
                let onOutline =
                    label != 0
                    && Self.hasOtherNeighbour(shown, width: width, height: height, x: x, y: y, within: thickness)
                picture[x, y] = mix(grey, label == 0 ? nil : colours[label], onOutline ? 1 : Self.opacity)
            }
        }
        mark(&picture, plane)
        return picture
    }

    private func pixels(_ length: Double) -> Int { max(1, Int(clamping: length.rounded())) }

    /// 0 (black) to 1 (white); 0 for NaN.
    private func brightness(_ value: Float) -> Float {
        let scaled = (value - window.lower) / (window.upper - window.lower)
        return scaled > 0 ? min(scaled, 1) : 0
    }

    private func lerp(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }

    private func mix(_ grey: Float, _ colour: Colour?, _ opacity: Float) -> Colour {
        guard let colour else {
            let level = UInt8(clamping: (grey * 255).rounded())
            return Colour(level, level, level)
        }
        func channel(_ value: UInt8) -> UInt8 { UInt8(clamping: lerp(grey * 255, Float(value), opacity).rounded()) }
        return Colour(channel(colour.red), channel(colour.green), channel(colour.blue))
    }

    /// Whether a pixel up to `reach` above, below, left or right belongs to another label.
    private static func hasOtherNeighbour(
        _ labels: [UInt16], width: Int, height: Int, x: Int, y: Int, within reach: Int
    ) -> Bool {
        let label = labels[y * width + x]
        for step in 1...reach {
            if x >= step, labels[y * width + x - step] != label { return true }
            if x + step < width, labels[y * width + x + step] != label { return true }
            if y >= step, labels[(y - step) * width + x] != label { return true }
            if y + step < height, labels[(y + step) * width + x] != label { return true }
        }
        return false
    }

    private func mark(_ picture: inout Raster, _ plane: DisplayPlane) {
        let scale = min(picture.width, picture.height) < 60 ? 1 : 2
        guard picture.width >= 12 * scale, picture.height >= 16 * scale else { return }
        let (middleX, middleY) = (picture.width / 2 - 2 * scale, picture.height / 2 - 3 * scale)
        let (right, bottom) = (picture.width - 6 * scale, picture.height - 8 * scale)
        let colour = Colour(255, 230, 120)
        let edges = plane.edges
        for (letter, x, y) in [
            (edges.left, scale, middleY), (edges.right, right, middleY), (edges.top, middleX, scale),
            (edges.bottom, middleX, bottom),
        ] {
            picture.draw(letter: letter, x: x, y: y, scale: scale, colour: colour)
        }
    }
}

/// Where a picture's pixel lies among the elements of a slice's axis, edges on edges.
private struct Sample {
    /// The element it lies in.
    let nearest: Int
    /// The elements whose centres it lies between, and how far along.
    let lower, upper: Int
    let fraction: Float

    init(_ pixel: Int, of pixels: Int, over elements: Int) {
        let position = (Double(pixel) + 0.5) * Double(elements) / Double(pixels)
        nearest = min(Int(known: position), elements - 1)
        let centre = min(max(position - 0.5, 0), Double(elements - 1))
        lower = Int(known: centre)
        upper = min(lower + 1, elements - 1)
        fraction = Float(centre - Double(lower))
    }
}
