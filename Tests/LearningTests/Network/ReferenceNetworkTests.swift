import Foundation
import TestSupport
import Testing

@testable import Learning

/// Whole networks, forward and back. Oracle: Fixtures, written by scripts/learning-reference, PyTorch in float64.
@Suite struct ReferenceNetworkTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var levels: [NetworkShape.Level]
        var size: SIMD3<Int>
        var testDescription: String { name }

        var shape: NetworkShape { NetworkShape(inputs: 2, classes: 3, levels: levels) }
    }

    static let cases = [
        Case(
            name: "flat",
            levels: [
                .init(channels: 16, taps: 1, halvesDepth: false), .init(channels: 16, taps: 1, halvesDepth: false),
                .init(channels: 32, taps: 1, halvesDepth: false),
            ], size: SIMD3(1, 24, 20)),
        Case(
            name: "deep",
            levels: [
                .init(channels: 16, taps: 3, halvesDepth: true), .init(channels: 16, taps: 3, halvesDepth: false),
                .init(channels: 32, taps: 3, halvesDepth: false),
            ], size: SIMD3(8, 16, 12)),
    ]

    /// The images of a batch: the Dice of its loss is that of both together.
    private static let images = 2
    /// The script keeps every third number of a gradient.
    private static let kept = 3

    /// A fixture's numbers, taken from its beginning.
    private struct Numbers {
        private var rest: ArraySlice<Double>

        init(_ name: String) throws {
            let path = repository + "/Tests/LearningTests/Fixtures/\(name).bin"
            let data = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            let floats = stride(from: 0, to: data.count, by: 4).map { n in
                let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[n + $1]) << UInt32(8 * $1) }
                return Double(Float(bitPattern: bits))
            }
            rest = floats[...]
        }

        mutating func next(_ count: Int) throws -> [Double] {
            try #require(rest.count >= count, "the fixture is too short")
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }

        var isUsedUp: Bool { rest.isEmpty }
    }

    /// Float32 rounds each step by 6e-8 of a value. Through a dozen layers, where the norm's way back takes nearly all
    /// of a gradient away (what a weight adds to all values alike), that becomes some 1e-5 of a tensor's largest
    /// gradient; a wrong term anywhere is a hundredth of it or more. Smaller gradients are rounded by as much, so that
    /// a tolerance relative to each would mean nothing.
    @Test(arguments: cases, RunnableKernels.names)
    func agreesWithPyTorchInDoublePrecision(_ example: Case, _ kernels: String) throws {
        var expected = try Numbers(example.name)
        let network = HashedNetwork(example.shape, images: Self.images, size: example.size, kernels: kernels)
        network.forward()
        let logits = (0..<example.shape.heads).map(network.logits)
        let loss = network.loss()
        let gradient = network.gradient(loss)

        let value = try expected.next(1)[0]
        #expect(abs(loss.value - value) < 1e-5 * value)
        for logits in logits {
            let difference = largestDifference(logits, try expected.next(logits.count))
            print("\(example.name), \(kernels): logits off by \(difference)")
            #expect(difference < 1e-5)
        }
        var worst = 0.0
        for tensor in network.network.layout.tensors {
            let values = stride(from: tensor.offset, to: tensor.range.upperBound, by: Self.kept).map { gradient[$0] }
            let difference = largestDifference(values, try expected.next(values.count))
            #expect(difference < 1e-4, "\(tensor.name)")
            worst = max(worst, difference)
        }
        print("\(example.name), \(kernels): gradients off by up to \(worst)")
        #expect(expected.isUsedUp)
    }
}
