import ArgumentParser
import Foundation
import Inference
import Platform
import Segmentation
import Volumes

struct InferCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "infer", abstract: "Runs the network on 2-D slices in NumPy files.",
        discussion: """
            Arrays are float32 or float64 in C order. The target is [side, side], [1, side, side] or \
            [queries, 1, side, side]; support images and labels are [S, side, side] or [S, 1, side, side]; images in \
            [0, 1], labels 0 or 1. S is any number, side \(UniverSeg.sidesInWords) (the network was trained with \
            S up to \(SegmentSettings.trainedSupport) and side \(UniverSeg.trainedSide)). The logits come out as float32 in the target's shape.

            EXAMPLES
              tomos infer --target t.npy --support-images i.npy --support-labels l.npy -o logits.npy
              tomos infer --weights universeg.pt --target t.npy --support-images i.npy --support-labels l.npy \\
                -o logits.npy --repeat 20
            """)

    @Option(help: "'bundled', the name of imported weights, or a .safetensors or .pt file.")
    var weights = WeightsArgument()

    @Option(help: "The slices to segment (.npy).")
    var target: String

    @Option(help: "The support slices (.npy).")
    var supportImages: String

    @Option(help: "Their labels (.npy).")
    var supportLabels: String

    @Option(name: .shortAndLong, help: "The logits to write (.npy).")
    var output: String

    @Option(help: "Threads; one per processor by default.")
    var jobs = ThreadBudget.available

    @Option(help: "Memory that may be taken, such as 2GiB, or none; the machine's memory by default.")
    var memory: MemoryLimit?

    @Option(help: "Runs all queries this many times and prints the shortest, median and longest time.")
    var `repeat` = 1

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    func validate() throws {
        guard `repeat` >= 1 else { throw ValidationError("--repeat \(`repeat`): use 1 or more") }
        try requireJobs(jobs)
    }

    func run() throws {
        ThreadBudget.limit(to: jobs)
        try requireWritable(output)
        let queries = try NumPyArray(path: target)
        let images = try NumPyArray(path: supportImages)
        let labels = try NumPyArray(path: supportLabels)
        let side = try Self.checkedSide(queries, images, labels, paths: (target, supportImages, supportLabels))
        let weights = try Weights(self.weights.source())
        if !quiet { Console.note("weights \(weights.name): \(weights.licence)") }
        let network = try UniverSeg(weights: weights)
        let plane = side * side
        try requireMemory(network, side: side, queries: queries, images: images)
        let supports = SupportSet(images: images.values, labels: labels.values, side: side)
        let workspace = try network.makeWorkspace(side: side, supports: supports.count, threads: jobs)
        var logits: [Float] = []
        var times: [Double] = []
        for _ in 0..<`repeat` {
            logits.removeAll(keepingCapacity: true)
            let start = ContinuousClock.now
            for first in stride(from: 0, to: queries.values.count, by: plane) {
                let query = Array(queries.values[first..<first + plane])
                logits += try network.logits(query: query, support: supports, workspace: workspace)
            }
            times.append(start.duration(to: .now) / .seconds(1))
        }
        try NumPyArray(shape: queries.shape, values: logits).write(to: output)
        if quiet { return }
        let count = queries.values.count / plane
        Console.line(
            "\(output): logits of \(count) quer\(count == 1 ? "y" : "ies"), \(supports.count) support slices, \(side)x\(side)"
        )
        if `repeat` > 1 { Console.result(Self.summary(times, queries: count)) }
    }

    /// Refuses what does not fit, before any of it is made.
    private func requireMemory(
        _ network: UniverSeg, side: Int, queries: NumPyArray, images: NumPyArray
    ) throws {
        guard let limit = (memory ?? .machine).size, UniverSeg.supports(side: side) else { return }
        let count = images.values.count / (side * side)
        let floats = 2 * queries.values.count + 2 * images.values.count
        let need = MemoryNeed([
            MemoryNeed.program, .init("network", network.bytes),
            .init("arrays", floats * MemoryLayout<Float>.stride + SupportSet.bytes(side: side, supports: count)),
            .init("workspace", network.workspaceBytes(side: side, supports: count, threads: jobs)),
        ])
        if need.bytes > limit.bytes {
            throw InferMemoryError(need: need, limit: limit, supports: count, side: side, jobs: jobs)
        }
    }

    /// The side of the slices, after checking that the three arrays fit each other.
    static func checkedSide(
        _ queries: NumPyArray, _ images: NumPyArray, _ labels: NumPyArray, paths: (String, String, String)
    ) throws(NumPyError) -> Int {
        guard let side = queries.shape.last, side > 0, !queries.values.isEmpty, isStack(queries.shape, of: side) else {
            throw .malformed(
                paths.0, "shape \(queries.shape): expected [side, side], [1, side, side] or [queries, 1, side, side]")
        }
        guard images.shape.count > 2, isStack(images.shape, of: side), !images.values.isEmpty else {
            throw .malformed(
                paths.1,
                "shape \(images.shape): expected [S, \(side), \(side)] or [S, 1, \(side), \(side)], as the target's slices"
            )
        }
        guard labels.shape == images.shape else {
            throw .malformed(paths.2, "shape \(labels.shape): expected \(images.shape), as the support images")
        }
        return side
    }

    /// Whether a shape is [side, side], [n, side, side] or [n, 1, side, side].
    private static func isStack(_ shape: [Int], of side: Int) -> Bool {
        (2...4).contains(shape.count) && shape.suffix(2) == [side, side] && (shape.count < 4 || shape[1] == 1)
    }

    private static func summary(_ times: [Double], queries: Int) -> String {
        let sorted = times.map { $0 * 1000 / Double(queries) }.sorted()
        let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        return
            "ms per query over \(times.count) runs: min \(decimal(sorted[0], 1)), median \(decimal(median, 1)), max \(decimal(sorted[sorted.count - 1], 1))"
    }
}

/// The network needs more memory than it may take.
private struct InferMemoryError: TomosError {
    let need: MemoryNeed
    let limit: MemorySize
    let supports, side, jobs: Int

    var category: ErrorCategory { .limitExceeded }
    var description: String {
        "\(supports) support slices of \(side)x\(side) and \(jobs) thread\(jobs == 1 ? "" : "s") take \(need), and the limit is \(limit): "
            + "use fewer support slices, smaller ones, fewer threads (--jobs) or a larger limit (--memory)"
    }
}
