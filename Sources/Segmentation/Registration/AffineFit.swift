import CRegistrationKernels
import Platform
import Preparation

/// Fits an affine map between two volumes by Gauss-Newton on the squared difference of values, after the values'
/// own linear relation, from coarse to fine. (Lucas and Kanade, IJCAI 1981; Thevenaz et al., IEEE TIP 7(1), 1998.)
struct AffineFit {
    /// Where places are looked for, and in which volume.
    let fixed, moving: ReducedVolume
    var kernels = RegistrationKernels.fastest

    /// Smoothing in samples, the step from sample to sample, and the most iterations of each stage.
    private static let stages: [(sigma: Double, stride: Int, iterations: Int)] = [
        (3, 2, 12), (1.5, 2, 12), (0.7, 1, 8),
    ]

    /// The map from `fixed` to `moving`, starting from another.
    func fit(from start: AffineMap) -> AffineMap {
        var parameters = Parameters(start, fixed)
        let (f, m) = (KernelGrid(fixed), KernelGrid(moving))
        let room = AlignedBuffer(kernels.pointee.fit_scratch())
        for stage in Self.stages {
            let filter = GaussianFilter(sigma: stage.sigma, kernels: kernels)
            let strides = SIMD3(repeating: stage.stride)
            let thinned = filter.apply(f).thinned(strides)
            let smoothed = PairedGrid(filter.apply(m), kernels: kernels)
            for _ in 0..<stage.iterations {
                let sums = sums(parameters, thinned, smoothed, strides, room)
                guard let step = improve(&parameters, sums), step > 0.01 else { break }
            }
        }
        return parameters.map
    }

    /// A map as 3 rows of 4 over the place relative to the middle of `fixed`, so that all parameters weigh alike.
    private struct Parameters {
        var rows: [[Double]]
        let middle: SIMD3<Double>
        let reach: Double

        init(_ map: AffineMap, _ fixed: ReducedVolume) {
            middle = fixed.extent / 2
            reach = fixed.extent.max() / 2
            let (centre, c) = (map(middle), map.columns)
            let reach = reach
            rows = (0..<3).map { [c.0[$0] * reach, c.1[$0] * reach, c.2[$0] * reach, centre[$0]] }
        }

        var map: AffineMap {
            func column(_ n: Int) -> SIMD3<Double> { SIMD3(rows[0][n], rows[1][n], rows[2][n]) / reach }
            let centre = SIMD3(rows[0][3], rows[1][3], rows[2][3])
            let (c0, c1, c2) = (column(0), column(1), column(2))
            return AffineMap(origin: centre - c0 * middle.x - c1 * middle.y - c2 * middle.z, c0, c1, c2)
        }
    }

    /// What the kernel adds up over the samples of `fixed` whose image lies inside `moving`.
    private func sums(
        _ parameters: Parameters, _ f: KernelGrid, _ m: PairedGrid, _ strides: SIMD3<Int>, _ room: AlignedBuffer
    ) -> FitSums {
        var lattice = parameters.map.lattice(of: fixed, strides: strides, in: moving, margin: 0)
        let start = (fixed.spacing / 2 - parameters.middle) / parameters.reach
        let step = fixed.spacing * SIMD3(Double(strides.x), Double(strides.y), Double(strides.z)) / parameters.reach
        let position = (0..<3).map { (start[$0], step[$0]) }
        var sums = [Double](repeating: 0, count: TOMOS_FIT_SUMS)
        m.withSampled { kernels.pointee.fit($0, &lattice, f.floats, position, room.floats, &sums) }
        return FitSums(sums)
    }

    /// One step; the largest change of a parameter in samples, or nil when there is nothing to fit.
    private func improve(_ parameters: inout Parameters, _ sums: FitSums) -> Double? {
        guard sums.count > 100, let relation = sums.relation else { return nil }
        var (normal, right) = sums.equations(slope: relation.slope, intercept: relation.intercept)
        for a in 0..<12 { normal[a * 12 + a] *= 1.001 }
        guard let step = solve(&normal, right) else { return nil }
        for axis in 0..<3 {
            for k in 0..<4 { parameters.rows[axis][k] += step[axis * 4 + k] * moving.spacing[axis] }
        }
        return step.map(abs).max()
    }

    /// Gaussian elimination with partial pivoting; nil when singular.
    private func solve(_ matrix: inout [Double], _ right: [Double]) -> [Double]? {
        var x = right
        for column in 0..<12 {
            let pivot = (column..<12).max { abs(matrix[$0 * 12 + column]) < abs(matrix[$1 * 12 + column]) } ?? column
            guard abs(matrix[pivot * 12 + column]) > 1e-12 else { return nil }
            if pivot != column {
                for k in 0..<12 { matrix.swapAt(pivot * 12 + k, column * 12 + k) }
                x.swapAt(pivot, column)
            }
            for row in column + 1..<12 {
                let factor = matrix[row * 12 + column] / matrix[column * 12 + column]
                for k in column..<12 { matrix[row * 12 + k] -= factor * matrix[column * 12 + k] }
                x[row] -= factor * x[column]
            }
        }
        for row in (0..<12).reversed() {
            for k in row + 1..<12 { x[row] -= matrix[row * 12 + k] * x[k] }
            x[row] /= matrix[row * 12 + row]
        }
        return x
    }
}

/// The sums of `tomos_registration_kernels.fit`: v are values of the fixed volume, w and g values and gradients of the
/// moving one, and p a place relative to the middle, and 1.
private struct FitSums {
    private let sums: [Double]

    init(_ sums: [Double]) { self.sums = sums }

    /// Samples.
    var count: Double { sums[0] }

    /// How fixed values go with moving ones.
    var relation: (slope: Double, intercept: Double)? { ValueMoments(sums).relation }

    /// The normal equations of the change of the map, [3 * 4][3 * 4] and [3 * 4], for residuals
    /// v - slope * w - intercept.
    func equations(slope: Double, intercept: Double) -> (normal: [Double], right: [Double]) {
        let (plain, fixed, moving, squares) = (6, 18, 30, 42)
        let right = (0..<12).map { n in
            slope * (sums[fixed + n] - slope * sums[moving + n] - intercept * sums[plain + n])
        }
        return (sums[squares...].map { slope * slope * $0 }, right)
    }
}
