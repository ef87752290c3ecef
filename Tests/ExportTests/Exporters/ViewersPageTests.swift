import Foundation
import Testing

@testable import Export

@Suite("docs/viewers.md") struct ViewersPageTests {
    /// The table's lines as the registry has them.
    static let table = LabelExporters.all.map { exporter in
        "| `\(exporter.name)` | \(exporter.files.split(separator: ", ").map { "`\($0)`" }.joined(separator: ", ")) | "
            + exporter.summary + (exporter.needs.map { "; needs \($0)" } ?? "") + " |"
    }

    @Test func theTableIsTheRegistry() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/viewers.md"), encoding: .utf8)
        let lines = page.split(separator: "\n").map(String.init).filter { $0.hasPrefix("| `") }
        #expect(lines == Self.table, "put these lines into docs/viewers.md:\n\(Self.table.joined(separator: "\n"))")
    }
}
