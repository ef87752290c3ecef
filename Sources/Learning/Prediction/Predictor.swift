import CLearningKernels
import Dispatch
import Foundation
import Platform
import Synchronization
import Volumes

/// Looks at whole volumes with one or several networks of one shape, patch by patch.
public final class Predictor: Sendable {
    private let networks: [TaskNetwork]
    private let patch: SIMD3<Int>
    private let shape: NetworkShape

    private let overlap: Double

    /// Networks of one shape, whose probabilities are averaged, the patches that they were trained on, and how much of one
    /// its neighbour covers too.
    public init(_ learned: [LearnedNetwork], patch: SIMD3<Int>, overlap: Double = 0.5) {
        shape = learned[0].shape
        (self.patch, self.overlap) = (patch, overlap)
        networks = learned.map {
            let network = TaskNetwork($0.shape, trains: false)
            network.parameters.floats.update(from: $0.parameters, count: $0.parameters.count)
            network.pack(threads: 1)
            return network
        }
    }

    /// Bytes that networks of a shape take, without their maps.
    public static func bytes(_ shape: NetworkShape, networks: Int) -> Int {
        let layout = NetworkLayout(shape)
        return networks * (layout.count + layout.packedCount) * MemoryLayout<Float>.stride
    }

    /// Bytes that looking at a volume of `size` takes beside networks and volume: sums and probabilities, and for each thread
    /// its maps and two patches' probabilities.
    public static func bytes(_ shape: NetworkShape, patch: SIMD3<Int>, size: SIMD3<Int>, threads: Int) -> Int {
        let (samples, values) = (MemoryLayout<Float>.stride * size.voxels, 2 * shape.classes + 1)
        let worker =
            NetworkMaps.bytes(shape, size: patch)
            + 2 * MemoryLayout<Float>.stride * patch.voxels * shape.classes
        return samples * values + threads * worker
    }

    /// Probabilities [class][z][y][x] of a volume of `size`, whose channels are [channel][z][y][x].
    ///
    /// Patches count most in their middle; beyond the border the outermost values go on.
    ///
    /// - Parameter progress: called from any thread with the patches done and the patches in all.
    public func probabilities(
        _ channels: [[Float]], size: SIMD3<Int>, threads: Int, progress: (@Sendable (Int, Int) -> Void)? = nil
    ) -> [[Float]] {
        let tiles = Self.starts(size, patch, overlap: overlap)
        let weights = (0..<3).map { Self.weights(patch[$0]) }
        let sums = Mutex(Sums(classes: shape.classes, size: size))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: max(1, min(threads, tiles.count))) { _ in
            let maps = NetworkMaps(networks[0], size: patch, trains: false)
            while true {
                let tile = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard tile < tiles.count else { return }
                fill(maps.input.floats, channels, size, from: tiles[tile])
                let mean = mean(maps)
                // Patch after patch, so that sums are the same bits whoever is done first.
                let done = sums.withLock { sums in
                    sums.waiting[tile] = mean
                    while let mean = sums.waiting.removeValue(forKey: sums.next) {
                        add(mean, to: &sums, from: tiles[sums.next], weights)
                        sums.next += 1
                    }
                    return sums.next
                }
                progress?(done, tiles.count)
            }
        }
        return sums.withLock { sums in
            let total = sums.total
            return sums.classes.map { sum in zip(sum, total).map { $0 / $1 } }
        }
    }

    /// What patches have given so far.
    private struct Sums {
        /// [class][z][y][x]: weighted probabilities; and the weights.
        var classes: [[Float]]
        var total: [Float]
        let size: SIMD3<Int>
        /// The patch whose turn it is, and those that were done before it.
        var next = 0
        var waiting: [Int: [Float]] = [:]

        init(classes: Int, size: SIMD3<Int>) {
            total = [Float](repeating: 0, count: size.voxels)
            self.classes = [[Float]](repeating: total, count: classes)
            self.size = size
        }
    }

    /// Probabilities [voxel][class] of a patch, the mean over the networks.
    private func mean(_ maps: NetworkMaps) -> [Float] {
        let (classes, stride, share) = (shape.classes, shape.classStride, 1 / Float(networks.count))
        var mean = [Float](repeating: 0, count: patch.voxels * classes)
        for network in networks {
            NetworkPass(network: network, maps: maps).forward()
            let logits = maps.logits[0].floats
            network.kernels.softmax(logits, patch.voxels, Int32(stride), Int32(classes))
            mean.withUnsafeMutableBufferPointer { mean in
                for voxel in 0..<patch.voxels {
                    for c in 0..<classes { mean[voxel * classes + c] += share * logits[voxel * stride + c] }
                }
            }
        }
        return mean
    }

    /// The corners of patches that cover a volume, each axis evenly; a patch larger than the volume is centred.
    static func starts(_ size: SIMD3<Int>, _ patch: SIMD3<Int>, overlap: Double = 0.5) -> [SIMD3<Int>] {
        func along(_ axis: Int) -> [Int] {
            let room = size[axis] - patch[axis]
            if room <= 0 { return [room / 2] }
            // Single slices have nothing to overlap.
            let step = max(1, Int(known: (Double(patch[axis]) * (1 - overlap)).rounded(.down)))
            let count = (room + step - 1) / step + 1
            return (0..<count).map { room * $0 / (count - 1) }
        }
        return along(0).flatMap { z in along(1).flatMap { y in along(2).map { SIMD3(z, y, $0) } } }
    }

    /// A bell over the places of a patch along one axis, an eighth of its length wide, but never close to 0.
    private static func weights(_ length: Int) -> [Float] {
        (0..<length).map { n in
            let x = (Double(n) - Double(length - 1) / 2) / (Double(length) / 4)
            return Float(max(0.02, exp(-x * x / 2)))
        }
    }

    private func fill(
        _ input: UnsafeMutablePointer<Float>, _ channels: [[Float]], _ size: SIMD3<Int>, from start: SIMD3<Int>
    ) {
        let stride = shape.inputStride
        for (c, channel) in channels.enumerated() {
            var to = input + c
            for z in start.x..<start.x + patch.x {
                let slice = min(max(z, 0), size.x - 1) * size.y
                for y in start.y..<start.y + patch.y {
                    let line = (slice + min(max(y, 0), size.y - 1)) * size.z
                    for x in start.z..<start.z + patch.z {
                        to.pointee = channel[line + min(max(x, 0), size.z - 1)]
                        to += stride
                    }
                }
            }
        }
    }

    private func add(_ mean: [Float], to sums: inout Sums, from start: SIMD3<Int>, _ weights: [[Float]]) {
        let (classes, size) = (shape.classes, sums.size)
        for z in max(0, -start.x)..<min(patch.x, size.x - start.x) {
            for y in max(0, -start.y)..<min(patch.y, size.y - start.y) {
                let line = ((start.x + z) * size.y + start.y + y) * size.z + start.z
                let across = weights[0][z] * weights[1][y]
                let columns = max(0, -start.z)..<min(patch.z, size.z - start.z)
                let from = ((z * patch.y + y) * patch.z) * classes
                for x in columns { sums.total[line + x] += across * weights[2][x] }
                for c in 0..<classes {
                    sums.classes[c].withUnsafeMutableBufferPointer { sum in
                        for x in columns { sum[line + x] += across * weights[2][x] * mean[from + x * classes + c] }
                    }
                }
            }
        }
    }
}
