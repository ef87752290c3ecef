import Foundation
import Testing
import Volumes

@testable import Export

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct SnapshotSVGTests {
    /// What libxml2 finds in a file.
    final class Elements: NSObject, XMLParserDelegate {
        var root: [String: String] = [:]
        var counts: [String: Int] = [:]
        var text = ""

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String] = [:]
        ) {
            if counts.isEmpty { root = attributes }
            counts[name, default: 0] += 1
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

        init(_ svg: [UInt8]) throws {
            super.init()
            let parser = XMLParser(data: Data(svg))
            parser.delegate = self
            try #require(parser.parse(), "\(String(describing: parser.parserError))")
        }
    }

    static let geometry = Drawn.grid(Shape(30, 24, 18), Vec3(1, 1, 2))
    static let labels = Drawn.map(geometry) { i, j, _ in i < 12 && j > 4 ? 1 : i > 20 ? 2 : 0 }

    static func picture(_ snapshot: Snapshot, _ name: String = "liver", as format: Snapshot.Format) throws -> [UInt8] {
        let table = LabelTable([
            LabelEntry(id: 1, name: name, colour: Colour(250, 0, 0)),
            LabelEntry(id: 2, name: "other", colour: Colour(0, 0, 250)),
        ])
        return try snapshot.picture(
            of: Drawn.flat(geometry), labels: labels, table: table, window: (0, 1), as: format
        ).bytes
    }

    @Test(arguments: Snapshot.Style.allCases) func theyParseAndAreAsLargeAsThePNG(_ style: Snapshot.Style) throws {
        var snapshot = Snapshot()
        snapshot.style = style
        let elements = try Elements(Self.picture(snapshot, as: .svg))
        let png = try TestPicture(Self.picture(snapshot, as: .png))
        #expect(elements.root["viewBox"] == "0 0 1280 \(png.height)")
        #expect(elements.root["width"] == "1280px")
        #expect(elements.root["height"] == "\(png.height)px")
        // Each slice is a picture, and nothing but slices is one: lines and letters are paths.
        #expect(elements.counts["image"] == 3)
        #expect((elements.counts["path"] ?? 0) > 10)
    }

    @Test(arguments: SnapshotLegendTests.hostile.indices) func namesAreDrawnAndNotWritten(_ n: Int) throws {
        let name = SnapshotLegendTests.hostile[n]
        var snapshot = Snapshot()
        snapshot.title = name
        let svg = try Self.picture(snapshot, name, as: .svg)
        let elements = try Elements(svg)
        #expect(elements.counts["script"] == nil)
        #expect(!elements.text.contains { !$0.isWhitespace })
        #expect(!String(decoding: svg, as: UTF8.self).contains("alert"))
    }
}
