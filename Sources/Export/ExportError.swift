import Volumes

/// Why nothing was exported.
public enum ExportError: TomosError, Hashable {
    /// Image and label map do not lie on the same grid.
    case differentGrids(image: Geometry, labels: Geometry)
    /// The window has no width, or is not finite.
    case badWindow(lower: Float, upper: Float)
    /// A setting of a picture is beyond its limits.
    case badSetting(name: String, value: String, allowed: String)
    /// A written file, read again, does not show what it should. It was not delivered.
    case proofFailed(file: String, reason: String)
    /// A label map cannot be written in a format.
    case cannotExport(format: String, reason: String)
    /// A picture cannot be made of this.
    case pictureFailed(reason: String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .differentGrids: .badData
        case .badWindow, .badSetting: .badConfiguration
        case .cannotExport: .badData
        case .pictureFailed, .proofFailed: .inputOutput
        }
    }

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .differentGrids(let image, let labels):
            "the image has \(image.shape) voxels in \(image.orientation), the label map \(labels.shape) in "
                + "\(labels.orientation), or they lie at different places; a picture needs both on one grid "
                + "(use the label map made for this image)"
        case .badWindow(let lower, let upper):
            "window \(lower) to \(upper): the lower bound must be below the upper"
        case .badSetting(let name, let value, let allowed): "\(name) \(value): give \(allowed)"
        case .proofFailed(let file, let reason):
            "\(file): not delivered: read again, it does not show the label map: \(reason) (choose another "
                + "format, and tell the makers of tomos)"
        case .cannotExport(let format, let reason): "\(format): \(reason)"
        case .pictureFailed(let reason):
            "the picture could not be written: \(reason)"
        }
    }
}
