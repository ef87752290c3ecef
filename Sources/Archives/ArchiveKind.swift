import VolumeIO

/// The archives that are unpacked, told by what is in the file, and by its name only for a tar without its mark.
public enum ArchiveKind: Sendable, Hashable {
    /// Files by name, in a zip or a tar that may be compressed.
    case files
    /// One DICOM file in gzip.
    case compressedDICOM

    /// Looks at a file; nil where it is none of these.
    public init?(of path: String) {
        switch FileKind(of: path) {
        case .compressedDICOM: self = .compressedDICOM
        case .known(let format) where ["a zip archive", "a tar archive"].contains(format.name): self = .files
        case .known(let format) where ["bzip2", "xz"].contains(format.name) && Self.saysTar(path): self = .files
        case .other where Self.saysTar(path): self = .files
        default: return nil
        }
    }

    /// Whether the name ends as that of a compressed tar does, whose inside is not looked at, or of a tar from before the
    /// mark.
    private static func saysTar(_ path: String) -> Bool {
        let lower = path.lowercased()
        return [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz"].contains(where: lower.hasSuffix)
    }
}
