import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import tomos

@Suite("The report and its reviews")
struct ReportTests {
    let folder = TemporaryFolder()
    let tomos: Program

    init() throws {
        tomos = Program(folder: folder)
        try tomos.makeBallPack()
        try folder.write(
            "version: 1\nname: balls\ntask: pack\nsegment: { support: 1, side: 64, choose: position }\n"
                + "outputs: [volumes, report]\n", to: "p.yaml")
        for (name, x) in [("a", 12.0), ("b", 11.0)] {
            var ball = BallPhantom()
            ball.centre.x = x
            try ball.writeImage(folder.file("study/\(name).nii.gz"))
        }
    }

    private func study(_ report: String = "out/report") throws -> [String: Any] {
        let text = try String(contentsOfFile: folder.file(report + "/cases.js"), encoding: .utf8)
        let json = text.dropFirst("tomosStudy(".count).dropLast(3)
        return try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    }

    private func cases(_ report: String = "out/report") throws -> [String: [String: Any]] {
        let list = try #require(try study(report)["cases"] as? [[String: Any]])
        return Dictionary(uniqueKeysWithValues: list.map { ($0["id"] as? String ?? "", $0) })
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: folder.file(name), encoding: .utf8)
    }

    @Test("A run with the output report ends by naming it; going on and single cases write it anew")
    func run() throws {
        try folder.write("no image", to: "study/c.nii.gz")
        let first = try tomos("run", "p.yaml", "study", "-o", "out", "--case", "a")
        #expect(first.code == 0, "\(first.errors)")
        #expect(first.output.hasSuffix("\nreport: out/report/index.html\n"))
        #expect(try cases().mapValues { $0["status"] as? String } == ["a": "done", "b": "waiting", "c": "waiting"])
        let rest = try tomos("resume", "out")
        #expect(rest.code == 1 && rest.output.hasSuffix("\nreport: out/report/index.html\n"))
        let found = try cases()
        #expect(found.mapValues { $0["status"] as? String } == ["a": "done", "b": "done", "c": "failed"])
        #expect(found.mapValues { $0["view"] as? Bool } == ["a": true, "b": true, "c": false])
        #expect((found["c"]?["log"] as? String)?.contains("kind: badData") == true)
        #expect(try study()["name"] as? String == "balls")
        for file in ["index.html", "assets/report.js", "cases/a.html", "cases/c.html", "cases/a/view.js"] {
            #expect(folder.files.contains("out/report/" + file), "\(file)")
        }
        #expect(!folder.contents.contains { $0.contains("tomos-report") })
    }

    @Test("A report that was asked for and cannot be written is an error")
    func refused() throws {
        try folder.write("my own", to: "out/report/mine.txt")
        let outcome = try tomos("run", "p.yaml", "study", "-o", "out", "--case", "a")
        #expect(outcome.code == 73)
        let refusal = "tomos: error: out/report: something is there that is no report"
        #expect(outcome.errors.contains(refusal), "\(outcome.errors)")
        #expect(try text("out/report/mine.txt") == "my own")
        #expect(outcome.output.contains("1 of 2 cases done"))
    }

    @Test("tomos report makes the pictures of a run that made none; where an image is gone it says so")
    func missingViews() throws {
        try folder.write(try text("p.yaml").replacing(", report", with: ""), to: "q.yaml")
        #expect(try tomos("run", "q.yaml", "study", "-o", "out", "--quiet").code == 0)
        #expect(!folder.contents.contains("out/report"))
        try FileManager.default.removeItem(atPath: folder.file("study/b.nii.gz"))
        let outcome = try tomos("report", "out")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output == "report: out/report/index.html\n")
        #expect(outcome.errors.contains("b: no pictures: b.nii.gz: cannot be read: No such file or directory"))
        let found = try cases()
        #expect(found.mapValues { $0["view"] as? Bool } == ["a": true, "b": false])
        #expect(
            found["b"]?["notices"] as? [String] == [
                "no pictures: b.nii.gz: cannot be read: No such file or directory"
            ])
        // What was made is kept when the other image goes as well.
        try FileManager.default.removeItem(atPath: folder.file("study/a.nii.gz"))
        #expect(try tomos("report", "out", "--quiet").code == 0)
        #expect(try cases()["a"]?["view"] as? Bool == true)
        let elsewhere = try tomos("report", "out", "-o", "pages", "--no-pictures")
        #expect(elsewhere.output == "report: pages/index.html\n")
        #expect(try cases("pages")["a"]?["view"] as? Bool == false)
        #expect(try tomos("report", "study").code == 66)
    }

    @Test("Reviews are taken, joined, listed and shown; what is wrong is refused with its line")
    func reviews() throws {
        #expect(try tomos("run", "p.yaml", "study", "-o", "out", "--quiet").code == 0)
        let header = "case\tlabel\trating\tnote\ttime\n"
        try folder.write(header + "a\tn/a\tfix\tleft side\t2026-11-30T14:00:00Z\n", to: "one.tsv")
        try folder.write(
            header + "a\tn/a\tgood\tn/a\t2026-11-30T13:00:00Z\nb\t1\texclude\tn/a\t2026-11-30T14:00:00Z\n",
            to: "two.tsv")
        let first = try tomos("review", "import", "out", "one.tsv")
        #expect(first.code == 0, "\(first.errors)")
        #expect(first.output == "reviews: 1 added\nout/reviews.tsv: 1 review: 0 good, 1 fix, 0 exclude\n")
        let second = try tomos("review", "import", "out", "two.tsv")
        #expect(
            second.output == "reviews: 1 added, 1 left out, since later ones are there\n"
                + "out/reviews.tsv: 2 reviews: 0 good, 1 fix, 1 exclude\n")
        #expect(
            try tomos("review", "list", "out").output == """
                case  label  rating   time                  note
                ----  -----  -------  --------------------  ---------
                a            fix      2026-11-30T14:00:00Z  left side
                b     1      exclude  2026-11-30T14:00:00Z

                2 reviews: 0 good, 1 fix, 1 exclude

                """)
        let kept = try text("out/reviews.tsv")
        try folder.write(header + "a\t7\tfix\t\t2026-11-30T14:00:00Z\n", to: "bad.tsv")
        let bad = try tomos("review", "import", "out", "bad.tsv")
        #expect(bad.code == 65)
        #expect(bad.errors == "tomos: error: bad.tsv:2: label '7': use n/a for the whole case, or one of 1\n")
        #expect(try text("out/reviews.tsv") == kept)
        #expect(try tomos("report", "out", "--quiet").code == 0)
        let shown = try #require(try cases()["a"]?["review"] as? [[String: Any]])
        #expect(shown.map { $0["note"] as? String } == ["left side"])
        let measured = try tomos("measure", "out", "--reviews", "out/reviews.tsv")
        #expect(measured.code == 0, "\(measured.errors)")
        #expect(measured.errors.contains("0 cases and 1 label of others left out, rated exclude"))
        #expect(try text("out/volumes.csv").split(separator: "\n").dropFirst().map { $0.prefix(2) } == ["a,"])
        #expect(try text("out/summary.csv").split(separator: "\n").count == 3)
    }

    @Test("evaluate leaves out what is rated exclude and says how much")
    func evaluate() throws {
        for (name, truth) in [("a", "a"), ("b", "b"), ("c", "a")] {
            try FileManager.default.createDirectory(atPath: folder.file("results"), withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: folder.file("truth/\(truth).nii.gz"), toPath: folder.file("results/\(name).nii.gz"))
        }
        try FileManager.default.copyItem(atPath: folder.file("truth/b.nii.gz"), toPath: folder.file("truth/c.nii.gz"))
        let header = "case\tlabel\trating\tnote\ttime\n"
        try folder.write(
            header + "c\tn/a\texclude\t\t2026-11-30T14:00:00Z\nb\t1\texclude\t\t2026-11-30T14:00:00Z\n"
                + "elsewhere\tn/a\tgood\t\t2026-11-30T14:00:00Z\n", to: "r.tsv")
        let outcome = try tomos(
            "evaluate", "results", "truth", "--reviews", "r.tsv", "--json", "--csv", "m.csv", "--both-empty", "one")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("1 case and 1 label of others left out, rated exclude"))
        let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect((report["rows"] as? [[String: Any]])?.map { $0["id"] as? String } == ["a"])
        #expect(report["mean"] as? Double == 1)
        let excluded = try #require(report["excluded"] as? [String: Any])
        #expect(excluded["cases"] as? [String] == ["c"] && excluded["labels"] as? Int == 1)
        #expect(try text("m.csv").split(separator: "\n").count == 2)
        let plain = try tomos("evaluate", "results", "truth", "--json")
        #expect(!plain.output.contains("excluded") && plain.output.contains("\"c\""))
        try folder.write(header + "a\tn/a\tbad\t\t2026-11-30T14:00:00Z\n", to: "bad.tsv")
        #expect(try tomos("evaluate", "results", "truth", "--reviews", "bad.tsv").code == 65)
    }

    @Test("Nothing of a DICOM header is in the report: neither names nor identifiers nor descriptions")
    func privacy() throws {
        let series = folder.file("dicom/series")
        try FileManager.default.createDirectory(atPath: series, withIntermediateDirectories: true)
        let source = repository + "/sample-data/study/case-2/"
        // Texts of the same lengths take the places of those in the sample.
        let marks = [
            ("PHANTOM^TWO", "MARKER^NAME"), ("TOMOS-TWO", "MARKER-ID"), ("Trunk, portal phase", "MARKER of the series"),
            ("Tomos sample data", "MARKER of a maker "),
        ].map { (Data($0.utf8), Data($1.utf8.prefix($0.utf8.count))) }
        for name in try FileManager.default.contentsOfDirectory(atPath: source) {
            var data = try Data(contentsOf: URL(fileURLWithPath: source + name))
            for (old, new) in marks {
                let place = try #require(data.range(of: old))
                data.replaceSubrange(place, with: new)
            }
            try data.write(to: URL(fileURLWithPath: series + "/" + name))
        }
        let outcome = try tomos(
            "run", "p.yaml", "dicom", "-o", "out", "--set", "outputs=[volumes, report]", "--set", "task=pack")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try cases()["series"]?["view"] as? Bool == true)
        let files = folder.files.filter { $0.hasPrefix("out/report/") }
        #expect(files.count > 20)
        for file in files {
            let data = try Data(contentsOf: URL(fileURLWithPath: folder.file(file)))
            #expect(data.range(of: Data("MARKER".utf8)) == nil, "\(file)")
            #expect(data.range(of: Data("2.25.".utf8)) == nil, "\(file)")
        }
    }
}
