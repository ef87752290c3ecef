import Testing
import Volumes

@testable import Export

@Suite struct SnapshotGeometryTests {
    static let oblique = Affine(
        i: [0.9, 0.3, 0.1], j: [-0.3, 0.9, 0.2], k: [0.2, -0.6, 4.8], origin: [-20, 30, -40])

    static let grids: [(String, Geometry)] = [
        ("one slice", Drawn.grid(Shape(40, 30, 1))), ("one row", Drawn.grid(Shape(40, 1, 30))),
        ("one column", Drawn.grid(Shape(1, 40, 30))), ("one voxel", Drawn.grid(Shape(1, 1, 1))),
        ("thick", Drawn.grid(Shape(40, 40, 6), Vec3(0.7, 0.7, 5))),
        ("sheared", Geometry(shape: Shape(30, 40, 8), affine: oblique)),
        ("long", Drawn.grid(Shape(2, 2, 2000))), ("flat", Drawn.grid(Shape(2000, 2, 2), Vec3(1, 0.001, 1))),
        ("tiny", Drawn.grid(Shape(9, 9, 9), Vec3(1e-4, 1e-4, 1e-4))),
        ("huge", Drawn.grid(Shape(9, 9, 9), Vec3(1e4, 1e4, 1e4))),
    ]
    static let slices: [Snapshot.Slices] = [
        .planes, .mosaic(plane: .coronal, count: 9, columns: 40), .mosaic(plane: .native, count: 400, columns: 1),
    ]

    @Test(arguments: grids, slices)
    func anyGridIsDrawn(_ grid: (String, Geometry), _ slices: Snapshot.Slices) throws {
        let volume = Drawn.flat(grid.1)
        let labels = Drawn.map(grid.1) { i, j, k in
            (i, j, k) == (grid.1.shape.i / 2, grid.1.shape.j / 2, grid.1.shape.k / 2) ? 7 : 0
        }
        let empty = LabelVolume(geometry: grid.1)
        var snapshot = Snapshot()
        (snapshot.slices, snapshot.width) = (slices, 240)
        for (labels, margin, style) in [(labels, nil, .contour), (labels, 3, .fill), (empty, 0, .fill)]
            as [(LabelVolume, Double?, Snapshot.Style)]
        {
            (snapshot.margin, snapshot.style) = (margin, style)
            let png = try snapshot.picture(of: volume, labels: labels, table: LabelTable([]), window: (0, 1), as: .png)
            let picture = try TestPicture(png.bytes)
            #expect(picture.width == 240)
            #expect(picture.height <= 3 * 240 + 200)
            let plan = try Drawn.plan(snapshot, volume, labels)
            for frame in plan.grid.frames {
                #expect(frame.x >= 0 && frame.x + frame.width <= 240)
                #expect(frame.y >= 0 && frame.y + frame.height <= plan.footer)
            }
        }
        let svg = try snapshot.picture(of: volume, labels: labels, table: LabelTable([]), window: (0, 1), as: .svg)
        _ = try SnapshotSVGTests.Elements(svg.bytes)
    }

    @Test func aSingleVoxelIsSeenInEachPlane() throws {
        let geometry = Drawn.grid(Shape(200, 200, 200))
        let labels = Drawn.map(geometry) { i, j, k in (i, j, k) == (50, 120, 80) ? 1 : 0 }
        var snapshot = Drawn.bare
        snapshot.width = 640
        let table = LabelTable([LabelEntry(id: 1, name: "x", colour: Colour(250, 0, 0))])
        let volume = Drawn.flat(geometry)
        let picture = try TestPicture(
            snapshot.picture(of: volume, labels: labels, table: table, window: (0, 1), as: .png).bytes)
        for frame in try Drawn.plan(snapshot, volume, labels).grid.frames {
            let reddish = (Int(clamping: frame.x)..<Int(clamping: frame.x + frame.width)).reduce(0) { sum, x in
                sum
                    + (Int(clamping: frame.y)..<Int(clamping: frame.y + frame.height)).count {
                        let pixel = picture[x, $0]
                        return Int(pixel.red) > Int(pixel.green) + 60
                    }
            }
            // A voxel is one pixel, and not less than two are drawn.
            #expect((2...9).contains(reddish))
        }
    }

