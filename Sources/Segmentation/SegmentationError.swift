import Volumes

/// What a segmentation is asked for and cannot do.
public enum SegmentationError: TomosError, Equatable {
    /// S is not possible.
    case supportOutOfRange(Int)
    /// No such number of draws.
    case ensembleOutOfRange(Int)
    /// The network cannot work on squares of this side.
    case sideOutOfRange(Int)
    /// The volume has too few voxels for slices.
    case degenerate(Shape)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .supportOutOfRange, .ensembleOutOfRange, .sideOutOfRange: .badConfiguration
        case .degenerate: .badData
        }
    }

    /// What is wrong and the way out.
    public var description: String {
        switch self {
        case .supportOutOfRange(let count):
            "\(count) support slices: use \(SegmentSettings.support.limits) (\(SegmentSettings.support.standard) is a good start, \(SegmentSettings.trainedSupport) the network's training range)"
        case .ensembleOutOfRange(let count):
            "an ensemble of \(count) draws: use \(SegmentSettings.ensemble.limits)"
        case .sideOutOfRange(let side):
            "slices of \(side)x\(side): use \(SegmentSettings.side.limits) (\(SegmentSettings.side.standard) is what the network was trained on)"
        case .degenerate(let shape):
            "a volume of \(shape) voxels has no slices to segment: each slice needs at least 2x2"
        }
    }
}
