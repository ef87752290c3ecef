import Export
import Foundation
import Segmentation
import Studies
import TestSupport
import Testing
import Volumes

@testable import Pipelines
@testable import Reports

/// A results folder and what a report is made of.
struct ReportSample {
    let folder = TemporaryFolder()
    var results: String { folder.file("out") }
    var target: String { results + "/report" }

    static let made = Provenance(
        tomos: "0.1.0+abc", pipeline: "liver", pipelineSHA256: "11", task: "ct-liver",
        taskSHA256: "0123456789abcdef", weights: "bundled: Apache-2.0", weightsSHA256: "fedcba9876543210")

    init() throws { try FileManager.default.createDirectory(atPath: results, withIntermediateDirectories: true) }

    /// A case that is done, with one label.
    static func done(_ id: String, dice: Double? = 0.9, mm3: Double = 1000, name: String = "liver") -> CaseOutcome {
        var outcome = CaseOutcome(StudyCase(id: id, source: .file(path: id + ".nii.gz")), status: .done)
        outcome.path = "sub/\(id).nii.gz"
        outcome.outputs = ["\(id)/\(id)_labels.nii.gz", "\(id)/case.json"]
        outcome.seconds = 12.345
        outcome.structures = [
            .init(
                id: 1, name: name, voxels: Int(mm3), mm3: mm3, meanProbability: 0.9, expectedDice: 0.9,
                predictedDice: dice.map { DicePrediction(dice: $0, lower: $0 - 0.1, upper: min(1, $0 + 0.1)) },
                meanIntensity: 51.25, intensityDeviation: 2, flags: [])
        ]
        return outcome
    }

    static func failed(_ id: String) -> CaseOutcome {
        var outcome = CaseOutcome(StudyCase(id: id, source: .file(path: id + ".nii.gz")), status: .failed)
        (outcome.reason, outcome.category, outcome.stage) = ("study/\(id).nii.gz: no image", "badData", .reading)
        return outcome
    }

    /// A report of cases.
    func report(_ cases: [CaseOutcome], labelName: String = "liver") -> StudyReport {
        let table = LabelTable([LabelEntry(id: 1, name: labelName, colour: Colour(230, 5, 60))])
        return StudyReport(
            name: "liver", key: "liver 0123", task: .init(name: "ct-liver", labels: table), made: Self.made,
            cases: cases, results: results)
    }

    /// What `cases.js` holds, read by Foundation.
    func study(_ target: String? = nil) throws -> [String: Any] {
        let text = try String(contentsOfFile: (target ?? self.target) + "/cases.js", encoding: .utf8)
        #expect(text.hasPrefix("tomosStudy(") && text.hasSuffix(");\n"))
        let json = text.dropFirst("tomosStudy(".count).dropLast(3)
        return try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    }

    func cases() throws -> [[String: Any]] { try #require(try study()["cases"] as? [[String: Any]]) }

    func text(_ name: String) throws -> String {
        try String(contentsOfFile: target + "/" + name, encoding: .utf8)
    }

    /// The six files of a view, as a worker leaves them.
    func putView(_ id: String, in place: String? = nil, text: String = "picture") throws {
        let view = place ?? "\(results)/\(id)/report"
        try FileManager.default.createDirectory(atPath: view, withIntermediateDirectories: true)
        for file in CaseView.files { try Data(text.utf8).write(to: URL(fileURLWithPath: view + "/" + file)) }
    }

    /// Everything in the results folder but what is in the report.
    var others: [String] { folder.contents.filter { !$0.hasPrefix("out/report") } }
}
