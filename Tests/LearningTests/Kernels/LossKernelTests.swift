import CLearningKernels
import Foundation
import Testing
import TestSupport

/// Softmax, sums and gradient of the loss, and the optimiser.
@Suite struct LossKernelTests {
    struct Case: Sendable {
        var voxels, classes: Int
        var stride: Int { (classes + 15) / 16 * 16 }
    }

    static let cases = [
        Case(voxels: 1, classes: 2), Case(voxels: 131, classes: 3), Case(voxels: 65, classes: 16),
        Case(voxels: 64, classes: 17), Case(voxels: 70, classes: 64),
    ]

    /// Logits from -30 to 30; beyond the classes larger ones, which must not count.
    private struct Numbers {
        let logits: [Double]
        let labels: [UInt8]
        let probabilities: [[Double]]

        init(_ example: Case) {
            let (stride, classes) = (example.stride, example.classes)
            logits = (0..<example.voxels * stride).map {
                $0 % stride < classes ? Double(Float(30 * hashed(1, $0))) : 90
            }
            labels = (0..<example.voxels).map { UInt8(hashBits(2, $0) % classes) }
            let logits = logits
            probabilities = (0..<example.voxels).map {
                PlainKernels.softmax(Array(logits[($0 * stride)..<($0 * stride + classes)]))
            }
        }
    }

    @Test(arguments: cases, RunnableKernels.names)
    func softmaxIsThatOfTheClasses(_ example: Case, _ name: String) {
        let numbers = Numbers(example)
        let result = GuardedBuffer(numbers.logits)
        RunnableKernels.named(name).softmax(
            result.floats, example.voxels, Int32(example.stride), Int32(example.classes))
        let rest = [Double](repeating: 0, count: example.stride - example.classes)
        #expect(result.difference(from: numbers.probabilities.flatMap { $0 + rest }) < 1e-6)
        let values = result.values
        let isRestZero = values.indices.allSatisfy { $0 % example.stride < example.classes || values[$0] == 0 }
        #expect(isRestZero)
    }

    /// Far logits make probabilities of 0, never NaN.
    @Test(arguments: RunnableKernels.names)
    func softmaxOfFarLogitsIsFinite(_ name: String) {
        let logits = GuardedBuffer([1e6, -1e6, 0] + [Double](repeating: 0, count: 13))
        RunnableKernels.named(name).softmax(logits.floats, 1, 16, 3)
        #expect(logits.difference(from: [1] + [Double](repeating: 0, count: 15)) < 1e-6)
    }

    @Test(arguments: cases, RunnableKernels.names)
    func sumsAreAdded(_ example: Case, _ name: String) {
        let numbers = Numbers(example)
        let (stride, classes) = (example.stride, example.classes)
        let rest = [Double](repeating: 0, count: stride - classes)
        let probabilities = GuardedBuffer(numbers.probabilities.flatMap { $0 + rest })
        var expected = [[Double]](repeating: (0..<classes).map(Double.init), count: 4)
        var (both, given, wanted, entropies) = (expected[0], expected[1], expected[2], expected[3])
        RunnableKernels.named(name).loss_sums(
            probabilities.floats, numbers.labels, example.voxels, Int32(stride), Int32(classes), &both, &given, &wanted,
            &entropies)
        for (label, p) in zip(numbers.labels, numbers.probabilities) {
            expected[0][Int(label)] += p[Int(label)]
            for c in 0..<classes { expected[1][c] += p[c] }
            expected[2][Int(label)] += 1
            // Probabilities below 1e-12 count as that.
            expected[3][Int(label)] -= log(max(p[Int(label)], 1e-12))
        }
        #expect(largestDifference(both, expected[0]) < 1e-6)
        #expect(largestDifference(given, expected[1]) < 1e-6)
        #expect(wanted == expected[2])
        #expect(largestDifference(entropies, expected[3]) < 1e-6 * (1 + (expected[3].max() ?? 0)))
    }

    /// By the logits, of what the header says that the loss is.
    @Test(arguments: cases, RunnableKernels.names)
    func gradientsAreTheDifferencesOfTheLoss(_ example: Case, _ name: String) {
        let numbers = Numbers(example)
        let (stride, classes) = (example.stride, example.classes)
        let rest = [Double](repeating: 0, count: stride - classes)
        let (hit, any) = (hashedValues(3, classes), hashedValues(4, classes))
        // A factor for each class.
        let entropy = (0..<classes).map { 0.3 + 0.1 * Double($0) }
        let result = GuardedBuffer(example.voxels * stride, filledWith: .nan)
        let probabilities = GuardedBuffer(numbers.probabilities.flatMap { $0 + rest })
        let (hits, anys, entropies) = (
            GuardedBuffer(hit + rest), GuardedBuffer(any + rest), GuardedBuffer(entropy + rest)
        )
        RunnableKernels.named(name).loss_gradient(
            probabilities.floats, numbers.labels, example.voxels, Int32(stride), entropies.floats, hits.floats,
            anys.floats, result.floats)
        let expected = (0..<example.voxels).flatMap { voxel -> [Double] in
            let label = Int(numbers.labels[voxel])
            let logits = Array(numbers.logits[(voxel * stride)..<(voxel * stride + classes)])
            return PlainKernels.derivatives(logits) { logits in
                let p = PlainKernels.softmax(logits)
                return zip(any, p).reduce(hit[label] * p[label] - entropy[label] * log(p[label])) { $0 + $1.0 * $1.1 }
            } + rest
        }
        #expect(result.difference(from: expected) < 2e-6)
    }

    /// Loshchilov and Hutter, "Decoupled weight decay regularization" (ICLR 2019), algorithm 2, three steps of it.
    @Test(arguments: RunnableKernels.names)
    func updatesAreThoseOfAdamW(_ name: String) {
        let kernels = RunnableKernels.named(name)
        let count = 48
        var (weights, first) = (hashedValues(1, count), [Double](repeating: 0, count: count))
        var (second, mean) = (first, hashedValues(2, count))
        let buffers = [weights, first, second, mean].map { GuardedBuffer($0) }
        for step in 1...3 {
            let gradient = hashedValues(2 + step, count)
            let change = GuardedBuffer(gradient)
            var record = tomos_adam()
            (record.rate, record.decay, record.first, record.second) = (0.01, 0.1, 0.9, 0.99)
            record.first_correction = Float(1 / (1 - pow(0.9, Double(step))))
            record.second_correction = Float(1 / (1 - pow(0.99, Double(step))))
            record.keep = 0.75
            kernels.update(
                &record, count, change.floats, buffers[0].floats, buffers[1].floats,
                buffers[2].floats, buffers[3].floats)
            for n in 0..<count {
                let g = gradient[n]
                first[n] = 0.9 * first[n] + 0.1 * g
                second[n] = 0.99 * second[n] + 0.01 * g * g
                let (m, v) = (first[n] / (1 - pow(0.9, Double(step))), second[n] / (1 - pow(0.99, Double(step))))
                weights[n] -= 0.01 * (m / (v.squareRoot() + 1e-8)) + 0.01 * 0.1 * weights[n]
                mean[n] = 0.75 * mean[n] + 0.25 * weights[n]
            }
            for (buffer, expected) in zip(buffers, [weights, first, second, mean]) {
                // 1 - 0.99 in float32 is off by 1e-6 of it.
                #expect(buffer.difference(from: expected) < 1e-5)
            }
        }
    }
}
