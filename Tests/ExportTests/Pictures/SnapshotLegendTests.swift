import Foundation
import Testing
import Volumes

@testable import Export

@Suite struct SnapshotLegendTests {
    static let white = Colour(255, 255, 255)
    static let text = Colour(235, 235, 235)

    static func entries(_ count: Int, name: (Int) -> String = { "label number \($0)" }) -> [LabelEntry] {
        (1...count).map {
            LabelEntry(id: UInt16($0), name: name($0), colour: LabelTable.defaultColour($0))
        }
    }

    /// The bar's pixels are counted, and those of a slice that is 100 mm wide.
    @Test(arguments: [300, 1280, 3000])
    func theScaleBarHasTheLengthThatItSays(_ width: Int) throws {
        let geometry = Drawn.grid(Shape(50, 50, 50), Vec3(2, 2, 2))
        let (volume, labels) = (Drawn.flat(geometry), LabelVolume(geometry: geometry))
        var snapshot = Drawn.bare
        (snapshot.hasScaleBar, snapshot.width) = (true, width)
        let picture = try TestPicture(
            snapshot.picture(of: volume, labels: labels, table: LabelTable([]), window: (0, 1), as: .png).bytes)
        let middle = picture.height / 3
        let slices = picture.count(Self.white, y: middle..<middle + 1)
        let pixelsPerMillimetre = Double(slices) / 300
        // The longest row of the letters' colour below the slices is the bar.
        let bottom = try #require((0..<picture.height).last { picture.count(Self.white, y: $0..<$0 + 1) == slices })
        let bar =
            (bottom + 1..<picture.height).map { row in
                var (longest, run) = (0, 0)
                for x in 0..<picture.width {
                    run = picture[x, row] == Self.text ? run + 1 : 0
                    longest = max(longest, run)
                }
                return longest
            }.max() ?? 0
        // A sixth of the picture's width is about 52 mm of the 300 mm shown.
        #expect(abs(Double(bar) - 50 * pixelsPerMillimetre) <= 1)
        #expect(ScaleBar.roundLength(within: Double(width) / 6 / pixelsPerMillimetre).text == "50 mm")
    }

