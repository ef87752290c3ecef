import Evaluation
import Foundation
import Volumes

/// How large each label is in the done cases of a study, and which volumes stand apart: Tukey's fences about the logarithm
/// of the volume, one and a half times the distance of the quartiles beyond them. That asks neither for a normal
/// distribution nor for a study without failures.
public struct VolumeOutliers: Sendable {
    /// To which side a volume stands apart.
    public enum Side: String, Sendable, Hashable, Codable {
        /// It is larger than the others let one expect.
        case larger
        /// It is smaller.
        case smaller
    }

    /// The volumes of one label, in mm³.
    public struct Distribution: Sendable, Hashable {
        /// Half of the cases have less.
        public var median: Double
        /// First and third quartile.
        public var low, high: Double
        /// Tukey's fences.
        public var lower, upper: Double
    }

    /// The labels that enough cases hold.
    public let distributions: [UInt16: Distribution]

    /// Fewer volumes tell nothing of what is usual.
    public static let least = 8
    private static let reach = 1.5
    /// The least distance of quartiles that is believed, of the logarithm: cases that differ by less than a tenth in all
    /// are alike.
    private static let leastSpread = 0.1

    /// Looks at the done cases among those given; labels without voxels do not count.
    public init(_ outcomes: some Sequence<CaseOutcome>) {
        var sizes: [UInt16: [Double]] = [:]
        for outcome in outcomes where outcome.isDone {
            for structure in outcome.structures where structure.voxels > 0 && structure.mm3 > 0 {
                sizes[structure.id, default: []].append(log(structure.mm3))
            }
        }
        distributions = sizes.filter { $0.value.count >= Self.least }.mapValues { sizes in
            let sizes = sizes.sorted()
            let (low, high) = (percentile(0.25, ofSorted: sizes), percentile(0.75, ofSorted: sizes))
            let reach = Self.reach * max(high - low, Self.leastSpread)
            return Distribution(
                median: exp(percentile(0.5, ofSorted: sizes)), low: exp(low), high: exp(high), lower: exp(low - reach),
                upper: exp(high + reach))
        }
    }

    /// Where a volume stands apart; nil where it does not, or nothing is known of the label.
    ///
    /// - Parameter mm3: The volume; 0 stands nowhere.
    public func side(of label: UInt16, mm3: Double) -> Side? {
        guard mm3 > 0, let known = distributions[label] else { return nil }
        return mm3 > known.upper ? .larger : mm3 < known.lower ? .smaller : nil
    }
}

extension CaseOutcome {
    /// Whether its results are there.
    public var isDone: Bool { status == .done || status == .kept }
}
