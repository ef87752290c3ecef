import Volumes

/// Why something cannot be shown.
public enum ViewError: TomosError, Equatable {
    /// Labels do not lie on the image's grid.
    case otherGrid(shape: Shape, of: Shape)
    /// No port, or not this one.
    case cannotListen(port: Int, reason: String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .otherGrid: .badData
        case .cannotListen: .cannotCreate
        }
    }

    /// The message.
    public var description: String {
        switch self {
        case .otherGrid(let shape, let grid):
            "the label map has \(shape) voxels and does not lie on the image's grid of \(grid) (name the image that it "
                + "was made from)"
        case .cannotListen(let port, let reason):
            port == 0
                ? "cannot listen on this machine: \(reason)"
                : "port \(port): cannot be listened on: \(reason) (name another with --port, or none for a free one)"
        }
    }
}
