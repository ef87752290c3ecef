import Platform

@testable import Learning

/// Volumes of two balls, a bright and a dark one, in noise.
enum SyntheticVolumes {
    static let spacing = SIMD3(1.0, 1, 1)

    /// Voxels are 1 and 2 within the balls. The noise's deviation is a quarter of what a ball differs from its
    /// surroundings by.
    static func balls(_ size: SIMD3<Int>, seed: UInt64) -> TrainingVolume {
        var random = SplitMix64(state: seed)
        let radii = (0..<2).map { _ in random.uniform(0.25...0.35) * Double(size.min()) }
        // One in each half, along the last axis; in any.
        let swapped = random.chance(0.5)
        let centres = (0..<2).map { n -> SIMD3<Double> in
            let half = Double(size[2]) / 2
            let left = (n == 0) != swapped ? 0 : half
            func place(_ axis: Int) -> Double { random.uniform(radii[n]...Double(size[axis]) - 1 - radii[n]) }
            return SIMD3(place(0), place(1), left + random.uniform(radii[n]...max(radii[n], half - 1 - radii[n])))
        }
        func label(_ z: Int, _ y: Int, _ x: Int) -> UInt8 {
            for n in 0..<2 {
                let from = SIMD3(Double(z), Double(y), Double(x)) - centres[n]
                if (from * from).sum() <= radii[n] * radii[n] { return UInt8(n + 1) }
            }
            return 0
        }
        let brightness: [Float] = [0, 2, -2]
        return TrainingVolume(
            size, spacing: spacing,
            channels: [{ z, y, x in brightness[Int(label(z, y, x))] + Float(0.5 * random.normal()) }], label: label)
    }

    /// A plan for them without variation.
    static func plan(batch: Int, steps: Int, augmentation: Augmentation = .none) -> TrainingPlan {
        let level = NetworkShape.Level(channels: 16, taps: 3, halvesDepth: true)
        return TrainingPlan(
            shape: NetworkShape(inputs: 1, classes: 3, levels: [level, level, level]), patch: SIMD3(12, 16, 16),
            spacing: spacing, isFlat: false, batch: batch, steps: steps, augmentation: augmentation)
    }
}
