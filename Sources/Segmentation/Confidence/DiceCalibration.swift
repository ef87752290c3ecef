/// A Dice that may be expected of a result.
public struct DicePrediction: Sendable, Hashable, Codable {
    /// The prediction.
    public var dice: Double
    /// Where nine of ten are expected.
    public var lower, upper: Double

    /// Makes a prediction.
    public init(dice: Double, lower: Double, upper: Double) {
        (self.dice, self.lower, self.upper) = (dice, lower, upper)
    }
}

/// How the Dice that the probabilities of a label that was found promise relates to the true one, seen by leave-one-out
/// in a pack: a straight line.
///
/// A volume in which one label is hard to find is a hard one for the others too, so half of a promise's distance from
/// the usual is taken from the mean of all labels'. Leave-one-out ranks the results of a volume better so.
public struct DiceCalibration: Sendable, Hashable, Codable {
    /// Label id.
    public var label: UInt16
    /// Mean of what the probabilities promised.
    public var usual: Double
    /// True Dice = intercept + slope * promise.
    public var slope, intercept: Double
    /// Standard deviation of what the line leaves.
    public var spread: Double
    /// Sum of the promises' squared distances from their mean, which hold the line, and of the caution.
    public var squares: Double
    /// Results that it was found from.
    public var cases: Int

    /// A label's result in one volume.
    package struct Result: Sendable {
        /// The Dice that the probabilities promise.
        var expected: Double
        /// The true one.
        var dice: Double

        package init(expected: Double, dice: Double) { (self.expected, self.dice) = (expected, dice) }
    }

    /// The slope is drawn to 1 as if this much more had been seen: the sum of squares of some cases.
    private static let caution = 4 * 0.02 * 0.02
    /// How much wider intervals are than leave-one-out in a pack says: the cases of a study differ more than volumes that
    /// were labelled together. Without it, intervals held 71 to 100 % of the results on the five development sets; the
    /// studies had a say in this one figure.
    private static let strangeness = 1.25
    /// Results that a line needs.
    private static let least = 3

    /// Fits a line to each label that has three results or more, ascending ids.
    ///
    /// - Parameter volumes: volume by volume the results of the labels that it holds or was given; those that promise 0
    ///   were not found and are left out.
    package static func fitted(to volumes: [[UInt16: Result]]) -> [DiceCalibration] {
        let volumes = volumes.map { $0.filter { $0.value.expected > 0 } }
        let expected = Dictionary(grouping: volumes.joined(), by: \.key).mapValues { $0.map(\.value.expected) }
        let usual = expected.filter { $0.value.count >= least }.mapValues(mean)
        let promises = volumes.map { shared($0.mapValues(\.expected), usual: usual) }
        return usual.sorted { $0.key < $1.key }.map { label, usual in
            let results = zip(volumes, promises).compactMap { volume, promises -> Result? in
                guard let promise = promises[label], let dice = volume[label]?.dice else { return nil }
                return Result(expected: promise, dice: dice)
            }
            return DiceCalibration(label: label, usual: usual, results: results)
        }
    }

    /// Fits a line by least squares.
    private init(label: UInt16, usual: Double, results: [Result]) {
        let (x, y) = (Self.mean(results.map(\.expected)), Self.mean(results.map(\.dice)))
        let xx = results.reduce(0) { $0 + ($1.expected - x) * ($1.expected - x) }
        let xy = results.reduce(0) { $0 + ($1.expected - x) * ($1.dice - y) }
        let slope = max(0, (xy + Self.caution) / (xx + Self.caution))
        let left = results.reduce(0) { sum, result in
            let miss = result.dice - y - slope * (result.expected - x)
            return sum + miss * miss
        }
        (self.label, self.usual, self.slope, intercept) = (label, usual, slope, y - slope * x)
        squares = xx + Self.caution
        (spread, cases) = ((left / Double(results.count - 2)).squareRoot(), results.count)
    }

    /// Whether predictions can be made with it; what a file holds may be anything.
    var isWhole: Bool {
        // Dice and promises lie from 0 to 1; a line through them, and what it leaves, is of their size.
        let numbers = [usual, slope, intercept, spread]
        return (Self.least...1_000_000).contains(cases) && squares >= 1e-9 && squares <= 1e9
            && numbers.allSatisfy { abs($0) <= 1e4 }
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }

    /// The promises of one volume's labels, each drawn to what the others' are to their usual ones.
    private static func shared(_ expected: [UInt16: Double], usual: [UInt16: Double]) -> [UInt16: Double] {
        let known = usual.keys.sorted().filter { expected[$0] != nil }
        let apart = known.map { expected[$0, default: 0] - usual[$0, default: 0] }
        let mean = mean(apart)
        return Dictionary(
            uniqueKeysWithValues: zip(known, apart).map { ($0, usual[$0, default: 0] + ($1 + mean) / 2) })
    }

    /// What may be expected of the results of one volume.
    ///
    /// - Parameter expected: the Dice that the probabilities promise, label by label of those found.
    static func predictions(
        _ calibrations: [DiceCalibration], expected: [UInt16: Double]
    ) -> [UInt16: DicePrediction] {
        let promises = shared(
            expected, usual: Dictionary(calibrations.map { ($0.label, $0.usual) }) { first, _ in first })
        return Dictionary(
            calibrations.compactMap { line in promises[line.label].map { (line.label, line.prediction(promise: $0)) } }
        ) { first, _ in first }
    }

    private func prediction(promise: Double) -> DicePrediction {
        func possible(_ dice: Double) -> Double { min(max(dice, 0), 1) }
        let dice = intercept + slope * promise
        // The interval of a further result about a line by least squares.
        let apart = promise - usual
        let reach =
            Self.reach(freedom: cases - 2) * spread * (1 + 1 / Double(cases) + apart * apart / squares).squareRoot()
            * Self.strangeness
        return DicePrediction(
            dice: possible(dice), lower: possible(dice - reach), upper: possible(dice + reach))
    }

    /// Standard deviations on either side that hold nine of ten: the 95th percentile of Student's t, from the third
    /// degree of freedom on to 0.01 by its expansion about the normal one (Abramowitz and Stegun, 26.7.5).
    static func reach(freedom: Int) -> Double {
        if freedom < 3 { return freedom < 2 ? 6.314 : 2.920 }
        let (z, share) = (1.644854, 1 / Double(freedom))
        let (z3, z5) = (z * z * z, z * z * z * z * z)
        let (second, third) = (5 * z5 + 16 * z3 + 3 * z, 3 * z5 * z * z + 19 * z5 + 17 * z3 - 15 * z)
        let terms = [z, (z3 + z) / 4, second / 96, third / 384]
        return terms.reversed().reduce(0) { $0 * share + $1 }
    }
}
