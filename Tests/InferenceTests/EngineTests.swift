import Dispatch
import Synchronization
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

    private func labels(_ images: some Sequence<Float>) -> [Float] { images.map { $0 > 0.6 ? 1 : 0 } }

    private func input(_ support: Int, side: Int, seed: UInt32) -> NetworkInput {
        let images = slices(support, side: side, seed: seed + 1)
        return NetworkInput(
            side: side, query: slices(1, side: side, seed: seed), images: images, labels: labels(images))
    }

    private func logits(_ network: UniverSeg, _ input: NetworkInput, threads: Int = 1) throws -> [Float] {
        try network.logits(
            query: input.query, supportImages: input.images, supportLabels: input.labels, side: input.side,
            threads: threads)
    }

    @Test(arguments: [(64, 3), (96, 1), (192, 1), (256, 1)])
    func agreesWithThePlainLoops(side: Int, support: Int) throws {
        let weights = try Weights(.bundled)
        let input = input(support, side: side, seed: 1)
        let plain = try logits(UniverSeg(weights: weights, kernels: "plain"), input, threads: 2).map { Double($0) }
        for kernels in allKernels.dropLast() {
            guard let fast = try network(kernels, weights) else { continue }
            let deviation = Deviation(try logits(fast, input, threads: 2), from: plain)
            #expect(deviation.range > 1)
            #expect(deviation.worst < 1e-5 * deviation.range, "\(kernels): \(deviation)")
            #expect(deviation.flipped == 0, "\(kernels): \(deviation)")
        }
    }

    /// All kernels against float64, in float64's own graph.
    @Test(arguments: [(64, 5), (96, 1)])
    func agreesWithTheReference(side: Int, support: Int) throws {
        let weights = try Weights(.bundled)
        let input = input(support, side: side, seed: 11)
        let reference = referenceLogits(weights, input)
        for kernels in allKernels {
            guard let network = try network(kernels, weights) else { continue }
            let deviation = Deviation(try logits(network, input, threads: 2), from: reference)
            #expect(deviation.worst < 1e-5 * deviation.range, "\(kernels): \(deviation)")
            #expect(deviation.flipped == 0, "\(kernels): \(deviation)")
        }
    }

    /// Means do not change when every support is given 75 times: 150 supports, which fill larger groups, answer as 2 do.
    @Test
    func moreThan64SupportsGo() throws {
        let network = try UniverSeg(weights: Weights(.bundled))
        let few = input(2, side: 64, seed: 21)
        var many = few
        many.images = (0..<75).flatMap { _ in few.images }
        many.labels = (0..<75).flatMap { _ in few.labels }
        #expect(many.supports == 150)
        let reference = try logits(network, few).map { Double($0) }
        let deviation = Deviation(try logits(network, many, threads: 3), from: reference)
        #expect(deviation.worst < 1e-5 * deviation.range, "\(deviation)")
    }

    /// 17 supports make three groups, the last of one; 130 make fifteen of nine, the last of four.
    @Test(arguments: [(1, [1, 2, 3, 2]), (17, [1, 2, 3, 2]), (130, [1, 3])])
    func theBitsDoNotDependOnThreads(support: Int, threads: [Int]) throws {
        let network = try UniverSeg(weights: Weights(.bundled))
        let (query, images) = (slices(1, side: 64, seed: 3), slices(support, side: 64, seed: 4))
        let set = SupportSet(images: images, labels: labels(images), side: 64)
        let bits = try threads.map { threads in
            let workspace = try network.makeWorkspace(side: 64, supports: support + 3, threads: threads)
            // Something else has been in the workspace before.
            let other = SupportSet(
                images: Array(images.suffix(64 * 64)), labels: labels(images.suffix(64 * 64)), side: 64)
            _ = try network.logits(query: images.suffix(64 * 64).map { $0 }, support: other, workspace: workspace)
            return try network.logits(query: query, support: set, workspace: workspace).map(\.bitPattern)
        }
        #expect(Set(bits).count == 1)
    }

    /// Workers with a workspace each, sharing network and support, several times over.
    @Test(arguments: allKernels.dropLast())
    func theBitsDoNotDependOnOtherWorkers(kernels: String) throws {
        guard let network = try network(kernels, Weights(.bundled)) else { return }
        let input = input(9, side: 64, seed: 31)
        let set = SupportSet(images: input.images, labels: input.labels, side: 64)
        let queries = (0..<4).map { slices(1, side: 64, seed: 33 + $0) }
        let alone = try (0..<4).map { n in
            let workspace = try network.makeWorkspace(side: 64, supports: 9)
            return try network.logits(query: queries[n], support: set, workspace: workspace).map(\.bitPattern)
        }
        let together = Mutex([Int: Bool]())
        DispatchQueue.concurrentPerform(iterations: 8) { n in
            guard let workspace = try? network.makeWorkspace(side: 64, supports: 9, threads: n % 3 + 1) else { return }
            let rounds = (0..<2).map { _ in
                try? network.logits(query: queries[n % 4], support: set, workspace: workspace)
            }
            let isSame = rounds.allSatisfy { $0?.map(\.bitPattern) == alone[n % 4] }
            together.withLock { $0[n] = isSame }
        }
        #expect(together.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<8).map { ($0, true) }))
    }

    /// A support whose label is empty takes the shortcut; it must equal one that holds zeros only in name.
    @Test
    func emptyLabelsCountAsSupport() throws {
        let plain = try UniverSeg(weights: Weights(.bundled), kernels: "plain")
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
