/// A file format that is known and not read: told by the file's first bytes, or by the ending of its name.
///
/// The list is the one registry: what a study passes over, what the readers refuse and what an output may not be named
/// like all look here.
public struct KnownFormat: Sendable, Hashable {
    /// What people call it.
    public let name: String
    /// Endings of file names, in lower case, with their dot.
    public let endings: [String]
    /// What to do.
    public let wayOut: String
    /// Bytes that such a file has at places from its start (inflated where it is gzip); any one of the lists, all of it.
    private let marks: [[Mark]]

    private struct Mark: Hashable {
        let offset: Int
        let bytes: [UInt8]
    }

    /// Whether it stands for a file that was not fetched.
    public var isPointer: Bool { name.hasSuffix("pointer") }

    /// What it is and what to do, for lists of files.
    public var reason: String { "\(name) is not read: \(wayOut)" }

    /// Bytes of a file that suffice to know it.
    public static let firstBytes = 4096

    /// The format that a file's first bytes are of.
    public static func of(bytes: [UInt8]) -> KnownFormat? {
        all.first { format in
            format.marks.contains { marks in
                marks.allSatisfy { bytes.count >= $0.offset && bytes[$0.offset...].starts(with: $0.bytes) }
            }
        }
    }

    /// The format that a file's name says.
    public static func of(name: String) -> KnownFormat? {
        let name = name.lowercased()
        return all.first { $0.endings.contains(where: name.hasSuffix) }
    }

    /// Whether the name says a file, of whatever kind is known here or read and written by Tomos: no name for a folder.
    public static func isFileName(_ name: String) -> Bool {
        let lower = name.lowercased()
        let others = [".dcm", ".json", ".yaml", ".yml", ".csv", ".tsv", ".txt", ".svg", ".npy"]
        return VolumeFileName(name) != nil || of(name: name) != nil || others.contains(where: lower.hasSuffix)
    }

    private init(_ name: String, _ endings: String, _ wayOut: String, marks: [[Mark]]) {
        (self.name, self.wayOut, self.marks) = (name, wayOut, marks)
        self.endings = endings.split(separator: " ").map(String.init)
    }

    private static func at(_ offset: Int, _ text: String) -> [Mark] { [Mark(offset: offset, bytes: Array(text.utf8))] }
    private static func at(_ offset: Int, _ bytes: [UInt8]) -> [Mark] { [Mark(offset: offset, bytes: bytes)] }

    private static let unpack = "unpack it and name the folder"
    private static let convertOrUnpack = "give it to 'tomos convert' by its own name, or " + unpack
    private static let fetch = "its content was not fetched; "
    private static let aPicture = "a picture has no place in a volume"

    /// All of them; of several that fit the first.
    static let all: [KnownFormat] = [
        KnownFormat(
            "a git-annex pointer", "", fetch + "fetch it with 'git annex get' or 'datalad get'",
            marks: [at(0, "/annex/objects/"), at(0, "../.git/annex/objects/")]),
        KnownFormat(
            "a Git LFS pointer", "", fetch + "fetch it with 'git lfs pull'",
            marks: [at(0, "version https://git-lfs.github.com/")]),
        KnownFormat(
            "MINC", ".mnc .mnc.gz", "convert it with 'mnc2nii'",
            marks: [at(0, [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]), at(0, "CDF\u{1}"), at(0, "CDF\u{2}")]),
        KnownFormat(
            "Philips PAR/REC", ".par .rec", "convert it with 'dcm2niix'",
            marks: [at(0, "# === DATA DESCRIPTION FILE ===")]),
        KnownFormat(
            "AFNI's BRIK", ".brik .brik.gz", "convert it with '3dAFNItoNIFTI'",
            marks: [at(0, "\ntype  = string-attribute"), at(0, "type  = string-attribute")]),
        KnownFormat("ECAT", "", "convert it with nibabel or 3D Slicer", marks: [at(0, "MATRIX7")]),
        KnownFormat(
            "a zip archive", ".zip", convertOrUnpack, marks: [at(0, "PK\u{3}\u{4}"), at(0, "PK\u{5}\u{6}")]),
        KnownFormat(
            "a tar archive", ".tar .tar.gz .tgz .tar.bz2 .tar.xz", convertOrUnpack, marks: [at(257, "ustar")]),
        KnownFormat("a 7z archive", ".7z", unpack, marks: [at(0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C])]),
        KnownFormat("a rar archive", ".rar", unpack, marks: [at(0, "Rar!\u{1A}\u{7}")]),
        KnownFormat("bzip2", ".bz2", "unpack it with 'bunzip2'", marks: [at(0, "BZh")]),
        KnownFormat("xz", ".xz", "unpack it with 'unxz'", marks: [at(0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0])]),
        KnownFormat("Zstandard", ".zst", "unpack it with 'unzstd'", marks: [at(0, [0x28, 0xB5, 0x2F, 0xFD])]),
        KnownFormat("PNG", ".png", aPicture, marks: [at(0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])]),
        KnownFormat("JPEG", ".jpg .jpeg", aPicture, marks: [at(0, [0xFF, 0xD8, 0xFF])]),
        KnownFormat(
            "TIFF", ".tif .tiff", "convert it to .nii.gz with the voxels' size stated, for example with 3D Slicer",
            marks: [at(0, [0x49, 0x49, 0x2A, 0]), at(0, [0x4D, 0x4D, 0, 0x2A]), at(0, [0x49, 0x49, 0x2B, 0])]),
        KnownFormat("PDF", ".pdf", "it is no image", marks: [at(0, "%PDF-")]),
    ]
}
