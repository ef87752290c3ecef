import Volumes

/// One DICOM series found in a scan, its files not yet decoded.
public struct DICOMSeries: Sendable {
    /// (0020,000E).
    public var seriesInstanceUID: String
    /// (0020,000D).
    public var studyInstanceUID: String
    /// `CT`, `MR`, `PT`, ...
    public var modality: String
    /// (0020,0011), where given.
    public var seriesNumber: Int?
    /// (0008,103E), where given. May hold anything a person typed.
    public var seriesDescription: String?
    /// The image files, in the order found.
    public var files: [String]
    /// Image files of the series that cannot be decoded, with the reason; reading the series then fails.
    public var unreadable: [DICOMFileFate]
}

/// What became of a file.
public struct DICOMFileFate: Sendable {
    /// The file.
    public var path: String
    /// Why it was not used.
    public var reason: String
}

/// Everything found under some paths.
public struct DICOMScan: Sendable {
    /// Image series that could be a volume, ordered by study, number and UID.
    public var series: [DICOMSeries]
    /// DICOM files that hold no volume image (reports, localisers, ...), with the reason.
    public var ignored: [DICOMFileFate]
    /// Files that are not DICOM at all.
    public var notDICOM: [String]
}

/// DICOM series through DCMTK.
public enum DICOM {
    /// Reads the headers of every file at or under `paths`.
    public static func scan(_ paths: [String]) throws -> DICOMScan { fatalError() }
    /// Decodes a series into a volume, or refuses it.
    public static func readVolume(_ series: DICOMSeries) throws -> Volume { fatalError() }
}
