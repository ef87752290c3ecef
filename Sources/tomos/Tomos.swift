import ArgumentParser
import Foundation
import Pipelines
import Platform

@main
struct Tomos: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tomos",
        abstract: "Segments whole medical volumes from a handful of annotated examples.",
        discussion: """
            A task pack, a few labelled volumes, says what to find; the network finds it in every slice of every study.
            Not a medical device: for research use only.

            EXAMPLES
              tomos task create -o packs/liver --name liver --images ct1.nii.gz --labels ct1_liver.nii.gz --label 1=liver
              tomos segment -i study.nii.gz --task packs/liver -o study_labels.nii.gz
              tomos run pipelines/phantom.yaml study/ -o results
              tomos evaluate results truth/

            EXIT CODES
            \(ExitStatus.allCases.map { "  \($0.rawValue.formatted().padding(toLength: 4, withPad: " ", startingAt: 0))\($0.meaning)" }.joined(separator: "\n"))

            Results go to standard output, everything else to standard error.
            """,
        version: Version.text,
        subcommands: [
            RunCommand.self, ResumeCommand.self, StatusCommand.self, MeasureCommand.self, SubmitCommand.self,
            BIDSCommand.self, ReportCommand.self, ReviewCommand.self, NextCommand.self, LoopCommand.self,
            PipelineCommand.self, SegmentCommand.self, ConvertCommand.self, TaskCommand.self, InfoCommand.self,
            ViewCommand.self, SnapshotCommand.self, EvaluateCommand.self, ExportCommand.self, InferCommand.self,
            WeightsCommand.self, WorkerCommand.self,
        ])

    static func main() {
        // Writing past a file size limit, or to a closed pipe, is an error to report, not a reason to die half-way.
        signal(SIGXFSZ, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        Drafts.removeWhenEnded()
        CarriedData.announce()
        var status = ExitStatus.done.rawValue
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            status = Failure.report(error)
        }
        // What went wrong in the work itself says more than that its results did not get out.
        if let error = Console.outputError, [.done, .someFailed].contains(ExitStatus(rawValue: status)) {
            status = Failure.report(error)
        }
        if status != ExitStatus.done.rawValue { Foundation.exit(status) }
    }
}
