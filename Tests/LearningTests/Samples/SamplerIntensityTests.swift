import Foundation
import Platform
import Testing

@testable import Learning

/// Changes of intensity, one at a time.
@Suite struct SamplerIntensityTests {
    private static let size = SIMD3(6, 8, 10)
    private static let count = 480

    /// A patch of bumps, before and after one change.
    private static func changed(
        _ change: WritableKeyPath<Augmentation, Augmentation.Change>, _ amount: Double, seed: UInt64 = 1,
        isFlat: Bool = false, size: SIMD3<Int> = size, _ image: ((Int) -> Float)? = nil
    ) -> (before: [Float], after: [Float]) {
        var augmentation = Augmentation.none
        augmentation[keyPath: change] = .init(probability: 1, amount: amount)
        let before = (0..<size[0] * size[1] * size[2]).map(image ?? { sin(Float($0)) + Float($0 % 7) / 5 - 0.3 })
        var (after, random) = (before, SplitMix64(state: seed))
        after.withUnsafeMutableBufferPointer {
            guard let values = $0.baseAddress else { return }
            IntensityChanges(augmentation, size: size, isFlat: isFlat).apply(values, using: &random)
        }
        return (before, after)
    }

    private static func moments(_ values: [Float]) -> (mean: Double, deviation: Double) {
        let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
        let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        return (mean, (squares / Double(values.count)).squareRoot())
    }

    @Test func normalDrawsAreNormal() {
        var random = SplitMix64(state: 1)
        let draws = (0..<40000).map { _ in random.normal() }
        let pairs = (0..<20000).map { _ in random.normalPair() }
        for sample in [draws, pairs.map(\.second)] {
            let count = Double(sample.count)
            // Four deviations of each figure of 20000 draws. From tables: 5 % lie beyond 1.95996, 31.73 % beyond 1.
            #expect(abs(sample.reduce(0, +) / count) < 0.029)
            #expect(abs(sample.reduce(0) { $0 + $1 * $1 } / count - 1) < 0.04)
            #expect(abs(Double(sample.count { abs($0) > 1.95996 }) / count - 0.05) < 0.0062)
            #expect(abs(Double(sample.count { abs($0) > 1 }) / count - 0.3173) < 0.0132)
        }
        #expect(abs(pairs.reduce(0) { $0 + $1.first * $1.second } / 20000) < 0.029)
    }

    @Test func brightnessMultipliesAndShiftAdds() {
        let (before, after) = Self.changed(\.brightness, 0.25)
        let factor = after[0] / before[0]
        #expect(factor != 1 && abs(factor - 1) <= 0.25)
        #expect(zip(before, after).allSatisfy { abs($1 - factor * $0) < 1e-5 })
        let (unmoved, moved) = Self.changed(\.shift, 0.3)
        let step = moved[0] - unmoved[0]
        #expect(step != 0 && abs(step) <= 0.3)
        #expect(zip(unmoved, moved).allSatisfy { abs($1 - $0 - step) < 1e-5 })
    }

    /// The least value stays; the others go further from it or come closer, by a factor within e^(-1.5 a) to e^(1.5 a) that
    /// is another elsewhere, but hardly so next door.
    @Test(arguments: 1...6) func anUnevenFieldIsSmooth(seed: UInt64) {
        let size = SIMD3(16, 16, 16)
        let (before, after) = Self.changed(\.unevenness, 0.5, seed: seed, size: size) { $0 == 0 ? -2 : 1 }
        #expect(abs(after[0] + 2) < 1e-6)
        let logs = zip(before, after).dropFirst().map { log(Double(($1 + 2) / ($0 + 2))) }
        #expect(logs.allSatisfy { abs($0) <= 0.75 + 1e-4 })
        let steps = zip(logs, logs.dropFirst()).enumerated().filter { $0.offset % 16 != 14 }.map { abs($1.0 - $1.1) }
        #expect((steps.max() ?? 1) < 0.3)
        #expect((logs.max() ?? 0) - (logs.min() ?? 0) > 0.02)
    }

    @Test(arguments: 1...6) func contrastIsAboutTheMeanWithinTheRange(seed: UInt64) {
        let (before, after) = Self.changed(\.contrast, 0.25, seed: seed)
        let mean = Float(Self.moments(before).mean)
        let (least, most) = (before.min() ?? 0, before.max() ?? 0)
        // The factor from a value near the mean, which the range does not hold back.
        let near = before.indices.min { abs(abs(before[$0] - mean) - 0.3) < abs(abs(before[$1] - mean) - 0.3) } ?? 0
        let factor = (after[near] - mean) / (before[near] - mean)
        #expect(abs(factor - 1) > 1e-3 && abs(factor - 1) <= 0.25)
        for (old, new) in zip(before, after) {
            #expect(abs(new - min(max(mean + factor * (old - mean), least), most)) < 1e-4)
        }
    }

