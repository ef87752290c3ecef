import Testing
import Volumes

@testable import Export

@Suite struct SnapshotTests {
    /// Bright in one half of space along `axis`, with the axes of the grid as the letters say.
    static func halfSpace(_ letters: String, axis: Int) throws -> Volume {
        let target = try #require(Orientation(letters))
        let voxels = (0..<8000).map { n -> UInt8 in [n % 20, n / 20 % 20, n / 400][axis] >= 10 ? 1 : 0 }
        return Volume(geometry: Drawn.grid(Shape(20, 20, 20), Vec3(2, 2, 2)), voxels: .uint8(voxels))
            .reoriented(to: target)
    }

    /// Which edges are bright when the patient's right, anterior or superior half is: radiological convention. Panels are
    /// axial, coronal, sagittal.
    static let expectations: [(panel: Int, axis: Int, edge: String)] = [
        (0, 0, "left"), (0, 1, "top"), (1, 0, "left"), (1, 2, "top"), (2, 1, "left"), (2, 2, "top"),
    ]

    @Test(arguments: ["RAS", "LPS", "PIR", "SLA"], expectations)
    func radiologicalConvention(_ letters: String, _ expectation: (panel: Int, axis: Int, edge: String)) throws {
        let volume = try Self.halfSpace(letters, axis: expectation.axis)
        let labels = LabelVolume(geometry: volume.geometry)
        var snapshot = Drawn.bare
        snapshot.width = 400
        let picture = try TestPicture(
            snapshot.picture(of: volume, labels: labels, table: LabelTable([]), window: (0, 1), as: .png).bytes)
        let frame = try Drawn.plan(snapshot, volume, labels).grid.frames[expectation.panel]
        let bright = ["left": (0.25, 0.3), "right": (0.75, 0.3), "top": (0.3, 0.25), "bottom": (0.3, 0.75)].filter {
            let (x, y) = frame.pixel($0.value.0, $0.value.1)
            return picture[x, y].red > 200
        }
        #expect(bright.keys.contains(expectation.edge))
        #expect(!bright.keys.contains(try #require(["left": "right", "top": "bottom"][expectation.edge])))
    }

    @Test func slicesAreDrawnToOneScale() throws {
        let geometry = Drawn.grid(Shape(40, 20, 10), Vec3(1, 1, 5))
        let plan = try Drawn.plan(Drawn.bare, Drawn.flat(geometry), LabelVolume(geometry: geometry))
        for (frame, size) in zip(plan.grid.frames, [(40.0, 20.0), (40, 50), (20, 50)]) {
            #expect(abs(frame.width - size.0 * plan.grid.scale) <= 0.5)
            #expect(abs(frame.height - size.1 * plan.grid.scale) <= 0.5)
        }
        // The picture is as wide as was asked, and so much of it is slices: 100 mm across.
        #expect(abs(100 * plan.grid.scale + 4 * plan.grid.gap - 1280) < 1)
    }

    @Test func flatSlicesStandOneAboveTheOther() throws {
        let geometry = Drawn.grid(Shape(40, 36, 3), Vec3(1, 1, 5))
        let plan = try Drawn.plan(Drawn.bare, Drawn.flat(geometry), LabelVolume(geometry: geometry))
        let (axial, coronal, sagittal) = (plan.grid.frames[0], plan.grid.frames[1], plan.grid.frames[2])
        #expect(axial.x + axial.width < coronal.x && axial.x + axial.width < sagittal.x)
        #expect(coronal.y + coronal.height < sagittal.y)
        #expect(coronal.width > sagittal.width && axial.width == coronal.width)
        #expect(abs(80 * plan.grid.scale + 3 * plan.grid.gap - 1280) < 1)
    }

    /// Pixels of the picture are the panels', counted.
    @Test func panelsFillTheirBoxesAndNothingElse() throws {
        let geometry = Drawn.grid(Shape(40, 20, 10), Vec3(1, 1, 5))
        let (volume, labels) = (Drawn.flat(geometry), LabelVolume(geometry: geometry))
        let picture = try TestPicture(
            Drawn.bare.picture(of: volume, labels: labels, table: LabelTable([]), window: (0, 1), as: .png).bytes)
        let area = try Drawn.plan(Drawn.bare, volume, labels).grid.frames.reduce(0) { $0 + $1.width * $1.height }
        #expect(Double(picture.count(Colour(255, 255, 255))) == area)
        #expect(picture.width == 1280)
    }

    /// A square of 4 voxels in a slice of 10, its colour and its surroundings.
    static func square(_ style: Snapshot.Style) throws -> (picture: TestPicture, frame: Frame) {
        let geometry = Drawn.grid(Shape(10, 10, 1))
        let labels = Drawn.map(geometry) { i, j, _ in (3..<7).contains(i) && (3..<7).contains(j) ? 4 : 0 }
        var snapshot = Drawn.bare
        snapshot.slices = .mosaic(plane: .axial, count: 1, columns: 1)
        (snapshot.style, snapshot.lineWidth) = (style, 6)
        let table = LabelTable([LabelEntry(id: 4, name: "x", colour: Colour(200, 0, 0))])
        let volume = Drawn.flat(geometry, 100)
        let picture = try snapshot.picture(of: volume, labels: labels, table: table, window: (0, 200), as: .png)
        return (try TestPicture(picture.bytes), try Drawn.plan(snapshot, volume, labels).grid.frames[0])
    }

