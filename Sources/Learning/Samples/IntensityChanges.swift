import Foundation
import Platform

/// The changes of a patch's intensities, in the order of nnU-Net: noise, blur, brightness, contrast, resolution, gamma
/// (Isensee et al., Nature Methods 18, 2021); and before brightness an uneven field.
struct IntensityChanges {
    private let augmentation: Augmentation
    private let size: SIMD3<Int>
    private let isFlat: Bool

    /// For patches of `size` along z, y, x; flat ones are filtered slice by slice.
    init(_ augmentation: Augmentation, size: SIMD3<Int>, isFlat: Bool) {
        (self.augmentation, self.size, self.isFlat) = (augmentation, size, isFlat)
    }

    private var count: Int { size[0] * size[1] * size[2] }

    /// Changes one patch's values, [z][y][x].
    func apply(_ values: UnsafeMutablePointer<Float>, using random: inout SplitMix64) {
        let a = augmentation
        if random.chance(a.noise.probability) { addNoise(values, a.noise.amount * random.unit(), &random) }
        if random.chance(a.blur.probability) {
            let sigma = random.uniform(a.blur.amount / 2...a.blur.amount)
            if sigma > 0 { filter(values) { .gaussian(sigma: sigma, count: $0) } }
        }
        if random.chance(a.unevenness.probability) { makeUneven(values, a.unevenness.amount, &random) }
        if random.chance(a.brightness.probability) {
            scale(values, by: 1 + random.uniform(-a.brightness.amount...a.brightness.amount), plus: 0)
        }
        if random.chance(a.shift.probability) {
            scale(values, by: 1, plus: random.uniform(-a.shift.amount...a.shift.amount))
        }
        if random.chance(a.contrast.probability) {
            changeContrast(values, 1 + random.uniform(-a.contrast.amount...a.contrast.amount))
        }
        if random.chance(a.lowResolution.probability) {
            let factor = random.uniform(1...1 + a.lowResolution.amount)
            filter(values) { .lowResolution(factor: factor, count: $0) }
        }
        if random.chance(a.invertedGamma.probability) {
            let power = exp(random.uniform(-a.invertedGamma.amount...a.invertedGamma.amount))
            scale(values, by: -1, plus: 0)
            changeGamma(values, power)
            scale(values, by: -1, plus: 0)
        }
        if random.chance(a.gamma.probability) {
            changeGamma(values, exp(random.uniform(-a.gamma.amount...a.gamma.amount)))
        }
    }

    private func addNoise(_ values: UnsafeMutablePointer<Float>, _ deviation: Double, _ random: inout SplitMix64) {
        for n in stride(from: 0, to: count - 1, by: 2) {
            let pair = random.normalPair()
            values[n] += Float(deviation * pair.first)
            values[n + 1] += Float(deviation * pair.second)
        }
        if count % 2 == 1 { values[count - 1] += Float(deviation * random.normal()) }
    }

    private func scale(_ values: UnsafeMutablePointer<Float>, by factor: Double, plus addend: Double) {
        let (factor, addend) = (Float(factor), Float(addend))
        for n in 0..<count { values[n] = factor * values[n] + addend }
    }

    /// Multiplies the distance from the least value by e^f, where f is a sum of three waves no shorter than the patch.
    private func makeUneven(_ values: UnsafeMutablePointer<Float>, _ amount: Double, _ random: inout SplitMix64) {
        let waves = (0..<3).map { _ in
            let share = Float(random.uniform(-amount / 2...amount / 2))
            return (share: share, lines: (0..<3).map { Self.wave(size[$0], &random) })
        }
        let least = Statistics(values, count).least
        var n = 0
        for z in 0..<size.x {
            for y in 0..<size.y {
                let shares = waves.map { $0.share * $0.lines[0][z] * $0.lines[1][y] }
                for x in 0..<size.z {
                    var f: Float = 0
                    for w in 0..<3 { f += shares[w] * waves[w].lines[2][x] }
                    values[n] = least + (values[n] - least) * exp(f)
                    n += 1
                }
            }
        }
    }

    /// At most one period of a cosine along an axis.
    private static func wave(_ length: Int, _ random: inout SplitMix64) -> [Float] {
        let (turns, phase) = (random.unit(), random.unit())
        return (0..<length).map { Float(cos(2 * .pi * (turns * Double($0) / Double(length) + phase))) }
    }

    private func changeContrast(_ values: UnsafeMutablePointer<Float>, _ factor: Double) {
        let now = Statistics(values, count)
        let (factor, mean) = (Float(factor), Float(now.mean))
        for n in 0..<count { values[n] = min(max(mean + factor * (values[n] - mean), now.least), now.most) }
    }

    private func changeGamma(_ values: UnsafeMutablePointer<Float>, _ power: Double) {
        let before = Statistics(values, count)
        let (least, range) = (before.least, before.most - before.least)
        guard range > 1e-6 else { return }
        for n in 0..<count { values[n] = pow((values[n] - least) / range, Float(power)) }
        let after = Statistics(values, count)
        guard after.deviation > 0 else { return }
        let factor = before.deviation / after.deviation
        scale(values, by: factor, plus: before.mean - factor * after.mean)
    }

    /// Filters along all axes, flat patches within their slices; `make` gives the filter of as many values.
    private func filter(_ values: UnsafeMutablePointer<Float>, _ make: (Int) -> AxisFilter) {
        let spare = UnsafeMutablePointer<Float>.allocate(capacity: count)
        defer { spare.deallocate() }
        var (from, to) = (values, spare)
        for axis in (isFlat ? 1 : 0)..<3 {
            let inner = (axis + 1..<3).reduce(1) { $0 * size[$1] }
            make(size[axis]).apply(from, to, outer: count / (size[axis] * inner), inner: inner)
            swap(&from, &to)
        }
        if from != values { values.update(from: from, count: count) }
    }

    private struct Statistics {
        let mean, deviation: Double
        let least, most: Float

        init(_ values: UnsafePointer<Float>, _ count: Int) {
            var (sum, squares, least, most) = (0.0, 0.0, values[0], values[0])
            for n in 0..<count {
                let value = Double(values[n])
                sum += value
                squares += value * value
                least = min(least, values[n])
                most = max(most, values[n])
            }
            (self.least, self.most, mean) = (least, most, sum / Double(count))
            deviation = max(0, squares / Double(count) - mean * mean).squareRoot()
        }
    }
}
