import Platform
import CUniverSegKernels

/// The network's parameters as the kernels want them. Immutable once made, hence safe to share.
final class Network: @unchecked Sendable {
    /// One CrossBlock: the cross convolution split by input channels into the target's and the support's half.
    struct Block {
        /// Packed 3x3 weights. In the first encoder block the halves have 1 and 2 channels and lie in `Network.first*`.
        var targetHalf, supportHalf, target, support: AlignedBuffer
        /// Biases [64].
        var crossBias, targetBias, supportBias: AlignedBuffer
        /// Channels of each half: 64, or 128 for a decoder block's [upsampled | skip].
        var channels: Int
    }

    let kernels: UnsafePointer<tomos_kernels>
    /// enc_blocks.0 ... 3 and dec_blocks.0 ... 2.
    let encoder, decoder: [Block]
    /// The first cross convolution [3 planes][9][64]: query, then support image and label.
    let firstCross: AlignedBuffer
    /// S * Ws of the first block: nine 5x5 kernels, see `tomos_first`.
    let firstComposed: AlignedBuffer
    /// out_conv: 64 weights and the bias.
    let headWeights: AlignedBuffer
    let headBias: Float

    /// Bytes of all its buffers.
    var bytes: Int {
        let blocks = (encoder + decoder).flatMap {
            [$0.targetHalf, $0.supportHalf, $0.target, $0.support, $0.crossBias, $0.targetBias, $0.supportBias]
        }
        return (blocks + [firstCross, firstComposed, headWeights]).reduce(0) { $0 + AlignedBuffer.bytes($1.count) }
    }

    init(_ weights: Weights, kernels: UnsafePointer<tomos_kernels>) {
        self.kernels = kernels
        func values(_ name: String) -> [Float] { weights.tensors[name]?.values ?? [] }
        func packed(_ name: String, first: Int, channels: Int, stride: Int) -> AlignedBuffer {
            let buffer = AlignedBuffer(kernels.pointee.packed_size(Int32(channels)))
            kernels.pointee.pack(values(name), Int32(stride), Int32(first), Int32(channels), buffer.floats)
            return buffer
        }
        func block(_ name: String, channels: Int) -> Block {
            let cross = name + ".cross.cross_conv"
            // The first block's halves are narrow and go through `widen` and `first`.
            let narrow = channels < 64
            return Block(
                targetHalf: narrow
                    ? AlignedBuffer(0) : packed(cross + ".weight", first: 0, channels: channels, stride: 2 * channels),
                supportHalf: narrow
                    ? AlignedBuffer(0)
                    : packed(cross + ".weight", first: channels, channels: channels, stride: 2 * channels),
                target: packed(name + ".target.vmapped.conv.weight", first: 0, channels: 64, stride: 64),
                support: packed(name + ".support.vmapped.conv.weight", first: 0, channels: 64, stride: 64),
                crossBias: AlignedBuffer(values(cross + ".bias")),
                targetBias: AlignedBuffer(values(name + ".target.vmapped.conv.bias")),
                supportBias: AlignedBuffer(values(name + ".support.vmapped.conv.bias")),
                channels: channels)
        }
        encoder = (0..<4).map { block("enc_blocks.\($0)", channels: $0 == 0 ? 1 : 64) }
        decoder = (0..<3).map { block("dec_blocks.\($0)", channels: 128) }
        let cross = values("enc_blocks.0.cross.cross_conv.weight")
        firstCross = AlignedBuffer(3 * 9 * 64)
        for plane in 0..<3 {
            for tap in 0..<9 {
                for output in 0..<64 {
                    firstCross.floats[(plane * 9 + tap) * 64 + output] = cross[(output * 3 + plane) * 9 + tap]
                }
            }
        }
        firstComposed = AlignedBuffer(9 * 2 * 25 * 64)
        tomos_compose_first(values("enc_blocks.0.support.vmapped.conv.weight"), cross, firstComposed.floats)
        headWeights = AlignedBuffer(values("out_conv.conv.weight"))
        headBias = values("out_conv.conv.bias")[0]
    }
}
