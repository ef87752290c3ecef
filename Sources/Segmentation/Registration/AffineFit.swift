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

    func callAsFunction(_ place: SIMD3<Double>) -> SIMD3<Double> {
        origin + c0 * place.x + c1 * place.y + c2 * place.z
    }

    /// How much larger a piece of the first volume is in the second.
    var determinant: Double {
        c0.x * (c1.y * c2.z - c1.z * c2.y) - c0.y * (c1.x * c2.z - c1.z * c2.x) + c0.z * (c1.x * c2.y - c1.y * c2.x)
    }
}

/// Fits an affine map between two volumes by Gauss-Newton on the squared difference of values, after the values'
/// own linear relation, from coarse to fine. (Lucas and Kanade, IJCAI 1981; Thevenaz et al., IEEE TIP 7(1), 1998.)
struct AffineFit {
    /// Where places are looked for, and in which volume.
    let fixed, moving: ReducedVolume

    /// Smoothing in samples, the step from sample to sample, and the most iterations of each stage.
    private static let stages: [(sigma: Double, stride: Int, iterations: Int)] = [
        (3, 2, 12), (1.5, 2, 12), (0.7, 1, 8),
    ]

    /// The map from `fixed` to `moving`, starting from another.
    func fit(from start: AffineMap) -> AffineMap {
        var parameters = Parameters(start, fixed)
        for stage in Self.stages {
            let filter = GaussianFilter(sigma: stage.sigma)
            let (f, m) = (filter.apply(fixed.values, fixed.size), filter.apply(moving.values, moving.size))
            for _ in 0..<stage.iterations {
                guard let step = improve(&parameters, f, m, stride: stage.stride), step > 0.01 else { break }
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

    /// One step; the largest change of a parameter in samples, or nil when there is nothing to fit.
    private func improve(_ parameters: inout Parameters, _ f: [Float], _ m: [Float], stride: Int) -> Double? {
        let map = parameters.map
        let points = sampled(map, f, m, stride: stride, parameters)
        guard points.count > 100, let relation = relation(points) else { return nil }
        var normal = [Double](repeating: 0, count: 12 * 12)
        var right = [Double](repeating: 0, count: 12)
        var row = [Float](repeating: 0, count: 12)
        var (sums, gradientSums) = ([Float](repeating: 0, count: 144), [Float](repeating: 0, count: 12))
        for (n, point) in points.enumerated() {
            let residual = point.fixed - relation.slope * point.moving - relation.intercept
            for axis in 0..<3 {
                let g = relation.slope * point.gradient[axis]
                for k in 0..<4 { row[axis * 4 + k] = g * point.place[k] }
            }
            for a in 0..<12 {
                gradientSums[a] += row[a] * residual
                for b in a..<12 { sums[a * 12 + b] += row[a] * row[b] }
            }
            // Short float sums, long double ones.
            if n & 255 == 255 || n == points.count - 1 {
                for a in 0..<144 { normal[a] += Double(sums[a]); sums[a] = 0 }
                for a in 0..<12 { right[a] += Double(gradientSums[a]); gradientSums[a] = 0 }
            }
        }
        for a in 0..<12 {
            for b in 0..<a { normal[a * 12 + b] = normal[b * 12 + a] }
            normal[a * 12 + a] *= 1.001
        }
        guard let step = solve(&normal, right) else { return nil }
        for axis in 0..<3 {
            for k in 0..<4 { parameters.rows[axis][k] += step[axis * 4 + k] * moving.spacing[axis] }
        }
        return step.map(abs).max()
    }

    private struct Point {
        var fixed, moving: Float
        var gradient: SIMD3<Float>
        var place: SIMD4<Float>
    }

    /// The samples of `fixed` whose image lies inside `moving`.
    private func sampled(
        _ map: AffineMap, _ f: [Float], _ m: [Float], stride: Int, _ parameters: Parameters
    ) -> [Point] {
        var points: [Point] = []
        let last = SIMD3<Float>(moving.size &- 1)
        m.withUnsafeBufferPointer { m in
            let sampler = Sampler(m.baseAddress!, moving.size)
            for x in Swift.stride(from: 0, to: fixed.size.x, by: stride) {
                for y in Swift.stride(from: 0, to: fixed.size.y, by: stride) {
                    for z in Swift.stride(from: 0, to: fixed.size.z, by: stride) {
                        let place = (SIMD3(Double(x), Double(y), Double(z)) + 0.5) * fixed.spacing
                        let at = SIMD3<Float>(map(place) / moving.spacing - 0.5)
                        guard all(at .>= 0), all(at .<= last) else { continue }
                        let (value, gradient) = sampler.slope(at)
                        let relative = SIMD3<Float>((place - parameters.middle) / parameters.reach)
                        points.append(
                            Point(
                                fixed: f[(x * fixed.size.y + y) * fixed.size.z + z], moving: value, gradient: gradient,
                                place: SIMD4(relative, 1)))
                    }
                }
            }
        }
        return points
    }

    /// fixed = slope * moving + intercept, by least squares; never reversed.
    private func relation(_ points: [Point]) -> (slope: Float, intercept: Float)? {
        let count = Double(points.count)
        let meanFixed = points.reduce(0) { $0 + Double($1.fixed) } / count
        let meanMoving = points.reduce(0) { $0 + Double($1.moving) } / count
        var (covariance, variance) = (0.0, 0.0)
        for point in points {
            let moved = Double(point.moving) - meanMoving
            covariance += moved * (Double(point.fixed) - meanFixed)
            variance += moved * moved
        }
        guard variance > 0 else { return nil }
        let slope = max(covariance / variance, 0.2)
        return (Float(slope), Float(meanFixed - slope * meanMoving))
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
