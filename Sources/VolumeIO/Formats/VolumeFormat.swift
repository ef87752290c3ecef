import Volumes

/// The formats of a volume in a file, beside DICOM, that are read. The list is the one registry: what a file's name and
/// content mean, and what is told of them, look here.
public enum VolumeFormat: String, Sendable, Hashable, CaseIterable {
    /// NIfTI-1 and -2, whole or in pairs.
    case nifti = "NIfTI"
    /// NRRD, and 3D Slicer's segmentations in it.
    case nrrd = "NRRD"
    /// MetaImage, of ITK.
    case metaImage = "MetaImage"
    /// MGH, of FreeSurfer.
    case mgh = "MGH"

    /// Endings of file names, in lower case, the longest first.
    public var endings: [String] {
        switch self {
        case .nifti: [".nii.gz", ".hdr.gz", ".img.gz", ".nii", ".hdr", ".img"]
        case .nrrd: [".seg.nrrd", ".seg.nhdr", ".nrrd", ".nhdr"]
        case .metaImage: [".mha", ".mhd"]
        case .mgh: [".mgh.gz", ".mgz", ".mgh"]
        }
    }

    /// What a file is by its content, or where that says nothing by its name: so that its reader says what is wrong.
    static func of(path: String) -> VolumeFormat? {
        switch FileKind(of: path) {
        case .volume(let format): format
        case .nifti, .analyze, .dicom, .compressedDICOM, .known: .nifti
        case .empty, .other, .unreadable: VolumeFileName(path)?.format
        }
    }

    /// The format that a file's first bytes (inflated) are of; NIfTI is told by `FileKind`, which knows its pairs.
    static func of(bytes: [UInt8]) -> VolumeFormat? {
        if bytes.starts(with: Array("NRRD000".utf8)) { return .nrrd }
        for key in ["ObjectType", "NDims"] where bytes.starts(with: Array(key.utf8)) {
            let rest = bytes[key.utf8.count...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if rest.first == UInt8(ascii: "=") { return .metaImage }
        }
        return MGHHeader.isHeader(bytes) ? .mgh : nil
    }
}

/// What the header of a volume in a file says.
public struct VolumeFileInfo: Sendable {
    /// The file's format.
    public var format: VolumeFormat
    /// The format's version, where the file states one.
    public var version: Int?
    /// All dimensions, at least one; those after the third are counted volume by volume.
    public var dimensions: [Int]
    /// E.g. `int16`.
    public var datatype: String
    /// Bytes of a stored value.
    public var bytesPerVoxel: Int
    /// The grid of one 3-D volume.
    public var geometry: Geometry
    /// Value scaling.
    public var scaling: ValueScaling
    /// What a person should know.
    public var notices: [String]

    /// 3-D volumes in the file.
    public var volumeCount: Int { dimensions.dropFirst(3).reduce(1, *) }
}
