import Testing

@testable import Inference

/// The fast kernels against the plain loops, on the bundled weights; the plain loops are held to the official
/// implementation by `ParityTests`.
@Suite
struct EngineTests {
    private func random(_ count: Int, seed: UInt32, _ value: (Float) -> Float = { $0 }) -> [Float] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return value(Float(state >> 8) / Float(1 << 24))
        }
    }

    /// Slices with smooth content, like images: random values of 8x8 blocks plus noise.
    private func slices(_ count: Int, side: Int, seed: UInt32) -> [Float] {
        let blocks = random(count * side / 8 * side / 8, seed: seed)
        let noise = random(count * side * side, seed: seed &+ 1)
        return (0..<count * side * side).map { n in
            let (s, y, x) = (n / (side * side), n / side % side, n % side)
            return 0.8 * blocks[(s * side / 8 + y / 8) * side / 8 + x / 8] + 0.2 * noise[n]
        }
    }

    private func labels(_ images: [Float]) -> [Float] { images.map { $0 > 0.6 ? 1 : 0 } }

    private func network(_ kernels: String) throws -> UniverSeg? {
        do { return try UniverSeg(weights: Weights(.bundled), kernels: kernels) } catch InferenceError.unknownKernels {
            print("skipped: \(kernels) kernels do not run on this processor")
            return nil
        }
    }

    @Test(arguments: [(64, 3), (96, 1)], ["avx512", "avx2", "generic"])
    func agreesWithThePlainLoops(size: (side: Int, support: Int), kernels: String) throws {
        let (side, support) = size
        guard let fast = try network(kernels), let plain = try network("plain") else { return }
        let (query, images) = (slices(1, side: side, seed: 1), slices(support, side: side, seed: 2))
        let logits = try [plain, fast].map {
            try $0.logits(query: query, supportImages: images, supportLabels: labels(images), side: side)
        }
        let range = (logits[0].max() ?? 0) - (logits[0].min() ?? 0)
        let worst = zip(logits[0], logits[1]).map { abs($0 - $1) }.max() ?? .infinity
        #expect(range > 1)
        #expect(worst < 1e-5 * range, "largest difference \(worst) in a range of \(range)")
    }

    /// 17 supports make three groups, the last of one.
    @Test(arguments: [1, 17])
    func theBitsDoNotDependOnThreads(support: Int) throws {
        let network = try UniverSeg(weights: Weights(.bundled))
        let (query, images) = (slices(1, side: 64, seed: 3), slices(support, side: 64, seed: 4))
        let set = SupportSet(images: images, labels: labels(images), side: 64)
        let bits = try [1, 2, 3, 2].map { threads in
            let workspace = try network.makeWorkspace(side: 64, supports: support + 3, threads: threads)
            _ = try network.logits(query: images.suffix(64 * 64).map { $0 }, support: set, workspace: workspace)
            return try network.logits(query: query, support: set, workspace: workspace).map(\.bitPattern)
        }
        #expect(Set(bits).count == 1)
    }

    /// A support whose label is empty takes the shortcut; it must equal one that holds zeros only in name.
    @Test
    func emptyLabelsCountAsSupport() throws {
        guard let plain = try network("plain") else { return }
        let network = try UniverSeg(weights: Weights(.bundled))
        let (query, images) = (slices(1, side: 64, seed: 5), slices(4, side: 64, seed: 6))
        var masks = labels(images)
        for n in 64 * 64..<3 * 64 * 64 { masks[n] = 0 }
        let logits = try [plain, network].map {
            try $0.logits(query: query, supportImages: images, supportLabels: masks, side: 64)
        }
        let all = try network.logits(query: query, supportImages: images, supportLabels: labels(images), side: 64)
        #expect(zip(logits[0], logits[1]).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(zip(logits[1], all).contains { abs($0 - $1) > 1e-2 })
    }

    @Test(arguments: [0, 32, 100, 128 + 16, 544])
    func refusesSidesThatTheNetworkCannotHalve(side: Int) throws {
        let network = try UniverSeg(weights: Weights(.bundled))
        #expect(throws: InferenceError.unsupportedSide(side)) { try network.makeWorkspace(side: side, supports: 1) }
    }

    @Test
    func refusesArraysThatDoNotFit() throws {
        let network = try UniverSeg(weights: Weights(.bundled))
        let zeros = [Float](repeating: 0, count: 64 * 64)
        #expect(throws: InferenceError.self) {
            try network.logits(query: zeros, supportImages: zeros + zeros, supportLabels: zeros, side: 64)
        }
        #expect(throws: InferenceError.self) {
            try network.logits(query: Array(zeros.dropLast()), supportImages: zeros, supportLabels: zeros, side: 64)
        }
    }

    @Test
    func refusesUnknownKernels() throws {
        let error = #expect(throws: InferenceError.self) { try UniverSeg(weights: Weights(.bundled), kernels: "sse9") }
        #expect(
            error?.description
                == "TOMOS_KERNEL=sse9: no such kernels on this processor; use avx512, avx2, generic or plain, or leave it unset"
        )
    }
}
