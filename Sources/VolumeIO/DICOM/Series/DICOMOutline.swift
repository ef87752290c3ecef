import Volumes

extension DICOM {
    /// Voxels of a series' first volume and bytes of a stored value, as the headers tell; nil when none was readable.
    /// Nothing is judged here: reading the series may still refuse it.
    public static func outline(_ series: DICOMSeries) -> (shape: Shape, bytesPerVoxel: Int)? {
        series.images.first.map { image in
            (Shape(image.columns, image.rows, series.images.count), image.modalityLUT == nil ? image.format.bytes : 4)
        }
    }
}
