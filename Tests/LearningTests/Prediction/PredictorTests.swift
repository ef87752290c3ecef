import Foundation
import Platform
import TestSupport
import Testing

@testable import Learning

/// Whole volumes, patch by patch.
@Suite struct PredictorTests {
    private static let patch = SIMD3(8, 12, 16)
    private static let shape: NetworkShape = {
        let level = NetworkShape.Level(channels: 16, taps: 3, halvesDepth: true)
        return NetworkShape(inputs: 2, classes: 3, levels: [level, level])
    }()

    /// A network as training begins with it, its heads enlarged so that the classes differ.
    private static func network(seed: UInt64) -> LearnedNetwork {
        let network = TaskNetwork(shape, trains: false)
        network.initialize(seed: seed)
        for tensor in network.layout.tensors where tensor.name == "head.0.weight" {
            for n in tensor.range { network.parameters.floats[n] *= 5 }
        }
        return LearnedNetwork(
            shape: shape,
            parameters: Array(UnsafeBufferPointer(start: network.parameters.floats, count: network.layout.count)))
    }

    private static func channels(_ size: SIMD3<Int>) -> [[Float]] {
        (0..<2).map { channel in (0..<size.voxels).map { Float(2 * hashed(channel, $0)) } }
    }

    private static func bits(_ probabilities: [[Float]]) -> [[UInt32]] { probabilities.map { $0.map(\.bitPattern) } }

    /// Many patches, so that threads finish in another order each time.
    @Test func theBitsAreTheSameForAnyNumberOfThreads() {
        let size = SIMD3(19, 31, 40)
        let predictor = Predictor([Self.network(seed: 1)], patch: Self.patch)
        let channels = Self.channels(size)
        let one = Self.bits(predictor.probabilities(channels, size: size, threads: 1))
        for threads in [2, 3] + [Int](repeating: 5, count: 10) {
            let several = Self.bits(predictor.probabilities(channels, size: size, threads: threads))
            let isSame = several == one
            #expect(isSame, "\(threads) threads")
        }
    }

    static let sizes = [
        SIMD3(8, 12, 16), SIMD3(9, 13, 17), SIMD3(12, 18, 24), SIMD3(13, 19, 25), SIMD3(1, 1, 1), SIMD3(3, 40, 15),
        SIMD3(16, 24, 32), SIMD3(7, 11, 33),
    ]

    /// A voxel that no patch covered with a positive weight would be 0 / 0.
    @Test(arguments: sizes) func everyVoxelHasProbabilities(_ size: SIMD3<Int>) {
        let predictor = Predictor([Self.network(seed: 1)], patch: Self.patch)
        let probabilities = predictor.probabilities(Self.channels(size), size: size, threads: 2)
        #expect(probabilities.count == 3 && probabilities.allSatisfy { $0.count == size.voxels })
        let sums = (0..<size.voxels).map { n in probabilities.reduce(0) { $0 + $1[n] } }
        let areWhole = sums.allSatisfy { abs($0 - 1) < 1e-5 }
        let arePositive = probabilities.allSatisfy { $0.allSatisfy { $0 > 0 } }
        #expect(areWhole && arePositive)
    }

    /// Every axis has patches from end to end, none further from the next than half its length; one that is longer than
    /// the volume stands out alike on both sides.
    @Test(arguments: sizes) func patchesOverlapByHalf(_ size: SIMD3<Int>) {
        let starts = Predictor.starts(size, Self.patch)
        var product = 1
        for axis in 0..<3 {
            let along = Set(starts.map { $0[axis] }).sorted()
            product *= along.count
            let room = size[axis] - Self.patch[axis]
            if room <= 0 {
                #expect(along.count == 1 && abs(2 * along[0] - room) <= 1)
            } else {
                #expect(along.first == 0 && along.last == room)
                #expect(zip(along, along.dropFirst()).allSatisfy { 2 * ($1 - $0) <= Self.patch[axis] })
            }
        }
        #expect(starts.count == product && Set(starts).count == product)
    }

    /// A volume of one patch has the probabilities that the network gives it.
    @Test func onePatchIsTheNetworks() {
        let (size, learned) = (Self.patch, Self.network(seed: 1))
        let channels = Self.channels(size)
        let result = Predictor([learned], patch: Self.patch).probabilities(channels, size: size, threads: 1)
        let network = TaskNetwork(Self.shape, trains: false)
        network.parameters.floats.update(from: learned.parameters, count: learned.parameters.count)
        network.pack(threads: 1)
        let maps = NetworkMaps(network, size: size, trains: false)
        for n in 0..<size.voxels {
            for c in 0..<2 { maps.input.floats[n * Self.shape.inputStride + c] = channels[c][n] }
        }
        NetworkPass(network: network, maps: maps).forward()
        let expected = (0..<size.voxels).map { n in
            PlainKernels.softmax((0..<3).map { Double(maps.logits[0].floats[n * Self.shape.classStride + $0]) })
        }
        for c in 0..<3 { #expect(largestDifference(result[c].map(Double.init), expected.map { $0[c] }) < 1e-5) }
    }

    /// A volume smaller than a patch is one that goes on with its outermost values.
    @Test func smallVolumesGoOnWithTheirOutermostValues() {
        let (size, patch) = (SIMD3(3, 12, 9), Self.patch)
        let small = Self.channels(size)
        let predictor = Predictor([Self.network(seed: 1)], patch: patch)
        let start = Predictor.starts(size, patch)[0]
        /// Where in the small volume each voxel of the large one has its value from.
        let sources = (0..<patch.voxels).map { n -> Int in
            let at = SIMD3(n / (patch.y * patch.z), n / patch.z % patch.y, n % patch.z) &+ start
            let inside = SIMD3((0..<3).map { min(max(at[$0], 0), size[$0] - 1) })
            return (inside.x * size.y + inside.y) * size.z + inside.z
        }
        let large = small.map { channel in sources.map { channel[$0] } }
        let result = predictor.probabilities(small, size: size, threads: 1)
        let whole = predictor.probabilities(large, size: patch, threads: 1)
        for c in 0..<3 {
            let expected = (0..<size.voxels).map { n -> Double in
                let at = SIMD3(n / (size.y * size.z), n / size.z % size.y, n % size.z) &- start
                return Double(whole[c][(at.x * patch.y + at.y) * patch.z + at.z])
            }
            #expect(largestDifference(result[c].map(Double.init), expected) < 1e-6)
        }
    }

    @Test func severalNetworksAreAveraged() {
        let size = SIMD3(9, 14, 30)
        let channels = Self.channels(size)
        let learned = (1...3).map { Self.network(seed: $0) }
        func result(_ networks: [LearnedNetwork]) -> [[Double]] {
            Predictor(networks, patch: Self.patch).probabilities(channels, size: size, threads: 2)
                .map { $0.map(Double.init) }
        }
        let (together, alone) = (result(learned), learned.map { result([$0]) })
        for c in 0..<3 {
            let mean = (0..<size.voxels).map { n in alone.reduce(0) { $0 + $1[c][n] } / 3 }
            #expect(largestDifference(together[c], mean) < 1e-5)
        }
        #expect(largestDifference(alone[0][1], alone[1][1]) > 0.1)
    }
}
