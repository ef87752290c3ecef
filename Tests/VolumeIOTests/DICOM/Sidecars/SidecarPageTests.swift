import Foundation
import Testing

@testable import VolumeIO

@Suite("docs/sidecars.md") struct SidecarPageTests {
    /// The table's lines as the registry has them.
    static let table = SidecarField.all.map { field in
        "| `\(field.name)` | \(field.unit) | \(field.meaning) | \(field.sources) |"
    }

    @Test func theTableIsTheRegistry() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/sidecars.md"), encoding: .utf8)
        let lines = page.split(separator: "\n").map(String.init).filter { $0.hasPrefix("| `") }
        #expect(lines == Self.table, "put these lines into docs/sidecars.md:\n\(Self.table.joined(separator: "\n"))")
    }

    @Test("no name stands twice") func names() {
        let names = SidecarField.all.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test("no field is one that tells who was scanned, when or where") func identity() {
        let words = ["Patient", "Institution", "Station", "Date", "Physician", "Operator", "Accession", "Serial"]
        let kept = ["PatientPosition", "ImageOrientationPatientDICOM"]
        for field in SidecarField.all where !kept.contains(field.name) {
            #expect(!words.contains { field.name.contains($0) && field.name != "SeriesNumber" }, "\(field.name)")
        }
    }
}
