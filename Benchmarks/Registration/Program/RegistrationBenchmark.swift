import ArgumentParser
import Foundation
import Platform
import Preparation
import Segmentation
import VolumeIO
import Volumes

/// Registers one labelled volume to another, as a run registers a pack of that volume to a case, and carries its
/// labels over; with further volumes beside it, all of them, which help each other. Benchmarks/registration runs it
/// beside others' programs. Prints a line of JSON: CPU seconds (`cpu`)
/// and seconds by the clock (`seconds`) of the registration alone, with the case's preparation and without the
/// pack's, how many volumes were registered (`volumes`), and the GiB of peak memory before it (`before`).
@main
struct RegistrationBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registration-benchmark",
        abstract: "Times the registration of one volume to another and carries its labels over.")

    @Argument(help: "The volume that stays.") var fixed: String
    @Argument(help: "The volume that is registered to it.") var moving: String
    @Argument(help: "The moving volume's label map.") var labels: String
    @Argument(help: "The label map to write, on the fixed volume's grid.") var out: String
    @Option(help: "The window that values are looked at through, as in a pack.") var window = "auto"
    @Option(help: "The pack's plane.") var plane = "axial"
    @Option(name: .customLong("labels"), help: "Ids to carry over, such as 1,2; all by default.") var ids = ""
    @Option(help: "Threads, of which every volume of a pack takes one.") var threads = 1
    @Option(parsing: .upToNextOption, help: "Further volumes of the pack, each with its label map.")
    var beside: [String] = []
    @Option(help: "A folder for the label maps of all volumes, by their place in the pack: 0.nii.gz, 1.nii.gz ...")
    var carried: String?
    @Flag(help: "Do not register the region around the labels again.") var whole = false

    func run() throws {
        guard let window = IntensityWindow(window), let plane = SlicePlane(rawValue: plane) else {
            throw ValidationError("no such window or plane")
        }
        guard beside.count.isMultiple(of: 2) else { throw ValidationError("--beside takes volumes and label maps") }
        ThreadBudget.limit(to: threads)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("registration-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let segmenter = try Segmenter(task: pack(at: folder + "/pack", window, plane), options: options)
        let volume = try Images.readVolume(fixed)
        let before = Usage.now
        let registered = try segmenter.register(volume)
        let after = Usage.now
        try NIfTI.write(registered.labels(of: 0), to: out)
        if let carried {
            for n in examples.indices { try NIfTI.write(registered.labels(of: n), to: "\(carried)/\(n).nii.gz") }
        }
        let told = [
            "cpu": after.cpu - before.cpu, "seconds": after.seconds - before.seconds, "before": before.peak,
            "volumes": Double(examples.count),
        ]
        print(String(decoding: try JSONSerialization.data(withJSONObject: told, options: .sortedKeys), as: UTF8.self))
    }

    private var options: SegmentOptions {
        var options = SegmentOptions()
        (options.threads, options.crops) = (threads, !whole)
        return options
    }

    private var examples: [TaskPack.Example] {
        let files = [moving, labels] + beside
        return stride(from: 0, to: files.count, by: 2).map { .init(image: files[$0], labels: files[$0 + 1]) }
    }

    /// A pack of the moving volume and those beside it.
    private func pack(at folder: String, _ window: IntensityWindow, _ plane: SlicePlane) throws -> TaskPack {
        let wanted = ids.split(separator: ",").compactMap { UInt16($0) }
        let occurring = Set(try examples.flatMap { try LabelMaps.readLabels($0.labels).histogram().keys })
        // A pack refuses a label that it does not hold.
        let entries = wanted.filter(occurring.contains).map {
            LabelEntry(id: $0, name: "label-\($0)", colour: LabelTable.defaultColour(Int($0)))
        }
        let recipe = TaskPack.Recipe(
            name: "pair", examples: examples, labels: LabelTable(entries), plane: plane, window: window)
        return try TaskPack.create(recipe, at: folder)
    }
}

/// What this process has used.
private struct Usage {
    /// Seconds of all its threads, and by the clock.
    let cpu, seconds: Double
    /// Peak of resident memory in GiB.
    let peak: Double

    static var now: Usage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return Usage(
            cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime), seconds: ProcessInfo.processInfo.systemUptime,
            peak: Double(usage.ru_maxrss) / 1_048_576)
    }
}
