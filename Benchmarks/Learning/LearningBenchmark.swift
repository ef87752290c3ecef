import Foundation
import Learning
import Platform

/// Times steps of training on a volume that is made here, without augmentation: what the network itself takes. Prints steps
/// a second. Benchmarks/learning.py runs it beside the same network in PyTorch, and has the same table of networks.
///
/// Arguments: network (`hippocampus` or `heart`), steps, threads (default: one per processor).
@main
enum LearningBenchmark {
    /// In 3-D as for small structures of nearly cubic voxels, and slice by slice as for thick ones.
    private static let plans = [
        "hippocampus": plan([16, 32, 64, 128], taps: 3, classes: 3, patch: SIMD3(40, 40, 56), batch: 2),
        "heart": plan([16, 32, 64, 128, 128], taps: 1, classes: 4, patch: SIMD3(1, 128, 128), batch: 4),
    ]

    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        let numbers = arguments.dropFirst().compactMap { Int($0) }
        guard let plan = arguments.first.flatMap({ plans[$0] }), let steps = numbers.first, steps > 0 else {
            FileHandle.standardError.write(Data("usage: learning-benchmark hippocampus|heart STEPS [THREADS]\n".utf8))
            exit(64)
        }
        let threads = numbers.dropFirst().first ?? ThreadBudget.available
        let trainer = Trainer(plan, [volume(plan)], threads: threads)
        // The first ones find memory that the system has not given yet.
        for _ in 0..<2 { _ = trainer.advance() }
        let start = ContinuousClock.now
        for _ in 0..<steps { _ = trainer.advance() }
        print(Double(steps) / ((ContinuousClock.now - start) / .seconds(1)))
    }

    private static func plan(
        _ channels: [Int], taps: Int, classes: Int, patch: SIMD3<Int>, batch: Int
    ) -> TrainingPlan {
        let levels = channels.map { NetworkShape.Level(channels: $0, taps: taps, halvesDepth: taps > 1) }
        return TrainingPlan(
            shape: NetworkShape(inputs: 1, classes: classes, levels: levels), patch: patch, spacing: SIMD3(1, 1, 1),
            isFlat: taps == 1, batch: batch, steps: 1000, augmentation: .none)
    }

    /// Noise of a patch's size, with a label in each part of the columns.
    private static func volume(_ plan: TrainingPlan) -> TrainingVolume {
        let (patch, classes) = (plan.patch, plan.shape.classes)
        var random = SplitMix64(state: 1)
        let labels = (0..<patch.x * patch.y * patch.z).map { UInt8($0 % patch.z * classes / patch.z) }
        let image = labels.map { Float($0) + Float(random.below(1000)) / 500 - 2 }
        return TrainingVolume(size: patch, spacing: plan.spacing, channels: [image], labels: labels)
    }
}
