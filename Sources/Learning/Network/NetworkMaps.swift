import CLearningKernels
import Platform

/// The maps of one image on its way through a network, and of its gradients on the way back. Memory of one worker.
final class NetworkMaps {
    /// A convolution's result, and what its norm makes of it: activated values are leaky(raw * scale + shift).
    struct Normed {
        let raw, scale, shift, mean, inverse: AlignedBuffer
        let channels: Int

        init(voxels: Int, channels: Int) {
            raw = AlignedBuffer(voxels * channels)
            (scale, shift) = (AlignedBuffer(channels), AlignedBuffer(channels))
            (mean, inverse) = (AlignedBuffer(channels), AlignedBuffer(channels))
            self.channels = channels
        }

        var source: tomos_source {
            tomos_source(map: raw.floats, channels: Int32(channels), scale: scale.floats, shift: shift.floats)
        }
    }

    /// What the way back needs at one level.
    struct Gradients {
        /// Of the map at hand, of the one before, and of what the way down left for the way up; and of pooled values.
        let here, before, kept: AlignedBuffer
        let pooled: AlignedBuffer?
    }

    /// Depth, rows and columns of the finest maps.
    let size: SIMD3<Int>
    /// [depth][row][column][inputStride].
    let input: AlignedBuffer
    /// Two a level, down and up.
    let down, up: [[Normed]]
    /// What level n reads from the level above; the first entry is empty.
    let pooled: [AlignedBuffer]
    /// What the way up brings to level n, and the small map that it is enlarged from.
    let enlarged, reduced: [AlignedBuffer]
    /// Logits, and from the loss on probabilities, of each head.
    let logits: [AlignedBuffer]
    /// Empty unless there is a way back.
    let gradients: [Gradients], logitGradients: [AlignedBuffer]
    let scratch: AlignedBuffer

    private let extents: [SIMD3<Int>]

    /// Maps for an image of so many voxels, a multiple of ``NetworkShape/multiple``.
    init(_ network: TaskNetwork, size: SIMD3<Int>, trains: Bool) {
        let shape = network.shape
        let levels = shape.levels
        let extents = levels.indices.map { shape.size(size, level: $0) }
        func buffer(_ level: Int, _ channels: Int) -> AlignedBuffer {
            AlignedBuffer(extents[level].voxels * channels)
        }
        func pair(_ level: Int) -> [Normed] {
            (0..<2).map { _ in Normed(voxels: extents[level].voxels, channels: levels[level].channels) }
        }
        (self.size, self.extents) = (size, extents)
        input = buffer(0, shape.inputStride)
        down = levels.indices.map(pair)
        up = levels.indices.dropLast().map(pair)
        pooled = levels.indices.map { $0 == 0 ? AlignedBuffer(0) : buffer($0, levels[$0 - 1].channels) }
        enlarged = levels.indices.dropLast().map { buffer($0, levels[$0].channels) }
        reduced = levels.indices.dropLast().map { buffer($0 + 1, levels[$0].channels) }
        logits = (0..<(trains ? shape.heads : 1)).map { buffer($0, shape.classStride) }
        gradients =
            trains
            ? levels.indices.map { n in
                let channels = levels[n].channels
                return Gradients(
                    here: buffer(n, channels), before: buffer(n, channels), kept: buffer(n, channels),
                    pooled: n == 0 ? nil : buffer(n, levels[n - 1].channels))
            } : []
        logitGradients = trains ? (0..<shape.heads).map { buffer($0, shape.classStride) } : []
        scratch = AlignedBuffer(Self.scratch(network, extents, trains: trains))
    }

    /// Floats that the largest of the convolutions takes, forward or back.
    private static func scratch(_ network: TaskNetwork, _ extents: [SIMD3<Int>], trains: Bool) -> Int {
        network.layout.convolutions.map { conv in
            let stride = (conv.used + 15) / 16 * 16
            func sized(_ inputs: Int, _ outputs: Int) -> tomos_convolution {
                var c = tomos_convolution()
                (c.depth, c.rows, c.columns) = extents[conv.level].kernelSize
                c.taps = Int32(conv.taps)
                c.sources.0.channels = Int32(inputs)
                c.output_channels.0 = Int32(outputs)
                return c
            }
            var (forward, back) = (sized(stride, conv.outputs), sized(conv.outputs, stride))
            let kernels = network.kernels
            if !trains { return kernels.scratch_size(&forward) }
            return max(kernels.weights_scratch_size(&forward), kernels.scratch_size(&back))
        }.max() ?? 0
    }

    /// Depth, rows and columns at a level.
    func extent(_ level: Int) -> SIMD3<Int> { extents[level] }

    /// Bytes that maps of so many voxels take to train with.
    static func trainingBytes(_ network: TaskNetwork, size: SIMD3<Int>) -> Int {
        let (shape, levels) = (network.shape, network.shape.levels)
        let extents = levels.indices.map { shape.size(size, level: $0) }
        var floats = scratch(network, extents, trains: true) + extents[0].voxels * shape.inputStride
        for (n, level) in levels.enumerated() {
            let voxels = extents[n].voxels
            // Two maps on the way down, three gradients; what comes from the level above, and its gradient.
            floats += voxels * (5 * level.channels + (n == 0 ? 0 : 2 * levels[n - 1].channels))
            // Each map's norm.
            floats += (n < levels.count - 1 ? 16 : 8) * level.channels
            // Two on the way up, the enlarged map and the one that it comes from.
            if n < levels.count - 1 { floats += (3 * voxels + extents[n + 1].voxels) * level.channels }
            // Logits, and their gradients.
            if n < shape.heads { floats += 2 * voxels * shape.classStride }
        }
        return MemoryLayout<Float>.stride * floats
    }

    /// Bytes that maps of so many voxels take, without a way back.
    static func bytes(_ shape: NetworkShape, size: SIMD3<Int>) -> Int {
        let floats = shape.levels.indices.reduce(0) { sum, n in
            let voxels = shape.size(size, level: n).voxels
            // Down and up, enlarged and reduced maps.
            return sum + voxels * shape.levels[n].channels * 6
        }
        return MemoryLayout<Float>.stride * (floats + size.voxels * (shape.classStride + shape.inputStride))
    }
}

extension SIMD3<Int> {
    /// Of a grid of that size.
    var voxels: Int { x * y * z }
    var kernelSize: (Int32, Int32, Int32) { (Int32(x), Int32(y), Int32(z)) }
}
