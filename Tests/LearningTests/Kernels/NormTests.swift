import CLearningKernels
import Testing
import TestSupport

/// Instance norm and its gradients, against sums in double precision and their differences.
@Suite struct NormTests {
    /// 135 and 1,055 voxels are not a whole number of the runs that sums are made of.
    private static let sizes = [SIMD3(1, 1, 2), SIMD3(2, 3, 5), SIMD3(3, 5, 9), SIMD3(5, 1, 211)]
    private static let channels = 48

    /// A map whose channels have means up to 50 deviations from 0, and what its norm's parameters are.
    private struct Numbers {
        let map: PlainMap
        let gamma = hashedValues(2, channels, times: 2), beta = hashedValues(3, channels)

        init(_ size: SIMD3<Int>) {
            var map = PlainMap(size, channels, stream: 1)
            for n in map.values.indices {
                map.values[n] = Double(Float(map.values[n] + 30 * hashed(4, n % channels)))
            }
            self.map = map
        }

        /// One channel's values.
        func channel(_ c: Int) -> [Double] {
            stride(from: c, to: map.values.count, by: channels).map { map.values[$0] }
        }
    }

    /// A map's norm as the kernels make it.
    private struct Normed {
        let map: GuardedBuffer
        let scale = GuardedBuffer(channels, filledWith: .nan), shift = GuardedBuffer(channels, filledWith: .nan)
        let mean = GuardedBuffer(channels, filledWith: .nan), inverse = GuardedBuffer(channels, filledWith: .nan)

        init(_ numbers: Numbers, _ kernels: tomos_learning_kernels) {
            map = GuardedBuffer(numbers.map.values)
            let (gamma, beta) = (GuardedBuffer(numbers.gamma), GuardedBuffer(numbers.beta))
            kernels.normalize(
                map.floats, numbers.map.voxels, Int32(channels), gamma.floats, beta.floats, scale.floats, shift.floats,
                mean.floats, inverse.floats)
        }
    }

    @Test(arguments: sizes, RunnableKernels.names)
    func normedMapsHaveTheirMeanAndDeviation(_ size: SIMD3<Int>, _ name: String) {
        let numbers = Numbers(size)
        let normed = Normed(numbers, RunnableKernels.named(name))
        let moments = (0..<Self.channels).map { PlainKernels.moments(numbers.channel($0)) }
        #expect(normed.mean.difference(from: moments.map(\.mean)) < 1e-6)
        #expect(normed.inverse.difference(from: moments.map(\.inverse)) < 1e-5)
        let activated = PlainKernels.activated(numbers.map, normed.scale.values, normed.shift.values)
        for c in 0..<Self.channels {
            let expected = PlainKernels.normed(numbers.channel(c), gamma: numbers.gamma[c], beta: numbers.beta[c])
            let values = stride(from: c, to: activated.values.count, by: Self.channels).map { activated.values[$0] }
            // Float32 rounds a value by 6e-8 of it, a few times, which the norm makes as much larger as the deviation
            // is smaller than the mean.
            let (gamma, beta) = (abs(numbers.gamma[c]), abs(numbers.beta[c]))
            let rounded = gamma * (1 + abs(moments[c].mean) * moments[c].inverse) + beta
            let worst = zip(values, expected).map { abs($0 - $1) }.max() ?? .infinity
            #expect(worst < 3e-7 * rounded)
        }
    }

    @Test(arguments: RunnableKernels.names)
    func aMapOfOneValueStaysFinite(_ name: String) {
        let kernels = RunnableKernels.named(name)
        let map = GuardedBuffer(70 * 16, filledWith: 3.1)
        let (gamma, beta) = (GuardedBuffer(16, filledWith: 2), GuardedBuffer(16, filledWith: 0.5))
        let (scale, shift) = (GuardedBuffer(16), GuardedBuffer(16))
        let (mean, inverse) = (GuardedBuffer(16), GuardedBuffer(16))
        kernels.normalize(
            map.floats, 70, 16, gamma.floats, beta.floats, scale.floats, shift.floats, mean.floats, inverse.floats)
        // 1 / sqrt(1e-5).
        #expect(inverse.values.allSatisfy { abs($0 - 316.22777) < 0.001 })
        #expect(zip(scale.values, shift.values).allSatisfy { abs($0 * Double(Float(3.1)) + $1 - 0.5) < 1e-3 })
    }

    /// Of two voxels there would be none: the norm takes away whatever they have.
    @Test(arguments: sizes[1...2], RunnableKernels.names)
    func gradientsAreTheDifferencesOfTheNorm(_ size: SIMD3<Int>, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let numbers = Numbers(size)
        let normed = Normed(numbers, kernels)
        let change = PlainMap(size, Self.channels, stream: 5)
        let gradient = GuardedBuffer(change.values)
        let (gamma, beta) = (GuardedBuffer(Self.channels, filledWith: 1), GuardedBuffer(Self.channels, filledWith: -1))
        kernels.normalize_back(
            normed.map.floats, numbers.map.voxels, Int32(Self.channels), normed.scale.floats, normed.shift.floats,
            normed.mean.floats, normed.inverse.floats, gradient.floats, gamma.floats, beta.floats)
        #expect(gradient.isWhole && gamma.isWhole && beta.isWhole)

        var expected = PlainMap(size, Self.channels)
        var (expectedGamma, expectedBeta) = ([Double](), [Double]())
        for c in 0..<Self.channels {
            let weights = (0..<numbers.map.voxels).map { change.values[$0 * Self.channels + c] }
            // What the gradient is that of: the sum of the results, each times its weight.
            func sum(_ values: [Double], _ gamma: Double, _ beta: Double) -> Double {
                zip(PlainKernels.normed(values, gamma: gamma, beta: beta), weights).reduce(0) { $0 + $1.0 * $1.1 }
            }
            let (values, g, b) = (numbers.channel(c), numbers.gamma[c], numbers.beta[c])
            let slopes = PlainKernels.derivatives(values, step: 1e-6) { sum($0, g, b) }
            for (n, slope) in slopes.enumerated() { expected.values[n * Self.channels + c] = slope }
            expectedGamma += PlainKernels.derivatives([g]) { sum(values, $0[0], b) }.map { $0 + 1 }
            expectedBeta += PlainKernels.derivatives([b]) { sum(values, g, $0[0]) }.map { $0 - 1 }
        }
        #expect(gradient.difference(from: expected.values) < 5e-5)
        #expect(gamma.difference(from: expectedGamma) < 2e-5)
        #expect(beta.difference(from: expectedBeta) < 2e-5)
    }
}