    @Test func filledLabelsAreOutlinedAndBlended() throws {
        let (picture, frame) = try Self.square(.fill)
        let (outside, inside) = (frame.pixel(0.2, 0.5), frame.pixel(0.5, 0.5))
        #expect(picture[outside.0, outside.1] == Colour(128, 128, 128))
        // 65 % of 127.5 and 35 % of 200, 0, 0; cairo counts in eight bits.
        let blended = picture[inside.0, inside.1]
        #expect(abs(Int(blended.red) - 153) <= 1)
        #expect(abs(Int(blended.green) - 83) <= 1)
        // The line lies just inside the label's left border, which is at 3 of 10 voxels.
        let border = Int(clamping: (frame.x + 0.3 * frame.width).rounded(.up))
        #expect(picture[border + 3, inside.1] == Colour(200, 0, 0))
        #expect(picture[border - 2, inside.1].red < 120)
        #expect(picture[border - 8, inside.1] == Colour(128, 128, 128))
    }

    @Test func contoursLeaveTheInsideAsItIs() throws {
        let (picture, frame) = try Self.square(.contour)
        let inside = frame.pixel(0.5, 0.5)
        #expect(picture[inside.0, inside.1] == Colour(128, 128, 128))
        let border = Int(clamping: (frame.x + 0.3 * frame.width).rounded(.up))
        let line = (border - 20..<border + 20).filter { picture[$0, inside.1] == Colour(200, 0, 0) }
        // The border lies between two pixels, so that of the line's six either five or six are covered.
        #expect(line == Array(border..<border + line.count) && (5...6).contains(line.count))
        // A dark halo on both sides of the line.
        #expect(picture[border - 2, inside.1].red < 80)
        #expect((border + 5..<border + 9).map { picture[$0, inside.1].red }.min() ?? 255 < 110)
    }

    @Test func withoutALineOnlyTheFillIsLeft() throws {
        let geometry = Drawn.grid(Shape(10, 10, 1))
        let labels = Drawn.map(geometry) { i, _, _ in i >= 5 ? 1 : 0 }
        var snapshot = Drawn.bare
        snapshot.slices = .mosaic(plane: .axial, count: 1, columns: 1)
        (snapshot.style, snapshot.lineWidth, snapshot.opacity) = (.fill, 0, 1)
        let table = LabelTable([LabelEntry(id: 1, name: "x", colour: Colour(10, 200, 0))])
        let volume = Drawn.flat(geometry)
        let picture = try TestPicture(
            snapshot.picture(of: volume, labels: labels, table: table, window: (0, 1), as: .png).bytes)
        let frame = try Drawn.plan(snapshot, volume, labels).grid.frames[0]
        let half = Double(picture.count(Colour(10, 200, 0)))
        // Corners are rounded.
        #expect(abs(half / (frame.width * frame.height) - 0.5) < 0.01)
        // The patient's right is on the left.
        let (x, y) = frame.pixel(0.25, 0.5)
        #expect(picture[x, y] == Colour(10, 200, 0))
    }

    @Test func labelsThatMeetAreBothSeen() throws {
        let geometry = Drawn.grid(Shape(10, 10, 1))
        let labels = Drawn.map(geometry) { i, _, _ in i >= 5 ? 1 : 2 }
        var snapshot = Drawn.bare
        snapshot.slices = .mosaic(plane: .axial, count: 1, columns: 1)
        snapshot.lineWidth = 4
        let table = LabelTable([
            LabelEntry(id: 1, name: "x", colour: Colour(200, 0, 0)),
            LabelEntry(id: 2, name: "y", colour: Colour(0, 0, 200)),
        ])
        let volume = Drawn.flat(geometry)
        let picture = try TestPicture(
            snapshot.picture(of: volume, labels: labels, table: table, window: (0, 1), as: .png).bytes)
        let frame = try Drawn.plan(snapshot, volume, labels).grid.frames[0]
        let (x, y) = frame.pixel(0.5, 0.5)
        let (left, right) = (
            picture.count(Colour(200, 0, 0), x: x - 10..<x + 10, y: y..<y + 1),
            picture.count(Colour(0, 0, 200), x: x - 10..<x + 10, y: y..<y + 1)
        )
        #expect((left, right) == (4, 4))
    }

    @Test func onlyChosenLabelsAreShown() throws {
        let geometry = Drawn.grid(Shape(10, 10, 3))
        let labels = Drawn.map(geometry) { i, _, _ in i < 3 ? 1 : i > 6 ? 2 : 0 }
        var snapshot = Snapshot()
        snapshot.labels = [2, 9]
        let scene = try SnapshotScene(
            snapshot, volume: Drawn.flat(geometry), labels: labels, table: LabelTable([]), window: (0, 1))
        #expect(scene.entries.map(\.id) == [2])
        #expect(scene.notices == ["label 9 has no voxel in the label map"])
        #expect(!scene.labels.voxels.contains(1))
    }

