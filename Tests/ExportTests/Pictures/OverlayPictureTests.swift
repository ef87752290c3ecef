import CPNG
import Testing
import Volumes

@testable import Export

@Suite struct OverlayPictureTests {
    /// Pixels of a PNG file as libpng reads them.
    static func decode(_ png: [UInt8]) throws -> (width: Int, height: Int, rgb: [UInt8]) {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        try #require(png_image_begin_read_from_memory(&image, png, png.count) != 0)
        image.format = UInt32(PNG_FORMAT_FLAG_COLOR)
        var rgb = [UInt8](repeating: 0, count: Int(image.width * image.height * 3))
        try #require(png_image_finish_read(&image, nil, &rgb, 0, nil) != 0)
        return (Int(image.width), Int(image.height), rgb)
    }

    @Test func pngKeepsEveryPixel() throws {
        var raster = Raster(width: 7, height: 5, fill: Colour(1, 2, 3))
        for n in 0..<35 { raster[n % 7, n / 7] = Colour(UInt8(n * 7), UInt8(255 - n), UInt8(n * n % 256)) }
        let decoded = try Self.decode(raster.png())
        #expect((decoded.width, decoded.height) == (7, 5))
        #expect(decoded.rgb == raster.bytes)
    }

    @Test func incompressiblePicturesFit() throws {
        var raster = Raster(width: 300, height: 200)
        var x: UInt32 = 1
        for n in 0..<60000 {
            x = x &* 1_664_525 &+ 1_013_904_223
            raster[n % 300, n / 300] = Colour(UInt8(x >> 24), UInt8(x >> 16 & 255), UInt8(x >> 8 & 255))
        }
        #expect(try Self.decode(raster.png()).rgb == raster.bytes)
    }

    @Test func picturesDrawnOverTheEdgeAreCut() {
        var raster = Raster(width: 2, height: 2)
        raster.draw(Raster(width: 2, height: 2, fill: Colour(9, 9, 9)), x: 1, y: -1)
        #expect([raster[0, 0], raster[1, 0], raster[0, 1], raster[1, 1]].map(\.red) == [0, 9, 0, 0])
        raster.draw(Raster(width: 1, height: 1, fill: Colour(9, 9, 9)), x: 5, y: 5)
        #expect(raster[1, 1].red == 0)
    }

    /// Axes as the letters say, 20 voxels of 2 mm each; bright in one half of space along `axis`.
    static func halfSpace(_ letters: String, axis: Int) throws -> Volume {
        let target = try #require(Orientation(letters))
        let affine = Affine(i: [2, 0, 0], j: [0, 2, 0], k: [0, 0, 2], origin: [-19, -19, -19])
        let geometry = Geometry(shape: Shape(20, 20, 20), affine: affine)
        let voxels = (0..<8000).map { n -> UInt8 in [n % 20, n / 20 % 20, n / 400][axis] >= 10 ? 200 : 0 }
        return Volume(geometry: geometry, voxels: .uint8(voxels)).reoriented(to: target)
    }

    /// Which edges are bright when the patient's right, anterior or superior half is: radiological convention.
    static let expectations: [(DisplayPlane, Int, String)] = [
        (.axial, 0, "left"), (.axial, 1, "top"), (.coronal, 0, "left"), (.coronal, 2, "top"), (.sagittal, 1, "left"),
        (.sagittal, 2, "top"),
    ]

    @Test(arguments: ["RAS", "LPS", "PIR", "SLA"], expectations)
    func radiologicalConvention(_ letters: String, _ expectation: (DisplayPlane, Int, String)) throws {
        let (plane, axis, edge) = expectation
        let volume = try Self.halfSpace(letters, axis: axis)
        let painter = try SlicePainter(
            volume: volume, labels: LabelVolume(geometry: volume.geometry), table: LabelTable([]), window: (0, 200))
        let picture = painter.paint(plane, plane.layout(volume.geometry), slice: 10, pixelsPerMillimetre: 2.5)
        #expect((picture.width, picture.height) == (100, 100))
        // A quarter in from each edge, beside the letters.
        let bright = ["left": (25, 30), "right": (75, 30), "top": (30, 25), "bottom": (30, 75)]
            .filter { picture[$0.value.0, $0.value.1].red > 200 }
        #expect(bright.keys.contains(edge))
        let opposite = ["left": "right", "top": "bottom"]
        #expect(!bright.keys.contains(try #require(opposite[edge])))
    }

