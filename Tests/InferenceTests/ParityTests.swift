import TestSupport
import Testing

@testable import Inference

/// Oracle: ../shared/parity, logits of the official implementation in float64 with random weights.
@Suite(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
struct ParityTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var support: Int
        var kernels: String
        var threads: Int
        var testDescription: String { "S = \(support), \(kernels), \(threads) threads" }
    }

    static let cases: [Case] =
        [1, 5, 16].flatMap { support in
            ["avx512", "avx2", "generic"].flatMap { kernels in
                [1, 2].map { Case(support: support, kernels: kernels, threads: $0) }
            }
        } + [Case(support: 1, kernels: "plain", threads: 2), Case(support: 5, kernels: "plain", threads: 2)]

    @Test(arguments: cases)
    func logitsAgreeWithOfficialFloat64(_ example: Case) throws {
        guard let network = try kernelsThatRunHere(example.kernels) else { return }
        let name = "parity/s" + (example.support < 10 ? "0" : "") + "\(example.support)_"
        let load = { (part: String) in try NumPyArray(SharedFolder.file(name + part + ".npy")) }
        let target = try load("target")
        let side = try #require(target.shape.last)
        let expected = try load("logits_float64").values
        let (images, labels) = (try load("support_images").floats, try load("support_labels").floats)
        // The targets are a batch that shares its support.
        let logits = try stride(from: 0, to: target.values.count, by: side * side).flatMap { start in
            try network.logits(
                query: Array(target.floats[start..<start + side * side]), supportImages: images, supportLabels: labels,
                side: side, threads: example.threads)
        }
        let worst = zip(logits, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
        print("parity \(example.testDescription): largest difference \(worst)")
        #expect(logits.count == expected.count)
        #expect(worst < 1e-5)
        #expect(zip(logits, expected).allSatisfy { ($0 > 0) == ($1 > 0) })
    }

    /// The reference that other tests judge by is judged itself: it differs from the official implementation in float64
    /// by rounding in float64 alone.
    @Test(arguments: [1, 5])
    func theReferenceIsTheOfficialNetwork(support: Int) throws {
        let load = { (part: String) in try NumPyArray(SharedFolder.file("parity/s0\(support)_\(part).npy")) }
        let target = try load("target")
        let side = try #require(target.shape.last)
        let weights = try Weights(.file(SharedFolder.file("parity/universeg_random_7.pt")))
        let input = NetworkInput(
            side: side, query: Array(target.floats[..<(side * side)]), images: try load("support_images").floats,
            labels: try load("support_labels").floats)
        let worst = zip(referenceLogits(weights, input), try load("logits_float64").values).map { abs($0 - $1) }.max()
        print("reference network, S = \(support): largest difference \(worst ?? .infinity)")
        #expect(worst ?? .infinity < 1e-12)
    }

    private func kernelsThatRunHere(_ name: String) throws -> UniverSeg? {
        try network(name, Weights(.file(SharedFolder.file("parity/universeg_random_7.pt"))))
    }
}
