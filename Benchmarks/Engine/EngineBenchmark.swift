import CPeak
import CUniverSegKernels
import Foundation
import Inference
import Platform

/// Times the engine's parts against the multiply-adds this machine manages in the same run. The figures drift with
/// whatever else the machine does; the ratios are what counts, and every one is measured side by side.
///
/// Arguments: repeats (default 5), threads (default: one per processor).
@main
enum EngineBenchmark {
    static let side = 128

    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let repeats = arguments.first ?? 5
        let threads = arguments.dropFirst().first ?? ThreadBudget.available
        let network = try UniverSeg(weights: Weights(.bundled))
        guard let kernels = tomos_kernels_named(network.kernels) else { return }
        print("kernels \(network.kernels), \(side)x\(side), medians of \(repeats)")
        measureParts(kernels.pointee, repeats: repeats)
        print("")
        for support in [1, 16, 64] {
            try measureEngine(network, kernels.pointee, support: support, repeats: repeats, threads: threads)
        }
    }

    // MARK: parts, one thread

    private static func measureParts(_ kernels: tomos_kernels, repeats: Int) {
        guard let multiply = kernels.multiply else { return print("(no parts to time)") }
        for channels in [64, 128] {
            // 36 points of 24 tiles, the weights of a whole layer: what goes through together.
            let rows = aligned(24 * channels * 36)
            // Rows keep their size, product after product, and never become denormal.
            let weights = aligned(36 * channels * 64, value: 1 / Float(channels))
            let unit = {
                for point in 0..<36 {
                    let next = weights + (point + 1) % 36 * channels * 64
                    for block in 0..<4 {
                        multiply(
                            rows + (point * 24 + block * 6) * channels, Int32(channels),
                            weights + point * channels * 64,
                            next + block * 16 * channels)
                    }
                }
            }
            let ratio = ratioToPeak(kernels, multiplyAdds: Double(36 * 24 * channels * 64), repeats: repeats, unit)
            print("matrix product, \(channels) channels: \(percent(ratio)) of this thread's multiply-add peak")
            rows.deallocate()
            weights.deallocate()
        }
        for (size, channels) in [(64, 64), (64, 128), (32, 64), (128, 64)] {
            let ratio = convolutionRatio(kernels, size: size, channels: channels, repeats: repeats)
            print(
                "convolution \(size)x\(size), \(channels) channels: \(percent(ratio)) of it, counting Winograd's multiplications"
            )
        }
    }

    private static func convolutionRatio(_ kernels: tomos_kernels, size: Int, channels: Int, repeats: Int) -> [Double] {
        let input = aligned(size * size * 64)
        let output = aligned(size * size * 64)
        let weights = aligned(kernels.packed_size(Int32(channels)))
        let scratch = aligned(kernels.scratch_size())
        defer { [input, output, weights, scratch].forEach { $0.deallocate() } }
        var record = tomos_conv(
            input: input, input2: channels == 128 ? input : nil, rows: Int32(size), columns: Int32(size),
            weights: weights, output: output, addend: nil, bias: nil, activate: 1, sum: nil)
        let units = kernels.conv_units(Int32(size), Int32(size))
        return ratioToPeak(kernels, multiplyAdds: winograd(size, channels), repeats: repeats) {
            kernels.conv(&record, 0, units, scratch)
        }
    }

    /// Multiply-adds of `body` over what the peak loop does in the time it takes, run in turn.
    private static func ratioToPeak(
        _ kernels: tomos_kernels, multiplyAdds: Double, repeats: Int, _ body: () -> Void
    ) -> [Double] {
        let calls = max(1, Int(2e8 / multiplyAdds))
        body()
        return (0..<repeats).map { _ in
            let peak = peak_multiply_adds(kernels.name, 3)
            let time = seconds { for _ in 0..<calls { body() } }
            return multiplyAdds * Double(calls) / time / peak
        }
    }

    // MARK: the engine

    private static func measureEngine(
        _ network: UniverSeg, _ kernels: tomos_kernels, support: Int, repeats: Int, threads: Int
    ) throws {
        let plane = side * side
        let set = SupportSet(
            images: random(support * plane) { $0 }, labels: discs(support, side: side), side: side)
        let query = random(plane) { $0 }
        let alone = try network.makeWorkspace(side: side, supports: support)
        let shared = try network.makeWorkspace(side: side, supports: support, threads: threads)
        var ratios: [Double] = []
        var (one, all): ([Double], [Double]) = ([], [])
        for n in 0...repeats {
            let peak = peak_multiply_adds(kernels.name, 3)
            let first = try seconds { _ = try network.logits(query: query, support: set, workspace: alone) }
            let second = try seconds { _ = try network.logits(query: query, support: set, workspace: shared) }
            if n == 0 { continue }
            one.append(first * 1000)
            all.append(second * 1000)
            ratios.append(multiplications(support: support) / peak / first)
        }
        print(
            "S = \(support): \(summary(one)) ms on 1 thread, \(summary(all)) ms on \(threads); Winograd's multiplications"
                + " alone would take \(percent(ratios)) of the 1-thread time at its peak")
        guard kernels.multiply != nil, support > 1 else { return }
        let table = StageTable(kernels, side: side, support: support, query: one.sorted()[one.count / 2] / 1000) {
            body in
            body()
            return (0..<repeats).map { _ in seconds(body) }.sorted()[repeats / 2]
        }
        table.show(support: support)
    }

    /// Multiplications of a Winograd F(4x4, 3x3) convolution to 64 channels.
    private static func winograd(_ size: Int, _ channels: Int) -> Double {
        Double(size / 4 * size / 4) * 36 * Double(channels) * 64
    }

    /// Winograd multiplications of one query: the restructured graph's 3x3 convolutions.
    private static func multiplications(support: Int) -> Double {
        StageTable.layers(side: side, support: support).reduce(0) {
            $0 + Double($1.calls) * winograd($1.size, $1.channels)
        }
    }

    // MARK: small things

    private static func random(_ count: Int, _ value: (Float) -> Float) -> [Float] {
        var state: UInt32 = 1
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return value(Float(state >> 8) / Float(1 << 24))
        }
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        return (ContinuousClock.now - start) / .seconds(1)
    }

    private static func summary(_ values: [Double]) -> String {
        let sorted = values.sorted()
        return String(format: "%.1f (%.1f to %.1f)", sorted[sorted.count / 2], sorted[0], sorted[sorted.count - 1])
    }

    private static func percent(_ ratios: [Double]) -> String {
        let sorted = ratios.map { $0 * 100 }.sorted()
        return String(format: "%.0f %% (%.0f to %.0f)", sorted[sorted.count / 2], sorted[0], sorted[sorted.count - 1])
    }
}
