/// Sums over samples of two images, of which the second is to look like the first: what their values have to do with
/// each other.
struct ValueMoments {
    /// Samples.
    let count: Double
    private let fixed, moving, product, fixedSquare, movingSquare: Double

    /// Number, f, m, fm, ff and mm, as kernels add them up.
    init(_ sums: [Double]) {
        (count, fixed, moving) = (sums[0], sums[1], sums[2])
        (product, fixedSquare, movingSquare) = (sums[3], sums[4], sums[5])
    }

    private var covariance: Double { product - fixed * moving / count }
    private var fixedVariance: Double { Self.variance(fixedSquare, fixed, count) }
    private var movingVariance: Double { Self.variance(movingSquare, moving, count) }

    /// Squares of differences from the mean; 0 where that is no more than what squares in float32 lose by rounding.
    private static func variance(_ squares: Double, _ sum: Double, _ count: Double) -> Double {
        let variance = squares - sum * sum / count
        return variance > 1e-6 * squares ? variance : 0
    }

    /// f = slope * m + intercept by least squares, never reversed; nil where m is the same everywhere.
    var relation: (slope: Double, intercept: Double)? {
        guard count > 0, movingVariance > 0 else { return nil }
        let slope = max(covariance / movingVariance, 0.2)
        return (slope, (fixed - slope * moving) / count)
    }

    /// Pearson's; nil where one of them is the same everywhere.
    var correlation: Double? {
        guard count > 0, fixedVariance > 0, movingVariance > 0 else { return nil }
        return covariance / (fixedVariance * movingVariance).squareRoot()
    }
}
