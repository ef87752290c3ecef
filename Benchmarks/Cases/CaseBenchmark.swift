import ArgumentParser
import Foundation
import Platform
import Preparation
import Segmentation
import VolumeIO

/// Segments one volume with a task pack and prints a line of JSON: the seconds by the clock of each stage. Benchmarks/cases.py
/// runs it. Registration is done twice: by itself, for its time, and within the whole, whose rest is the networks, the vote
/// and clean-up.
@main
struct CaseBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "case-benchmark", abstract: "Times the stages of segmenting one volume.")

    @Argument(help: "The task pack.") var pack: String
    @Argument(help: "The volume.") var image: String
    @Argument(help: "The label map to write.") var out: String
    @Option(help: "Threads.") var threads = 2
    @Flag(help: "The pack's networks are not used.") var inContext = false

    func run() throws {
        ThreadBudget.limit(to: threads)
        var options = SegmentOptions()
        (options.threads, options.usesLearned) = (threads, !inContext)
        var stages: [String: Double] = [:]
        let segmenter = try timed(&stages, "pack") { try Segmenter(task: try TaskPack.load(pack), options: options) }
        let volume = try timed(&stages, "reading") { try Images.readVolume(image) }
        if inContext { _ = try timed(&stages, "registration") { try segmenter.register(volume) } }
        let whole = try timed(&stages, "segmenting") { try segmenter.segment(volume) }
        try timed(&stages, "writing") { try NIfTI.write(whole.labels, to: out) }
        stages["networks"] = stages["segmenting", default: 0] - stages["registration", default: 0]
        print(String(decoding: try JSONSerialization.data(withJSONObject: stages, options: .sortedKeys), as: UTF8.self))
    }

    private func timed<Result>(
        _ stages: inout [String: Double], _ stage: String, _ work: () throws -> Result
    ) rethrows -> Result {
        let start = ProcessInfo.processInfo.systemUptime
        defer { stages[stage] = ProcessInfo.processInfo.systemUptime - start }
        return try work()
    }
}