    @Test func theFieldIsCutAroundTheLabels() throws {
        let geometry = Drawn.grid(Shape(40, 40, 40), Vec3(1, 2, 4))
        let labels = Drawn.map(geometry) { i, j, k in i == 20 && j == 20 && (10..<15).contains(k) ? 1 : 0 }
        var snapshot = Drawn.bare
        snapshot.margin = 6
        let scene = try SnapshotScene(
            snapshot, volume: Drawn.flat(geometry), labels: labels, table: LabelTable([]), window: (0, 1))
        // 6 mm are 6, 3 and, rounded up, 2 voxels on each side.
        #expect(scene.volume.geometry.shape == Shape(13, 7, 9))
        #expect(scene.panels.map(\.slice) == [4, 3, 6])
        snapshot.margin = 1000
        let whole = try SnapshotScene(
            snapshot, volume: Drawn.flat(geometry), labels: labels, table: LabelTable([]), window: (0, 1))
        #expect(whole.volume.geometry.shape == geometry.shape)
    }

    @Test func mosaicsAreSpreadOverTheLabelledSlices() throws {
        #expect(Snapshot.evenlySpaced(4, in: 10...19) == [11, 13, 16, 18])
        #expect(Snapshot.evenlySpaced(9, in: 3...5) == [3, 4, 5])
        #expect(Snapshot.evenlySpaced(1, in: 3...5) == [4])
        let volume = try Self.halfSpace("LPS", axis: 2)
        let labels = LabelVolume(
            geometry: volume.geometry, voxels: (0..<8000).map { (2000..<6000).contains($0) ? 1 : 0 })
        var snapshot = Snapshot()
        snapshot.slices = .mosaic(plane: .axial, count: 4, columns: 3)
        let scene = try SnapshotScene(
            snapshot, volume: volume, labels: labels, table: LabelTable([]), window: (0, 1))
        #expect(scene.panels.map(\.slice) == [6, 8, 11, 13])
        // Slice n lies at 2 n - 19 mm.
        #expect(scene.panels.map(\.position) == ["I 7 mm", "I 3 mm", "S 3 mm", "S 7 mm"])
        let plan = try Drawn.plan(snapshot, volume, labels)
        #expect(Set(plan.grid.frames.map(\.x)).count == 3)
        #expect(Set(plan.grid.frames.map(\.y)).count == 2)
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

    @Test func theCasePictureIsTheSameEveryTime() throws {
        let volume = try Self.halfSpace("LPS", axis: 0)
        let labels = LabelVolume(geometry: volume.geometry, voxels: (0..<8000).map { $0 < 4000 ? 1 : 0 })
        let pictures = try (0..<2).map { _ in
            try OverlayPicture.threePlanes(volume: volume, labels: labels, table: LabelTable([]), window: (0, 1))
        }
        #expect(pictures[0] == pictures[1])
        #expect(try TestPicture(pictures[0]).width == 1280)
        // As pixels it is the same picture.
        var snapshot = Snapshot()
        snapshot.style = .fill
        let pixels = try snapshot.pixels(of: volume, labels: labels, table: LabelTable([]), window: (0, 1))
        #expect(try TestPicture(pictures[0]).rgb == pixels.rgb)
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

    static func snapshot(_ change: (inout Snapshot) -> Void) -> Snapshot {
        var snapshot = Snapshot()
        change(&snapshot)
        return snapshot
    }

    static let beyond: [(Snapshot, String)] = [
        (snapshot { $0.width = 1_000_000 }, "size 1000000: give 200 to 8000 pixels"),
        (snapshot { $0.width = -1 }, "size -1: give 200 to 8000 pixels"),
        (snapshot { $0.opacity = .nan }, "opacity nan: give 0.0 to 1.0"),
        (snapshot { $0.lineWidth = 99 }, "line-width 99.0: give 0.0 to 20.0 pixels"),
        (snapshot { $0.margin = -.infinity }, "crop -inf: give 0.0 to 1000.0 mm"),
        (snapshot { $0.slices = .mosaic(plane: .axial, count: 0, columns: 4) }, "count 0: give 1 to 400"),
        (snapshot { $0.slices = .mosaic(plane: .axial, count: 4, columns: 41) }, "columns 41: give 1 to 40"),
    ]

    @Test(arguments: beyond) func settingsBeyondTheirLimitsAreRefused(_ snapshot: Snapshot, _ text: String) throws {
        let volume = Drawn.flat(Drawn.grid(Shape(2, 2, 2)))
        #expect {
            _ = try snapshot.picture(
                of: volume, labels: LabelVolume(geometry: volume.geometry), table: LabelTable([]), window: (0, 1),
                as: .png)
        } throws: { "\($0)" == text }
    }
}
