import CLearningKernels
import Testing
import TestSupport

/// Convolutions and their gradients, against sums over all taps in double precision. Winograd's sums in float32 differ
/// from those by some 1e-6 of the largest value; a wrong weight, place or border by far more than the tolerance.
@Suite struct ConvolutionTests {
    /// What is convolved. Odd sizes end within a tile of 4x4.
    struct Case: Sendable, CustomTestStringConvertible {
        var size: SIMD3<Int>
        var taps: Int
        /// Channels of the sources; how many of them count; and of the results.
        var sources: [Int]
        var used: Int
        var outputs: [Int]
        /// Whether the first source is read as leaky(value * scale + shift), the second, and what a result is added to.
        var activates = [false, false]
        var adds = [false, false]

        var testDescription: String {
            "\(size[0])x\(size[1])x\(size[2]), \(taps) taps, \(sources) \(used) -> \(outputs)"
        }
        var channels: Int { sources.reduce(0, +) }
        var outputChannels: Int { outputs.reduce(0, +) }
    }

    static let cases = [
        Case(size: SIMD3(1, 4, 4), taps: 1, sources: [16], used: 16, outputs: [16]),
        Case(size: SIMD3(1, 1, 1), taps: 3, sources: [16], used: 16, outputs: [16], activates: [true, false]),
        Case(size: SIMD3(1, 13, 22), taps: 1, sources: [16], used: 2, outputs: [32]),
        Case(size: SIMD3(3, 9, 11), taps: 1, sources: [32], used: 32, outputs: [16], activates: [true, false]),
        Case(size: SIMD3(9, 6, 5), taps: 3, sources: [16], used: 1, outputs: [16]),
        Case(
            size: SIMD3(5, 7, 10), taps: 3, sources: [16, 32], used: 48, outputs: [48], activates: [false, true],
            adds: [true, false]),
        Case(
            size: SIMD3(2, 5, 17), taps: 3, sources: [32, 32], used: 64, outputs: [32, 16], activates: [true, true],
            adds: [false, true]),
        Case(
            size: SIMD3(1, 10, 3), taps: 1, sources: [48, 16], used: 64, outputs: [16, 64], activates: [true, false],
            adds: [true, true]),
        // Several blocks of slices and tiles.
        Case(size: SIMD3(23, 21, 18), taps: 3, sources: [16], used: 16, outputs: [16], activates: [true, false]),
        Case(size: SIMD3(4, 19, 18), taps: 3, sources: [64], used: 64, outputs: [80]),
        Case(size: SIMD3(1, 37, 38), taps: 1, sources: [64], used: 64, outputs: [64]),
    ]

    static let tolerance = 2e-5

    /// One case's numbers, as the kernels get them and as they should come out.
    private struct Numbers {
        let example: Case
        let sources: [PlainMap]
        let scales, shifts: [[Double]]
        let weights: [Double]
        let gradient, before: PlainMap

        init(_ example: Case) {
            self.example = example
            sources = example.sources.enumerated().map { PlainMap(example.size, $1, stream: 1 + $0) }
            scales = example.sources.enumerated().map { hashedValues(3 + $0, $1, times: 2) }
            shifts = example.sources.enumerated().map { hashedValues(5 + $0, $1) }
            weights = hashedValues(7, 9 * example.taps * example.used * example.outputChannels)
            gradient = PlainMap(example.size, example.outputChannels, stream: 8)
            before = PlainMap(example.size, example.outputChannels, stream: 9)
        }

        /// What is convolved: the sources' values, activated or not, as far as they count.
        var input: PlainMap {
            let read = sources.indices.map {
                example.activates[$0] ? PlainKernels.activated(sources[$0], scales[$0], shifts[$0]) : sources[$0]
            }
            let all = read.count == 2 ? read[0].beside(read[1]) : read[0]
            return all.selected(0..<example.used)
        }

        /// Each result's map.
        var results: [PlainMap] {
            let sums = PlainKernels.convolved(input, weights, taps: example.taps, outputs: example.outputChannels)
            return example.outputs.indices.map { n in
                var result = sums.selected(range(n))
                let was = before.selected(range(n))
                if example.adds[n] { for i in result.values.indices { result.values[i] += was.values[i] } }
                return result
            }
        }

        private func range(_ n: Int) -> Range<Int> {
            let begin = example.outputs.prefix(n).reduce(0, +)
            return begin..<begin + example.outputs[n]
        }
    }

    /// Memory for the maps of a case, and the record that names it.
    private final class Call {
        private let sources, scales, shifts: [GuardedBuffer]
        var record = tomos_convolution()

        init(_ numbers: Numbers) {
            sources = numbers.sources.map { GuardedBuffer($0.values) }
            scales = numbers.scales.map { GuardedBuffer($0) }
            shifts = numbers.shifts.map { GuardedBuffer($0) }
            let example = numbers.example
            (record.depth, record.rows, record.columns) =
                (Int32(example.size[0]), Int32(example.size[1]), Int32(example.size[2]))
            (record.taps, record.used) = (Int32(example.taps), Int32(example.used))
            record.sources.0 = source(0, example)
            if example.sources.count > 1 { record.sources.1 = source(1, example) }
        }

        private func source(_ n: Int, _ example: Case) -> tomos_source {
            tomos_source(
                map: sources[n].floats, channels: Int32(example.sources[n]),
                scale: example.activates[n] ? scales[n].floats : nil,
                shift: example.activates[n] ? shifts[n].floats : nil)
        }
    }

