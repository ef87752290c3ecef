import Platform
import Volumes

/// NRRD files, and 3D Slicer's segmentations in them.
///
/// Read: three axes of space (or fewer) and one more for volumes or layers, `raw` and `gzip`, attached or with one data file.
/// Errors are `VolumeFileError` and, when writing, `AtomicFileError`.
public enum NRRD {
    /// Reads a label map: of a segmentation with the names, colours and codes of its segments.
    public static func readLabels(_ path: String) throws -> LabelMap {
        let file = try NRRDFile(path)
        let segments = try SlicerSegment.all(file.header.pairs, layers: file.layers, path: path)
        if file.layers == 1 {
            let labels = try file.stored.labels(path)
            return segments.isEmpty
                ? LabelMap(labels) : try LabelMap(labels.geometry, layers: [labels.voxels], segments, path: path)
        }
        let stored = file.stored
        let values = try LabelIDs.of(
            try stored.voxels(volumes: 0..<1, values: file.layers), .identity, path: path,
            shape: stored.info.geometry.shape)
        let layers = (0..<file.layers).map { layer in
            stride(from: layer, to: values.count, by: file.layers).map { values[$0] }
        }
        guard !segments.isEmpty else {
            throw VolumeFileError.unsupportedFormat(
                path: path, format: "a label map of \(file.layers) values a voxel",
                wayOut: "write one label map, or save it in 3D Slicer as a segmentation")
        }
        return try LabelMap(stored.info.geometry, layers: layers, segments, path: path)
    }

    /// Writes a label map, uint8 or uint16 above 255, as gzip, left-posterior-superior, whole or not at all.
    ///
    /// - Parameter pairs: Key/value pairs, written in their order.
    public static func write(_ labels: LabelVolume, pairs: [(key: String, value: String)] = [], to path: String) throws
    {
        let affine = labels.geometry.affine
        func vector(_ ras: Vec3) -> String { "(\(-ras.x),\(-ras.y),\(ras.z))" }
        let shape = labels.geometry.shape
        let isNarrow = labels.voxels.allSatisfy { $0 <= UInt8.max }
        var lines = [
            "NRRD0004", "type: \(isNarrow ? "unsigned char" : "unsigned short")", "dimension: 3",
            "space: left-posterior-superior", "sizes: \(shape.i) \(shape.j) \(shape.k)",
            "space directions: " + (0..<3).map { vector(affine.column($0)) }.joined(separator: " "),
            "kinds: domain domain domain",
        ]
        if !isNarrow { lines.append("endian: \(ByteOrder.hostIsBigEndian ? "big" : "little")") }
        lines += ["encoding: gzip", "space origin: " + vector(affine.origin)]
        // A colon followed by an equals sign ends the key.
        lines += pairs.map { NRRDHeader.escaped($0.key) + ":=" + NRRDHeader.escaped($0.value) }
        let header = Array((lines.joined(separator: "\n") + "\n\n").utf8)
        try AtomicFile.write(to: path) { output in
            try header.withUnsafeBytes { try output.append($0) }
            try labels.withStoredBytes { try GzipWriter(path: path, level: 6).append([], $0, to: output) }
        }
    }
}

extension LabelVolume {
    /// Calls `body` with the ids as uint8, or where one is above 255 as uint16, in this machine's byte order.
    func withStoredBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        if voxels.allSatisfy({ $0 <= UInt8.max }) {
            return try voxels.map { UInt8(truncatingIfNeeded: $0) }.withUnsafeBytes(body)
        } else {
            return try voxels.withUnsafeBytes(body)
        }
    }
}
