import Platform
import TestSupport

@testable import Learning

/// A network with hashed parameters and a batch of hashed images with labels, as scripts/learning-reference makes them.
final class HashedNetwork {
    let network: TaskNetwork
    /// One an image.
    let maps: [NetworkMaps]
    /// Of each image, for each head.
    let labels: [[[UInt8]]]

    /// Streams of the hashes that inputs and labels come from.
    private static let (inputs, truth) = (1000, 2000)

    init(_ shape: NetworkShape, images: Int, size: SIMD3<Int>, kernels: String) {
        let network = TaskNetwork(shape, trains: true, kernels: kernels)
        self.network = network
        maps = (0..<images).map { _ in NetworkMaps(network, size: size, trains: true) }
        labels = (0..<images).map { image in
            // Half of the voxels are background, an eighth of them the last label.
            let fine = (0..<size.voxels).map {
                [0, 0, 0, 0, 1, 1, 1, 2][hashBits(Self.truth + image, $0) % 8] as UInt8
            }
            return (0..<shape.heads).map { Self.halved(fine, size, to: shape.size(size, level: $0)) }
        }
        for (stream, tensor) in network.layout.tensors.enumerated() { fill(tensor, stream) }
        for (image, maps) in maps.enumerated() {
            for n in 0..<size.voxels * shape.inputs {
                let place = n / shape.inputs * shape.inputStride + n % shape.inputs
                maps.input.floats[place] = Float(2 * hashed(Self.inputs + image, n))
            }
        }
        network.pack(threads: 1)
    }

    /// Parameters that keep values about as large as they are, and far from what training begins with.
    private func fill(_ tensor: NetworkLayout.Tensor, _ stream: Int) {
        let inputs = tensor.shape.dropLast().reduce(1, *)
        let factor = (3 / Double(inputs)).squareRoot() * (tensor.name.hasPrefix("head") ? 4 : 1)
        for n in 0..<tensor.count {
            let value = hashed(stream, n)
            network.parameters.floats[tensor.offset + n] =
                tensor.name.hasSuffix(".gamma")
                ? Float(1 + value / 2) : Float(tensor.name.hasSuffix(".weight") ? value * factor : value)
        }
    }

    /// Every second voxel along the axes that are halved.
    private static func halved(_ labels: [UInt8], _ size: SIMD3<Int>, to half: SIMD3<Int>) -> [UInt8] {
        let step = size / half
        return labels.indices.filter {
            $0 % size.z % step.z == 0 && $0 / size.z % size.y % step.y == 0 && $0 / (size.y * size.z) % step.x == 0
        }.map { labels[$0] }
    }

    /// The logits of a head, [image][voxel][class].
    func logits(_ head: Int) -> [Double] {
        let (classes, stride) = (network.shape.classes, network.shape.classStride)
        return maps.flatMap { maps in
            (0..<maps.logits[head].count / stride).flatMap { voxel in
                (0..<classes).map { Double(maps.logits[head].floats[voxel * stride + $0]) }
            }
        }
    }

    /// Runs all images forward.
    func forward() {
        for maps in maps { NetworkPass(network: network, maps: maps).forward() }
    }

    /// The loss of the logits, which become probabilities.
    func loss() -> BatchLoss {
        let (classes, stride) = (network.shape.classes, network.shape.classStride)
        let sums = zip(maps, labels).map { maps, labels in
            labels.indices.map { head in
                let (logits, voxels) = (maps.logits[head].floats, labels[head].count)
                var sums = BatchLoss.Sums(classes: classes)
                network.kernels.softmax(logits, voxels, Int32(stride), Int32(classes))
                network.kernels.loss_sums(
                    logits, labels[head], voxels, Int32(stride), Int32(classes), &sums.both, &sums.given, &sums.wanted,
                    &sums.entropies)
                return sums
            }
        }
        return BatchLoss(sums, stride: stride)
    }

    /// The gradient of a loss by all parameters.
    func gradient(_ loss: BatchLoss) -> [Double] {
        let sum = AlignedBuffer(network.layout.count)
        for (maps, labels) in zip(maps, labels) {
            for head in labels.indices {
                network.kernels.loss_gradient(
                    maps.logits[head].floats, labels[head], labels[head].count, Int32(network.shape.classStride),
                    loss.entropies[head].floats, loss.hits[head].floats, loss.anys[head].floats,
                    maps.logitGradients[head].floats)
            }
            NetworkPass(network: network, maps: maps).backward(sum.floats)
        }
        return (0..<sum.count).map { Double(sum.floats[$0]) }
    }

    /// The loss where some parameters lie `step` times a direction further.
    func loss(_ tensor: NetworkLayout.Tensor, along direction: [Double], step: Double) -> Double {
        let at = network.parameters.floats + tensor.offset
        let kept = (0..<tensor.count).map { at[$0] }
        for n in 0..<tensor.count { at[n] = Float(Double(kept[n]) + step * direction[n]) }
        network.pack(threads: 1)
        forward()
        let value = loss().value
        for n in 0..<tensor.count { at[n] = kept[n] }
        return value
    }
}
