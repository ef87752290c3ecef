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
public struct DICOMFileFate: Sendable, Hashable {
    /// The file.
    public var path: String
    /// Why it was not used.
    public var reason: String
}

/// Everything found under some paths. Every file is in exactly one of the lists.
public struct DICOMScan: Sendable {
    /// Image series that could be a volume, ordered by study, number and UID.
    public var series: [DICOMSeries] = []
    /// DICOM files that hold no volume image (reports, localisers, ...), hidden files and links to files already seen,
    /// with the reason.
    public var ignored: [DICOMFileFate] = []
    /// Files that look like DICOM but are broken, or that cannot be opened, with the reason.
    public var unreadable: [DICOMFileFate] = []
    /// Files that are not DICOM at all.
    public var notDICOM: [String] = []
}

/// DICOM series through DCMTK.
public enum DICOM {
    /// Reads the headers of every file at or under `paths`: folders in the order of names, each file once.
    ///
    /// Throws `DICOMError` when a path is missing or DCMTK has no data dictionary; a broken file is a fate, not an error.
    public static func scan(_ paths: [String]) throws -> DICOMScan {
        try DCMTKFile.setUp()
        let walk = try DICOMFolderScan(paths)
        var scan = DICOMScan(ignored: walk.skipped, unreadable: walk.unreadable)
        var places: [String: Int] = [:]
        func place(_ identity: DICOMSeriesIdentity) -> Int {
            // One UID under two series numbers is two series whose writer kept the UID.
            let number = identity.number.map { "\($0)" } ?? ""
            let key = [identity.study, identity.series, number].joined(separator: "\\")
            if let place = places[key] { return place }
            scan.series.append(
                DICOMSeries(
                    seriesInstanceUID: identity.series, studyInstanceUID: identity.study, modality: identity.modality,
                    seriesNumber: identity.number, seriesDescription: identity.description, files: [], unreadable: []))
            places[key] = scan.series.count - 1
            return scan.series.count - 1
        }
        for path in walk.files {
            switch DICOMFileProbe.look(at: path) {
            case .notDICOM: scan.notDICOM.append(path)
            case .unreadable(let reason): scan.unreadable.append(DICOMFileFate(path: path, reason: reason))
            case .dicom:
                switch try DICOMFileReader.read(path) {
                case .image(let header): scan.series[place(header.identity)].files.append(path)
                case .undecodable(let identity, let reason):
                    scan.series[place(identity)].unreadable.append(DICOMFileFate(path: path, reason: reason))
                case .ignored(let reason): scan.ignored.append(DICOMFileFate(path: path, reason: reason))
                case .unreadable(let reason): scan.unreadable.append(DICOMFileFate(path: path, reason: reason))
                }
            }
        }
        scan.series.sort {
            ($0.studyInstanceUID, $0.seriesNumber ?? .max, $0.seriesInstanceUID)
                < ($1.studyInstanceUID, $1.seriesNumber ?? .max, $1.seriesInstanceUID)
        }
        return scan
    }

    /// Decodes a series into a volume in RAS mm, or refuses it.
    ///
    /// Slices are ordered by position alone. Columns are i, rows j, slices k; stored values keep their type where all
    /// slices share one rescale (`Volume.scaling` holds it), else they are rescaled slice by slice to float32.
    /// Throws `DICOMError`: gaps, uneven spacing, several images at one place, mixed orientation or size, files that
    /// cannot be decoded.
    public static func readVolume(_ series: DICOMSeries) throws -> Volume {
        try DICOMSeriesReader(series).read()
    }
}

extension DICOMImageHeader {
    /// The series the image belongs to.
    var identity: DICOMSeriesIdentity {
        DICOMSeriesIdentity(
            study: study, series: series, modality: modality, number: seriesNumber, description: seriesDescription)
    }
}
