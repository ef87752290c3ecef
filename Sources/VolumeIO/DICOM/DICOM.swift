import Volumes

/// One DICOM series found in a scan, its files not yet decoded. A series whose images are told to be several volumes
/// (stacks of an enhanced image, `--split-by`) is found once for each.
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
    /// Which part of the series this is, e.g. `StackID 2` or `echo 2, phase`; nil for a whole one.
    public var part: String?
    /// What this part is where a series holds several images, e.g. `fieldmaphz` or `e2_ph`; nil for a magnitude, and
    /// otherwise.
    public var variant: String?
    /// What names of files end in that are made of this part, as dcm2niix ends them: `_ph`, `_e2_real`. No two parts of
    /// a series have the same; empty for the magnitude. A whole series that is nothing but phase, or a second echo, has
    /// one too.
    public var suffix = ""
    /// Image files of the series that cannot be decoded, with the reason; reading the series then fails.
    public var unreadable: [DICOMFileFate] = [] { didSet { judgement = DICOMJudgement() } }
    /// Files among those of the series that are not there or hold nothing (links to nothing, pointers whose content was
    /// not fetched, empty files), with the reason; reading the series then fails unless its policies say otherwise.
    public var absent: [DICOMFileFate] = [] { didSet { judgement = DICOMJudgement() } }
    /// How it is to be read.
    public var policies = DICOMPolicies() { didSet { judgement = DICOMJudgement() } }
    /// What a person should know of where it was found.
    package var notices: [String] = [] { didSet { judgement = DICOMJudgement() } }
    /// The images, in the order found.
    var images: [DICOMImageHeader] = [] { didSet { judgement = DICOMJudgement() } }

    /// What came out when it was sorted and checked; nothing that it holds has changed since.
    var judgement = DICOMJudgement()

    /// The files of the images, in the order found.
    public var files: [String] {
        var files: [String] = []
        for image in images where files.last != image.path { files.append(image.path) }
        return files
    }
}

/// What became of a file.
public struct DICOMFileFate: Sendable, Hashable {
    /// The file.
    public var path: String
    /// Why it was not used.
    public var reason: String

    /// Makes a fate.
    public init(path: String, reason: String) { (self.path, self.reason) = (path, reason) }
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
    /// Files that are not DICOM at all: `FileKind` says what they are.
    public var notDICOM: [String] = []
}

/// DICOM series through DCMTK.
public enum DICOM {
    /// Reads the headers of every file at or under `paths`: folders in the order of names, each file once. A DICOMDIR
    /// that is named leads to the files it lists; one that lists what is not there is among the unreadable ones.
    ///
    /// `absent` names files that are known not to be there, with the reason: where they lie among the files of a series
    /// they belong to it, otherwise they are ignored.
    ///
    /// Throws `DICOMError` when a path is missing or DCMTK has no data dictionary; a broken file is a fate, not an error.
    public static func scan(
        _ paths: [String], absent: [DICOMFileFate] = [], policies: DICOMPolicies = DICOMPolicies()
    ) throws -> DICOMScan {
        try DCMTKFile.setUp()
        var indexes = DICOMDirectories(paths)
        let walk = try DICOMFolderScan(indexes.paths)
        let files = indexes.hold(walk.files)
        var gathered = DICOMScan(
            ignored: walk.skipped + indexes.told, unreadable: indexes.faulty + walk.unreadable)
        var places: [String: Int] = [:]
        func place(_ identity: DICOMSeriesIdentity) -> Int {
            // One UID under two series numbers is two series whose writer kept the UID.
            let number = identity.number.map { "\($0)" } ?? ""
            let key = [identity.study, identity.series, number].joined(separator: "\\")
            if let place = places[key] { return place }
            gathered.series.append(
                DICOMSeries(
                    seriesInstanceUID: identity.series, studyInstanceUID: identity.study, modality: identity.modality,
                    seriesNumber: identity.number, seriesDescription: identity.description, policies: policies))
            places[key] = gathered.series.count - 1
            return gathered.series.count - 1
        }
        for (path, outcome) in zip(files, try DICOMHeaderScan.outcomes(of: files)) {
            switch outcome {
            case .notDICOM: gathered.notDICOM.append(path)
            case .images(let images):
                guard let first = images.first else { continue }
                gathered.series[place(first.identity)].images += images
            case .undecodable(let identity, let reason):
                gathered.series[place(identity)].unreadable.append(DICOMFileFate(path: path, reason: reason))
            case .ignored(let reason): gathered.ignored.append(DICOMFileFate(path: path, reason: reason))
            case .unreadable(let reason): gathered.unreadable.append(DICOMFileFate(path: path, reason: reason))
            }
        }
        gathered.assign(absent: absent)
        for n in gathered.series.indices {
            gathered.series[n].notices = indexes.notices(for: gathered.series[n].files)
        }
        gathered.series = gathered.series.flatMap { $0.parts() }
        // Parts of a series keep their order.
        gathered.series = gathered.series.enumerated().sorted { a, b in
            let (x, y) = (a.element, b.element)
            return (x.studyInstanceUID, x.seriesNumber ?? .max, x.seriesInstanceUID, a.offset)
                < (y.studyInstanceUID, y.seriesNumber ?? .max, y.seriesInstanceUID, b.offset)
        }.map(\.element)
        gathered.series = gathered.series.joined(policies)
        return gathered
    }

    /// Sorts the images of a series into volumes and checks their geometry, without decoding.
    ///
    /// Slices are ordered by position alone. Throws `DICOMError`: gaps, uneven spacing, images at one place that
    /// nothing tells apart, mixed orientation or size, files that cannot be decoded.
    public static func volumes(_ series: DICOMSeries) throws -> DICOMVolumes {
        try series.judgement.volumes(of: series)
    }

    /// Decodes one volume of a series in RAS mm, or refuses the series; of several volumes the given one (from 0), or
    /// the first with a notice.
    ///
    /// Columns are i, rows j, slices k; stored values keep their type where all slices share one rescale
    /// (`Volume.scaling` holds it), else they are rescaled slice by slice to float32. Throws as `volumes` does.
    public static func readVolume(_ series: DICOMSeries, volumeIndex: Int? = nil) throws -> Volume {
        let volumes = try DICOM.volumes(series)
        var volume = try volumes.read(volume: volumeIndex ?? 0)
        if volumeIndex == nil, volumes.count > 1 {
            volume.notices.append("volume 0 is taken (choose another with --volume-index)")
        }
        return volume
    }
}

extension DICOMImageFields {
    /// The series the image belongs to.
    var identity: DICOMSeriesIdentity {
        DICOMSeriesIdentity(
            study: study, series: series, modality: modality, number: seriesNumber, description: seriesDescription)
    }
}
