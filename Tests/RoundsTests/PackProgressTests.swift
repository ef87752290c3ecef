import Foundation
import Segmentation
import TestSupport
import Testing

/// What one check of a pack says beside the one before.
@Suite("PackProgress")
struct PackProgressTests {
    private func findings(_ volumes: [(String, String, [String: Double])], side: Int = 96) throws -> PackFindings {
        let list = volumes.map { name, hash, dice in
            let values = dice.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
            return "{ \"name\": \"\(name)\", \"labelsSHA256\": \"\(hash)\", \"dice\": { \(values) } }"
        }
        return try decode("[\(list.joined(separator: ", "))]", side: side)
    }

    private func decode(_ volumes: String, side: Int = 96) throws -> PackFindings {
        let text = """
            { "packSHA256": "a", "weightsSHA256": "b", "threshold": 0.5, "calibrations": [], "volumes": \(volumes),
              "options": { "planes": ["axial"], "window": "auto", "choose": "position", "crops": false, "fusion": 0,
                           "support": 1, "ensemble": 1, "side": \(side) } }
            """
        return try JSONDecoder().decode(PackFindings.self, from: Data(text.utf8))
    }

    @Test("Only volumes that both have judged, with the same label maps, are compared")
    func shared() throws {
        let before = try findings([("a", "1", ["1": 0.8, "2": 0.6]), ("b", "2", ["1": 0.5]), ("c", "3", ["1": 0.9])])
        let now = try findings([
            ("a", "1", ["1": 0.9, "2": 0.8]), ("b", "9", ["1": 1]), ("d", "4", ["1": 0.1]), ("e", "5", [:]),
        ])
        let progress = try #require(PackProgress(from: before, to: now))
        #expect(progress.added == ["d", "e"] && progress.corrected == ["b"] && progress.removed == ["c"])
        #expect(progress.shared == ["a"] && progress.isSameWay)
        #expect(abs((progress.before ?? 0) - 0.7) < 1e-12 && abs((progress.now ?? 0) - 0.85) < 1e-12)
        // Over all labels of all volumes, those of the new ones included.
        #expect(abs((PackProgress.mean(now) ?? 0) - (0.9 + 0.8 + 1 + 0.1) / 4) < 1e-12)
    }

    @Test("Nothing is compared where nothing is shared, and other options are said")
    func nothing() throws {
        let progress = try #require(
            PackProgress(from: findings([("a", "1", ["1": 1])]), to: findings([("b", "1", ["1": 1])], side: 64)))
        #expect(progress.before == nil && progress.now == nil && !progress.isSameWay)
        let old = try decode("null")
        #expect(try PackProgress(from: old, to: findings([])) == nil && PackProgress.mean(old) == nil)
    }

    @Test("Checks that changes have put aside come in their order, and the one that holds last")
    func order() throws {
        let folder = TemporaryFolder()
        #expect(PackProgress.all(folder.path).isEmpty && PackProgress.last(folder.path) == nil)
        let encoder = JSONEncoder()
        for (n, name) in ["history/check.json", "history/check.json.2", "check.json"].enumerated() {
            let url = URL(fileURLWithPath: folder.file(name))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try encoder.encode(findings([("a", "1", ["1": Double(n) / 4])])).write(to: url)
        }
        // One that nobody can read is passed over.
        try Data("{".utf8).write(to: URL(fileURLWithPath: folder.file("history/check.json.3")))
        #expect(PackProgress.all(folder.path).map(PackProgress.mean) == [0, 0.25, 0.5])
        #expect(PackProgress.last(folder.path).flatMap(PackProgress.mean) == 0.5)
    }
}
