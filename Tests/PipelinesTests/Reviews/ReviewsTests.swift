import Foundation
import TestSupport
import Testing

@testable import Pipelines

@Suite("Reviews")
struct ReviewsTests {
    private static let header = "case\tlabel\trating\tnote\ttime\n"
    private static let scope = Reviews.Scope(cases: ["t1", "t2"], labels: [1, 2])

    private func read(_ lines: String, header: String = header) throws -> Reviews {
        try Reviews.read(header + lines, path: "r.tsv", of: Self.scope)
    }

    @Test("A file is read, and written as it was")
    func roundTrip() throws {
        let text =
            Self.header + "t1\tn/a\tfix\tleft is \"right\"\t2026-11-30T14:05:00Z\n"
            + "t1\t2\texclude\tn/a\t2026-11-30T14:05:30Z\nt2\tn/a\texclude\t\"\t2026-11-30T14:05:30Z\n"
        let reviews = try Reviews.read(text, path: "r.tsv", of: Self.scope)
        #expect(reviews.text == text)
        #expect(reviews.count == 3)
        #expect(reviews[.init("t1")]?.note == "left is \"right\"")
        #expect(reviews[.init("t1", label: 2)]?.note == "")
        #expect(reviews.isExcluded(case: "t1", label: 2) && !reviews.isExcluded(case: "t1", label: 1))
        #expect(!reviews.isExcluded(case: "t1"))
        #expect(reviews.isExcluded(case: "t2", label: 1) && reviews.isExcluded(case: "t2"))
        #expect(reviews.excludedLabels(of: "t1") == [2] && reviews.excludedLabels(of: "t2") == [])
        let folder = TemporaryFolder()
        try reviews.write(to: folder.file("reviews.tsv"))
        #expect(try Reviews.load(folder.file("reviews.tsv")) == reviews)
    }

    @Test("Line ends of Windows, a mark before the text, parts of seconds and a last line without an end are borne")
    func strange() throws {
        let reviews = try Reviews.read(
            "\u{FEFF}" + Self.header.replacing("\n", with: "\r\n")
                + "t1\tn/a\tgood\t a \u{202E}b \t2026-11-30T14:05:00.123Z\r\n\r\nt2\t1\tfix\t\t2026-11-30T14:05:00Z",
            path: "r.tsv", of: Self.scope)
        #expect(reviews.count == 2)
        #expect(reviews[.init("t1")]?.note == "a b")
        #expect(reviews[.init("t1")]?.timeText == "2026-11-30T14:05:00Z")
    }

    @Test("Of several lines about the same the latest counts, and of one time the last")
    func duplicates() throws {
        let reviews = try read(
            "t1\tn/a\tfix\tlate\t2026-11-30T15:00:00Z\nt1\tn/a\tgood\tearly\t2026-11-30T14:00:00Z\n"
                + "t2\tn/a\tfix\tone\t2026-11-30T14:00:00Z\nt2\tn/a\tgood\ttwo\t2026-11-30T14:00:00Z\n")
        #expect(reviews.all.map(\.note) == ["late", "two"])
    }

    @Test(
        "What is wrong is named by file, line and value, with the way out",
        arguments: [
            ("t3\tn/a\tgood\t\t2026-11-30T14:00:00Z", "r.tsv:2: the results hold no case 't3', did you mean 't1'?"),
            ("t1\t3\tgood\t\t2026-11-30T14:00:00Z", "r.tsv:2: label '3': use n/a for the whole case, or one of 1, 2"),
            ("t1\t0\tgood\t\t2026-11-30T14:00:00Z", "r.tsv:2: label '0'"),
            ("t1\t\tgood\t\t2026-11-30T14:00:00Z", "r.tsv:2: label ''"),
            ("t1\tn/a\tbad\t\t2026-11-30T14:00:00Z", "r.tsv:2: rating 'bad': use good, fix, exclude"),
            ("t1\tn/a\tgood\t\t2026-11-30 14:00", "r.tsv:2: time '2026-11-30 14:00': use UTC as in"),
            ("t1\tn/a\tgood\t\t2026-13-30T14:00:00Z", "r.tsv:2: time '2026-13-30T14:00:00Z'"),
            ("t1\tn/a\tgood\t2026-11-30T14:00:00Z", "r.tsv:2: 4 fields with tabs between them; a line has 5"),
            ("t1,n/a,good,,2026-11-30T14:00:00Z", "r.tsv:2: 1 field with"),
        ])
    func errors(line: String, message: String) throws {
        let error = #expect(throws: ReviewError.self) { try read(line + "\n") }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
        #expect(error?.category == .badData)
    }

    @Test("Another header, no text and no file are refused")
    func otherFiles() throws {
        let other = #expect(throws: ReviewError.self) { try read("", header: "case,label,rating,note,time\n") }
        #expect(
            other?.description.hasPrefix("r.tsv:1: the columns are 'case,label,rating,note,time'; reviews have") == true
        )
        #expect(throws: ReviewError.header(path: "r.tsv", found: "")) { try read("", header: "") }
        let folder = TemporaryFolder()
        try Data([0xFF, 0xFE, 0x00]).write(to: URL(fileURLWithPath: folder.file("x.tsv")))
        #expect(throws: ReviewError.unreadable(path: folder.file("x.tsv"))) { try Reviews.load(folder.file("x.tsv")) }
        let missing = #expect(throws: ReviewError.self) { try Reviews.load(folder.file("none.tsv")) }
        #expect(missing?.category == .missingInput)
    }

    @Test("Joining keeps the later one, counts what it does, and takes nothing back unless it replaces")
    func merge() throws {
        let old = try read(
            "t1\tn/a\tfix\t\t2026-11-30T14:00:00Z\nt1\t1\tgood\t\t2026-11-30T14:00:00Z\n"
                + "t2\tn/a\tgood\t\t2026-11-30T16:00:00Z\n"
        )
        let new = try read(
            "t1\tn/a\tgood\t\t2026-11-30T15:00:00Z\nt2\tn/a\tfix\t\t2026-11-30T15:00:00Z\n"
                + "t2\t2\tfix\t\t2026-11-30T15:00:00Z\n"
        )
        var joined = old
        #expect(joined.merge(new) == .init(added: 1, changed: 1, unchanged: 0, older: 1, removed: 0))
        #expect(joined.all.map(\.rating) == [.good, .good, .good, .fix])
        #expect(joined.merge(new) == .init(added: 0, changed: 0, unchanged: 2, older: 1, removed: 0))
        var replaced = old
        #expect(replaced.replace(with: new) == .init(added: 1, changed: 2, unchanged: 0, older: 0, removed: 1))
        #expect(replaced == new)
    }
}
