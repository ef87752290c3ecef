import Volumes

extension DICOM {
    /// Voxels of a series and bytes of a stored value, as its first file's header and the number of files tell; nil when
    /// that header tells nothing. Nothing is judged here: reading the series may still refuse it.
    public static func outline(_ series: DICOMSeries) throws -> (shape: Shape, bytesPerVoxel: Int)? {
        guard let first = series.files.first, case .image(let header) = try DICOMFileReader.read(first) else {
            return nil
        }
        return (Shape(header.columns, header.rows, series.files.count), header.format.bytes)
    }
}
