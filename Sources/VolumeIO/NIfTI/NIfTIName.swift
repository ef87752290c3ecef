/// The name of a NIfTI file in its parts: `scans/liver.v2.nii.gz` is `scans/`, `liver.v2` and `.nii.gz`.
///
/// This is the one place that knows how NIfTI files end. Whatever stands before the ending, dots included, is the stem.
public struct NIfTIName: Sendable, Hashable {
    /// What a file holds, going by its name.
    public enum Part: Sendable {
        /// Header and voxels: `.nii`.
        case whole
        /// The header of a pair: `.hdr`.
        case header
        /// The voxels of a pair: `.img`.
        case voxels
    }

    /// The folder with its slash, or nothing.
    public let folder: String
    /// The file's name without its ending.
    public let stem: String
    /// The ending as it is written, `.nii.gz` or `.NII`.
    public let ending: String
    /// What the file holds.
    public let part: Part

    /// Whether the name says gzip.
    public var isCompressed: Bool { ending.lowercased().hasSuffix(".gz") }

    private static let parts: [(ending: String, part: Part)] = [
        (".nii", .whole), (".hdr", .header), (".img", .voxels),
    ]

    /// Takes a path apart; nil when it does not end as a NIfTI file does (`.nii`, `.hdr`, `.img`, each with `.gz` or
    /// without, in any case).
    public init?(_ path: String) {
        let lower = path.lowercased()
        let plain = lower.hasSuffix(".gz") ? lower.dropLast(3) : lower[...]
        guard let found = Self.parts.first(where: { plain.hasSuffix($0.ending) }) else { return nil }
        let length = found.ending.count + (lower.count - plain.count)
        let body = path.dropLast(length)
        let start = body.lastIndex(of: "/").map { body.index(after: $0) } ?? body.startIndex
        (folder, stem) = (String(body[..<start]), String(body[start...]))
        (ending, part) = (String(path.suffix(length)), found.part)
    }
}