    @Test func roundLengthsAreWrittenAsTheyAre() {
        let lengths = [0.00031, 0.03, 0.1, 0.7, 1, 7.4, 10, 19.9, 49, 50, 999, 123_456].map {
            ScaleBar.roundLength(within: $0).text
        }
        #expect(
            lengths == [
                "0.0002 mm", "0.02 mm", "0.1 mm", "0.5 mm", "1 mm", "5 mm", "10 mm", "10 mm", "20 mm", "50 mm",
                "500 mm",
                "100000 mm",
            ])
        for limit in [0.00031, 0.03, 0.7, 49] {
            let (millimetres, text) = ScaleBar.roundLength(within: limit)
            #expect(abs((Double(text.dropLast(3)) ?? 0) - millimetres) < 1e-12)
            #expect(millimetres <= limit && millimetres > limit / 2.5 - 1e-12)
        }
    }

    @Test func namesStandInOneLineOrInColumns() throws {
        let lettering = Lettering(size: 16)
        let one = try LegendPlan(Self.entries(3), width: 900, mostRows: 5, lettering)
        #expect((one.rows, one.items.count) == (1, 3))
        let grid = try LegendPlan(Self.entries(20), width: 900, mostRows: 5, lettering)
        let columns = Set(grid.items.map(\.x)).count
        #expect((2...10).contains(columns))
        #expect((grid.rows, grid.items.count) == ((20 + columns - 1) / columns, 20))
        let many = try LegendPlan(Self.entries(5000), width: 900, mostRows: 5, lettering)
        #expect((many.rows, many.items.count) == (5, 5 * Set(many.items.map(\.x)).count))
        #expect(many.items.map { $0.colour == nil } == Array(repeating: false, count: many.items.count - 1) + [true])
        for plan in [one, grid, many] {
            for (n, item) in plan.items.enumerated() {
                let end = item.x + (item.colour == nil ? 0 : 24) + item.text.width
                #expect(end <= 900)
                if n + 1 < plan.items.count, plan.items[n + 1].row == item.row { #expect(end < plan.items[n + 1].x) }
            }
        }
        let none = try LegendPlan([], width: 900, mostRows: 5, lettering)
        #expect(none.items.map { $0.colour == nil } == [true])
    }

    @Test func theLegendShowsTheLabelsThatOccur() throws {
        let geometry = Drawn.grid(Shape(30, 30, 30))
        let labels = Drawn.map(geometry) { i, _, _ in i < 5 ? 1 : i > 25 ? 3 : 0 }
        var snapshot = Snapshot()
        (snapshot.style, snapshot.hasScaleBar) = (.fill, false)
        let table = LabelTable([
            LabelEntry(id: 1, name: "one", colour: Colour(250, 0, 0)),
            LabelEntry(id: 2, name: "two", colour: Colour(0, 250, 0)),
            LabelEntry(id: 3, name: "three", colour: Colour(0, 0, 250)),
        ])
        let volume = Drawn.flat(geometry)
        let plan = try Drawn.plan(snapshot, volume, labels, table)
        let picture = try TestPicture(
            snapshot.picture(of: volume, labels: labels, table: table, window: (0, 1), as: .png).bytes)
        let below = Int(clamping: plan.footer)..<picture.height
        // Boxes of 16 pixels with rounded corners.
        #expect(picture.count(Colour(250, 0, 0), y: below) > 200)
        #expect(picture.count(Colour(0, 0, 250), y: below) > 200)
        #expect(picture.count(Colour(0, 250, 0), y: below) == 0)
        #expect(picture.count(Self.text, y: below) > 20)
    }

    /// Two pictures that differ in a name only differ in the legend only.
    @Test func namesAreWritten() throws {
        let geometry = Drawn.grid(Shape(30, 30, 30))
        let labels = Drawn.map(geometry) { i, _, _ in i < 5 ? 1 : 0 }
        let volume = Drawn.flat(geometry)
        func picture(_ name: String) throws -> TestPicture {
            let table = LabelTable([LabelEntry(id: 1, name: name, colour: Colour(250, 0, 0))])
            return try TestPicture(
                Snapshot().picture(of: volume, labels: labels, table: table, window: (0, 1), as: .png).bytes)
        }
        let (one, other, same) = (try picture("liver"), try picture("lever"), try picture("li\u{202E}\nver"))
        let footer = Int(clamping: try Drawn.plan(Snapshot(), volume, labels).footer)
        let differing = (0..<one.height).filter { row in (0..<one.width).contains { one[$0, row] != other[$0, row] } }
        #expect(!differing.isEmpty)
        #expect(differing.allSatisfy { $0 >= footer })
        // Marks that turn the direction of writing leave a space, and nothing else.
        #expect(same == (try picture("li ver")))
    }

    static let hostile = [
        String(repeating: "a very long name ", count: 1000), "<script>alert('x')</script>\n\"&\u{202E}evil\u{0}",
        "\u{1F9E0}\u{200D}\u{FE0F}", "肝臓", "", " \n\t",
    ]

    @Test(arguments: hostile.indices) func namesNeverBreakTheLayout(_ n: Int) throws {
        let name = Self.hostile[n]
        let geometry = Drawn.grid(Shape(30, 30, 30))
        let labels = Drawn.map(geometry) { i, _, _ in i < 5 ? 1 : 0 }
        let volume = Drawn.flat(geometry)
        func height(_ name: String, _ title: String) throws -> Int {
            var snapshot = Snapshot()
            snapshot.title = title
            let table = LabelTable([LabelEntry(id: 1, name: name, colour: Colour(250, 0, 0))])
            return try TestPicture(
                snapshot.picture(of: volume, labels: labels, table: table, window: (0, 1), as: .png).bytes
            ).height
        }
        #expect(try height(name, "x" + name) == height("liver", "x"))
    }

    @Test func lettersStandAtTheEdgesOfEachPlane() throws {
        let geometry = Drawn.grid(Shape(30, 30, 30))
        let (volume, labels) = (Drawn.flat(geometry, 0), LabelVolume(geometry: geometry))
        var snapshot = Drawn.bare
        snapshot.hasLetters = true
        let frames = try Drawn.plan(snapshot, volume, labels).grid.frames
        let picture = try TestPicture(
            snapshot.picture(of: volume, labels: labels, table: LabelTable([]), window: (0, 1), as: .png).bytes)
        for frame in frames {
            for (x, y) in [(0.03, 0.5), (0.97, 0.5), (0.5, 0.03), (0.5, 0.97)] {
                let (x, y) = frame.pixel(x, y)
                #expect(picture.count(Self.white, x: x - 10..<x + 10, y: y - 10..<y + 10) > 10)
            }
            // Nothing in the middle.
            let (x, y) = frame.pixel(0.5, 0.5)
            #expect(picture.count(Self.white, x: x - 100..<x + 100, y: y - 100..<y + 100) == 0)
        }
    }
}

