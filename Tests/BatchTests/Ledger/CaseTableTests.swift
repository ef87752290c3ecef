import Foundation
import Pipelines
import Platform
import TestSupport
import Testing

@testable import Batch
@testable import Studies

@Suite("Tables of all cases")
struct CaseTableTests {
    let folder = TemporaryFolder()

    static func outcome(_ planned: PlannedCase) -> CaseOutcome {
        var outcome = CaseOutcome(waiting: planned, below: "study")
        if planned.id == "b" { (outcome.status, outcome.reason) = (.failed, "line\nbreak, \"quoted\"") }
        return outcome
    }

    @Test(
        "cases.json is written a case at a time and is the report as JSON, however many cases there are",
        arguments: [[], ["a"], ["a", "b", "c"]])
    func report(ids: [String]) throws {
        let cases = ids.map { PlanTests.planned($0) }
        let ignored = [IgnoredItem(path: "study/\"cases\" : [ ]", reason: "hidden", files: 1)]
        let made = try PlanTests.provenance()
        let table = try CaseTable.report(made: made, study: "study", ignored: ignored)
        try CaseTable.write([table, .summary, .volumes], to: folder.path, of: cases, Self.outcome)

        let written = try Data(contentsOf: URL(fileURLWithPath: folder.file("cases.json")))
        let whole = RunReport(made: made, study: "study", cases: cases.map(Self.outcome), ignored: ignored)
        let asked = try JSONSerialization.jsonObject(with: Data(JSON.bytes(whole))) as? NSDictionary
        #expect(try JSONSerialization.jsonObject(with: written) as? NSDictionary == asked)
        // A line a case, for grep.
        let lines = String(decoding: written, as: UTF8.self).split(separator: "\n")
        for id in ids { #expect(lines.count { $0.contains("\"id\":\"\(id)\"") } == 1) }
        let summary = try String(contentsOfFile: folder.file("summary.csv"), encoding: .utf8)
        #expect(summary.hasPrefix("case,status,") && summary.contains("b,failed,") == ids.contains("b"))
        let volumes = try String(contentsOfFile: folder.file("volumes.csv"), encoding: .utf8)
        #expect(volumes == ResultTables.volumes([]))
    }

    @Test("A table that cannot be written leaves those that were there")
    func failure() throws {
        struct Stop: Error {}
        try AtomicFile.write(Array("before".utf8), to: folder.file("summary.csv"))
        let stopping = CaseTable(name: "cases.json", begin: "[", end: "]") { _, _ in throw Stop() }
        #expect(throws: Stop.self) {
            try CaseTable.write([.summary, stopping], to: folder.path, of: [PlanTests.planned("a")], Self.outcome)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["summary.csv"])
        #expect(try String(contentsOfFile: folder.file("summary.csv"), encoding: .utf8) == "before")
    }
}
