import Preparation

/// Where to begin fitting one volume to another: their contents box to box or, where these look less alike then, at
/// their true sizes, shifted to where they look most alike. The latter holds where one of them shows more of the body
/// than the other.
struct AffineStart {
    /// Where places are looked for, and in which volume; smoothed.
    private let fixed, moving: ReducedVolume
    private let boxed: AffineMap
    /// The steps from sample to sample of `fixed`.
    private let strides: SIMD3<Int>

    private static let sigma = 2.0
    /// Every third sample is enough, but for grids that have only a few.
    private static let (stride, least) = (3, 8)
    /// Round by round the shifts tried along each axis, so many on both sides of the best so far; in samples.
    private static let rounds: [(step: Double, count: Int)] = [(4, 12), (4, 3), (1, 4)]
    /// Of what the volumes could have in common along all axes, the part that they must have.
    private static let overlap = 0.5

    /// From places in `fixed` to those in `moving`.
    init(fixed: ReducedVolume, moving: ReducedVolume) {
        let filter = GaussianFilter(sigma: Self.sigma)
        func smoothed(_ volume: ReducedVolume) -> ReducedVolume {
            ReducedVolume(
                size: volume.size, spacing: volume.spacing, values: filter.apply(volume.values, volume.size))
        }
        (self.fixed, self.moving) = (smoothed(fixed), smoothed(moving))
        boxed = AffineMap(box: fixed.content, to: moving.content)
        func stride(_ samples: Int) -> Int { min(Self.stride, max(1, samples / Self.least)) }
        strides = SIMD3(stride(fixed.size.x), stride(fixed.size.y), stride(fixed.size.z))
    }

    /// The start from which the volumes look most alike.
    func find() -> AffineMap {
        let middle = fixed.extent / 2
        let centred = boxed(middle) - middle
        let shifted = search(from: centred)
        return shifted.likeness > likeness(boxed) ?? -1 ? Self.shift(shifted.shift) : boxed
    }

    private static func shift(_ shift: SIMD3<Double>) -> AffineMap {
        AffineMap(origin: shift, SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1))
    }

    /// The best shift in mm that is found by going along one axis after the other.
    private func search(from start: SIMD3<Double>) -> (shift: SIMD3<Double>, likeness: Double) {
        var (best, most) = (start, likeness(Self.shift(start)) ?? -1)
        for round in Self.rounds {
            for axis in 0..<3 {
                let centre = best
                for n in -round.count...round.count where n != 0 {
                    var shift = centre
                    shift[axis] += Double(n) * round.step * moving.spacing[axis]
                    if let found = likeness(Self.shift(shift)), found > most { (best, most) = (shift, found) }
                }
            }
        }
        return (best, most)
    }

    /// Pearson's correlation where the volumes overlap; nil where that is too little.
    private func likeness(_ map: AffineMap) -> Double? {
        var (tried, count) = (0.0, 0.0)
        var (sumA, sumB, sumAB, sumAA, sumBB) = (0.0, 0.0, 0.0, 0.0, 0.0)
        moving.values.withUnsafeBufferPointer { values in
            let sampler = Sampler(values.baseAddress!, moving.size)
            for x in Swift.stride(from: 0, to: fixed.size.x, by: strides.x) {
                for y in Swift.stride(from: 0, to: fixed.size.y, by: strides.y) {
                    for z in Swift.stride(from: 0, to: fixed.size.z, by: strides.z) {
                        tried += 1
                        let image = map((SIMD3(Double(x), Double(y), Double(z)) + 0.5) * fixed.spacing)
                        guard all(image .>= .zero), all(image .<= moving.extent) else { continue }
                        let a = Double(fixed.values[(x * fixed.size.y + y) * fixed.size.z + z])
                        let b = Double(sampler(SIMD3<Float>(image / moving.spacing - 0.5)))
                        count += 1
                        sumA += a
                        sumB += b
                        sumAB += a * b
                        sumAA += a * a
                        sumBB += b * b
                    }
                }
            }
        }
        let common = pointwiseMin(fixed.extent, moving.extent) / fixed.extent
        guard count > 0, count >= Self.overlap * common.x * common.y * common.z * tried else { return nil }
        let (varianceA, varianceB) = (sumAA - sumA * sumA / count, sumBB - sumB * sumB / count)
        guard varianceA > 0, varianceB > 0 else { return nil }
        return (sumAB - sumA * sumB / count) / (varianceA * varianceB).squareRoot()
    }
}
