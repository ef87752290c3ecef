import CRegistrationKernels
import Preparation

/// Where to begin fitting one volume to another: their contents box to box or, where these look less alike then, at
/// their true sizes, shifted to where they look most alike. The latter holds where one of them shows more of the body
/// than the other.
struct AffineStart {
    /// Where places are looked for, and in which volume.
    private let fixed, moving: ReducedVolume
    /// Their values smoothed; those of `fixed` at every so many samples only.
    private let samples: KernelGrid
    private let values: PairedGrid
    private let boxed: AffineMap
    /// The steps from sample to sample of `fixed`.
    private let strides: SIMD3<Int>
    private let kernels: RegistrationKernels

    private static let sigma = 2.0
    /// Every third sample is enough, but for grids that have only a few.
    private static let (stride, least) = (3, 8)
    /// Round by round the shifts tried along each axis, so many on both sides of the best so far; in samples.
    private static let rounds: [(step: Double, count: Int)] = [(4, 12), (4, 3), (1, 4)]
    /// Of what the volumes could have in common along all axes, the part that they must have.
    private static let overlap = 0.5

    /// From places in `fixed` to those in `moving`.
    init(fixed: ReducedVolume, moving: ReducedVolume, kernels: RegistrationKernels = .fastest) {
        (self.fixed, self.moving, self.kernels) = (fixed, moving, kernels)
        boxed = AffineMap(box: fixed.content, to: moving.content)
        func stride(_ samples: Int) -> Int { min(Self.stride, max(1, samples / Self.least)) }
        strides = SIMD3(stride(fixed.size.x), stride(fixed.size.y), stride(fixed.size.z))
        let filter = GaussianFilter(sigma: Self.sigma, kernels: kernels)
        samples = filter.apply(KernelGrid(fixed)).thinned(strides)
        values = PairedGrid(filter.apply(KernelGrid(moving)), kernels: kernels)
    }

    /// The start from which the volumes look most alike.
    func find() -> AffineMap {
        let middle = fixed.extent / 2
        let centred = boxed(middle) - middle
        let shifted = search(from: centred)
        return shifted.likeness > likeness(boxed) ?? -1 ? AffineMap(shift: shifted.shift) : boxed
    }

    /// The best shift in mm that is found by going along one axis after the other.
    private func search(from start: SIMD3<Double>) -> (shift: SIMD3<Double>, likeness: Double) {
        var (best, most) = (start, likeness(AffineMap(shift: start)) ?? -1)
        for round in Self.rounds {
            for axis in 0..<3 {
                let centre = best
                for n in -round.count...round.count where n != 0 {
                    var shift = centre
                    shift[axis] += Double(n) * round.step * moving.spacing[axis]
                    if let found = likeness(AffineMap(shift: shift)), found > most { (best, most) = (shift, found) }
                }
            }
        }
        return (best, most)
    }

    /// Pearson's correlation where the volumes overlap; nil where that is too little.
    private func likeness(_ map: AffineMap) -> Double? {
        var lattice = map.lattice(of: fixed, strides: strides, in: moving, margin: 0.5)
        var sums = [Double](repeating: 0, count: TOMOS_MOMENTS)
        values.withSampled { kernels.pointee.compare($0, &lattice, samples.floats, &sums) }
        let (moments, common) = (ValueMoments(sums), pointwiseMin(fixed.extent, moving.extent) / fixed.extent)
        guard moments.count >= Self.overlap * common.x * common.y * common.z * Double(samples.count) else { return nil }
        return moments.correlation
    }
}