    /// Sets the maps that results go to, and whether they are added.
    private static func setOutputs(_ record: inout tomos_convolution, _ outputs: [GuardedBuffer], _ example: Case) {
        let voxels = example.size[0] * example.size[1] * example.size[2]
        record.outputs.0 = outputs[0].floats
        (record.output_channels.0, record.adds.0) = (Int32(outputs[0].count / voxels), example.adds[0] ? 1 : 0)
        guard outputs.count > 1 else { return }
        record.outputs.1 = outputs[1].floats
        (record.output_channels.1, record.adds.1) = (Int32(outputs[1].count / voxels), example.adds[1] ? 1 : 0)
    }

    @Test(arguments: cases, RunnableKernels.names)
    func convolvesLikePlainSums(_ example: Case, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let (numbers, call) = (Numbers(example), Call(Numbers(example)))
        let (taps, used, outputs) = (Int32(example.taps), Int32(example.used), Int32(example.outputChannels))
        let packed = GuardedBuffer(kernels.packed_size(taps, used, outputs), filledWith: .nan)
        let weights = GuardedBuffer(numbers.weights)
        kernels.pack(weights.floats, taps, used, outputs, packed.floats)
        call.record.weights = UnsafePointer(packed.floats)

        let expected = numbers.results
        let results = expected.indices.map { n -> GuardedBuffer in
            let begin = example.outputs.prefix(n).reduce(0, +)
            return GuardedBuffer(numbers.before.selected(begin..<begin + example.outputs[n]).values)
        }
        Self.setOutputs(&call.record, results, example)
        // NaN: nothing of what happens to lie in the scratch may count.
        let scratch = GuardedBuffer(kernels.scratch_size(&call.record), filledWith: .nan)
        kernels.convolve(&call.record, scratch.floats)

        #expect(packed.isWhole && scratch.isWhole)
        for (result, expected) in zip(results, expected) {
            let difference = result.difference(from: expected.values)
            #expect(difference < Self.tolerance)
        }
    }

    @Test(arguments: cases, RunnableKernels.names)
    func gradientsOfWeightsAreAdded(_ example: Case, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let (numbers, call) = (Numbers(example), Call(Numbers(example)))
        call.record.output_channels.0 = Int32(example.outputChannels)
        let before = hashedValues(10, numbers.weights.count)
        let (result, gradient) = (GuardedBuffer(before), GuardedBuffer(numbers.gradient.values))
        let scratch = GuardedBuffer(kernels.weights_scratch_size(&call.record), filledWith: .nan)
        kernels.convolve_weights(&call.record, gradient.floats, result.floats, scratch.floats)
        #expect(result.isWhole && scratch.isWhole)
        let added = zip(result.values, before).map { $0 - $1 }
        let expected = PlainKernels.weightGradient(numbers.input, numbers.gradient, taps: example.taps)
        #expect(largestDifference(added, expected) < Self.tolerance)
    }

    /// The way back to the inputs is a convolution with turned weights, whose results go to a map for each source.
    /// Weights of inputs of which some do not count are never turned: no gradient of the image is asked for.
    @Test(arguments: cases.filter { $0.used == $0.channels }, RunnableKernels.names)
    func gradientsOfInputsComeFromTurnedWeights(_ example: Case, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let numbers = Numbers(example)
        let (taps, used, outputs) = (Int32(example.taps), Int32(example.used), Int32(example.outputChannels))
        let packed = GuardedBuffer(kernels.packed_size(taps, used, outputs), filledWith: .nan)
        let room = GuardedBuffer(numbers.weights.count, filledWith: .nan)
        let weights = GuardedBuffer(numbers.weights)
        kernels.pack_turned(weights.floats, taps, used, outputs, room.floats, packed.floats)

        let gradient = GuardedBuffer(numbers.gradient.values)
        let call = Call(numbers)
        call.record.sources.0 = tomos_source(map: gradient.floats, channels: outputs, scale: nil, shift: nil)
        call.record.sources.1 = tomos_source()
        call.record.used = outputs
        call.record.weights = UnsafePointer(packed.floats)
        let before = example.sources.enumerated().map { PlainMap(example.size, $1, stream: 11 + $0) }
        let results = before.map { GuardedBuffer($0.values) }
        Self.setOutputs(&call.record, results, example)
        let scratch = GuardedBuffer(kernels.scratch_size(&call.record), filledWith: .nan)
        kernels.convolve(&call.record, scratch.floats)

        #expect(packed.isWhole && room.isWhole && scratch.isWhole)
        let all = PlainKernels.inputGradient(
            numbers.gradient, numbers.weights, taps: example.taps, inputs: example.used)
        var begin = 0
        for (n, result) in results.enumerated() {
            var expected = all.selected(begin..<begin + example.sources[n])
            if example.adds[n] {
                for i in expected.values.indices { expected.values[i] += before[n].values[i] }
            }
            #expect(result.difference(from: expected.values) < Self.tolerance)
            begin += example.sources[n]
        }
    }

    @Test func kernelsHaveNames() throws {
        #expect(RunnableKernels.names.last == "generic")
        for name in RunnableKernels.names { #expect(String(cString: RunnableKernels.named(name).name) == name) }
        let fastest = try #require(tomos_learning_kernels_named(nil))
        #expect(String(cString: fastest.pointee.name) == RunnableKernels.names[0])
        #expect(tomos_learning_kernels_named("none") == nil)
    }
}
