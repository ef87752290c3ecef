import Foundation

/// What tells results of earlier runs from a study's images.
enum ResultMark {
    private struct Made: Decodable {
        var tomos, pipelineSHA256: String
    }

    private struct Outcome: Decodable {
        var id, source, status: String
    }

    private struct Case: Decodable {
        var made: Made
        var outcome: Outcome
    }

    private struct Batch: Decodable {
        var made: Made
        var cases: [Outcome]
    }

    /// Whether a folder holds one case's results: its `case.json` says what made them and what became of the case.
    static func isCase(_ folder: String) -> Bool { holds(Case.self, folder + "/case.json") }

    /// Whether a file is one of those a run writes beside its cases, of which `cases.json` tells.
    static func isBatchFile(_ path: String, name: String) -> Bool {
        guard ResultNames.files.contains(name) else { return false }
        return holds(Batch.self, NSString(string: path).deletingLastPathComponent + "/cases.json")
    }

    private static func holds<Value: Decodable>(_ type: Value.Type, _ path: String) -> Bool {
        FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(type, from: $0) } != nil
    }
}

/// Names in a results folder that are no case's.
package enum ResultNames {
    /// Files that tell of a whole run.
    package static let files: Set<String> = [
        "cases.json", "volumes.csv", "summary.csv", "run.json", "plan.json", "reviews.tsv",
    ]
    /// Folders.
    package static let folders: Set<String> = ["logs", "bids", "report"]
}
