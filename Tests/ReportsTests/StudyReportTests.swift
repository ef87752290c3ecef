import Foundation
import Segmentation
import Testing
import Volumes

@testable import Pipelines
@testable import Reports
@testable import Studies

@Suite("The report of a study")
struct StudyReportTests {
    let sample: ReportSample
    private typealias S = ReportSample

    init() throws { sample = try ReportSample() }

    @Test("cases.js is JSON and says what the pages are made of; done cases come first, the most doubtful before")
    func script() throws {
        var kept = S.done("b", dice: 0.7, mm3: 2000)
        kept.status = .kept
        var report = sample.report([S.failed("c"), S.done("a"), kept, waiting("d")])
        report.stale = ["a": ["the weights changed"]]
        report.ignored = [
            .init(path: "notes.txt", reason: "no image", files: 1), .init(path: "x/", reason: "no images", files: 7),
        ]
        report.reviews = Reviews([
            Review(.init("b"), .fix, note: "left", time: Date(timeIntervalSince1970: 0)),
            Review(.init("b", label: 1), .exclude, time: Date(timeIntervalSince1970: 1)),
        ])
        report.logTail = { $0 == "c" ? "kind: badData\nlast words" : nil }
        report.ended = Date(timeIntervalSince1970: 0)
        let written = try report.write(to: sample.target)
        #expect(written.page == sample.target + "/index.html")
        let study = try sample.study()
        #expect(study["name"] as? String == "liver" && study["task"] as? String == "ct-liver")
        #expect(study["checked"] as? Bool == true)
        #expect(study["counts"] as? [String: Int] == ["done": 2, "failed": 1, "waiting": 1])
        #expect(study["ignored"] as? [[String]] == [["notes.txt", "no image"], ["x/", "no images"]])
        #expect(study["ignoredCount"] as? Int == 8)
        #expect((study["made"] as? [String: String])?["ended"] == "1970-01-01T00:00:00Z")
        let labels = try #require(study["labels"] as? [[String: Any]])
        #expect(labels[0]["colour"] as? String == "#e6053c" && labels[0]["volumes"] == nil)
        let cases = try #require(study["cases"] as? [[String: Any]])
        #expect(cases.map { $0["id"] as? String } == ["b", "a", "c", "d"])
        #expect(cases.map { $0["status"] as? String } == ["done", "done", "failed", "waiting"])
        #expect(cases.map { $0["rank"] as? Int } == [1, 2, nil, nil])
        #expect(cases[0]["dice"] as? Double == 0.7 && cases[0]["lower"] as? Double == 0.6)
        #expect(cases[0]["doubt"] as? Double == 0.3 && cases[0]["seconds"] as? Double == 12.3)
        #expect(cases[0]["source"] as? String == "sub/b.nii.gz")
        #expect(
            cases[0]["files"] as? [[String]] == [
                ["b_labels.nii.gz", "../b/b_labels.nii.gz"], ["case.json", "../b/case.json"],
            ])
        let label = try #require((cases[0]["labels"] as? [[String: Any]])?.first)
        #expect(label["mm3"] as? Double == 2000 && label["dice"] as? [Double] == [0.7, 0.6, 0.8])
        let reviews = try #require(cases[0]["review"] as? [[String: Any]])
        #expect(reviews.map { $0["rating"] as? String } == ["fix", "exclude"])
        #expect(reviews[0]["label"] == nil && reviews[1]["label"] as? Int == 1)
        #expect(cases[1]["stale"] as? [String] == ["the weights changed"])
        #expect(cases[2]["reason"] as? String == "study/c.nii.gz: no image")
        #expect(cases[2]["log"] as? String == "kind: badData\nlast words" && cases[2]["stage"] as? String == "reading")
        #expect(cases.map { $0["view"] as? Bool } == [false, false, false, false])
    }

    private func waiting(_ id: String) -> CaseOutcome {
        CaseOutcome(StudyCase(id: id, source: .file(path: id + ".nii.gz")), status: .waiting)
    }

    @Test("Every file that the pages load is there, and every case has its page with its neighbours")
    func pages() throws {
        try sample.report([S.done("a"), S.done("b", dice: 0.5), S.failed("c")]).write(to: sample.target)
        for page in ["index.html", "cases/a.html", "cases/b.html", "cases/c.html"] {
            let text = try sample.text(page)
            let folder = URL(fileURLWithPath: sample.target + "/" + page).deletingLastPathComponent()
            let loads = text.matches(of: /(?:src|href)="([^"#]+\.(?:js|css|html))"/).map { String($0.output.1) }
            #expect(loads.count > 4, "\(page)")
            for file in loads {
                let path = folder.appendingPathComponent(file).path
                #expect(FileManager.default.fileExists(atPath: path), "\(page): \(file)")
            }
            #expect(!text.contains("{{") && !text.contains("http://") && !text.contains("https://"))
        }
        let middle = try sample.text("cases/a.html")
        #expect(middle.contains(#"href="b.html" rel="prev""#) && middle.contains(#"href="c.html" rel="next""#))
        #expect(try sample.text("cases/c.html").contains("study/c.nii.gz: no image"))
        // Who passes the report on passes on the library, which asks for its licence to go along.
        #expect(try sample.text("assets/three.min.js").contains("Permission is hereby granted, free of charge"))
    }

    @Test("Names with markup, quotes, accents after quotes, line ends and marks of direction do no harm")
    func hostile() throws {
        let name = "</script><script>alert(1)</script>\"\u{301} onload=\"x\"'&\u{2028}\u{202E}\n{{text}}"
        let id = "a\"><b>%2e#?é"
        var bad = S.done(id, name: name)
        bad.notices = [name]
        bad.path = name
        var failed = S.failed("f")
        failed.reason = name
        var report = sample.report([bad, failed, S.done("z")], labelName: name)
        report.name = name
        report.logTail = { _ in name }
        report.reviews = Reviews([Review(.init(id), .fix, note: name, time: Date(timeIntervalSince1970: 0))])
        try sample.putView(id)
        try report.write(to: sample.target)
        // It comes back as it went in, but as no part of a script.
        let study = try sample.study()
        #expect(study["name"] as? String == name)
        let first = try #require(try sample.cases().first { $0["id"] as? String == id })
        #expect(first["notices"] as? [String] == [name] && first["view"] as? Bool == true)
        let link = "a%22%3E%3Cb%3E%252e%23%3F%C3%A9"
        #expect((first["files"] as? [[String]])?[1][1] == "../\(link)/case.json")
        let pages = ["index.html", "cases.js", "cases/\(id).html", "cases/f.html", "cases/z.html"]
        for page in pages {
            let text = try sample.text(page)
            #expect(!text.lowercased().contains("<script>alert"), "\(page)")
            #expect(!text.lowercased().contains("<b>"), "\(page)")
            #expect(!text.unicodeScalars.contains("\u{2028}"), "\(page)")
            if page.hasSuffix(".html") {
                let ends = text.components(separatedBy: "</script>").count
                #expect(ends == text.components(separatedBy: "<script").count, "\(page)")
                let shown = text.replacing(
                    /<script type="application\/json".*?<\/script>/.dotMatchesNewlines(), with: "")
                #expect(!shown.unicodeScalars.contains("\u{202E}"), "\(page)")
                #expect(!shown.contains("onload=\""), "\(page)")
                // A quote and the accent after it are one character to people and two to a browser.
                let scalars = Array(shown.unicodeScalars)
                #expect(!zip(scalars, scalars.dropFirst()).contains { $0 == "\"" && $1 == "\u{301}" }, "\(page)")
            }
        }
        #expect(try sample.text("index.html").contains("href=\"cases/\(link).html\""))
        #expect(try sample.text("cases/\(id).html").contains("src=\"\(link)/planes.webp\""))
    }

    @Test("Three thousand cases: each has its place, its page and one line")
    func many() throws {
        let cases = (0..<3000).map { n in
            n % 100 == 7 ? S.failed("c\(n)") : S.done("c\(n)", dice: 0.5 + Double(n * 7 % 3000) / 6000)
        }
        let report = sample.report(cases.shuffled())
        let written = try report.write(to: sample.target)
        #expect(written.views == 0 && written.withoutView.isEmpty)
        let found = try sample.cases()
        #expect(found.count == 3000)
        #expect(found.prefix(2970).map { $0["rank"] as? Int } == (1...2970).map { $0 })
        let doubts = found.prefix(2970).compactMap { $0["doubt"] as? Double }
        #expect(doubts == doubts.sorted(by: >) && doubts.count == 2970)
        let text = try sample.text("cases.js")
        #expect(text.split(separator: "\n").count == 3002)
        #expect(text.utf8.count < 2_000_000)
        #expect(try FileManager.default.contentsOfDirectory(atPath: sample.target + "/cases").count == 3000)
    }

    @Test("The paragraph on methods says program, task, networks with licence, options that matter and cases")
    func methods() throws {
        var report = sample.report([S.done("a"), S.failed("b")])
        report.made.options = [
            "segment.support": "16", "segment.ensemble": "1", "segment.fusion": "0.6", "clean": "[keep-largest]",
            "segment.learned": "true",
        ]
        (report.task.volumes, report.task.planes, report.task.window) = (4, ["axial"], "range(-200, 300)")
        report.made.options?["prepare.plane"] = "[axial, coronal]"
        #expect(
            MethodsText(report).text == """
                The label liver was segmented with Tomos 0.1.0+abc from 4 labelled volumes of the task pack 'ct-liver' (SHA-256 \
                0123456789ab). A network in context (UniverSeg; Butoi et al., ICCV 2023; weights bundled: Apache-2.0, \
                SHA-256 fedcba987654) segmented slice by slice with 16 support slices each; the vote of the pack's labels, \
                brought to the image by registration, counted up to 0.6. Slices were axial and coronal; intensities were windowed \
                by range(-200, 300). Label maps were cleaned up: keep-largest. Of 2 images, 1 was segmented, 1 failed. \
                Dice was predicted from the probabilities by a line fitted to leave-one-out results within the pack, with \
                an interval for nine in ten cases.
                """)
        report.made.learned = LearnedRecord(sha256: "77", share: 1, members: 4, steps: 2154, taught: 40)
        report.cases = [S.done("a", dice: nil)]
        let text = MethodsText(report).text
        #expect(
            text.contains(
                "The networks were trained on the pack: 4 networks, 2154 training steps each, taught by 40 cases of the "
                    + "study as well. Their probabilities were averaged."))
        #expect(!text.contains("UniverSeg") && !text.contains("Dice"))
    }
}
