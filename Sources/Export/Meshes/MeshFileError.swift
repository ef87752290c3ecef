import Volumes

/// Why a file of surfaces was not written or cannot be read.
public enum MeshFileError: TomosError, Hashable {
    /// No label has a voxel.
    case noSurface(name: String)
    /// The surfaces need more bytes than the format can count.
    case tooLarge(bytes: Int, limit: Int)
    /// The file is not as we write it.
    case damaged(path: String, reason: String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .noSurface, .damaged: .badData
        case .tooLarge: .limitExceeded
        }
    }

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .noSurface(let name):
            "\(name): no label has a voxel, so there is no surface to write (export a label map that is not empty)"
        case .tooLarge(let bytes, let limit):
            "the surfaces need \(bytes) bytes and a glTF file holds \(limit): export them as STL or PLY, a file a label, "
                + "or with fewer triangles"
        case .damaged(let path, let reason):
            "\(path): \(reason); only files of surfaces that tomos wrote are read back: export it again"
        }
    }
}
