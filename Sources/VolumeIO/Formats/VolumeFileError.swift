import Volumes

/// Why a file of a volume was not read or written.
public enum VolumeFileError: TomosError, Equatable {
    /// The file is not there or cannot be opened.
    case cannotOpen(path: String, reason: String)
    /// Reading broke off.
    case readFailed(path: String, reason: String)
    /// A pair's other file is not there.
    case partnerMissing(path: String, partner: String)
    /// The file is too short for a header.
    case tooShort(path: String, bytes: Int)
    /// The file does not start as a NIfTI file does.
    case notNIfTI(path: String)
    /// A format that is known and not read, with the reason and the way out.
    case unsupportedFormat(path: String, format: String, wayOut: String)
    /// A datatype that is known and not read.
    case unsupportedDatatype(path: String, name: String, code: Int, wayOut: String)
    /// A header field that cannot be: its name, its value and what it should be.
    case badField(path: String, field: String, value: String, expected: String)
    /// The dimensions multiply to more bytes than can be counted.
    case sizeOverflow(path: String, dimensions: [Int])
    /// The file holds fewer bytes than the header says.
    case truncated(path: String, expected: Int, found: Int)
    /// The header says more than so few compressed bytes can hold.
    case compressedTooSmall(path: String, expected: Int, compressed: Int)
    /// The data go on far beyond what the header says.
    case excessData(path: String, expected: Int)
    /// The gzip stream is damaged.
    case damagedGzip(path: String, reason: String)
    /// The gzip stream ends before its end mark.
    case truncatedGzip(path: String, inflated: Int)
    /// No affine can be made of the header.
    case unusableGeometry(path: String, reason: String)
    /// The header's grid cannot be.
    case unusableGrid(path: String, reason: String)
    /// The volume asked for is not in the file.
    case noSuchVolume(path: String, index: Int, count: Int)
    /// More memory than the machine gives.
    case outOfMemory(path: String, bytes: Int)
    /// A value that is no label id, and where it is.
    case notALabel(path: String, value: Double, voxel: [Int])
    /// A label map of several volumes.
    case severalLabelVolumes(path: String, count: Int)
    /// The name to write to does not say a format.
    case unknownSuffix(path: String)
    /// A value that the format cannot hold.
    case cannotStore(path: String, what: String)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .cannotOpen, .partnerMissing: .missingInput
        case .readFailed: .inputOutput
        case .outOfMemory: .limitExceeded
        case .unknownSuffix: .cannotCreate
        case .noSuchVolume: .badConfiguration
        default: .badData
        }
    }

    /// The file, the value and the way out.
    public var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "\(path): cannot be opened: \(reason)"
        case .readFailed(let path, let reason): "\(path): reading failed: \(reason)"
        case .partnerMissing(let path, let partner):
            "\(path): one of a pair of files, but \(partner) is not there (put both in one folder)"
        case .tooShort(let path, 0): "\(path): the file is empty (copy it again)"
        case .tooShort(let path, let bytes):
            "\(path): \(bytes) bytes are too few for a header (copy the file again)"
        case .notNIfTI(let path):
            "\(path): not a NIfTI file: it starts with no header size of 348 or 540 (check that the name fits the content)"
        case .unsupportedFormat(let path, let format, let wayOut): "\(path): \(format) is not read (\(wayOut))"
        case .unsupportedDatatype(let path, let name, let code, let wayOut):
            "\(path): voxels of type \(name) (datatype \(code)) are not read (\(wayOut))"
        case .badField(let path, let field, let value, let expected):
            "\(path): header field \(field) is \(value), expected \(expected) (the file is damaged: write it again)"
        case .sizeOverflow(let path, let dimensions):
            "\(path): dimensions \(dimensions.timesList) are more than a file can hold (the header is damaged)"
        case .truncated(let path, let expected, let found):
            "\(path): cut off: the header says \(expected) bytes, the file holds \(found) (copy it again)"
        case .compressedTooSmall(let path, let expected, let compressed):
            "\(path): the header says \(expected) bytes, more than \(compressed) compressed bytes can hold (the file is damaged: copy it again)"
        case .excessData(let path, let expected):
            "\(path): the header says \(expected) bytes, but the data go on far beyond (the header is damaged)"
        case .damagedGzip(let path, let reason):
            "\(path): the compressed data are damaged: \(reason) (copy the file again)"
        case .truncatedGzip(let path, let inflated):
            "\(path): cut off: the compressed data end after \(inflated) bytes without their end mark (copy the file again)"
        case .unusableGeometry(let path, let reason):
            "\(path): the header gives no usable affine: \(reason) (set sform or qform, for example with nibabel)"
        case .unusableGrid(let path, let reason):
            "\(path): the header gives no usable grid: \(reason) (save it again with its spacing and directions)"
        case .noSuchVolume(let path, let index, let count):
            "\(path): no volume \(index): the file holds \(count), counted from 0 (--volume-index 0 to \(count - 1))"
        case .outOfMemory(let path, let bytes):
            "\(path): \(bytes) bytes of memory are not to be had (use a machine or a limit with more)"
        case .notALabel(let path, let value, let voxel):
            "\(path): voxel (\(voxel.map(String.init).joined(separator: ", "))) is \(value), no label id (whole numbers from 0 to 65535)"
        case .severalLabelVolumes(let path, let count):
            "\(path): a label map holds one volume, this file \(count) (write the one wanted to a file of its own)"
        case .unknownSuffix(let path): "\(path): cannot tell the format from the name (end it in .nii or .nii.gz)"
        case .cannotStore(let path, let what): "\(path): not written: \(what)"
        }
    }
}

extension VolumeFileError {
    /// What is wrong with a file that cannot be opened or read, without its path: for lists that name the path.
    var reason: String {
        switch self {
        case .cannotOpen(_, let reason): "cannot be opened: \(reason)"
        case .readFailed(_, let reason): "cannot be read: \(reason)"
        default: description
        }
    }
}

extension [Int] {
    /// E.g. `512x512x300`.
    var timesList: String { map(String.init).joined(separator: "x") }
}
