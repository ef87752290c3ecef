import CLearningKernels
import Foundation
import Platform

/// Trains a network step by step. The same plan and volumes give the same bits with any number of threads.
public final class Trainer {
    /// The plan.
    public let plan: TrainingPlan
    /// Steps done.
    public private(set) var step = 0

    private let volumes: [TrainingVolume]
    private let sampler: PatchSampler
    private let network: TaskNetwork
    private let threads: Int
    /// One a patch of the batch.
    private let workers: [Worker]
    private let optimizer: Optimizer

    /// A patch on its way.
    private final class Worker {
        let maps: NetworkMaps
        /// Labels for each head's map.
        var labels: [[UInt8]]
        let gradient: AlignedBuffer
        var sums: [BatchLoss.Sums] = []

        init(_ network: TaskNetwork, patch: SIMD3<Int>) {
            maps = NetworkMaps(network, size: patch, trains: true)
            labels = maps.logits.indices.map {
                [UInt8](repeating: 0, count: network.shape.size(patch, level: $0).voxels)
            }
            gradient = AlignedBuffer(network.layout.count)
        }
    }

    /// Takes volumes on the plan's spacing.
    public init(_ plan: TrainingPlan, _ volumes: [TrainingVolume], threads: Int) {
        (self.plan, self.volumes, self.threads) = (plan, volumes, threads)
        let network = TaskNetwork(plan.shape, trains: true)
        network.initialize(seed: plan.seed)
        self.network = network
        sampler = PatchSampler(
            size: plan.patch, spacing: plan.spacing, isFlat: plan.isFlat, classes: plan.shape.classes,
            channels: plan.shape.inputs, stride: plan.shape.inputStride, augmentation: plan.augmentation)
        workers = (0..<plan.batch).map { _ in Worker(network, patch: plan.patch) }
        optimizer = Optimizer(network, plan)
        network.pack(threads: threads)
    }

    /// Bytes that training takes beside its volumes.
    public static func bytes(_ plan: TrainingPlan) -> Int {
        let network = TaskNetwork(plan.shape, trains: true)
        let layout = network.layout
        // Parameters, their mean and two moments, and steps and room of as much again at most; the packed weights.
        let held = layout.count * 7 + 2 * layout.packedCount + layout.turnedCount
        let worker = layout.count * MemoryLayout<Float>.stride + NetworkMaps.trainingBytes(network, size: plan.patch)
        // A patch's labels, and what it is varied with.
        let drawn = plan.patch.voxels * (2 + 4 * MemoryLayout<Float>.stride)
        return held * MemoryLayout<Float>.stride + plan.batch * (worker + drawn)
    }

    /// One step; returns the loss.
    public func advance() -> Double {
        forEach(workers.count) { [self] n in lookAt(workers[n], place: n) }
        let loss = BatchLoss(workers.map(\.sums), stride: plan.shape.classStride, balance: plan.balance(at: step))
        forEach(workers.count) { [self] n in learn(workers[n], loss) }
        update()
        network.pack(threads: threads)
        step += 1
        return loss.value
    }

    /// What was learned so far: the running mean of the parameters.
    public var learned: LearnedNetwork {
        let mean = optimizer.mean
        return LearnedNetwork(
            shape: plan.shape, parameters: Array(UnsafeBufferPointer(start: mean.floats, count: mean.count)))
    }

    private func forEach(_ count: Int, _ body: @escaping (Int) -> Void) {
        nonisolated(unsafe) let body = body
        let workers = min(threads, count)
        guard workers > 1 else { return (0..<count).forEach(body) }
        _ = concurrentMap(count, threads: workers) { body($0) }
    }

    /// Draws a patch and runs it forward.
    private func lookAt(_ worker: Worker, place: Int) {
        let shape = plan.shape
        var random = SplitMix64(state: plan.seed &* 0x2545_F491_4F6C_DD1D &+ UInt64(step * plan.batch + place))
        random.state = random.next()
        worker.labels[0].withUnsafeMutableBufferPointer { labels in
            guard let to = labels.baseAddress else { return }
            sampler.fill(worker.maps.input.floats, to, from: volumes, using: &random)
        }
        for n in worker.labels.indices.dropFirst() {
            worker.labels[n] = Self.halved(
                worker.labels[n - 1], shape.size(plan.patch, level: n - 1), to: shape.size(plan.patch, level: n))
        }
        NetworkPass(network: network, maps: worker.maps).forward()
        let (classes, stride) = (Int32(shape.classes), Int32(shape.classStride))
        worker.sums = worker.labels.indices.map { n in
            var sums = BatchLoss.Sums(classes: shape.classes)
            let (logits, voxels) = (worker.maps.logits[n].floats, worker.labels[n].count)
            network.kernels.softmax(logits, voxels, stride, classes)
            network.kernels.loss_sums(
                logits, worker.labels[n], voxels, stride, classes, &sums.both, &sums.given, &sums.wanted,
                &sums.entropies)
            return sums
        }
    }

    /// Every second voxel along the axes that are halved.
    private static func halved(_ labels: [UInt8], _ size: SIMD3<Int>, to half: SIMD3<Int>) -> [UInt8] {
        let step = size / half
        var result: [UInt8] = []
        result.reserveCapacity(half.voxels)
        for z in 0..<half.x {
            for y in 0..<half.y {
                let line = (z * step.x * size.y + y * step.y) * size.z
                for x in 0..<half.z { result.append(labels[line + x * step.z]) }
            }
        }
        return result
    }

    /// Runs a patch's gradients back.
    private func learn(_ worker: Worker, _ loss: BatchLoss) {
        memset(worker.gradient.floats, 0, worker.gradient.count * MemoryLayout<Float>.stride)
        for n in worker.labels.indices {
            network.kernels.loss_gradient(
                worker.maps.logits[n].floats, worker.labels[n], worker.labels[n].count, Int32(plan.shape.classStride),
                loss.entropies[n].floats, loss.hits[n].floats, loss.anys[n].floats, worker.maps.logitGradients[n].floats
            )
        }
        NetworkPass(network: network, maps: worker.maps).backward(worker.gradient.floats)
    }

    /// Adds up the patches' gradients, in their order, and takes the step.
    private func update() {
        let (count, sum) = (network.layout.count, workers[0].gradient.floats)
        for worker in workers.dropFirst() {
            let more = worker.gradient.floats
            for n in 0..<count { sum[n] += more[n] }
        }
        optimizer.advance(step, by: sum, threads: threads)
    }
}
