import Foundation
import TestSupport
import Testing
import Volumes

@testable import Export

@Suite("The view of a case") struct CaseViewTests {
    @Test("view.js has the members that the page reads, and no other")
    func form() throws {
        let view = try DecodedView(ViewPhantom(try ViewPhantom.grid()).view)
        #expect(view.object.keys.sorted() == ["case", "labels", "planes", "surfaces", "whole"])
        #expect(view.object["case"] as? String == "case-1")
        #expect(view.labels.map { $0["id"] as? Int } == [1, 2])
        #expect(view.labels.map { $0["name"] as? String } == ["label 1", "label 2"])
        // Of LabelTable.defaultColour: 230, 75, 60 and 60, 160, 230.
        #expect(view.labels.map { $0["colour"] as? String } == ["#e64b3c", "#3ca0e6"])
        #expect(view.planes.map(\.name) == ["axial", "coronal", "sagittal"])
        #expect(view.planes.map { $0.edges.joined() } == ["RLAP", "RLSI", "APSI"])
        let planes = try #require(view.object["planes"] as? [[String: Any]])
        for plane in planes {
            let keys = [
                "columns", "edges", "file", "height", "map", "name", "pixel", "positions", "slices", "width",
            ]
            #expect(plane.keys.sorted() == keys)
        }
        #expect(planes.map { $0["file"] as? String } == ["axial.webp", "coronal.webp", "sagittal.webp"])
        for plane in view.planes {
            #expect(plane.positions.count == plane.slices)
            #expect(plane.mosaic.width == plane.columns * plane.width)
            let rows = (plane.slices + plane.columns - 1) / plane.columns
            #expect(plane.mosaic.height == rows * plane.height)
            #expect(max(plane.width, plane.height) <= 128 && plane.slices <= 24)
        }
        let surfaces = try #require(view.object["surfaces"] as? [[String: Any]])
        #expect(surfaces.allSatisfy { $0.keys.sorted() == ["label", "origin", "step", "triangles", "vertices"] })
    }

    @Test(
        "The patient's left is on the right of the screen, above is above, before is on the left",
        arguments: ["RAS", "LPS", "LAS", "PIR", "SLA", "IPR"])
    func sides(_ letters: String) throws {
        let view = try DecodedView(ViewPhantom(try ViewPhantom.grid(letters)).view)
        // The balls of 7 and 9 mm around (-12, -14, -10) and (12, 14, 10) in a field of 50 x 60 x 45 mm.
        let expected: [(String, UInt8, Double, Double)] = [
            ("axial", 1, 0.5 + 12 / 50.0, 0.5 + 14 / 60.0), ("axial", 2, 0.5 - 12 / 50.0, 0.5 - 14 / 60.0),
            ("coronal", 1, 0.5 + 12 / 50.0, 0.5 + 10 / 45.0), ("coronal", 2, 0.5 - 12 / 50.0, 0.5 - 10 / 45.0),
            ("sagittal", 1, 0.5 + 14 / 60.0, 0.5 + 10 / 45.0), ("sagittal", 2, 0.5 - 14 / 60.0, 0.5 - 10 / 45.0),
        ]
        for (name, label, x, y) in expected {
            let centre = try view.plane(name).centre(of: label)
            #expect(abs(centre.x - x) < 0.02 && abs(centre.y - y) < 0.02, "\(letters) \(name) \(label): \(centre)")
        }
        #expect(view.isWhole)
        // Brighter towards the right, which is on the left.
        for name in ["axial", "coronal"] {
            let plane = try view.plane(name)
            let tile = plane.grey(plane.slices / 2)
            let row = plane.height / 2 * plane.width
            #expect(Int(tile[row + 2]) > Int(tile[row + plane.width - 3]) + 60, "\(letters) \(name)")
        }
    }