@Suite struct LetteringTests {
    @Test func longTextsEndInAnEllipsis() throws {
        let lettering = Lettering(size: 16)
        let whole = try lettering.text("right ventricle")
        #expect(try lettering.text("right ventricle", widest: whole.width).width == whole.width)
        let cut = try lettering.text("right ventricle", widest: whole.width - 1)
        let shortened = try (1..<15).map { try lettering.text("right ventricle".prefix($0) + "…").width }
        #expect(cut.width == shortened.last { $0 <= whole.width - 1 })
        #expect(try lettering.text("right ventricle", widest: 20).width <= 20)
        #expect(try lettering.text("right ventricle", widest: 1).runs.isEmpty)
        let long = try lettering.text(String(repeating: "i", count: 1_000_000), widest: 300)
        #expect(long.width <= 300 && long.width > 280)
    }

    @Test func whatNoFontHasIsAQuestionMarkAndSaid() throws {
        let lettering = Lettering(size: 16)
        // A character that is assigned to nothing and never will be.
        let text = try lettering.text("a\u{10FFFD}")
        #expect(lettering.unknown == ["\u{10FFFD}"])
        #expect(try text.width == lettering.text("a?").width)
        #expect(try !lettering.shows("\u{10FFFD}"))
        #expect(try lettering.shows("ein 1"))
    }

    /// A machine without fonts: cairo's own letters, which know ASCII.
    @Test func withoutFontsThereIsStillText() async {
        await #expect(processExitsWith: .success) {
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("no-fonts-\(UUID()).conf")
            try "<?xml version=\"1.0\"?><fontconfig></fontconfig>".write(to: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(at: file) }
            setenv("FONTCONFIG_FILE", file.path, 1)
            let geometry = Drawn.grid(Shape(30, 30, 30))
            let labels = Drawn.map(geometry) { i, _, _ in i < 5 ? 1 : i > 25 ? 2 : 0 }
            let table = LabelTable([
                LabelEntry(id: 1, name: "liver", colour: Colour(250, 0, 0)),
                LabelEntry(id: 2, name: "é", colour: Colour(0, 250, 0)),
            ])
            let picture = try Snapshot().picture(
                of: Drawn.flat(geometry), labels: labels, table: table, window: (0, 1), as: .png)
            let shown = try TestPicture(picture.bytes)
            let footer = Int(clamping: try Drawn.plan(Snapshot(), Drawn.flat(geometry), labels).footer)
            // Behind the first box.
            let letters = (footer..<shown.height).reduce(0) { sum, y in
                sum + (30..<80).count { shown[$0, y].green > 120 }
            }
            try #require(letters > 20)
            try #require(try !Lettering(size: 16).shows("é"))
        }
    }
}
