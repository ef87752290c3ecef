import CLearningKernels
import Foundation
import Platform

/// A network's parameters, ready for its kernels. Maps can be computed from several threads as long as nothing changes it.
final class TaskNetwork: @unchecked Sendable {
    // Sendable: what a step of training changes it changes alone, between the steps' parallel parts (Trainer.step).

    let shape: NetworkShape
    let layout: NetworkLayout
    let kernels: tomos_learning_kernels
    /// All of them, as the layout places them.
    let parameters: AlignedBuffer
    /// Weights as `convolve` reads them; the other way round, for gradients; and transposed ones of 1x1 convolutions.
    private let packed: AlignedBuffer, turned: AlignedBuffer?, transposed: AlignedBuffer?

    /// A network with parameters of 0. One that is to be trained has weights for the way back too.
    init(_ shape: NetworkShape, trains: Bool, kernels name: String? = nil) {
        self.shape = shape
        layout = NetworkLayout(shape)
        guard let kernels = tomos_learning_kernels_named(name) else { preconditionFailure("no kernels \(name ?? "")") }
        self.kernels = kernels.pointee
        parameters = AlignedBuffer(layout.count)
        packed = AlignedBuffer(layout.packedCount)
        turned = trains ? AlignedBuffer(layout.packedCount) : nil
        transposed = trains ? AlignedBuffer(layout.turnedCount) : nil
    }

    /// Draws the weights it starts with: normal, with a variance of a third of 1 / inputs, as PyTorch's convolutions have.
    /// The norms make up for their size; small ones learn faster.
    func initialize(seed: UInt64) {
        var random = SplitMix64(state: seed)
        for tensor in layout.tensors {
            let to = parameters.floats + tensor.offset
            if tensor.name.hasSuffix(".gamma") {
                for n in 0..<tensor.count { to[n] = 1 }
            } else if tensor.name.hasSuffix(".weight") {
                let inputs = tensor.shape.dropLast().reduce(1, *)
                let deviation = 1 / Double(3 * inputs).squareRoot()
                for n in 0..<tensor.count { to[n] = Float(deviation * random.normal()) }
            } else {
                for n in 0..<tensor.count { to[n] = 0 }
            }
        }
    }

    /// Brings the packed weights up to date with the parameters.
    func pack(threads: Int) {
        let all = layout.convolutions
        let jobs = turned == nil ? all.count : 2 * all.count
        // Large ones first: two threads then end together.
        let order = (0..<jobs).sorted { all[$0 % all.count].weights.count > all[$1 % all.count].weights.count }
        let next = order
        DispatchQueue.concurrentPerform(iterations: max(1, min(threads, jobs))) { worker in
            for n in stride(from: worker, to: jobs, by: max(1, min(threads, jobs))) {
                let place = next[n]
                pack(all[place % all.count], isTurned: place >= all.count)
            }
        }
        if let transposed {
            for mix in layout.reductions + layout.heads { transpose(mix, to: transposed.floats + mix.turned) }
        }
    }

    private func pack(_ conv: NetworkLayout.Convolution, isTurned: Bool) {
        let from = parameters.floats + conv.weights.offset
        let (taps, used, outputs) = (Int32(conv.taps), Int32(conv.used), Int32(conv.outputs))
        guard isTurned, let turned else {
            return kernels.pack(from, taps, used, outputs, packed.floats + conv.packed)
        }
        // Of the inputs no gradient is asked for.
        if conv.level == 0, conv.weights.offset == layout.down[0][0].weights.offset { return }
        let room = AlignedBuffer(conv.weights.count)
        kernels.pack_turned(from, taps, used, outputs, room.floats, turned.floats + conv.packed)
    }

    private func transpose(_ mix: NetworkLayout.Mix, to: UnsafeMutablePointer<Float>) {
        let from = parameters.floats + mix.weights.offset
        for i in 0..<mix.channels {
            for o in 0..<mix.outputs { to[o * mix.channels + i] = from[i * mix.outputs + o] }
        }
    }

    func weights(_ conv: NetworkLayout.Convolution) -> UnsafePointer<Float> {
        UnsafePointer(packed.floats + conv.packed)
    }

    func turnedWeights(_ conv: NetworkLayout.Convolution) -> UnsafePointer<Float>? {
        turned.map { UnsafePointer($0.floats + conv.packed) }
    }

    func turnedWeights(_ mix: NetworkLayout.Mix) -> UnsafePointer<Float>? {
        transposed.map { UnsafePointer($0.floats + mix.turned) }
    }

    func values(_ tensor: NetworkLayout.Tensor) -> UnsafePointer<Float> {
        UnsafePointer(parameters.floats + tensor.offset)
    }
}
