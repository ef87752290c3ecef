import Export
import Foundation
import Platform
import Studies
import TestSupport
import Testing
import Volumes

@testable import Pipelines
@testable import Reports

@Suite("A report appears whole, with what pictures there are")
struct ReportFolderTests {
    let sample: ReportSample
    private typealias S = ReportSample

    init() throws { sample = try ReportSample() }

    @Test("An error while it is written leaves the report that was there, and nothing of the new one")
    func broken() throws {
        try sample.report([S.done("old")]).write(to: sample.target)
        let before = (try sample.text("cases.js"), sample.folder.contents)
        var report = sample.report([S.done("new")])
        let full = AtomicFileError.writeFailed(path: "x", code: ENOSPC)
        report.makeView = { _, folder in
            try Data("half".utf8).write(to: URL(fileURLWithPath: folder + "/axial.webp"))
            throw full
        }
        #expect(throws: full) { try report.write(to: sample.target) }
        #expect(try sample.text("cases.js") == before.0)
        #expect(sample.folder.contents == before.1)
        #expect(throws: ReportError.badCase(id: "../x")) {
            try sample.report([S.done("../x")]).write(to: sample.target)
        }
        #expect(sample.folder.contents == before.1)
    }

    @Test("A new report replaces the old one; what is no report is not touched")
    func replaced() throws {
        try sample.report([S.done("old")]).write(to: sample.target)
        try sample.report([S.done("new")]).write(to: sample.target)
        #expect(FileManager.default.fileExists(atPath: sample.target + "/cases/new.html"))
        #expect(!FileManager.default.fileExists(atPath: sample.target + "/cases/old.html"))
        #expect(sample.others == ["out", "out/.tomos"])
        try makeTree(sample.folder, ["mine/thesis.doc", "file"])
        for path in ["mine", "file"].map(sample.folder.file) {
            #expect(throws: ReportError.occupied(path: path)) { try sample.report([]).write(to: path) }
        }
        #expect(
            sample.folder.contents.filter { $0.hasPrefix("mine") || $0 == "file" } == [
                "file", "mine", "mine/thesis.doc",
            ])
        try FileManager.default.createDirectory(atPath: sample.folder.file("empty"), withIntermediateDirectories: true)
        try sample.report([S.done("a")]).write(to: sample.folder.file("empty"))
        #expect(FileManager.default.fileExists(atPath: sample.folder.file("empty/index.html")))
    }

    @Test("Elsewhere, links lead back to the results")
    func elsewhere() throws {
        let target = sample.folder.file("pages/of study")
        try sample.report([S.done("a")]).write(to: target)
        let cases = try #require(try sample.study(target)["cases"] as? [[String: Any]])
        #expect((cases[0]["files"] as? [[String]])?[1] == ["case.json", "../../out/a/case.json"])
        let page = try String(contentsOfFile: target + "/cases/a.html", encoding: .utf8)
        #expect(page.contains(#"href="../../../out/a/case.json""#))
        #expect(StudyReport.way(from: "/a/b c/d", to: "/a/e f") == "../../e%20f")
    }

    @Test("A worker's pictures are linked, not copied; of a failed case none are")
    func linked() throws {
        try sample.putView("a")
        try sample.putView("f")
        let written = try sample.report([S.done("a"), S.done("b"), S.failed("f")]).write(to: sample.target)
        #expect(written.views == 1 && written.withoutView.isEmpty)
        for file in CaseView.files {
            let inodes = try ["\(sample.results)/a/report/\(file)", "\(sample.target)/cases/a/\(file)"].map {
                try FileManager.default.attributesOfItem(atPath: $0)[.systemFileNumber] as? Int
            }
            #expect(inodes[0] != nil && inodes[0] == inodes[1], "\(file)")
        }
        #expect(!FileManager.default.fileExists(atPath: sample.target + "/cases/f"))
        #expect(!FileManager.default.fileExists(atPath: sample.target + "/cases/b"))
        #expect(try sample.cases().map { $0["view"] as? Bool } == [true, false, false])
    }

    @Test("Missing pictures are made; those of the last report are taken as long as the results are older")
    func made() throws {
        let view = sample
        var report = sample.report([S.done("a"), S.done("gone")])
        report.makeView = { outcome, folder in
            struct Gone: Error, CustomStringConvertible { let description = "gone.nii.gz: cannot be read" }
            if outcome.id == "gone" { throw Gone() }
            try view.putView(outcome.id, in: folder, text: "made")
        }
        try makeTree(sample.folder, ["out/a/case.json", "out/a/a_labels.nii.gz"])
        let written = try report.write(to: sample.target)
        #expect(written.views == 1)
        #expect(written.withoutView == [.init(id: "gone", reason: "gone.nii.gz: cannot be read")])
        let gone = try #require(try sample.cases().first { $0["id"] as? String == "gone" })
        #expect(gone["notices"] as? [String] == ["no pictures: gone.nii.gz: cannot be read"])
        #expect(try sample.text("cases/gone.html").contains("no pictures: gone.nii.gz: cannot be read"))
        // Without a maker the earlier ones are taken.
        report.makeView = nil
        #expect(try report.write(to: sample.target).views == 1)
        #expect(try sample.text("cases/a/view.js") == "made")
        // The label map was made anew since.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: 60)], ofItemAtPath: sample.results + "/a/a_labels.nii.gz")
        #expect(try report.write(to: sample.target).views == 0)
    }

    @Test("A case that is called like another's page has no pictures, and says so")
    func likeAPage() throws {
        for id in ["a", "a.html"] { try sample.putView(id) }
        let written = try sample.report([S.done("a"), S.done("a.html")]).write(to: sample.target)
        #expect(written.withoutView == [.init(id: "a.html", reason: "another case's page has the name of its folder")])
        #expect(written.views == 1)
    }

    @Test(
        "The size of a WebP picture as Pillow 11 wrote it: lossy, lossless, with transparency",
        arguments: [
            "UklGRmQAAABXRUJQVlA4IFgAAABQBQCdASosAREA", "UklGRiQAAABXRUJQVlA4TBcAAAAvKwEEAAdQhSJX",
            "UklGRo4AAABXRUJQVlA4WAoAAAAQAAAAKwEAEAAA",
        ])
    func pictureSize(header: String) throws {
        let path = sample.folder.file("x.webp")
        try #require(Data(base64Encoded: header)).write(to: URL(fileURLWithPath: path))
        let size = try #require(ReportViews.size(ofWebP: path))
        #expect(size == (300, 17))
        try Data("no picture at all, but long enough".utf8).write(to: URL(fileURLWithPath: path))
        #expect(ReportViews.size(ofWebP: path) == nil)
    }
}
