import VolumeIO
import Volumes

/// An image that is to be converted. Its headers are sorted once, for its name, its refusal and its files.
public struct ConversionImage: Sendable {
    /// The image.
    public let studyCase: StudyCase
    /// The volumes of a DICOM series; nil for others, and for a series that is refused.
    public let volumes: DICOMVolumes?
    /// Why its headers alone refuse it.
    public var refusal: (any Error)?

    /// Looks at the headers of an image.
    /// - Parameter colour: Whether images in colour are converted.
    public init(_ studyCase: StudyCase, colour: Bool) {
        self.studyCase = studyCase
        var found: DICOMVolumes?
        do {
            switch studyCase.source {
            case .dicom(let series, _):
                found = try DICOM.volumes(series)
                try found?.requireReadable(colour: colour)
            case .file(let path): _ = try Images.info(path)
            case .broken, .ambiguous: _ = try studyCase.readVolume()
            }
        } catch {
            refusal = error
        }
        volumes = found
    }

    /// The DICOM series; nil for a file.
    public var series: DICOMSeries? {
        if case .dicom(let series, _) = studyCase.source { series } else { nil }
    }
}
