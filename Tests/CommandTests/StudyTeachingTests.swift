import Foundation
import TestSupport
import Testing

/// A study that teaches its pack, as a person lets it.
@Suite("task learn --study")
struct StudyTeachingTests {
    let folder = TemporaryFolder()
    let tomos: Program

    init() throws {
        tomos = Program(folder: folder)
        try tomos.makeBallPack()
        try folder.write(
            "version: 1\ntask: pack\nsegment: { support: 1, side: 64, choose: position }\n", to: "p.yaml")
    }

    @Test("Networks learn from sure cases, the study is stale then, and segmented anew by them; the record says so")
    func teaches() throws {
        for n in 0..<8 {
            var ball = BallPhantom()
            ball.centre.x = 10.5 + Double(n) / 2
            try ball.writeImage(folder.file("study/c\(n).nii.gz"))
        }
        let first = try tomos("run", "p.yaml", "study", "-o", "out")
        #expect(first.code == 0, "\(first.errors)")
        let learned = try tomos("task", "learn", "pack", "--study", "out", "--pipeline", "p.yaml", "--steps", "40")
        #expect(learned.code == 0, "\(learned.errors)")
        #expect(learned.errors.contains("8 cases of out teach"), "\(learned.errors)")
        #expect(learned.errors.contains("no Dice is promised"))
        let again = try tomos("run", "p.yaml", "study", "-o", "out")
        #expect(again.code == 1 && again.errors.contains("the networks that the pack has learned changed"))
        let redone = try tomos("run", "p.yaml", "study", "-o", "out", "--redo", "stale")
        #expect(redone.code == 0, "\(redone.errors)")
        let record = try json(String(contentsOfFile: folder.file("out/c3/case.json"), encoding: .utf8))
        let made = try #require(record["made"] as? [String: Any])
        #expect((made["learned"] as? [String: Any])?["taught"] as? Int == 8)
    }

    @Test("segment.study: learn does both passes, with a copy of the pack; what is there is not done again")
    func inOneRun() throws {
        for n in 0..<8 {
            var ball = BallPhantom()
            ball.centre.x = 10.5 + Double(n) / 2
            try ball.writeImage(folder.file("study/c\(n).nii.gz"))
        }
        let learn = ["run", "p.yaml", "study", "-o", "out", "--set", "segment.study=learn", "--steps", "40"]
        let pack = try bytes(below: "pack")
        let run = try tomos.run(learn)
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains("8 cases of out/.tomos/first teach"), "\(run.errors)")
        let record = try json(String(contentsOfFile: folder.file("out/c3/case.json"), encoding: .utf8))
        let made = try #require(record["made"] as? [String: Any])
        #expect((made["learned"] as? [String: Any])?["taught"] as? Int == 8)
        #expect(try bytes(below: "pack") == pack, "the pack itself stays as it is")
        let again = try tomos.run(learn)
        #expect(again.code == 0 && again.output.contains("nothing to do"), "\(again.output)\(again.errors)")
        // A folder that somebody else has put there is not taken for it.
        try folder.write("version: 1\n", to: "other/pack/pack.yaml")
        let other = try tomos("run", "p.yaml", "study", "-o", "other", "--set", "segment.study=learn")
        #expect(other.code != 0 && other.errors.contains("other/pack"), "\(other.errors)")
    }

    @Test("Where there is but one pass it is refused, with the way to do it in steps")
    func onePass() throws {
        try BallPhantom().writeImage(folder.file("study/a.nii.gz"))
        for more in [["--shard", "1/2"], ["--case", "a"], ["--dry-run"]] {
            let run = try tomos.run(["run", "p.yaml", "study", "-o", "out", "--set", "segment.study=learn"] + more)
            #expect(run.code == 78 && run.errors.contains("'tomos task learn PACK --study RESULTS'"), "\(run.errors)")
        }
        let frozen = try tomos(
            "submit", "--freeze", "p.yaml", "study", "-o", "out", "--set", "segment.study=learn")
        #expect(frozen.code == 78, "\(frozen.errors)")
        #expect(folder.contents.allSatisfy { !$0.hasPrefix("out/") })
        #expect(try tomos("run", "p.yaml", "study", "-o", "out", "--minutes", "1").code == 64)
    }

    @Test("What cannot teach is refused with the reason")
    func refusals() throws {
        let nothing = try tomos("task", "learn", "pack", "--study", "out")
        #expect(nothing.code == 66 && nothing.errors.contains("out"), "\(nothing.errors)")
        try BallPhantom().writeImage(folder.file("study/a.nii.gz"))
        _ = try tomos("run", "p.yaml", "study", "-o", "out")
        let few = try tomos("task", "learn", "pack", "--study", "out")
        #expect(
            few.code == 64 && few.errors.contains("2 volumes and 1 cases of the study are too few"), "\(few.errors)")
        #expect(try tomos("task", "learn", "pack", "--study", "out", "--cases", "1").code == 64)
        #expect(!folder.contents.contains("pack/check.json"))
    }

    /// The files below a folder.
    private func bytes(below name: String) throws -> [String: Data] {
        let paths = folder.contents.filter { $0.hasPrefix(name + "/") && $0.contains(".") }
        return try Dictionary(
            uniqueKeysWithValues: paths.map { ($0, try Data(contentsOf: URL(fileURLWithPath: folder.file($0)))) })
    }

    private func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
}
