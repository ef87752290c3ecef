import Configuration
import Foundation
import TestSupport
import Testing

@testable import Pipelines

@Suite("docs/pipeline.md")
struct PipelinePageTests {
    @Test("The page is what the table of keys makes: 'tomos pipeline docs > docs/pipeline.md' brings it up to date")
    func isCurrent() throws {
        let page = try String(contentsOfFile: repository + "/docs/pipeline.md", encoding: .utf8)
        #expect(page == PipelinePage.text)
    }

    @Test("The table has a row of four cells for every key")
    func table() {
        let rows = PipelinePage.text.split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(rows.count == PipelineSchema.keys.count)
        for (row, key) in zip(rows, PipelineSchema.keys) {
            #expect(row.hasPrefix("| `\(key.path)` | \(key.summary) | "))
            #expect(row.replacing("\\|", with: "").count { $0 == "|" } == 5, "\(row)")
        }
    }

    @Test("The example is read, and what it needs is there")
    func example() throws {
        let folder = TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.file("pipelines"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("sample-data"), withDestinationPath: repository + "/sample-data")
        try PipelinePage.example.write(
            toFile: folder.file("pipelines/liver.yaml"), atomically: true, encoding: .utf8)
        let pipeline = try PipelineFile.load(
            folder.file("pipelines/liver.yaml"), overrides: ["segment.weights=bundled"])
        #expect(pipeline.name == "liver")
        #expect(pipeline.timeout == .seconds(1800))
        let check = try PipelineCheck(pipeline)
        #expect(check.task.name == "phantom")
    }
}
