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
            "\(count) support slices: use 1 to 512 (16 is a good start, 64 the network's training range)"
        case .ensembleOutOfRange(let count): "an ensemble of \(count) draws: use 1 to \(Draws.most)"
        case .sideOutOfRange(let side):
            "slices of \(side)x\(side): use a multiple of 32 from 64 to 512 (128 is what the network was trained on)"
        case .degenerate(let shape):
            "a volume of \(shape) voxels has no slices to segment: each slice needs at least 2x2"
        }
    }
}
