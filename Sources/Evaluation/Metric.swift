/// What is measured of a label in a case. Raw values are the keys of reports.
public enum Metric: String, Sendable, CaseIterable, CodingKey {
    /// Dice's coefficient, 0 to 1.
    case dice
    /// Jaccard's index, 0 to 1.
    case iou
    /// The part of the result that is true, 0 to 1.
    case precision
    /// The part of the truth that was found, 0 to 1.
    case recall
    /// Volume of the result less that of the truth, in mm^3.
    case volumeDifference
    /// Volume of the result less that of the truth, as a part of the truth's: medpy's `ravd`.
    case relativeVolumeDifference
    /// Hausdorff's distance, in mm.
    case hd
    /// 95th percentile of the surface distances, in mm.
    case hd95
    /// Average symmetric surface distance, in mm.
    case assd
    /// Normalised surface Dice, 0 to 1.
    case nsd

    /// What kind of number it is; the policies of empty masks treat each in its own way.
    public enum Kind: Sendable {
        /// From 0, no agreement, to 1.
        case agreement
        /// Millimetres between surfaces.
        case distance
        /// A difference of volumes, 0 when they are equal.
        case difference
    }

    /// The metric's kind.
    public var kind: Kind {
        switch self {
        case .dice, .iou, .precision, .recall, .nsd: .agreement
        case .hd, .hd95, .assd: .distance
        case .volumeDifference, .relativeVolumeDifference: .difference
        }
    }
}
