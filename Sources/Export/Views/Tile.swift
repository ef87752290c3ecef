import Volumes

/// What tiles are cut from.
struct TileSource {
    let volume: Volume
    /// On the volume's grid, in its order.
    let labels: LabelVolume
    /// The values shown black and white.
    let window: (lower: Float, upper: Float)
    /// What a tile says for each id.
    let indices: [UInt8]
}

/// How slices of one plane become small pictures of a region: which pixel shows what.
struct TileForm {
    let plane: DisplayPlane
    /// Of the whole grid; rows run down and columns right on the screen.
    let layout: SliceLayout
    private let rows, columns: PixelAxis

    /// Width and height in pixels.
    var width: Int { columns.pixels }
    var height: Int { rows.pixels }

    /// - Parameter pixel: Side of a pixel in mm.
    init(_ plane: DisplayPlane, _ geometry: Geometry, region: VoxelBox, pixel: Double) {
        let axes = plane.axes(geometry.orientation)
        let (shape, spacing) = (geometry.shape, geometry.spacing)
        self.plane = plane
        layout = SliceLayout(geometry, slice: axes.slice, row: axes.row, column: axes.column)
        rows = PixelAxis(region.range(axes.row, of: shape), spacing: spacing[axes.row.axis], pixel: pixel)
        columns = PixelAxis(region.range(axes.column, of: shape), spacing: spacing[axes.column.axis], pixel: pixel)
    }

    /// The image in a slice, 0 black to 255 white; 0 where there is no number. Columns fastest, rows from the top.
    func grey(_ slice: Int, of source: TileSource) -> [UInt8] {
        let values = source.volume.slice(slice, in: layout, paddingValue: source.window.lower).values
        let (lower, scale) = (source.window.lower, 1 / (source.window.upper - source.window.lower))
        let first = rows.range.lowerBound
        var narrow = [Float](repeating: 0, count: rows.range.count * width)
        for row in rows.range {
            for x in 0..<width {
                var sum: Float = 0
                for n in columns.shares(x) {
                    let level = (values[row * layout.columns + columns.elements[n]] - lower) * scale
                    // Nothing is larger than NaN, and it is not larger than zero.
                    sum += columns.weights[n] * (level > 0 ? min(level, 1) : 0)
                }
                narrow[(row - first) * width + x] = sum
            }
        }
        var tile = [UInt8](repeating: 0, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                var sum: Float = 0
                for n in rows.shares(y) { sum += rows.weights[n] * narrow[(rows.elements[n] - first) * width + x] }
                tile[y * width + x] = UInt8(clamping: (sum * 255).rounded())
            }
        }
        return tile
    }

    /// The labels in a slice, as the source's indices. A pixel is labelled where labels cover half of it, and shows the
    /// one that covers most; of equal ones the first.
    func map(_ slice: Int, of source: TileSource) -> [UInt8] {
        let labels = source.labels.slice(slice, in: layout)
        var tile = [UInt8](repeating: 0, count: width * height)
        var covered = [Float](repeating: 0, count: 256)
        var seen: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                seen.removeAll(keepingCapacity: true)
                var all: Float = 0
                for n in rows.labelShares(y) {
                    let row = rows.labelElements[n] * layout.columns
                    for m in columns.labelShares(x) {
                        let index = source.indices[Int(labels[row + columns.labelElements[m]])]
                        guard index != 0 else { continue }
                        let share = rows.labelWeights[n] * columns.labelWeights[m]
                        if covered[Int(index)] == 0 { seen.append(index) }
                        covered[Int(index)] += share
                        all += share
                    }
                }
                if all > 0.4999 {
                    tile[y * width + x] = seen.max { (covered[Int($0)], $1) < (covered[Int($1)], $0) } ?? 0
                }
                for index in seen { covered[Int(index)] = 0 }
            }
        }
        return tile
    }
}

/// Which elements along an axis of a slice the pixels of a picture show, and how much each counts: all that a pixel
/// covers, where pixels are the larger; else the two between whose centres its centre lies, and for labels the one in
/// which it lies.
private struct PixelAxis {
    let range: Range<Int>
    private(set) var pixels: Int
    private(set) var elements: [Int] = []
    private(set) var weights: [Float] = []
    private(set) var labelElements: [Int] = []
    private(set) var labelWeights: [Float] = []
    private var starts = [0]
    private var labelStarts = [0]

    /// The pixels lie in the middle of the range, their number being a whole one.
    init(_ range: Range<Int>, spacing: Double, pixel: Double) {
        self.range = range
        let length = Double(range.count) * spacing
        pixels = max(1, Int(clamping: (length / pixel).rounded()))
        let offset = (length - Double(pixels) * pixel) / 2
        let (low, high) = (Double(range.lowerBound), Double(range.upperBound))
        let half = pixel / spacing / 2
        for n in 0..<pixels {
            let centre = min(max(low + (offset + (Double(n) + 0.5) * pixel) / spacing, low), high)
            if half > 0.5 {
                cover(from: max(centre - half, low), to: min(centre + half, high))
                labelElements = elements
                labelWeights = weights
            } else {
                let between = min(max(centre - 0.5, low), high - 1)
                let lower = Int(known: between)
                let fraction = Float(between - Double(lower))
                elements += [lower, min(lower + 1, range.upperBound - 1)]
                weights += [1 - fraction, fraction]
                labelElements.append(min(Int(known: centre), range.upperBound - 1))
                labelWeights.append(1)
            }
            starts.append(elements.count)
            labelStarts.append(labelElements.count)
        }
    }

    private mutating func cover(from: Double, to: Double) {
        let length = to - from
        let last = min(Int(known: to.rounded(.up)), range.upperBound) - 1
        for element in min(Int(known: from), last)...last {
            let share = min(to, Double(element + 1)) - max(from, Double(element))
            elements.append(element)
            weights.append(length > 0 ? Float(share / length) : 1)
        }
    }

    /// Places in ``elements`` and ``weights`` of what a pixel shows.
    func shares(_ pixel: Int) -> Range<Int> { starts[pixel]..<starts[pixel + 1] }
    /// The same for labels.
    func labelShares(_ pixel: Int) -> Range<Int> { labelStarts[pixel]..<labelStarts[pixel + 1] }
}

extension DisplayPlane {
    /// The axes of a grid along which slices, rows (down) and columns (right) are counted, as ``layout(_:)`` has them.
    func axes(
        _ orientation: Orientation
    ) -> (slice: Orientation.SignedAxis, row: Orientation.SignedAxis, column: Orientation.SignedAxis) {
        let (right, anterior, superior) = (orientation.right, orientation.anterior, orientation.superior)
        return switch self {
        case .axial: (superior, turned(anterior), turned(right))
        case .coronal: (anterior, turned(superior), turned(right))
        case .sagittal: (right, turned(superior), turned(anterior))
        }
    }

    private func turned(_ axis: Orientation.SignedAxis) -> Orientation.SignedAxis {
        Orientation.SignedAxis(axis: axis.axis, reversed: !axis.reversed)
    }

    /// What files and pages call it.
    var name: String {
        switch self {
        case .axial: "axial"
        case .coronal: "coronal"
        case .sagittal: "sagittal"
        }
    }

    /// The mosaic's file.
    var fileName: String { name + ".webp" }

    /// The component of a position in RAS along which slices follow each other.
    var component: Int {
        switch self {
        case .axial: 2
        case .coronal: 1
        case .sagittal: 0
        }
    }
}
