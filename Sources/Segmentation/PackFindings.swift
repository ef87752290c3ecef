import Foundation
import Inference
import Preparation
import VolumeIO
import Volumes

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

/// How the Dice that a label's probabilities promise relates to the true one, found by leave-one-out in a pack: a
/// straight line.
public struct DiceCalibration: Sendable, Hashable, Codable {
    /// Label id.
    public var label: UInt16
    /// True Dice = intercept + slope * expected Dice.
    public var slope, intercept: Double
    /// Standard deviation of what the line leaves.
    public var spread: Double
    /// Results that it was found from.
    public var cases: Int

    /// The slope is drawn to 1 as if this much more had been seen: the sum of squares of some cases.
    private static let caution = 4 * 0.02 * 0.02
    /// Standard deviations on either side that hold nine of ten.
    private static let reach = 1.645

    /// Fits a line to results by least squares; nil for fewer than three.
    public init?(label: UInt16, results: [(expected: Double, dice: Double)]) {
        let count = Double(results.count)
        guard results.count >= 3 else { return nil }
        let x = results.reduce(0) { $0 + $1.expected } / count
        let y = results.reduce(0) { $0 + $1.dice } / count
        let xx = results.reduce(0) { $0 + ($1.expected - x) * ($1.expected - x) }
        let xy = results.reduce(0) { $0 + ($1.expected - x) * ($1.dice - y) }
        let slope = max(0, (xy + Self.caution) / (xx + Self.caution))
        let left = results.reduce(0) { sum, result in
            let miss = result.dice - y - slope * (result.expected - x)
            return sum + miss * miss
        }
        (self.label, self.slope, intercept) = (label, slope, y - slope * x)
        (spread, cases) = ((left / (count - 2)).squareRoot(), results.count)
    }

    /// What may be expected of a result whose probabilities promise a Dice.
    public func prediction(expected: Double) -> DicePrediction {
        func possible(_ dice: Double) -> Double { min(max(dice, 0), 1) }
        let dice = intercept + slope * expected
        let reach = Self.reach * spread * (1 + 1 / Double(cases)).squareRoot()
        return DicePrediction(
            dice: possible(dice), lower: possible(dice - reach), upper: possible(dice + reach))
    }
}

/// What a pack knows of itself: `check.json` in its folder, written by `tomos task check --save` and from then on what
/// its segmentations go by.
public struct PackFindings: Sendable, Hashable, Codable {
    /// SHA-256 of the `pack.yaml` that was checked.
    public var packSHA256: String
    /// SHA-256 of the weights it was checked with.
    public var weightsSHA256: String
    /// What it was checked with.
    public var options: CheckedOptions
    /// Probability from which a voxel is foreground.
    public var threshold: Double
    /// One a label, of those that enough volumes hold.
    public var calibrations: [DiceCalibration]
    /// What was learned of the errors; nil where that is too little to be of use. Threshold and calibrations hold with it.
    public var correction: LabelCorrection?

    /// Makes findings.
    public init(
        packSHA256: String, weightsSHA256: String, options: CheckedOptions, threshold: Double,
        calibrations: [DiceCalibration], correction: LabelCorrection?
    ) {
        (self.packSHA256, self.weightsSHA256) = (packSHA256, weightsSHA256)
        (self.options, self.threshold) = (options, threshold)
        (self.calibrations, self.correction) = (calibrations, correction)
    }

    /// The file's name in a pack.
    public static let fileName = "check.json"

    /// Those of a pack; nil when it was not checked.
    ///
    /// - Throws: ``TaskPackError/staleFindings(_:reason:)`` when the file is not of this `pack.yaml`, or no such file.
    static func load(_ folder: String, packSHA256: String) throws -> (findings: PackFindings, bytes: [UInt8])? {
        let path = folder + "/" + fileName
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw TaskPackError.staleFindings(path, reason: "it cannot be read")
        }
        guard let found = try? JSONDecoder().decode(PackFindings.self, from: data), !found.options.planes.isEmpty,
            found.threshold > 0, found.threshold < 1, found.correction?.isWhole ?? true
        else { throw TaskPackError.staleFindings(path, reason: "it is not what 'tomos task check --save' writes") }
        guard found.packSHA256 == packSHA256 else {
            throw TaskPackError.staleFindings(path, reason: "pack.yaml has changed since it was written")
        }
        return (found, [UInt8](data))
    }

    /// Writes them into a pack's folder.
    public func save(in folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try AtomicFile.write([UInt8](try encoder.encode(self)) + [0x0A], to: folder + "/" + Self.fileName)
    }

    /// The same where they hold for the way of segmenting that is asked for, nil otherwise.
    func held(by options: CheckedOptions, weightsSHA256: String) -> PackFindings? {
        options == self.options && weightsSHA256 == self.weightsSHA256 ? self : nil
    }
}
