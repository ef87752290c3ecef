import CCairo
import Testing
import Volumes

@testable import Export

/// The pixels of a PNG file, read by libpng (through cairo).
struct TestPicture: Equatable {
    let width, height: Int
    private let pixels: [UInt32]

    init(_ png: [UInt8]) throws {
        final class Input {
            var rest: ArraySlice<UInt8>
            init(_ bytes: [UInt8]) { rest = bytes[...] }
        }
        let input = Input(png)
        let surface = cairo_image_surface_create_from_png_stream(
            { closure, data, count in
                guard let closure, let data else { return CAIRO_STATUS_READ_ERROR }
                let input = Unmanaged<Input>.fromOpaque(closure).takeUnretainedValue()
                guard input.rest.count >= Int(count) else { return CAIRO_STATUS_READ_ERROR }
                for n in 0..<Int(count) { data[n] = input.rest.removeFirst() }
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(input).toOpaque())
        defer { cairo_surface_destroy(surface) }
        try #require(cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS)
        width = Int(cairo_image_surface_get_width(surface))
        height = Int(cairo_image_surface_get_height(surface))
        let stride = Int(cairo_image_surface_get_stride(surface))
        let data = try #require(cairo_image_surface_get_data(surface))
        var pixels: [UInt32] = []
        for row in 0..<height {
            let start = UnsafeMutableRawPointer(data + row * stride).assumingMemoryBound(to: UInt32.self)
            pixels += UnsafeBufferPointer(start: start, count: width)
        }
        self.pixels = pixels
    }

    subscript(x: Int, y: Int) -> Colour {
        let pixel = pixels[y * width + x]
        return Colour(UInt8(pixel >> 16 & 255), UInt8(pixel >> 8 & 255), UInt8(pixel & 255))
    }

    /// Three bytes a pixel.
    var rgb: [UInt8] { pixels.flatMap { [UInt8($0 >> 16 & 255), UInt8($0 >> 8 & 255), UInt8($0 & 255)] } }

    /// How many pixels of a part have exactly a colour.
    func count(_ colour: Colour, x: Range<Int>? = nil, y: Range<Int>? = nil) -> Int {
        (y ?? 0..<height).reduce(0) { sum, row in
            sum + (x ?? 0..<width).count { self[$0, row] == colour }
        }
    }
}

/// What tests draw.
enum Drawn {
    /// A grid of so many voxels, of these mm, whose axes run as the letters say, around the origin.
    static func grid(_ shape: Shape, _ spacing: Vec3 = Vec3(1, 1, 1)) -> Geometry {
        let origin = Vec3(-Double(shape.i - 1) / 2, -Double(shape.j - 1) / 2, -Double(shape.k - 1) / 2) * spacing
        return Geometry(
            shape: shape,
            affine: Affine(i: [spacing.x, 0, 0], j: [0, spacing.y, 0], k: [0, 0, spacing.z], origin: origin))
    }

    /// An image of one value, shown white by the window (0, 1).
    static func flat(_ geometry: Geometry, _ value: UInt8 = 1) -> Volume {
        Volume(geometry: geometry, voxels: .uint8([UInt8](repeating: value, count: geometry.shape.count)))
    }

    /// A label map with labels where `label` says.
    static func map(_ geometry: Geometry, _ label: (Int, Int, Int) -> UInt16) -> LabelVolume {
        let shape = geometry.shape
        return LabelVolume(
            geometry: geometry,
            voxels: (0..<shape.count).map { label($0 % shape.i, $0 / shape.i % shape.j, $0 / (shape.i * shape.j)) })
    }

    /// Nothing but slices and labels.
    static var bare: Snapshot {
        var snapshot = Snapshot()
        (snapshot.hasLegend, snapshot.hasScaleBar) = (false, false)
        (snapshot.hasLetters, snapshot.hasPositions) = (false, false)
        return snapshot
    }

    /// The boxes of the slices on a picture, and what else stands where.
    static func plan(
        _ snapshot: Snapshot, _ volume: Volume, _ labels: LabelVolume, _ table: LabelTable = LabelTable([])
    ) throws -> SnapshotPlan {
        let scene = try SnapshotScene(snapshot, volume: volume, labels: labels, table: table, window: (0, 1))
        return try SnapshotPlan(snapshot, scene, lettering: Lettering(size: 16))
    }
}

extension Frame {
    /// The pixel at a share of the box's width and height.
    func pixel(_ x: Double, _ y: Double) -> (Int, Int) {
        (Int(clamping: self.x + x * width), Int(clamping: self.y + y * height))
    }
}
