import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@Suite("Evaluate")
struct EvaluateTests {
    let folder = TemporaryFolder()
    let tomos: Program

    /// Truth of three balls; the results of a and b.
    init() throws {
        tomos = Program(folder: folder)
        for (name, x) in [("a", 12.0), ("b", 11.0), ("c", 13.0)] {
            var ball = BallPhantom()
            ball.centre.x = x
            try ball.writeLabels(folder.file("truth/\(name).nii.gz"))
        }
    }

    func results(_ sources: [String: String]) throws {
        try FileManager.default.createDirectory(atPath: folder.file("results"), withIntermediateDirectories: true)
        for (name, source) in sources {
            try FileManager.default.copyItem(
                atPath: folder.file("truth/\(source).nii.gz"), toPath: folder.file("results/\(name)_labels.nii.gz"))
        }
    }

    /// The truth of b one voxel (2 mm) to the side for a, and nothing at all for b.
    func shiftedAndEmpty() throws {
        try results(["a": "b"])
        var empty = BallPhantom()
        empty.label = 0
        try empty.writeLabels(folder.file("results/b_labels.nii.gz"))
    }

    func report(_ arguments: String...) throws -> [String: Any] {
        let outcome = try tomos.run(["evaluate", "results", "truth", "--json"] + arguments)
        #expect(outcome.code == 0)
        return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    func rows(_ report: [String: Any], _ key: String = "rows") throws -> [[String: Any]] {
        try #require(report[key] as? [[String: Any]])
    }

    @Test("A truth compared with itself is 1, and folders are paired")
    func evaluateFolders() throws {
        try results(["a": "a", "b": "b"])
        let outcome = try tomos("evaluate", "results", "truth")
        #expect(outcome.code == 0)
        let voxels = try NIfTI.readLabels(folder.file("truth/a.nii.gz")).histogram()[1] ?? 0
        #expect(
            outcome.output == """
                case       label  name    dice  hd95 mm  assd mm     nsd  result mm3  truth mm3
                ---------  -----  ----  ------  -------  -------  ------  ----------  ---------
                a              1        1.0000    0.000    0.000  1.0000      \(voxels * 12).0     \(voxels * 12).0
                b              1        1.0000    0.000    0.000  1.0000      \(voxels * 12).0     \(voxels * 12).0
                mean of 2      1        1.0000    0.000    0.000  1.0000
                mean                    1.0000

                """)
        #expect(outcome.errors == "tomos: c: not compared, there is no result for it in results\n")
    }

    @Test("Of five cases the table shows median and interval")
    func fiveCases() throws {
        try results(["a": "a", "b": "b", "c": "c"])
        for name in ["d", "e"] {
            for (kind, ending) in [("results", "_labels"), ("truth", "")] {
                try FileManager.default.copyItem(
                    atPath: folder.file("\(kind)/a\(ending).nii.gz"),
                    toPath: folder.file("\(kind)/\(name)\(ending).nii.gz"))
            }
        }
        let output = try tomos("evaluate", "results", "truth").output
        #expect(output.contains("\nmean of 5 ") && output.contains("\nmedian ") && output.contains("\n95 % from "))
    }

    @Test("An empty result counts as no agreement, and has no distance")
    func emptyResult() throws {
        try shiftedAndEmpty()
        let found = try report("--tolerance", "2")
        let (a, b) = (try rows(found)[0], try rows(found)[1])
        #expect(abs((a["hd"] as? Double ?? 0) - 2) < 1e-9)
        #expect(a["nsd"] as? Double == 1)
        #expect(b["dice"] as? Double == 0)
        #expect(b["nsd"] as? Double == 0)
        #expect(b["hd95"] == nil)
        #expect(b["relativeVolumeDifference"] as? Double == -1)
        let label = try rows(found, "labels")[0]
        #expect(label["cases"] as? Int == 2)
        #expect(label["oneEmpty"] as? Int == 1)
        #expect(label["dice"] as? Double == (a["dice"] as? Double ?? 0) / 2)
        #expect(label["dice"] as? Double == found["mean"] as? Double)
        let metrics = try #require(label["metrics"] as? [String: [String: Any]])
        #expect(metrics["dice"]?["cases"] as? Int == 2)
        #expect(metrics["dice"]?["low"] as? Double == 0)
        #expect(metrics["hd95"]?["cases"] as? Int == 1)
        let strict = try rows(report("--tolerance", "0.5"))[0]["nsd"] as? Double ?? 1
        #expect(strict > 0 && strict < 1)
        let table = try tomos("evaluate", "results", "truth")
        #expect(table.errors.hasPrefix("tomos: label 1: only one of the two maps holds it in 1 case; dice and nsd"))
        #expect(table.output.split(separator: "\n").last?.hasPrefix("mean  ") == true)
    }

