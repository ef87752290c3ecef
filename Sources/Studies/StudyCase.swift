import Segmentation
import VolumeIO
import Volumes

/// One image of a study that is to be segmented.
public struct StudyCase: Sendable {
    /// Where the image comes from.
    public enum Source: Sendable {
        /// A file of a volume: NIfTI, NRRD, MetaImage or MGH.
        case file(path: String)
        /// A DICOM series; `folder` is the deepest folder that holds all its files.
        case dicom(DICOMSeries, folder: String)
        /// A DICOM file that cannot say which series it belongs to, because it is broken or compressed; `files` of a
        /// folder when it stands for all of them. It is a case so that its refusal is reported.
        case broken(path: String, reason: String, files: Int = 1)
        /// Several files that go by one name, `a.nii` beside `a.nii.gz`. It is a case so that its refusal is reported.
        case ambiguous(name: String, paths: [String])
    }

    /// Name of the case in results: unique in the study, safe as a file name, free of anything read from a header.
    public var id: String
    /// Where the image comes from.
    public var source: Source
    /// Its path below the study: of a DICOM series that of its folder. Empty where the study is the image.
    public var path: String

    /// Makes a case.
    public init(id: String, source: Source, path: String = "") {
        (self.id, self.source, self.path) = (id, source, path)
    }

    /// What tells the image from all others of the study, whatever their number: its path and, of a DICOM series, its UID,
    /// its number and which of several images of the series it is.
    package var key: String { Self.key(path, source) }

    static func key(_ path: String, _ source: Source) -> String {
        guard case .dicom(let series, _) = source else { return path }
        return key(
            path, series: series.seriesInstanceUID, number: series.seriesNumber, part: series.part,
            variant: series.variant)
    }

    /// The key of a part of a DICOM series.
    package static func key(_ path: String, series: String, number: Int?, part: String?, variant: String?) -> String {
        [path, series, number.map { "\($0)" } ?? "", part ?? "", variant ?? ""].joined(separator: "\n")
    }

    /// The source for people: a path, for DICOM with the series number and the number of files.
    public var sourceDescription: String {
        switch source {
        case .file(let path), .broken(let path, _, _): path
        case .ambiguous(_, let paths): paths.joined(separator: ", ")
        case .dicom(let series, let folder):
            "\(folder) (\(series.seriesNumber.map { "series \($0), " } ?? "")\(series.part.map { "\($0), " } ?? "")"
                + "\(series.files.count) DICOM files)"
        }
    }

    /// What the image's header tells of its size; nil when it cannot be told, in which case reading it says why.
    public func outline() -> ImageOutline? {
        switch source {
        case .file(let path):
            guard let info = try? Images.info(path) else { return nil }
            return ImageOutline(
                shape: info.geometry.shape, bytesPerVoxel: info.bytesPerVoxel, geometry: info.geometry)
        case .dicom(let series, _):
            guard let outline = DICOM.outline(series) else { return nil }
            return ImageOutline(
                shape: outline.geometry.shape, bytesPerVoxel: outline.bytesPerVoxel, geometry: outline.geometry)
        case .broken, .ambiguous: return nil
        }
    }

    /// What objects that are derived from the image refer to; nil where it is no DICOM.
    /// - Throws: `DICOMError` where its files do not say it.
    public func reference(volumeIndex: Int? = nil) throws -> DICOMReference? {
        guard case .dicom(let series, _) = source else { return nil }
        return try DICOM.volumes(series).reference(volume: volumeIndex ?? 0)
    }

    /// Reads the image.
    /// - Parameter volumeIndex: Which volume of a 4-D image; nil takes the first, with a notice.
    public func readVolume(volumeIndex: Int? = nil) throws -> Volume {
        switch source {
        case .file(let path): try Images.readVolume(path, volumeIndex: volumeIndex)
        case .dicom(let series, _): try DICOM.readVolume(series, volumeIndex: volumeIndex)
        case .broken(let path, let reason, _): throw StudyError.brokenFile(path, reason: reason)
        case .ambiguous(let name, let paths): throw TwoFilesError(name: name, paths: paths)
        }
    }
}

/// Something in a study that is no case, and why.
public struct IgnoredItem: Sendable, Codable, Equatable {
    /// A file, or a folder when everything in it was left out for one reason.
    public var path: String
    /// Why.
    public var reason: String
    /// Files that this stands for.
    public var files: Int

    /// Makes an item.
    public init(path: String, reason: String, files: Int = 1) {
        (self.path, self.reason, self.files) = (path, reason, files)
    }

    /// The reason of an `.img` file that is read with its header.
    static let voxelsOfPair = "the voxels of the .hdr file beside it"

    /// Whether it is passed over; the other half of an image that is a case is not.
    public var isPassedOver: Bool { reason != Self.voxelsOfPair }
}

extension [IgnoredItem] {
    /// One line for people: how many files were passed over, the first three with their reasons; nil when none was.
    public var summary: String? {
        let items = filter(\.isPassedOver)
        guard !items.isEmpty else { return nil }
        let files = items.reduce(0) { $0 + $1.files }
        let shown = items.prefix(3).map { "\($0.path) (\($0.files > 1 ? "\($0.files) files: " : "")\($0.reason))" }
        let more = items.count > 3 ? ["and \(items.count - 3) more"] : []
        return "\(files) file\(files == 1 ? "" : "s") ignored: " + (shown + more).joined(separator: "; ")
    }
}

/// A study: its cases and everything else that was found in it.
public struct Study: Sendable {
    /// The path that was searched, as it was given.
    public var path: String
    /// The images, in order of id.
    public var cases: [StudyCase]
    /// Everything that is no case, in order of path.
    public var ignored: [IgnoredItem]
}

/// Why a study cannot be taken up.
public enum StudyError: TomosError, Equatable {
    /// Nothing is at the path.
    case missing(String)
    /// A folder cannot be listed.
    case unreadable(String, reason: String)
    /// A DICOM file that cannot be read.
    case brokenFile(String, reason: String)
    /// Several volumes in colour, which one RGB file does not hold.
    case coloursOverTime(String, volumes: Int)
    /// A file whose header states no orientation cannot be put into one.
    case noOrientation(String)
    /// There is no image in it. `reasons` says why its files were passed over, most frequent first.
    case noImages(String, files: Int, reasons: [String])

    /// What cannot be read is bad data; otherwise the input is not there.
    public var category: ErrorCategory {
        switch self {
        case .brokenFile, .coloursOverTime, .noOrientation: .badData
        case .missing, .unreadable, .noImages: .missingInput
        }
    }

    /// The message.
    public var description: String {
        switch self {
        case .missing(let path): return "\(path): there is no such file or folder"
        case .unreadable(let path, let reason): return "\(path): the folder cannot be listed: \(reason)"
        case .brokenFile(let path, let reason): return "\(path): a DICOM file that cannot be read: \(reason)"
        case .coloursOverTime(let path, let volumes):
            return "\(path): \(volumes) volumes in colour (choose one with --volume-index)"
        case .noOrientation(let path):
            return
                "\(path): the header states no orientation (qform and sform codes are 0), so that no order of axes can "
                + "be told (set sform or qform, or leave out --orient)"
        case .noImages(let path, let files, let reasons):
            if files == 0 { return "\(path): no images here: the folder is empty" }
            return "\(path): no images here: \(files) file\(files == 1 ? "" : "s") passed over "
                + "(\(reasons.joined(separator: "; "))); give an image file, a DICOM folder or a folder of them"
        }
    }
}
