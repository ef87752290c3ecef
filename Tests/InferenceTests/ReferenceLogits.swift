import Platform
import ReferenceNetwork

@testable import Inference

/// Query and support slices of one side, as the network takes them.
struct NetworkInput: Sendable {
    var side: Int
    /// [side][side].
    var query: [Float]
    /// [S][side][side].
    var images, labels: [Float]

    var supports: Int { images.count / (side * side) }
}

/// Logits by the published graph in float64.
func referenceLogits(_ weights: Weights, _ input: NetworkInput) -> [Double] {
    let blocks = (0...3).map { "enc_blocks.\($0)." } + (0...2).map { "dec_blocks.\($0)." }
    let layers = ["cross.cross_conv.", "target.vmapped.conv.", "support.vmapped.conv."]
    let names = blocks.flatMap { block in layers.map { block + $0 } } + ["out_conv.conv."]
    // Copies at fixed addresses.
    let values = names.flatMap { name in
        ["weight", "bias"].map { AlignedBuffer(weights.tensors[name + $0]?.values ?? []) }
    }
    let records = names.indices.map {
        reference_layer(weight: values[2 * $0].floats, bias: values[2 * $0 + 1].floats)
    }
    return withExtendedLifetime(values) {
        [Double](unsafeUninitializedCapacity: input.query.count) { logits, count in
            reference_network(
                records, Int32(input.side), Int32(input.supports), input.query, input.images, input.labels,
                logits.baseAddress)
            count = input.query.count
        }
    }
}

/// How far logits are from the reference.
struct Deviation: CustomStringConvertible {
    /// Largest difference, and the reference's range.
    var worst, range: Double
    /// Pixels on the other side of 0 although the reference is further than 1e-4 from it.
    var flipped: Int

    init(_ logits: [Float], from reference: [Double]) {
        worst = zip(logits, reference).map { abs(Double($0) - $1) }.max() ?? .infinity
        range = (reference.max() ?? 0) - (reference.min() ?? 0)
        flipped = zip(logits, reference).count { abs($1) > 1e-4 && ($0 > 0) != ($1 > 0) }
        if logits.count != reference.count { worst = .infinity }
    }

    var description: String { "largest difference \(worst) in a range of \(range), \(flipped) pixels flipped" }
}

/// The network on certain kernels; nil, with the reason printed, where they do not run.
func network(_ kernels: String, _ weights: Weights) throws -> UniverSeg? {
    do { return try UniverSeg(weights: weights, kernels: kernels) } catch InferenceError.unknownKernels {
        print("skipped: \(kernels) kernels do not run on this processor")
        return nil
    }
}

/// Every kernel table.
let allKernels = ["avx512", "avx2", "generic", "plain"]
