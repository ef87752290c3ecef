import Volumes

/// Why a volume cannot be prepared.
public enum PreparationError: TomosError, Hashable {
    /// The window's bounds are out of order or out of range.
    case unusableWindow(IntensityWindow)
    /// Every voxel of a volume of this shape is padding, NaN or infinite.
    case nothingMeasured(Shape)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .unusableWindow: .badConfiguration
        case .nothingMeasured: .badData
        }
    }

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .unusableWindow(let window):
            "window \(window): the lower bound must be below the upper, percentiles within 0 to 100 "
                + "(for example range(-500, 1000) or percentile(0.5, 99.5))"
        case .nothingMeasured(let shape):
            "all \(shape.count) voxels of the \(shape) volume are padding, NaN or infinite; there is nothing to "
                + "segment (check the export)"
        }
    }
}