    @Test(arguments: [\Augmentation.gamma, \.invertedGamma]) func gammaIsAPowerThatKeepsMeanAndDeviation(
        change: WritableKeyPath<Augmentation, Augmentation.Change> & Sendable
    ) {
        for seed in 1...6 {
            let (before, after) = Self.changed(change, 0.4, seed: UInt64(seed))
            let (old, new) = (Self.moments(before), Self.moments(after))
            #expect(abs(old.mean - new.mean) < 1e-5 && abs(old.deviation - new.deviation) < 1e-5)
            // On the fraction of the range, from below or from above, all voxels have one power.
            let isInverted = change == \.invertedGamma
            func fractions(_ values: [Float]) -> [Double] {
                let (least, most) = (Double(values.min() ?? 0), Double(values.max() ?? 0))
                return values.map {
                    isInverted ? (most - Double($0)) / (most - least) : (Double($0) - least) / (most - least)
                }
            }
            let powers = zip(fractions(before), fractions(after)).filter { $0.0 > 0.1 && $0.0 < 0.9 }.map {
                log($1) / log($0)
            }
            let power = powers[0]
            #expect(powers.count > 300 && powers.allSatisfy { abs($0 - power) < 1e-3 })
            #expect(abs(log(power)) <= 0.4 && abs(log(power)) > 1e-3)
        }
    }

    @Test func aPatchOfOneValueHasNoRangeToChange() {
        for change in [\Augmentation.gamma, \.invertedGamma, \.contrast, \.blur, \.lowResolution] {
            #expect(Self.changed(change, 0.5) { _ in 2 }.after.allSatisfy { abs($0 - 2) < 1e-5 })
        }
    }

    @Test func noiseIsOfADeviationUpToTheAmount() {
        let deviations = (1...40).map { seed in
            Self.moments(Self.changed(\.noise, 0.3, seed: UInt64(seed)) { _ in 0 }.after).deviation
        }
        // 480 voxels show a deviation to three parts in a hundred; it is drawn from 0 to 0.3, all alike.
        #expect(deviations.allSatisfy { $0 < 0.33 })
        #expect((deviations.max() ?? 0) > 0.24 && (deviations.min() ?? 1) < 0.06)
        #expect(abs(deviations.reduce(0, +) / 40 - 0.15) < 0.055)
        // An odd number of voxels gets noise to its last.
        #expect(Self.changed(\.noise, 0.3, size: SIMD3(3, 3, 3)) { _ in 0 }.after.allSatisfy { $0 != 0 })
    }

    private static let line: [Float] = [1, 0, 4, 2, 9, 3, 3, 7]

    @Test func blurIsThatOfSciPy() {
        // gaussian_filter1d(line, 1, mode="nearest", truncate=3)
        let expected: [Float] = [0.924414, 1.416528, 2.638062, 4.12432, 5.210704, 4.636399, 4.5215, 5.824699]
        for inner in [1, 3] { expect(.gaussian(sigma: 1, count: 8), gives: expected, inner: inner) }
    }

    @Test func lowResolutionIsThatOfNumPy() {
        // np.interp to the centres of 5 long voxels, and back to those of 8.
        let expected: [Float] = [0.7, 1.96875, 3.71875, 4.90625, 4.71875, 3.15625, 4.575, 5.8]
        for inner in [1, 3] { expect(.lowResolution(factor: 1.6, count: 8), gives: expected, inner: inner) }
        for inner in [1, 3] { expect(.lowResolution(factor: 1, count: 8), gives: Self.line, inner: inner) }
    }

    /// Filters two blocks, the second ten times the first.
    private func expect(_ filter: AxisFilter, gives expected: [Float], inner: Int) {
        let values = (0..<2 * 8 * inner).map { Self.line[$0 / inner % 8] * ($0 < 8 * inner ? 1 : 10) }
        var result = [Float](repeating: .nan, count: values.count)
        filter.apply(values, &result, outer: 2, inner: inner)
        for n in result.indices {
            #expect(abs(result[n] - expected[n / inner % 8] * (n < 8 * inner ? 1 : 10)) < 2e-5)
        }
    }

    @Test(arguments: [\Augmentation.blur, \.lowResolution]) func filtersGoAlongAllAxesButNotAcrossFlatSlices(
        change: WritableKeyPath<Augmentation, Augmentation.Change> & Sendable
    ) {
        // One axis at a time holds stripes.
        for (axis, step) in [80, 10, 1].enumerated() {
            let stripes = { (n: Int) in Float(n / step % Self.size[axis] % 3) }
            for isFlat in [false, true] {
                let (before, after) = Self.changed(change, 1, isFlat: isFlat, stripes)
                let largest = zip(before, after).reduce(0) { max($0, abs($1.0 - $1.1)) }
                if isFlat && axis == 0 { #expect(largest < 1e-5) } else { #expect(largest > 0.1) }
            }
        }
    }
}
