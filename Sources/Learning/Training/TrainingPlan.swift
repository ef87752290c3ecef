import Foundation

/// How a network is trained.
public struct TrainingPlan: Sendable, Hashable, Codable {
    /// What is trained.
    public var shape: NetworkShape
    /// Voxels of a patch along z, y, x, a multiple of the shape's.
    public var patch: SIMD3<Int>
    /// mm of a voxel along z, y, x.
    public var spacing: SIMD3<Double>
    /// Whether slices are so thick that patches are turned in their plane alone, and taken from whole slices.
    public var isFlat: Bool
    /// Patches a step.
    public var batch: Int
    /// Steps in all. Rates fall to 0 at their end.
    public var steps: Int
    /// How patches are varied.
    public var augmentation: Augmentation
    /// What all draws follow from.
    public var seed: UInt64
    /// Rates after warming up: how far a step goes along each direction of a matrix, and AdamW's for the rest.
    public var matrixRate = 0.02, rate = 3e-3
    /// What a step takes off the weights, times AdamW's rate.
    public var decay = 1e-2
    /// Steps over which rates rise.
    public var warmUp = 20
    /// How far classes count alike in cross-entropy however many voxels they have, at first; 0 at the end.
    public var balance = 0.5

    /// Makes a plan.
    public init(
        shape: NetworkShape, patch: SIMD3<Int>, spacing: SIMD3<Double>, isFlat: Bool, batch: Int, steps: Int,
        augmentation: Augmentation, seed: UInt64 = 1
    ) {
        (self.shape, self.patch, self.spacing, self.isFlat) = (shape, patch, spacing, isFlat)
        (self.batch, self.steps, self.augmentation, self.seed) = (batch, steps, augmentation, seed)
    }

    /// The balance at a step, counted from 0.
    func balance(at step: Int) -> Double { balance * max(0, 1 - Double(step) / Double(max(1, steps))) }

    /// The share of the rates at a step, counted from 0: it rises, then falls to 0 as nnU-Net's does (to the power 0.9).
    func share(at step: Int) -> Double {
        let warm = min(1, Double(step + 1) / Double(max(1, warmUp)))
        return warm * pow(max(0, 1 - Double(step) / Double(max(1, steps))), 0.9)
    }
}
