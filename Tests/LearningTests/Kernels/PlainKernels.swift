import Foundation

/// What the kernels compute, in double precision and in the plainest way: the judge of all of them.
enum PlainKernels {
    static func leaky(_ x: Double) -> Double { x > 0 ? x : 0.01 * x }

    /// leaky(value * scale + shift), channel by channel.
    static func activated(_ map: PlainMap, _ scale: [Double], _ shift: [Double]) -> PlainMap {
        var result = map
        for n in map.values.indices {
            result.values[n] = leaky(map.values[n] * scale[n % map.channels] + shift[n % map.channels])
        }
        return result
    }

    // MARK: Convolution: weights [taps][3][3][inputs][outputs]

    /// Calls with the place of an output's voxel, that of an input's voxel that it sees, and that of their weights.
    private static func forEachPair(
        _ input: PlainMap, outputs: Int, taps: Int, _ body: (_ output: Int, _ input: Int, _ weights: Int) -> Void
    ) {
        for (n, at) in input.places.enumerated() {
            for tap in 0..<9 * taps {
                let (dz, dy, dx) = (tap / 9 - taps / 2, tap / 3 % 3 - 1, tap % 3 - 1)
                guard let seen = input.place(at.z + dz, at.y + dy, at.x + dx) else { continue }
                body(n * outputs, seen, tap * input.channels * outputs)
            }
        }
    }

    static func convolved(_ input: PlainMap, _ weights: [Double], taps: Int, outputs: Int) -> PlainMap {
        var result = PlainMap(input.size, outputs)
        forEachPair(input, outputs: outputs, taps: taps) { to, from, weight in
            for i in 0..<input.channels {
                for o in 0..<outputs {
                    result.values[to + o] += input.values[from + i] * weights[weight + i * outputs + o]
                }
            }
        }
        return result
    }

    static func weightGradient(_ input: PlainMap, _ gradient: PlainMap, taps: Int) -> [Double] {
        let outputs = gradient.channels
        var result = [Double](repeating: 0, count: 9 * taps * input.channels * outputs)
        forEachPair(input, outputs: outputs, taps: taps) { to, from, weight in
            for i in 0..<input.channels {
                for o in 0..<outputs {
                    result[weight + i * outputs + o] += input.values[from + i] * gradient.values[to + o]
                }
            }
        }
        return result
    }

    static func inputGradient(_ gradient: PlainMap, _ weights: [Double], taps: Int, inputs: Int) -> PlainMap {
        let outputs = gradient.channels
        var result = PlainMap(gradient.size, inputs)
        forEachPair(result, outputs: outputs, taps: taps) { to, from, weight in
            for i in 0..<inputs {
                for o in 0..<outputs {
                    result.values[from + i] += weights[weight + i * outputs + o] * gradient.values[to + o]
                }
            }
        }
        return result
    }

    // MARK: Norm

    /// Mean, and 1 over the deviation with 1e-5 added to the variance, of one channel's values.
    static func moments(_ values: [Double]) -> (mean: Double, inverse: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return (mean, 1 / (variance + 1e-5).squareRoot())
    }

    /// One channel's leaky(gamma * (x - mean) / deviation + beta).
    static func normed(_ values: [Double], gamma: Double, beta: Double) -> [Double] {
        let (mean, inverse) = moments(values)
        return values.map { leaky(gamma * ($0 - mean) * inverse + beta) }
    }

    // MARK: Size

    /// The voxels that value (z, y, x) of a pooled map is the largest of, in order.
    private static func pooled(_ map: PlainMap, _ deep: Bool, _ z: Int, _ y: Int, _ x: Int) -> [Int] {
        (deep ? [2 * z, 2 * z + 1] : [z]).flatMap { z in
            [2 * y, 2 * y + 1].flatMap { y in [2 * x, 2 * x + 1].compactMap { map.place(z, y, $0) } }
        }
    }

