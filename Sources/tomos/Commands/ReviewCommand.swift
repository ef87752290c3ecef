import ArgumentParser
import Batch
import Foundation
import Pipelines
import Platform
import Segmentation

struct ReviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Takes what people said of results on the report's page, and lists it.",
        discussion: """
            EXAMPLES
              tomos review import results ~/Downloads/reviews.tsv
              tomos review list results
            """,
        subcommands: [ReviewImportCommand.self, ReviewListCommand.self])
}

struct ReviewImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Takes a file that the report's page has saved into RESULTS/reviews.tsv.",
        discussion: """
            Of two reviews of the same case or label the later one stays, so that several people's files come in any \
            order. The next report shows them; 'tomos next' goes by them; 'tomos evaluate --reviews' and \
            'tomos measure --reviews' leave out what is rated exclude. docs/report.md describes the file.

            EXAMPLES
              tomos review import results reviews.tsv
              tomos review import results reviews.tsv --replace
            """)

    @Argument(help: "The results folder.")
    var results: String

    @Argument(help: "The file: tab-separated, with case, label, rating, note and time.")
    var file: String

    @Flag(help: "Take the file in place of what is there: ratings that it does not hold are taken back.")
    var replace = false

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    func run() throws {
        let folder = BatchFolder(results)
        let plan = try folder.plan()
        let standing = StudyStanding(folder, of: plan)
        let pack = try? TaskPack.load(PipelineFile.load(resolvedText: plan.pipeline).task)
        let labels = Set(standing.cases.flatMap(\.structures).map(\.id)).union((pack?.labels.entries ?? []).map(\.id))
        let scope = Reviews.Scope(cases: Set(plan.cases.map(\.id)), labels: labels.sorted())
        let new = try Reviews.load(file, of: scope)
        let path = folder.path + "/" + Reviews.fileName
        var all = FileManager.default.fileExists(atPath: path) ? try Reviews.load(path) : Reviews()
        let changes = replace ? all.replace(with: new) : all.merge(new)
        try all.write(to: path)
        if !quiet { Console.result("\(ReviewText.changes(changes))\n\(path): \(ReviewText.summary(all))") }
    }
}

struct ReviewListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the reviews of a results folder.",
        discussion: """
            EXAMPLES
              tomos review list results
              tomos review list results --json
            """)

    @Argument(help: "The results folder.")
    var results: String

    @Flag(help: "Print JSON.")
    var json = false

    private struct Row: Encodable {
        let id: String
        let label: UInt16?
        let rating, note, time: String

        init(_ review: Review) {
            (id, label, rating) = (review.subject.id, review.subject.label, review.rating.rawValue)
            (note, time) = (review.note, review.timeText)
        }
    }

    func run() throws {
        let path = BatchFolder(results).path + "/" + Reviews.fileName
        let reviews = try Reviews.load(path)
        if json { return try Console.json(reviews.all.map(Row.init)) }
        var table = TextTable(["case", "label", "rating", "time", "note"])
        for review in reviews.all {
            table.add([
                review.subject.id, review.subject.label.map { String($0) } ?? "", review.rating.rawValue,
                review.timeText, review.note,
            ])
        }
        Console.result((reviews.count > 0 ? table.text + "\n\n" : "") + ReviewText.summary(reviews))
    }
}

/// What is said of reviews.
enum ReviewText {
    /// "2 cases and 1 label of others ..."
    static func leftOut(cases: Int, labels: Int) -> String {
        "\(counted(cases, "case")) and \(counted(labels, "label")) of others left out, rated exclude"
    }

    static func changes(_ changes: Reviews.Changes) -> String {
        let parts = [
            (changes.added, "added"), (changes.changed, "changed"), (changes.unchanged, "as before"),
            (changes.older, "left out, since later ones are there"), (changes.removed, "taken back"),
        ]
        let said = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return "reviews: " + (said.isEmpty ? "none" : said.joined(separator: ", "))
    }

    /// "5 reviews: 2 good, 2 fix, 1 exclude".
    static func summary(_ reviews: Reviews) -> String {
        let all = reviews.all
        let kinds = ReviewRating.allCases.map { kind in "\(all.count { $0.rating == kind }) \(kind.rawValue)" }
        return "\(counted(all.count, "review")): " + kinds.joined(separator: ", ")
    }

    private static func counted(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }
}
