import Volumes

extension DICOM {
    /// The grid of a series' first volume, the one that ``readVolume(_:volumeIndex:)`` takes, and bytes of a value as it is
    /// kept, as the headers tell; nil where the series cannot be read, of which reading it says why.
    public static func outline(_ series: DICOMSeries) -> (geometry: Geometry, bytesPerVoxel: Int)? {
        guard let volumes = try? DICOM.volumes(series), let images = volumes.volumes.first, let first = images.first
        else { return nil }
        // Slices with scalings of their own are rescaled to float32, as are those with a table; what is resampled is held
        // twice.
        let isShared = images.allSatisfy {
            $0.scaling == first.scaling && $0.format == first.format && $0.modalityLUT == nil
        }
        let stored = isShared || first.format.isFloat ? first.format.bytes : MemoryLayout<Float>.stride
        return (volumes.geometry, volumes.isResampled ? 2 * stored : stored)
    }
}
