/// The name of a file that holds a volume in its parts: `scans/liver.v2.nii.gz` is `scans/`, `liver.v2` and `.nii.gz`.
///
/// This is the one place that takes such names apart. Whatever stands before the ending, dots included, is the stem.
public struct VolumeFileName: Sendable, Hashable {
    /// What a file holds, going by its name.
    public enum Part: Sendable {
        /// Header and voxels, or a header that names its voxels: all but those below.
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
    /// What the ending says.
    public let format: VolumeFormat

    /// What the file holds.
    public var part: Part {
        let lower = ending.lowercased()
        return lower.hasPrefix(".hdr") ? .header : lower.hasPrefix(".img") ? .voxels : .whole
    }

    /// Whether the name is that of one whole NIfTI file.
    public var isWholeNIfTI: Bool { format == .nifti && part == .whole }
    /// Whether the name says gzip.
    public var isCompressed: Bool { ending.lowercased().hasSuffix(".gz") }
    /// Whether the name says that the file is a segmentation and no image: `.seg.nrrd`.
    public var isSegmentation: Bool { ending.lowercased().hasPrefix(".seg.") }

    private static let endings = VolumeFormat.allCases.flatMap { format in format.endings.map { ($0, format) } }

    /// Takes a path apart; nil when it does not end as a file of a ``VolumeFormat`` does, in any case.
    public init?(_ path: String) {
        let lower = path.lowercased()
        guard let (ending, format) = Self.endings.first(where: { lower.hasSuffix($0.0) }) else { return nil }
        let body = path.dropLast(ending.count)
        let start = body.lastIndex(of: "/").map { body.index(after: $0) } ?? body.startIndex
        (folder, stem) = (String(body[..<start]), String(body[start...]))
        (self.ending, self.format) = (String(path.suffix(ending.count)), format)
    }
}
