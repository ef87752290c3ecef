import Volumes

/// The picture that belongs to a case: its labels over the image in three planes. ``Snapshot`` makes others.
public enum OverlayPicture {
    /// An axial, a coronal and a sagittal slice side by side, each through the labels' centre of mass, or through the
    /// nearest slice to it that shows more different labels; with a legend, a scale bar and letters. The same on the same
    /// machine, byte for byte.
    ///
    /// - Parameter window: the values shown black and white.
    /// - Returns: the bytes of a PNG file.
    /// - Throws: `ExportError`.
    public static func threePlanes(
        volume: Volume, labels: LabelVolume, table: LabelTable, window: (lower: Float, upper: Float)
    ) throws -> [UInt8] {
        var snapshot = Snapshot()
        snapshot.style = .fill
        return try snapshot.picture(of: volume, labels: labels, table: table, window: window, as: .png).bytes
    }
}
