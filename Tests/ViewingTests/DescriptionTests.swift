import Foundation
import Preparation
import Testing
import Volumes

@testable import Viewing

/// What the page is told besides voxels.
struct DescriptionTests {
    private static func told(
        _ volume: Volume, labels: LabelVolume? = nil, window: IntensityWindow? = nil
    ) throws -> Told {
        let server = try ViewServer(ViewContent(name: "case", volume: volume, labels: labels, window: window))
        defer { server.close() }
        return try Told(server)
    }

    /// Of a DICOM image too: nothing but this is said.
    @Test func nothingElseIsSaid() throws {
        var volume = image("LPS", { .float64($0) })
        volume.notices = ["MARKER^NAME"]
        volume.origins = [SliceOrigin(sopInstanceUID: "1.2.3.MARKER")]
        let server = try ViewServer(ViewContent(name: "case", volume: volume))
        defer { server.close() }
        let body = server.get("view.json")?.body ?? []
        let object = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
        #expect(
            object.keys.sorted() == [
                "affine", "fileAxes", "name", "notices", "shape", "spacing", "start", "type", "windows",
            ])
        #expect(!String(decoding: body, as: UTF8.self).contains("MARKER"))
    }

    @Test func theFirstWindowSuitsTheImage() throws {
        #expect(try Self.told(image("RAS", { .float64($0) })).windows.map(\.name) == ["0.5 to 99.5 %", "all values"])
        // From -1000 up: Hounsfield units, though nothing says so.
        let ct = Volume(geometry: grid("RAS"), voxels: .int16((0..<105).map { Int16($0 * 20 - 1000) }))
        let first = try Self.told(ct).windows[0]
        #expect((first.name, first.lower, first.upper) == ("CT soft tissue", -160, 240))
        let asked = try Self.told(ct, window: .range(lower: -500, upper: 500)).windows[0]
        #expect((asked.name, asked.lower, asked.upper) == ("as asked", -500, 500))
    }

    @Test func anImageWithoutANumberIsShown() throws {
        let volume = Volume(geometry: grid("RAS"), voxels: .float32([Float](repeating: .nan, count: 105)))
        #expect(try Self.told(volume).windows.map(\.name) == ["0 to 1"])
    }

    @Test func theCrosshairStartsInALabel() throws {
        let volume = image("LPS", { .float64($0) })
        #expect(try Self.told(volume).start == [3, 2, 1])
        var labels = LabelVolume(geometry: volume.geometry)
        // The middle of these is in none: the nearest of them is taken, which is 5 from the left in front and below.
        (labels.voxels[0], labels.voxels[1], labels.voxels[104]) = (1, 1, 2)
        let start = try Self.told(volume, labels: labels).start
        #expect(start == [5, 4, 0])
    }

    @Test func axesThatLeanAreSaid() throws {
        let (cos, sin) = (cos(Double.pi / 15), sin(Double.pi / 15))
        let turned = Affine(i: [cos, sin, 0], j: [-sin, cos, 0], k: [0, 0, 2], origin: [0, 0, 0])
        let sheared = Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0.5, 2], origin: [0, 0, 0])
        func notices(_ affine: Affine) throws -> [String] {
            let grid = Geometry(shape: Shape(2, 2, 2), affine: affine)
            return try Self.told(Volume(geometry: grid, voxels: .uint8([1, 2, 3, 4, 5, 6, 7, 8]))).notices
        }
        #expect(try notices(.identity).isEmpty)
        #expect(try notices(turned).count == 1)
        #expect(try notices(turned)[0].contains("up to 12.0° off"))
        #expect(try notices(sheared).count == 2)
        #expect(try notices(sheared)[0].contains("gantry tilt"))
    }

    @Test func tokensAreOfTheirOwn() {
        let tokens = (0..<1000).map { _ in Site.newToken() }
        #expect(Set(tokens).count == 1000)
        #expect(tokens.allSatisfy { $0.count == 32 && $0.allSatisfy(\.isHexDigit) })
        // Every digit of every place occurs: no place is always the same.
        for place in 0..<32 { #expect(Set(tokens.map { Array($0)[place] }).count == 16) }
    }

    @Test func textsAreComparedWhole() {
        let wanted = Array("/abc/".utf8)
        for (given, isEqual) in [("/abc/", true), ("/abd/", false), ("/abc", false), ("/abc//", false), ("", false)] {
            #expect(Site.areEqual(Array(given.utf8)[...], wanted) == isEqual)
        }
    }
}
