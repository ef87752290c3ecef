import ArgumentParser
import Foundation
import Platform

@main struct FuzzReaders: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz-readers",
        abstract: "Reads damaged DICOM and NIfTI files and looks for crashes, hangs and greed.",
        discussion: """
            Every input is a seed file with changes drawn from the run's number and the input's: the same run over the
            same seeds gives the same inputs. Inputs are read in child processes. One that crashes, takes more
            than 10 seconds of processor time, allocates more than the cap or ends in anything but a volume or an error of Tomos is a finding:
            its files are kept, with what the child said. A volume is prepared as for the network. A third of the
            inputs are whole files but for extreme numbers.

            EXAMPLES
              fuzz-readers sample-data
              fuzz-readers sample-data --run 2 --inputs 100000
              fuzz-readers --replay out/fuzz/2-17
            """)

    @Argument(help: "Folders of seed files.")
    var seeds: [String] = []

    @Option(name: .customLong("run"), help: "Number of the run.")
    var runNumber: UInt64 = 1

    @Option(help: "Inputs to read.")
    var inputs = 20_000

    @Option(help: "Minutes they may take.")
    var minutes = 10.0

    @Option(help: "Child processes at a time.")
    var jobs = max(2, ThreadBudget.available)

    @Option(help: "Folder that findings are kept in.")
    var findings = "out/fuzz"

    @Option(help: "Read a kept input (a folder) instead.")
    var replay: String?

    @Option(help: .hidden)
    var firstInput: Int?

    @Option(help: .hidden)
    var progressFile: String?

    func validate() throws {
        guard inputs > 0, jobs > 0, minutes > 0 else {
            throw ValidationError("--inputs, --jobs and --minutes are numbers above 0")
        }
        guard replay == nil else { return }
        if seeds.isEmpty { throw ValidationError("name a folder of seed files") }
    }

    func run() throws {
        if let replay { return try self.replay(replay) }
        let source = try InputSource(folders: seeds, run: runNumber)
        if let firstInput, let progressFile {
            let progress = try ProgressFile(progressFile)
            try FuzzWorker(source: source, progress: progress).run(
                Array(stride(from: firstInput, to: inputs, by: jobs)))
        } else {
            let supervisor = FuzzSupervisor(
                source: source, run: runNumber, inputs: inputs, jobs: jobs, findings: findings, minutes: minutes)
            guard try supervisor.search() else { throw ExitCode.failure }
        }
    }

    private func replay(_ folder: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        for outcome in try InputReader.read(names, in: folder) { print(outcome) }
    }
}
