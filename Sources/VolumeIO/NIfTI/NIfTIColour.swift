import Volumes

extension NIfTI {
    /// Writes a colour volume as RGB24, whole or not at all. `colours` holds red, green and blue of each voxel of the
    /// grid, i fastest. Names as for volumes. Such files are for viewers: this reader refuses them by name.
    public static func write(rgb colours: [UInt8], geometry: Geometry, to path: String, compression: Int? = nil) throws
    {
        precondition(
            colours.count == 3 * geometry.shape.count, "\(colours.count) bytes for \(geometry.shape) in colour")
        var encoder = NIfTIEncoder(geometry: geometry, datatype: .uint8, samples: 3)
        encoder.compression = compression
        try colours.withUnsafeBytes { try encoder.write($0, to: path) }
    }
}
