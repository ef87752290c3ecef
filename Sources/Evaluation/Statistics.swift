import Platform
import Volumes

/// A value of the sorted numbers' distribution, from 0 (the smallest) to 1, interpolated linearly between neighbours
/// as numpy's `percentile` does. There must be a number.
package func percentile(_ fraction: Double, ofSorted numbers: [Double]) -> Double {
    let place = fraction * Double(numbers.count - 1)
    let below = Int(known: place)
    let above = min(below + 1, numbers.count - 1)
    return numbers[below] + (numbers[above] - numbers[below]) * (place - Double(below))
}

/// A metric over several cases.
public struct Summary: Sendable, Hashable {
    /// How many times the cases are drawn anew for the interval.
    public static let resamples = 10_000

    /// Mean of all values.
    public let mean: Double
    /// Median of all values.
    public let median: Double
    /// 95 % confidence interval of the mean; nil for a single case.
    public let interval: ClosedRange<Double>?
    /// Cases that have a value.
    public let cases: Int

    /// Summarises values by case; cases without a value are not counted, and nil comes of no value at all.
    ///
    /// The interval is the percentile bootstrap's (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
    /// chapter 13): as many cases are drawn with replacement as there are, 10,000 times, and the interval reaches from
    /// the 2.5th to the 97.5th percentile of the means. A case is drawn with all of its values, because labels of one
    /// case go together. The seed is fixed: the same values give the same interval.
    public init?(byCase values: [[Double]]) {
        let values = values.filter { !$0.isEmpty }
        let all = values.flatMap(\.self).sorted()
        guard !all.isEmpty else { return nil }
        cases = values.count
        mean = all.reduce(0, +) / Double(all.count)
        median = percentile(0.5, ofSorted: all)
        interval = values.count > 1 ? Self.bootstrap(values.map { ($0.reduce(0, +), Double($0.count)) }) : nil
    }

    /// The interval of the mean from each case's sum and number of values.
    private static func bootstrap(_ cases: [(sum: Double, count: Double)]) -> ClosedRange<Double> {
        var random = SplitMix64(state: 1)
        let means = (0..<resamples).map { _ in
            var (sum, count) = (0.0, 0.0)
            for _ in cases.indices {
                let drawn = cases[random.below(cases.count)]
                sum += drawn.sum
                count += drawn.count
            }
            return sum / count
        }.sorted()
        return percentile(0.025, ofSorted: means)...percentile(0.975, ofSorted: means)
    }
}
