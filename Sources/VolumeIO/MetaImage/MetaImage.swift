import CDeflate
import Platform
import Volumes

/// MetaImage files, `.mha` and `.mhd` with its data file. Errors are `VolumeFileError` and, when writing, `AtomicFileError`.
public enum MetaImage {
    /// Reads a label map.
    public static func readLabels(_ path: String) throws -> LabelMap {
        LabelMap(try MetaImageHeader(path).stored().labels(path))
    }

    /// Writes a label map as `.mha`, uint8 or uint16 above 255, compressed, whole or not at all.
    ///
    /// - Throws: `VolumeFileError.cannotStore` for a grid whose axes are not at right angles: ITK holds no such image.
    public static func write(_ labels: LabelVolume, to path: String) throws {
        let (affine, shape) = (labels.geometry.affine, labels.geometry.shape)
        guard affine.isOrthogonal else {
            throw VolumeFileError.cannotStore(
                path: path,
                what: "the grid is sheared, and a MetaImage's axes are at right angles (choose nrrd or nifti)")
        }
        let isNarrow = labels.voxels.allSatisfy { $0 <= UInt8.max }
        let content = try labels.withStoredBytes { try zlib($0, path) }
        let spacing = affine.spacing
        // Left, posterior, superior; 0 less, so that no "-0.0" is written.
        func list(_ ras: Vec3) -> String { "\(0 - ras.x) \(0 - ras.y) \(ras.z)" }
        let matrix = (0..<3).map { list(affine.column($0) / spacing[$0]) }.joined(separator: " ")
        let lines: [String] = [
            "ObjectType = Image", "NDims = 3", "BinaryData = True",
            "BinaryDataByteOrderMSB = \(ByteOrder.hostIsBigEndian ? "True" : "False")", "CompressedData = True",
            "CompressedDataSize = \(content.count)", "TransformMatrix = \(matrix)",
            "Offset = \(list(affine.origin))", "CenterOfRotation = 0 0 0",
            "ElementSpacing = \(spacing.x) \(spacing.y) \(spacing.z)", "DimSize = \(shape.i) \(shape.j) \(shape.k)",
            "ElementType = \(isNarrow ? "MET_UCHAR" : "MET_USHORT")", "ElementDataFile = LOCAL",
        ]
        let header = Array((lines.joined(separator: "\n") + "\n").utf8)
        try AtomicFile.write(to: path) { output in
            try header.withUnsafeBytes { try output.append($0) }
            try content.withUnsafeBytes { try output.append($0) }
        }
    }

    /// The header states the compressed size, which is known when all is compressed.
    private static func zlib(_ bytes: UnsafeRawBufferPointer, _ path: String) throws(VolumeFileError) -> [UInt8] {
        guard let compressor = libdeflate_alloc_compressor(6) else { throw .outOfMemory(path: path, bytes: 1 << 20) }
        defer { libdeflate_free_compressor(compressor) }
        let bound = libdeflate_zlib_compress_bound(compressor, bytes.count)
        let compressed = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            count = libdeflate_zlib_compress(compressor, bytes.baseAddress, bytes.count, buffer.baseAddress, bound)
        }
        guard !compressed.isEmpty else { throw .cannotStore(path: path, what: "compression failed") }
        return compressed
    }
}
