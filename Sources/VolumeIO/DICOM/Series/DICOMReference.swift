import Volumes

/// What an object that is derived from a volume of a series refers to. It is carried from the reader to the writer with the
/// grid that it belongs to, and never guessed.
public struct DICOMReference: Sendable {
    /// An image of the series.
    public struct Image: Sendable, Hashable {
        /// Its file.
        public var path: String
        /// (0008,0016) and (0008,0018).
        public var sopClassUID, sopInstanceUID: String
        /// Frame of the file, from 1; nil where the file has one.
        public var frame: Int?
    }

    /// (0020,000D), (0020,000E) and (0020,0052).
    public let studyInstanceUID, seriesInstanceUID, frameOfReferenceUID: String
    /// The volume's own grid, RAS: columns are i, rows j, slices k.
    public let geometry: Geometry
    /// For each slice k the image that it was acquired as; nil where it was interpolated, or is a part of a mosaic.
    public let slices: [Image?]
    /// All images of the volume, each file once, in order.
    public let images: [Image]
    /// (0018,0050) in mm, where stated.
    public let sliceThickness: Double?
}

extension DICOMVolumes {
    /// What an object that is derived from a volume refers to.
    ///
    /// - Throws: `DICOMError.notReferable` where the images name no frame of reference, without which nothing can be put over
    ///   them.
    public func reference(volume: Int = 0) throws -> DICOMReference {
        guard volumes.indices.contains(volume) else {
            throw DICOMError.noSuchVolume(series: series.seriesInstanceUID, index: volume, count: count)
        }
        let headers = volumes[volume]
        guard let frameOfReference = headers[0].frameOfReference, !frameOfReference.isEmpty else {
            throw DICOMError.notReferable(
                series: series.seriesInstanceUID,
                reason:
                    "its images name no frame of reference, without which nothing can be laid over them (take them from the "
                    + "archive again; seg.nrrd and the other formats need none)")
        }
        guard !headers[0].study.isEmpty, DICOMSeriesIdentity.isStated(headers[0].series),
            headers.allSatisfy({ !$0.sopInstance.isEmpty })
        else {
            throw DICOMError.notReferable(
                series: series.seriesInstanceUID,
                reason:
                    "its images lack UIDs of study, series or instance, by which an object refers to them (take them "
                    + "from the archive again, with UIDs)")
        }
        let images = headers.map { header in
            DICOMReference.Image(
                path: header.path, sopClassUID: header.sopClass, sopInstanceUID: header.sopInstance,
                frame: header.acquisition.frames > 1 ? header.frame + 1 : nil)
        }
        let origins = origins(volume: volume)
        let slices = origins.map { origin -> DICOMReference.Image? in
            guard headers[0].mosaic == nil else { return nil }
            return images.first { $0.sopInstanceUID == origin.sopInstanceUID && ($0.frame ?? 1) == origin.frame }
        }
        var seen = Set<String>()
        return DICOMReference(
            studyInstanceUID: headers[0].study, seriesInstanceUID: headers[0].series,
            frameOfReferenceUID: frameOfReference, geometry: geometry, slices: slices,
            images: images.filter { seen.insert($0.sopInstanceUID).inserted }, sliceThickness: headers[0].sliceThickness
        )
    }
}
