import Volumes

/// Why a DICOM file or series cannot be read. The text names the series or file, the value and the way out.
public enum DICOMError: TomosError, Equatable {
    /// DCMTK cannot work here.
    case library(reason: String)
    /// The path is not there or cannot be opened.
    case missing(path: String, reason: String)
    /// The file is DICOM but cannot be read or decoded.
    case file(path: String, reason: String)
    /// An attribute of a file holds a value that cannot be.
    case value(path: String, attribute: String, value: String, expected: String)
    /// The pixel data is shorter than the image it should hold.
    case truncated(path: String, bytes: UInt64, needed: UInt64)
    /// The series has no image.
    case empty(series: String)
    /// Files of the series cannot be decoded.
    case undecodable(series: String, files: Int, first: String, reason: String)
    /// Among the files of the series lie some that are not there or hold nothing that can be read.
    case absent(series: String, files: Int, first: String, reason: String)
    /// The files disagree in what one volume must share. Each part: what it is, and its files.
    case mixed(
        series: String, what: String, parts: [String],
        remedy: String = "put each part into a folder of its own and read it alone")
    /// Slices are missing between two neighbours (slice numbers from 1, distances in mm).
    case missingSlices(series: String, slice: Int, distance: Double, expected: Double, missing: Int)
    /// The slices do not lie evenly (distances in mm).
    case unevenSpacing(series: String, slice: Int, distance: Double, expected: Double, isOneFile: Bool = false)
    /// A slice lies beside its place on the regular grid (mm).
    case offGrid(series: String, slice: Int, distance: Double, allowed: Double)
    /// Several images lie at one position.
    case repeatedPositions(series: String, images: Int, repeated: Int, positions: Int, reason: String)
    /// Resampling would make more than a volume may have: what, how much at most, and the way out.
    case resamplingTooLarge(series: String, made: String, limit: Int, wayOut: String)
    /// The slices lean, and the policy refuses that.
    case tilted(series: String, degrees: Double)
    /// The headers state more than is there.
    case incomplete(series: String, reason: String)
    /// No object can be laid over the series; the reason holds the way out.
    case notReferable(series: String, reason: String)
    /// A series holds no volume of this number.
    case noSuchVolume(series: String, index: Int, count: Int)
    /// The images are in colour.
    case colour(series: String, photometric: String)
    /// One SOPInstanceUID names two different images.
    case conflictingDuplicates(series: String, instance: String, files: [String])
    /// Reading needs more memory than is allowed.
    case tooLarge(what: String, bytes: UInt64, limit: UInt64)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .missing, .noSuchVolume: .missingInput
        case .library: .badConfiguration
        case .tooLarge, .resamplingTooLarge: .limitExceeded
        default: .badData
        }
    }

    /// One sentence with the way out.
    public var description: String {
        switch self {
        case .library(let reason):
            "DICOM cannot be read: \(reason) (install Debian's libdcmtk17, or set DCMDICTPATH to its dicom.dic)"
        case .missing(let path, let reason):
            "\(path): \(reason)"
        case .file(let path, let reason):
            "\(path): \(reason)"
        case .value(let path, let attribute, let value, let expected):
            "\(path): \(attribute) is '\(value)', expected \(expected) (export the file again)"
        case .truncated(let path, let bytes, let needed):
            "\(path): pixel data is truncated: \(bytes) bytes, \(needed) needed (copy or export the file again)"
        case .empty(let series):
            "series \(series): no image to read"
        case .undecodable(let series, let files, let first, let reason):
            "series \(series): \(files) \(files == 1 ? "file" : "files") cannot be decoded, first \(first): \(reason)"
        case .absent(let series, let files, let first, let reason):
            "series \(series): \(files) \(files == 1 ? "file" : "files") among its own may be missing slices, first "
                + "\(first): \(reason) (fetch or remove \(files == 1 ? "it" : "them"), or convert what is there with "
                + "--keep-going)"
        case .mixed(let series, let what, let parts, let remedy):
            "series \(series): \(what) differs: \(parts.joined(separator: "; ")) (\(remedy))"
        case .missingSlices(let series, let slice, let distance, let expected, let missing):
            "series \(series): slice \(slice) lies \(millimetres(distance)) mm from its neighbour, expected "
                + "\(millimetres(expected)); \(missing) \(missing == 1 ? "slice is" : "slices are") missing "
                + "(export the series again, complete, or interpolate with --gaps resample)"
        case .unevenSpacing(let series, let slice, let distance, let expected, let isOneFile):
            "series \(series): slice \(slice) lies \(millimetres(distance)) mm from its neighbour, expected "
                + "\(millimetres(expected)); the slices are not evenly spaced "
                + "(interpolate with --gaps resample"
                + (isOneFile ? ")" : ", or put each evenly spaced part into a folder of its own)")
        case .offGrid(let series, let slice, let distance, let allowed):
            "series \(series): slice \(slice) lies \(millimetres(distance)) mm beside its place on an even grid, "
                + "allowed \(millimetres(allowed)); the spacing drifts (interpolate with --gaps resample)"
        case .repeatedPositions(let series, let images, let repeated, let positions, let reason):
            "series \(series): \(repeated) of \(positions) slice positions hold more than one image (\(images) images "
                + "in all), \(reason)"
        case .resamplingTooLarge(let series, let made, let limit, let wayOut):
            "series \(series): resampling makes \(made), the limit is \(limit) (\(wayOut))"
        case .tilted(let series, let degrees):
            "series \(series): the slices are tilted by \(millimetres(degrees)) degrees (gantry tilt) "
                + "(--tilt native keeps them as acquired, --tilt shear sets them upright)"
        case .incomplete(let series, let reason):
            "series \(series): \(reason) (export the series again, complete, or take what is there with --gaps resample)"
        case .notReferable(let series, let reason): "series \(series): \(reason)"
        case .noSuchVolume(let series, let index, let count):
            "series \(series): holds \(count) \(count == 1 ? "volume" : "volumes"), numbered from 0; there is no volume "
                + "\(index)"
        case .colour(let series, let photometric):
            "series \(series): its images are in colour (\(photometric)), which is no measured value "
                + "(take the grey-scale series; tomos convert --colour writes the colours for viewers)"
        case .conflictingDuplicates(let series, let instance, let files):
            "series \(series): instance \(instance) comes twice with different content: "
                + "\(files.joined(separator: ", ")) (keep the right one)"
        case .tooLarge(let what, let bytes, let limit):
            "\(what) needs \(bytes) bytes, the limit is \(limit)"
        }
    }
}

/// A length with up to three decimals, without trailing zeros: `2.5`, `7`.
func millimetres(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "\(value)" }
    let thousandths = Int(known: (abs(value) * 1000).rounded())
    var text = "\(thousandths / 1000)"
    if thousandths % 1000 != 0 {
        let digits = String(thousandths % 1000 + 1000).dropFirst()
        text += "." + digits.reversed().drop { $0 == "0" }.reversed()
    }
    return (value < 0 && thousandths != 0 ? "-" : "") + text
}

extension DICOMError {
    /// What is wrong with a file, without its path: for lists that name the path themselves.
    var reason: String {
        let text = description
        switch self {
        case .file(let path, _), .missing(let path, _), .value(let path, _, _, _), .truncated(let path, _, _):
            return String(text.dropFirst(path.count + 2))
        default: return text
        }
    }
}
