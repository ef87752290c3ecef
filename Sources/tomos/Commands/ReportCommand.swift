import ArgumentParser
import Batch
import Foundation
import Pipelines
import Platform
import Reports

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes a page of a whole study: what to review first, volumes, pictures, failures, methods.",
        discussion: """
            The page opens from disk, without a server and without a network. A run with the output 'report' writes it by \
            itself; this command writes it of any results folder, at any time, and makes the pictures of cases that have \
            none from their images and label maps. docs/report.md says what the page shows.

            EXAMPLES
              tomos report results
              tomos report results -o /tmp/report
              tomos review import results ~/Downloads/reviews.tsv && tomos report results
            """)

    @Argument(help: "The results folder.")
    var results: String

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("The folder for the report; RESULTS/report by default.", valueName: "folder"))
    var output: String?

    @Flag(name: .customLong("no-pictures"), help: "Make no pictures; those that are there are shown.")
    var skipsPictures = false

    @Option(help: "Processors to use.")
    var jobs = ThreadBudget.available

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    func validate() throws {
        if let output { try requireFolderOutput(output, instead: "the report is a folder") }
        try requireJobs(jobs)
    }

    func run() throws {
        ThreadBudget.limit(to: jobs)
        let folder = BatchFolder(results)
        let plan = try folder.plan()
        let progress = Progress(quiet: quiet)
        progress.begin("writing the report")
        let report = try StudyReport(of: folder, plan: plan, makesViews: !skipsPictures)
        let written = try report.write(to: output ?? folder.path + "/report") { progress.advance($0, of: $1) }
        progress.clear()
        if quiet { return }
        for one in written.withoutView.prefix(10) { Console.note("\(one.id): no pictures: \(one.reason)") }
        if written.withoutView.count > 10 {
            Console.note("\(written.withoutView.count - 10) more cases have no pictures; their pages say why")
        }
        Console.line("report: \(written.page)")
    }
}
