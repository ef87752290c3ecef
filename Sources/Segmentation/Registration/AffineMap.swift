import CRegistrationKernels
import Preparation

/// The affine map from places in one volume to places in another, in mm along S, R, A.
struct AffineMap: Sendable, Hashable {
    /// The image of the origin, and the columns of the matrix.
    var origin: SIMD3<Double>
    var columns: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) { (c0, c1, c2) }
    private var c0, c1, c2: SIMD3<Double>

    init(origin: SIMD3<Double>, _ c0: SIMD3<Double>, _ c1: SIMD3<Double>, _ c2: SIMD3<Double>) {
        (self.origin, self.c0, self.c1, self.c2) = (origin, c0, c1, c2)
    }

    /// The corner of one box to the corner of another, their sizes to each other.
    init(box: (low: SIMD3<Double>, high: SIMD3<Double>), to other: (low: SIMD3<Double>, high: SIMD3<Double>)) {
        let scale = (other.high - other.low) / (box.high - box.low)
        self.init(
            origin: other.low - scale * box.low, SIMD3(scale.x, 0, 0), SIMD3(0, scale.y, 0), SIMD3(0, 0, scale.z))
    }

    /// Shifts by so many mm.
    init(shift: SIMD3<Double>) { self.init(origin: shift, SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)) }

    func callAsFunction(_ place: SIMD3<Double>) -> SIMD3<Double> {
        origin + c0 * place.x + c1 * place.y + c2 * place.z
    }

    /// How much larger a piece of the first volume is in the second.
    var determinant: Double {
        c0.x * (c1.y * c2.z - c1.z * c2.y) - c0.y * (c1.x * c2.z - c1.z * c2.x) + c0.z * (c1.x * c2.y - c1.y * c2.x)
    }

    /// Where samples of one volume lie in another.
    ///
    /// - Parameters:
    ///   - strides: From sample to sample along S, R, A.
    ///   - margin: How far beyond the outermost samples of the other volume a place counts as inside, in samples.
    func lattice(
        of fixed: ReducedVolume, strides: SIMD3<Int> = SIMD3(1, 1, 1), in moving: ReducedVolume, margin: Float
    ) -> tomos_lattice {
        let counts = (fixed.size &+ strides &- 1) / strides
        let first = self(fixed.spacing / 2) / moving.spacing - 0.5
        func step(_ axis: Int) -> (Double, Double, Double) {
            let step = [c0, c1, c2][axis] * fixed.spacing[axis] * Double(strides[axis]) / moving.spacing
            return (step.x, step.y, step.z)
        }
        return tomos_lattice(
            size: counts.kernelSize, origin: (first.x, first.y, first.z), steps: (step(0), step(1), step(2)),
            margin: margin)
    }
}