    @Test("Policies for empty masks")
    func policies() throws {
        try shiftedAndEmpty()
        let skipped = try rows(report("--one-empty", "skip"), "labels")[0]
        #expect(skipped["cases"] as? Int == 1)
        let byDefault = try report("--labels", "1,2")
        #expect(try rows(byDefault).count == 4)
        #expect(try rows(byDefault, "labels").count == 1)
        let counted = try rows(report("--labels", "1,2", "--both-empty", "one"), "labels")
        #expect(counted.map { $0["label"] as? Int } == [1, 2])
        #expect(counted[1]["dice"] as? Double == 1)
        // A label of one case alone is absent from the other case's maps.
        var other = BallPhantom()
        other.label = 3
        for name in ["results/b_labels", "truth/b"] { try other.writeLabels(folder.file("\(name).nii.gz")) }
        #expect(try rows(report()).map { $0["label"] as? Int } == [1, 3])
        let all = try rows(report("--both-empty", "one"))
        #expect(all.map { $0["label"] as? Int } == [1, 3, 1, 3])
        #expect(all.map { $0["dice"] as? Double }.suffix(3) == [1, 1, 1])
    }

    @Test("A file with all metrics, and a picture")
    func files() throws {
        try shiftedAndEmpty()
        let outcome = try tomos("evaluate", "results", "truth", "--csv", "m.csv", "--plot", "new/dice.svg")
        #expect(outcome.code == 0)
        let csv = try String(contentsOfFile: folder.file("m.csv"), encoding: .utf8).split(separator: "\n")
        #expect(
            csv.first.map { String($0) }
                == "case,label,name,dice,result_voxels,truth_voxels,intersection,iou,precision,"
                + "recall,result_mm3,truth_mm3,difference_mm3,relative_difference,hd_mm,hd95_mm,assd_mm,nsd")
        #expect(csv.count == 3)
        #expect(csv.last?.hasPrefix("\"b\",1,\"\",0.000000,0,") == true)
        #expect(csv.last?.hasSuffix(",-1.000000,,,,0.000000") == true)
        let svg = try String(contentsOfFile: folder.file("new/dice.svg"), encoding: .utf8)
        #expect(svg.hasPrefix("<svg "))
        #expect(svg.components(separatedBy: "<circle").count == 3)
        #expect(svg.contains(">label 1</text>"))
    }

    @Test("Chosen columns")
    func columns() throws {
        let truth = "truth/a.nii.gz"
        let outcome = try tomos("evaluate", truth, truth, "--metrics", "hd,relativeVolumeDifference")
        let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map { String($0) } }
        let titles = "case label name hd mm relative difference result mm3 truth mm3"
        #expect(lines.first?.joined(separator: " ") == titles)
        #expect(lines[2].prefix(4) == ["a", "1", "0.000", "0.0000"])
        for bad in ["dice,dice", "dice,", "DICE", ""] {
            #expect(try tomos("evaluate", "truth", "truth", "--metrics", bad).code == 64)
        }
        #expect(try tomos("evaluate", "truth", "truth", "--plot", "dice.jpg").code == 64)
    }

    @Test("Tolerances that are none", arguments: ["-1", "nan", "inf", "x"])
    func badTolerance(_ tolerance: String) throws {
        #expect(try tomos("evaluate", "truth", "truth", "--tolerance=\(tolerance)").code == 64)
    }
}