    static func halved(_ size: SIMD3<Int>, deep: Bool) -> SIMD3<Int> { size / SIMD3(deep ? 2 : 1, 2, 2) }
    static func doubled(_ size: SIMD3<Int>, deep: Bool) -> SIMD3<Int> { size &* SIMD3(deep ? 2 : 1, 2, 2) }

    static func pooled(_ map: PlainMap, deep: Bool) -> PlainMap {
        var result = PlainMap(halved(map.size, deep: deep), map.channels)
        for (n, at) in result.places.enumerated() {
            for c in 0..<map.channels {
                let values = pooled(map, deep, at.z, at.y, at.x).map { map.values[$0 + c] }
                result.values[n * map.channels + c] = values.max() ?? .nan
            }
        }
        return result
    }

    /// The gradient of each result at the first of its largest values.
    static func pooledBack(_ map: PlainMap, _ gradient: PlainMap, deep: Bool) -> PlainMap {
        var result = PlainMap(map.size, map.channels)
        for (n, at) in gradient.places.enumerated() {
            for c in 0..<map.channels {
                let places = pooled(map, deep, at.z, at.y, at.x).map { $0 + c }
                let most = places.map { map.values[$0] }.max()
                guard let first = places.first(where: { map.values[$0] == most }) else { continue }
                result.values[first] += gradient.values[n * map.channels + c]
            }
        }
        return result
    }

    /// The share that value `m` of a small line has in value `n` of the enlarged one, whose centre lies at
    /// (n + 1/2) / 2 - 1/2 of the small one's places, never beyond its outermost centres.
    private static func share(_ n: Int, _ m: Int, _ size: Int, _ enlarged: Bool) -> Double {
        guard enlarged else { return n == m ? 1 : 0 }
        let centre = min(max((Double(n) + 0.5) / 2 - 0.5, 0), Double(size - 1))
        return max(0, 1 - abs(centre - Double(m)))
    }

    /// Calls with the places of two voxels, and the share that the small map's has in the large map's.
    private static func forEachShare(
        _ small: PlainMap, _ large: PlainMap, deep: Bool, _ body: (_ small: Int, _ large: Int, _ share: Double) -> Void
    ) {
        for (n, to) in large.places.enumerated() {
            for (m, from) in small.places.enumerated() {
                let z = share(to.z, from.z, small.size[0], deep)
                let share = z * share(to.y, from.y, small.size[1], true) * share(to.x, from.x, small.size[2], true)
                if share > 0 { body(m * small.channels, n * small.channels, share) }
            }
        }
    }

    static func enlarged(_ map: PlainMap, deep: Bool) -> PlainMap {
        var result = PlainMap(doubled(map.size, deep: deep), map.channels)
        forEachShare(map, result, deep: deep) { small, large, share in
            for c in 0..<map.channels { result.values[large + c] += share * map.values[small + c] }
        }
        return result
    }

    static func enlargedBack(_ gradient: PlainMap, deep: Bool) -> PlainMap {
        var result = PlainMap(halved(gradient.size, deep: deep), gradient.channels)
        forEachShare(result, gradient, deep: deep) { small, large, share in
            for c in 0..<gradient.channels { result.values[small + c] += share * gradient.values[large + c] }
        }
        return result
    }

    // MARK: Classes

    static func softmax(_ logits: [Double]) -> [Double] {
        let most = logits.max() ?? 0
        let powers = logits.map { exp($0 - most) }
        return powers.map { $0 / powers.reduce(0, +) }
    }

    // MARK: Derivatives

    /// The derivatives of a function of `values` by each of them, from values on both sides: right to 1e-7 or so in
    /// double precision where the function has no kink so near.
    static func derivatives(_ values: [Double], step: Double = 1e-5, _ function: ([Double]) -> Double) -> [Double] {
        values.indices.map { n in
            var (below, above) = (values, values)
            below[n] -= step
            above[n] += step
            return (function(above) - function(below)) / (2 * step)
        }
    }
}