    @Test func nothingLabelledIsSaid() throws {
        let geometry = Drawn.grid(Shape(20, 20, 20))
        let picture = try Snapshot().picture(
            of: Drawn.flat(geometry), labels: LabelVolume(geometry: geometry), table: LabelTable([]), window: (0, 1),
            as: .png)
        #expect(picture.notices == ["the label map has no labelled voxel"])
    }

    @Test func positionsFollowSpaceOnObliqueGrids() throws {
        let geometry = Geometry(shape: Shape(30, 40, 9), affine: Self.oblique)
        let labels = Drawn.map(geometry) { _, _, k in k == 2 ? 1 : 0 }
        let scene = try SnapshotScene(
            Snapshot(), volume: Drawn.flat(geometry), labels: labels, table: LabelTable([]), window: (0, 1))
        // Voxel (14.5, 19.5, 2): -40 + 0.1 * 14.5 + 0.2 * 19.5 + 4.8 * 2 mm.
        #expect(scene.panels[0].position == "I 25 mm")
    }
}

@Suite struct SliceOutlineTests {
    /// Random labels of a slice, drawn with the borders that were found: the middle of each pixel has its label's colour.
    @Test(arguments: 0..<4) func bordersEncloseTheirLabels(_ seed: UInt64) throws {
        let (columns, rows, side) = (13, 9, 16.0)
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        let labels = (0..<columns * rows).map { _ -> UInt16 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt16(state >> 62)
        }
        let (width, height) = (side * Double(columns), side * Double(rows))
        let outlines = SliceOutlines(labels, columns: columns, rows: rows, width: width, height: height)
        let canvas = try Canvas(width: Int(clamping: width) + 10, height: Int(clamping: height) + 6, format: .png)
        let colours = [Colour(0, 0, 0), Colour(250, 0, 0), Colour(0, 250, 0), Colour(0, 0, 250)]
        for id in outlines.ids {
            try canvas.fill(outlines.paths(of: id, x: 10, y: 6), Ink(colour: colours[Int(id)]))
        }
        let picture = try TestPicture(canvas.finish())
        for n in labels.indices {
            let (x, y) = (10 + 16 * (n % columns) + 8, 6 + 16 * (n / columns) + 8)
            #expect(picture[x, y] == colours[Int(labels[n])])
        }
    }

    @Test func insetLinesStayInsideTheirLabel() {
        // A ring around a hole.
        let labels: [UInt16] = [0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]
        let outlines = SliceOutlines(labels, columns: 5, rows: 5, width: 50, height: 50)
        let corners = outlines.lines(of: 1, width: 4, x: 0, y: 0).map { Set($0.corners.map(\.corner)) }
        #expect(
            Set(corners) == [
                [[12, 12], [38, 12], [38, 38], [12, 38]], [[18, 18], [32, 18], [32, 32], [18, 32]],
            ])
        // Thinner than the line: not past the middle.
        let thin = outlines.lines(of: 1, width: 40, x: 0, y: 0).map { Set($0.corners.map(\.corner)) }
        #expect(thin.contains([[14.5, 14.5], [35.5, 14.5], [35.5, 35.5], [14.5, 35.5]]))
    }
}

@Suite struct GreyImageTests {
    @Test func enlargedSlicesAreLinearBetweenCentres() {
        let slice = Slice(rows: 1, columns: 2, values: [0, 1])
        let image = GreyImage(slice, window: (0, 1), width: 8, height: 2)
        // Pixels at 1/16 ... 15/16 of the width; centres at 1/4 and 3/4.
        let expected = [0, 0, 32, 96, 159, 223, 255, 255].map { UInt8($0) }
        #expect(image.levels == expected + expected)
    }

    @Test func reducedSlicesAreMeans() {
        // Stripes that a picture by nearest pixels would show black or white.
        let slice = Slice(rows: 8, columns: 64, values: (0..<512).map { Float($0 % 2) })
        let image = GreyImage(slice, window: (0, 1), width: 8, height: 1)
        #expect(image.levels.allSatisfy { (120...136).contains($0) })
    }

    @Test func valuesBeyondTheWindowAreBlackOrWhite() {
        let slice = Slice(rows: 1, columns: 5, values: [-.infinity, .nan, 5, 10, .infinity])
        #expect(GreyImage(slice, window: (0, 10), width: 5, height: 1).levels == [0, 0, 128, 255, 255])
    }
}