    @Test("Slices say where they lie, from below, behind and left on, also on an oblique and a sheared grid")
    func positions() throws {
        for geometry in [
            try ViewPhantom.grid("RAS"), try ViewPhantom.grid("PIR"), try ViewPhantom.oblique(),
            try ViewPhantom.oblique(-0.3, shear: 0.2),
        ] {
            let phantom = ViewPhantom(geometry)
            let view = try DecodedView(phantom.view)
            for (plane, component) in zip(view.planes, [2, 1, 0]) {
                #expect(zip(plane.positions, plane.positions.dropFirst()).allSatisfy { $0 < $1 })
                // The middle of a ball's tiles, as the voxels say it.
                for label in [UInt8(1), 2] {
                    let tiles = (0..<plane.slices).map { tile in plane.map(tile).count { $0 == label } }
                    let count = tiles.reduce(0, +)
                    let mean = zip(tiles, plane.positions).reduce(0) { $0 + Double($1.0) * $1.1 } / Double(count)
                    let truth = label == 1 ? Vec3(-12, -14, -10) : Vec3(12, 14, 10)
                    // Along a tilted slice the position is that of its middle.
                    let straight = geometry.orientation.description == "LPS" ? 9.0 : 1
                    #expect(abs(mean - truth[component]) < straight, "\(plane.name) \(label): \(mean)")
                }
            }
        }
        // Exactly: every voxel's centre along a straight axis.
        let cube = try ViewPhantom.grid("RAS", Shape(20, 20, 20), spacing: [2, 2, 2])
        let view = try DecodedView(ViewPhantom(cube).view)
        let all = (0..<20).map { Double($0) * 2 - 19 }
        for plane in view.planes { #expect(Set(plane.positions).isSubset(of: all) && plane.positions.count >= 15) }
    }

    @Test("Equal cases give equal bytes, and so do labels stored in another order")
    func deterministic() throws {
        let phantom = ViewPhantom(try ViewPhantom.grid())
        let first = try phantom.view.contents()
        #expect(try phantom.view.contents() == first)
        let other = phantom.labels.reoriented(to: try #require(Orientation("SLA")))
        #expect(try ViewPhantom.view(phantom.volume, other).contents() == first)
    }

    @Test("Six files appear, whole and under their names; what cannot be shown leaves none")
    func files() throws {
        let folder = TemporaryFolder()
        let phantom = ViewPhantom(try ViewPhantom.grid())
        for _ in 0..<2 {
            #expect(try phantom.view.write(to: folder.file("a/report")) == CaseView.files)
        }
        #expect(folder.contents == ["a", "a/report"] + CaseView.files.sorted().map { "a/report/" + $0 })
        let contents = try phantom.view.contents()
        for name in CaseView.files {
            let data = try #require(FileManager.default.contents(atPath: folder.file("a/report/" + name)))
            #expect([UInt8](data) == contents[name])
        }
        let empty = LabelVolume(geometry: try ViewPhantom.grid("RAS", Shape(3, 3, 3)))
        #expect(throws: ExportError.differentGrids(image: phantom.volume.geometry, labels: empty.geometry)) {
            try ViewPhantom.view(phantom.volume, empty).write(to: folder.file("b"))
        }
        for window: (Float, Float) in [(1, 1), (2, 1), (.nan, 1), (0, .infinity)] {
            #expect(throws: ExportError.self) {
                try ViewPhantom.view(phantom.volume, phantom.labels, window: window).write(to: folder.file("b"))
            }
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("b")))
    }

    @Test("Names from outside stay text: in a script, in a page, in a line")
    func names() throws {
        let names = ["</script><script>alert(1)</script>", "a\"b'\\\n\u{2028}\u{202E}c", "Ä 肝臓"]
        let table = LabelTable(
            names.enumerated().map { LabelEntry(id: UInt16($0 + 1), name: $1, colour: Colour(0, 9, 255)) })
        let phantom = ViewPhantom(try ViewPhantom.grid())
        let view = ViewPhantom.view(phantom.volume, phantom.labels, table: table, id: names[0])
        let script = String(decoding: try #require(try view.contents()["view.js"]), as: UTF8.self)
        #expect(!script.contains("<") && !script.contains("\u{2028}"))
        #expect(script.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
        let decoded = try DecodedView(view)
        #expect(decoded.labels.map { $0["name"] as? String } == names)
        #expect(decoded.labels.first?["colour"] as? String == "#0009ff")
        #expect(decoded.object["case"] as? String == names[0])
        // Label 3 is of the task, though it has no voxel.
        #expect(decoded.surfaces.map(\.label) == [1, 2])
    }

    @Test("A thumbnail of 240 x 80 shows the labels' colours; three planes are 900 wide")
    func pictures() throws {
        let phantom = ViewPhantom(try ViewPhantom.grid())
        let table = LabelTable([LabelEntry(id: 2, name: "b", colour: Colour(255, 0, 0))])
        let files = try ViewPhantom.view(phantom.volume, phantom.labels, table: table).contents()
        let thumbnail = try DecodedView.Picture(try #require(files["thumbnail.webp"]))
        #expect((thumbnail.width, thumbnail.height) == (240, 80))
        let red = (0..<240 * 80).filter { thumbnail.rgb[3 * $0] > thumbnail.rgb[3 * $0 + 1] &+ 60 }
        // Its plane is 67 x 80 pixels of 0.75 mm; the ball before the right is seen up on the left.
        #expect(red.contains { $0 % 240 < 40 && $0 / 240 < 40 } && !red.contains { $0 % 240 < 40 && $0 / 240 > 45 })
        let planes = try DecodedView.Picture(try #require(files["planes.webp"]))
        #expect(planes.width == 900)
        #expect((200...500).contains(planes.height))
    }
}
