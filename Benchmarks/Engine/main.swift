// Times the engine on random slices: milliseconds a query for several S, one line each, best and median of the
// repeats. The figures depend on the machine and on what else it does; ratios within one run are what counts.
import Foundation
import Inference

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let repeats = arguments.first ?? 5
let threads = arguments.dropFirst().first ?? ProcessInfo.processInfo.activeProcessorCount
let side = 128

func random(_ count: Int, _ value: (Float) -> Float) -> [Float] {
    var state: UInt32 = 1
    return (0..<count).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return value(Float(state >> 8) / Float(1 << 24))
    }
}

let network = try UniverSeg(weights: Weights(.bundled))
print("kernels \(network.kernels), \(threads) threads, \(side)x\(side)")
for support in [1, 16, 64] {
    let set = SupportSet(
        images: random(support * side * side) { $0 }, labels: random(support * side * side) { $0 > 0.7 ? 1 : 0 },
        side: side)
    let workspace = try network.makeWorkspace(side: side, supports: support, threads: threads)
    let query = random(side * side) { $0 }
    var times: [Double] = []
    for _ in 0...repeats {
        let start = ContinuousClock.now
        _ = try network.logits(query: query, support: set, workspace: workspace)
        times.append((ContinuousClock.now - start) / .milliseconds(1))
    }
    times = times.dropFirst().sorted()
    // Multiplications of the restructured graph, were every convolution direct.
    let gigaMACs = 5.20 + 0.963 * Double(support)
    let milliseconds = times[times.count / 2]
    print(
        String(
            format: "S = %2d: median %7.1f ms, best %7.1f ms; %.0f direct GMAC/s; workspace %d MB", support,
            milliseconds,
            times[0], gigaMACs / milliseconds * 1000,
            Workspace.bytes(side: side, supports: support, threads: threads) >> 20))
}
