import CLearningKernels
import Testing
import TestSupport

/// 1x1 convolutions, against sums in double precision.
@Suite struct MixTests {
    struct Case: Sendable {
        var voxels, channels, outputs: Int
        var activates, hasBias, adds: Bool
    }

    /// Rows go through in groups, of which one is not full.
    static let cases = [
        Case(voxels: 1, channels: 16, outputs: 16, activates: false, hasBias: false, adds: false),
        Case(voxels: 61, channels: 48, outputs: 16, activates: true, hasBias: true, adds: false),
        Case(voxels: 100, channels: 32, outputs: 80, activates: true, hasBias: true, adds: true),
        Case(voxels: 49, channels: 512, outputs: 512, activates: false, hasBias: false, adds: true),
    ]

    private struct Numbers {
        let source: PlainMap
        let scale, shift, weights, bias: [Double]
        let read: PlainMap

        init(_ example: Case) {
            let channels = example.channels
            source = PlainMap(SIMD3(1, 1, example.voxels), channels, stream: 1)
            (scale, shift) = (hashedValues(2, channels, times: 2), hashedValues(3, channels))
            (weights, bias) = (hashedValues(4, channels * example.outputs), hashedValues(5, example.outputs))
            read = example.activates ? PlainKernels.activated(source, scale, shift) : source
        }
    }

    private static func withSource(
        _ numbers: Numbers, _ example: Case, _ body: (UnsafePointer<tomos_source>) -> Void
    ) {
        let map = GuardedBuffer(numbers.source.values)
        let (scale, shift) = (GuardedBuffer(numbers.scale), GuardedBuffer(numbers.shift))
        var source = tomos_source(
            map: map.floats, channels: Int32(example.channels), scale: example.activates ? scale.floats : nil,
            shift: example.activates ? shift.floats : nil)
        withExtendedLifetime((map, scale, shift)) { body(&source) }
    }

    @Test(arguments: cases, RunnableKernels.names)
    func mixesLikePlainSums(_ example: Case, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let numbers = Numbers(example)
        let (channels, outputs) = (example.channels, example.outputs)
        let before = hashedValues(6, example.voxels * outputs)
        var expected = example.adds ? before : [Double](repeating: 0, count: before.count)
        for voxel in 0..<example.voxels {
            for o in 0..<outputs {
                if example.hasBias { expected[voxel * outputs + o] += numbers.bias[o] }
                for i in 0..<channels {
                    expected[voxel * outputs + o] +=
                        numbers.read.values[voxel * channels + i] * numbers.weights[i * outputs + o]
                }
            }
        }
        let result = GuardedBuffer(before)
        let (weights, bias) = (GuardedBuffer(numbers.weights), GuardedBuffer(numbers.bias))
        Self.withSource(numbers, example) {
            kernels.mix(
                $0, example.voxels, weights.floats, example.hasBias ? bias.floats : nil, Int32(outputs), result.floats,
                example.adds ? 1 : 0)
        }
        #expect(result.difference(from: expected) < 5e-6)
    }

    @Test(arguments: cases, RunnableKernels.names)
    func gradientsOfWeightsAndBiasAreAdded(_ example: Case, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let numbers = Numbers(example)
        let (channels, outputs) = (example.channels, example.outputs)
        let change = hashedValues(7, example.voxels * outputs)
        var (weights, bias) = (hashedValues(8, channels * outputs), hashedValues(9, outputs))
        let (resultWeights, resultBias) = (GuardedBuffer(weights), GuardedBuffer(bias))
        let gradient = GuardedBuffer(change)
        Self.withSource(numbers, example) {
            kernels.mix_weights(
                $0, example.voxels, gradient.floats, Int32(outputs), resultWeights.floats,
                example.hasBias ? resultBias.floats : nil)
        }
        for voxel in 0..<example.voxels {
            for o in 0..<outputs {
                if example.hasBias { bias[o] += change[voxel * outputs + o] }
                for i in 0..<channels {
                    weights[i * outputs + o] +=
                        numbers.read.values[voxel * channels + i] * change[voxel * outputs + o]
                }
            }
        }
        #expect(resultWeights.difference(from: weights) < 5e-6)
        #expect(resultBias.difference(from: bias) < 5e-6)
    }
}
