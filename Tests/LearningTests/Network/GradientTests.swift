import Testing
import TestSupport

@testable import Learning

/// Gradients against differences of the loss itself, tensor by tensor.
@Suite struct GradientTests {
    private static let shape = NetworkShape(
        inputs: 2, classes: 3,
        levels: [
            .init(channels: 16, taps: 3, halvesDepth: true), .init(channels: 32, taps: 3, halvesDepth: false),
            .init(channels: 16, taps: 1, halvesDepth: true), .init(channels: 48, taps: 1, halvesDepth: false),
        ])

    private static func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    /// Along the gradient, the steepest way, a step moves the loss by 1e-5 or more of it, of which float32 loses little.
    /// Values that cross a LeakyReLU's or a maximum's kink on the way change the difference by some 1 %, and stay in. Any
    /// other direction has so small a share of a large tensor's gradient that a single one shows nothing: all tensors'
    /// together do, each in units of what a direction is expected to have.
    @Test func gradientsAreTheDifferencesOfTheLoss() {
        let network = HashedNetwork(
            Self.shape, images: 2, size: SIMD3(8, 16, 16), kernels: RunnableKernels.names[0])
        network.forward()
        let gradient = network.gradient(network.loss())
        var (errors, slopes) = ([Double](), [Double]())
        for (n, tensor) in network.network.layout.tensors.enumerated() {
            let part = Array(gradient[tensor.range])
            let along = Self.compare(network, tensor, part, along: part)
            #expect(abs(along.measured - along.computed) < 0.03 * along.computed, "\(tensor.name)")
            let expected = Self.norm(part) / Double(tensor.count).squareRoot()
            for d in 0..<2 {
                let any = Self.compare(network, tensor, part, along: hashedValues(3000 + 2 * n + d, tensor.count))
                errors.append((any.measured - any.computed) / expected)
                slopes.append(any.computed / expected)
            }
        }
        print("gradients off by \(Self.norm(errors) / Self.norm(slopes)) along any directions")
        #expect(Self.norm(errors) < 0.05 * Self.norm(slopes))
    }

    /// The loss's slope along a direction, from the gradient and from two losses.
    private static func compare(
        _ network: HashedNetwork, _ tensor: NetworkLayout.Tensor, _ gradient: [Double], along direction: [Double]
    ) -> (computed: Double, measured: Double) {
        let step = 1e-3
        let length = norm(direction)
        let unit = direction.map { $0 / length }
        let above = network.loss(tensor, along: unit, step: step)
        let below = network.loss(tensor, along: unit, step: -step)
        return (zip(gradient, unit).reduce(0) { $0 + $1.0 * $1.1 }, (above - below) / (2 * step))
    }
}