    @Test func voxelsAreDrawnToScale() throws {
        let geometry = Geometry(
            shape: Shape(40, 20, 10), affine: Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0, 5], origin: [0, 0, 0]))
        let volume = Volume(geometry: geometry, voxels: .uint8([UInt8](repeating: 1, count: 8000)))
        let painter = try SlicePainter(
            volume: volume, labels: LabelVolume(geometry: geometry), table: LabelTable([]), window: (0, 2))
        func size(_ plane: DisplayPlane) -> [Int] {
            let picture = painter.paint(plane, plane.layout(geometry), slice: 0, pixelsPerMillimetre: 2)
            return [picture.width, picture.height]
        }
        #expect(size(.axial) == [80, 40])
        #expect(size(.coronal) == [80, 100])
        #expect(size(.sagittal) == [40, 100])
    }

    @Test func labelsAreOutlinedAndBlended() throws {
        let geometry = Geometry(shape: Shape(10, 10, 1), affine: .identity)
        var voxels = [UInt16](repeating: 0, count: 100)
        for n in 0..<100 where (3..<7).contains(n % 10) && (3..<7).contains(n / 10) { voxels[n] = 4 }
        let volume = Volume(geometry: geometry, voxels: .uint8([UInt8](repeating: 100, count: 100)))
        let painter = try SlicePainter(
            volume: volume, labels: LabelVolume(geometry: geometry, voxels: voxels),
            table: LabelTable([LabelEntry(id: 4, name: "x", colour: Colour(200, 0, 0))]), window: (0, 200))
        let picture = painter.paint(.axial, DisplayPlane.axial.layout(geometry), slice: 0, pixelsPerMillimetre: 10)
        #expect(picture[25, 25] == Colour(128, 128, 128))
        #expect(picture[30, 50] == Colour(200, 0, 0))
        // 65 % of 127.5 and 35 % of 200, 0, 0.
        #expect(picture[50, 50] == Colour(153, 83, 83))
    }

    @Test func slicesThatShowMostLabelsArePreferred() {
        let geometry = Geometry(shape: Shape(7, 1, 1), affine: .identity)
        func telling(_ labels: [UInt16]) -> Int {
            LabelSpread(LabelVolume(geometry: geometry, voxels: labels), DisplayPlane.sagittal.layout(geometry))
                .mostTelling
        }
        #expect(telling([0, 0, 1, 1, 1, 0, 0]) == 3)
        // Left and right: the plane between them shows nothing.
        #expect(telling([0, 1, 0, 0, 0, 2, 0]) == 1)
        #expect(telling([0, 0, 0, 0, 0, 0, 0]) == 3)
    }

    @Test func threePlanesAreSideBySide() throws {
        let volume = try Self.halfSpace("LPS", axis: 0)
        let labels = LabelVolume(geometry: volume.geometry, voxels: (0..<8000).map { $0 < 4000 ? 1 : 0 })
        let png = try OverlayPicture.threePlanes(
            volume: volume, labels: labels, table: LabelTable([]), window: (0, 200))
        let picture = try Self.decode(png)
        #expect((picture.width, picture.height) == (3 * 420 + 4 * 8, 420 + 2 * 8))
    }

    @Test func contactSheetsHoldTheSlicesWithLabels() throws {
        #expect(OverlayPicture.evenlySpaced(4, in: 10...19) == [10, 13, 16, 19])
        #expect(OverlayPicture.evenlySpaced(9, in: 3...5) == [3, 4, 5])
        #expect(OverlayPicture.evenlySpaced(1, in: 3...5) == [4])
        let volume = try Self.halfSpace("RAS", axis: 2)
        let labels = LabelVolume(
            geometry: volume.geometry, voxels: (0..<8000).map { (2000..<6000).contains($0) ? 1 : 0 })
        let png = try OverlayPicture.contactSheet(
            volume: volume, labels: labels, table: LabelTable([]), window: (0, 200), plane: .axial, count: 6, columns: 3
        )
        let picture = try Self.decode(png)
        #expect((picture.width, picture.height) == (3 * 252 + 4 * 8, 2 * 252 + 3 * 8))
    }

    @Test func otherGridsAndWindowsAreRefused() throws {
        let volume = try Self.halfSpace("RAS", axis: 0)
        let labels = LabelVolume(geometry: Geometry(shape: Shape(1, 2, 3), affine: .identity))
        #expect {
            try OverlayPicture.threePlanes(volume: volume, labels: labels, table: LabelTable([]), window: (0, 1))
        } throws: { error in
            "\(error)" == "the image has 20x20x20 voxels in RAS, the label map 1x2x3 in RAS, or they lie at different "
                + "places; a picture needs both on one grid (use the label map made for this image)"
        }
        #expect(throws: ExportError.badWindow(lower: 2, upper: 2)) {
            try OverlayPicture.threePlanes(
                volume: volume, labels: LabelVolume(geometry: volume.geometry), table: LabelTable([]), window: (2, 2))
        }
    }
}
