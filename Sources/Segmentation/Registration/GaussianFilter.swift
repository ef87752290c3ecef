import Volumes
import Foundation

/// Smoothing of a grid by a Gaussian, one axis after the other; beyond the border the outermost value goes on.
struct GaussianFilter: Sendable {
    /// One half of the kernel: the centre's weight, then those of its neighbours at distance 1, 2, ...
    private let half: [Float]

    /// `sigma` in samples; the kernel ends at three of them.
    init(sigma: Double) {
        let radius = max(1, Int(known: (3 * sigma).rounded(.up)))
        let weights = (0...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
        let sum = weights[0] + 2 * weights.dropFirst().reduce(0, +)
        half = weights.map { Float($0 / sum) }
    }

    /// Smooths `size.x * size.y * size.z` values, the last axis fastest. `spare` has as much room.
    func apply(_ values: UnsafeMutablePointer<Float>, _ spare: UnsafeMutablePointer<Float>, _ size: SIMD3<Int>) {
        let plane = size.y * size.z
        along(values, spare, outer: 1, count: size.x, inner: plane)
        along(spare, values, outer: size.x, count: size.y, inner: size.z)
        alongFastest(values, spare, lines: size.x * size.y, count: size.z)
        values.update(from: spare, count: size.x * plane)
    }

    func apply(_ values: [Float], _ size: SIMD3<Int>) -> [Float] {
        var (values, spare) = (values, values)
        values.withUnsafeMutableBufferPointer { values in
            spare.withUnsafeMutableBufferPointer { apply(values.baseAddress!, $0.baseAddress!, size) }
        }
        return values
    }

    /// Along an axis whose neighbours are whole rows of `inner` values.
    private func along(
        _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, outer: Int, count: Int, inner: Int
    ) {
        for block in 0..<outer {
            let from = input + block * count * inner
            for n in 0..<count {
                let to = output + (block * count + n) * inner
                let centre = from + n * inner
                for i in 0..<inner { to[i] = half[0] * centre[i] }
                for d in 1..<half.count {
                    let (before, after) = (from + max(n - d, 0) * inner, from + min(n + d, count - 1) * inner)
                    let weight = half[d]
                    for i in 0..<inner { to[i] += weight * (before[i] + after[i]) }
                }
            }
        }
    }

    private func alongFastest(
        _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, lines: Int, count: Int
    ) {
        let radius = half.count - 1
        withUnsafeTemporaryAllocation(of: Float.self, capacity: count + 2 * radius) { padded in
            let line = padded.baseAddress!
            for n in 0..<lines {
                let (from, to) = (input + n * count, output + n * count)
                for i in 0..<radius {
                    line[i] = from[0]
                    line[radius + count + i] = from[count - 1]
                }
                (line + radius).update(from: from, count: count)
                for i in 0..<count { to[i] = half[0] * line[i + radius] }
                for d in 1...radius {
                    let (weight, before, after) = (half[d], line + (radius - d), line + (radius + d))
                    for i in 0..<count { to[i] += weight * (before[i] + after[i]) }
                }
            }
        }
    }
}
