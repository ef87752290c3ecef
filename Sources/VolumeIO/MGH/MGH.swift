import Foundation
import Platform
import Volumes

/// The 284 bytes that begin an MGH file (FreeSurfer's `mghformat`): big-endian.
struct MGHHeader {
    static let size = 284
    private let bytes: HeaderBytes
    private let path: String

    /// Whether bytes begin as an MGH file does: version 1, four lengths and a type.
    static func isHeader(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= size, bytes.starts(with: [0, 0, 0, 1]) else { return false }
        let header = HeaderBytes(bytes: Array(bytes[..<size]), isBigEndian: true)
        let lengths = (1...4).map { header.integer(at: 4 * $0, width: 4) }
        let type = header.integer(at: 20, width: 4)
        return lengths.allSatisfy { (1...1 << 24).contains($0) } && (0...10).contains(type)
    }

    init(_ path: String) throws(VolumeFileError) {
        let bytes = try ContentStream(path).bytes(Self.size)
        guard bytes.count == Self.size else { throw .tooShort(path: path, bytes: bytes.count) }
        (self.bytes, self.path) = (HeaderBytes(bytes: bytes, isBigEndian: true), path)
    }

    /// The volume that the header tells of.
    func stored() throws(VolumeFileError) -> StoredVolume {
        let lengths = (1...4).map { bytes.integer(at: 4 * $0, width: 4) }
        guard bytes.integer(at: 0, width: 4) == 1, lengths.allSatisfy({ (1...1 << 24).contains($0) }),
            lengths.reduce(1.0, { $0 * Double($1) }) < 0x1p56
        else {
            throw .badField(
                path: path, field: "width, height, depth, nframes", value: lengths.timesList,
                expected: "lengths above 0 behind the version 1")
        }
        let types: [Int: VoxelType] = [0: .uint8, 1: .int32, 3: .float32, 4: .int16, 10: .uint16]
        let code = bytes.integer(at: 20, width: 4)
        guard let type = types[code] else {
            throw .badField(
                path: path, field: "type", value: "\(code)",
                expected: "0 (uint8), 1 (int32), 3 (float32), 4 (int16) or 10 (uint16)")
        }
        let isPlaced = bytes.integer(at: 28, width: 2) == 1
        let notices = isPlaced ? [] : ["the header states no orientation: FreeSurfer's coronal one is taken"]
        let shape = Shape(lengths[0], lengths[1], lengths[2])
        let geometry = Geometry(shape: shape, affine: affine(shape, isPlaced: isPlaced))
        if let flaw = geometry.flaw { throw .unusableGrid(path: path, reason: flaw) }
        return StoredVolume(
            info: VolumeFileInfo(
                format: .mgh, version: 1, dimensions: lengths[3] > 1 ? lengths : Array(lengths[..<3]),
                datatype: type.name, bytesPerVoxel: type.width, geometry: geometry, scaling: .identity, notices: notices
            ),
            type: type, isBigEndian: true,
            content: StoredVolume.Content(path: path, offset: Self.size, compression: nil))
    }

    /// Voxel to RAS mm: directions times spacing, about the centre, which lies at half the lengths.
    private func affine(_ shape: Shape, isPlaced: Bool) -> Affine {
        // spacing, then the directions of the three axes, then the centre; where nothing is placed, FreeSurfer's own.
        let reals =
            isPlaced ? bytes.reals(at: 30, width: 4, count: 15) : [1, 1, 1, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0, 0]
        let columns = (0..<3).map { axis in
            Vec3(reals[3 + 3 * axis], reals[4 + 3 * axis], reals[5 + 3 * axis]) * reals[axis]
        }
        let half = Vec3(Double(shape.i), Double(shape.j), Double(shape.k)) / 2
        let center = Vec3(reals[12], reals[13], reals[14])
        let origin = center - columns[0] * half.x - columns[1] * half.y - columns[2] * half.z
        return Affine(i: columns[0], j: columns[1], k: columns[2], origin: origin)
    }

    /// The header of a label map.
    static func header(_ geometry: Geometry, type: Int) -> [UInt8] {
        var header = HeaderBytes(bytes: [UInt8](repeating: 0, count: size), isBigEndian: true)
        let (shape, affine) = (geometry.shape, geometry.affine)
        for (n, value) in [1, shape.i, shape.j, shape.k, 1, type].enumerated() {
            header.set(value, at: 4 * n, width: 4)
        }
        header.set(1, at: 28, width: 2)
        let (spacing, half) = (affine.spacing, Vec3(Double(shape.i), Double(shape.j), Double(shape.k)) / 2)
        let directions = (0..<3).map { affine.column($0) / spacing[$0] }
        let vectors = [spacing] + directions + [affine.position(of: half)]
        header.set(vectors.flatMap { [$0.x, $0.y, $0.z] }, at: 30, width: 4)
        return header.bytes
    }
}

/// MGH files, `.mgz` and `.mgh`. Errors are `VolumeFileError` and, when writing, `AtomicFileError`.
public enum MGH {
    /// Reads a label map.
    public static func readLabels(_ path: String) throws -> LabelMap {
        LabelMap(try MGHHeader(path).stored().labels(path))
    }

    /// Writes a label map, compressed, whole or not at all: uint8, above 255 int16, above 32767 int32, as FreeSurfer's
    /// programs and nibabel read them.
    public static func write(_ labels: LabelVolume, to path: String) throws {
        let largest = labels.voxels.max() ?? 0
        let writer = GzipWriter(path: path, level: 6)
        func write(_ type: Int, _ bytes: UnsafeRawBufferPointer) throws {
            try AtomicFile.write(to: path) {
                try writer.append(MGHHeader.header(labels.geometry, type: type), bytes, to: $0)
            }
        }
        if largest <= UInt8.max {
            try labels.voxels.map { UInt8(truncatingIfNeeded: $0) }.withUnsafeBytes { try write(0, $0) }
        } else if largest <= Int16.max {
            try labels.voxels.map { Int16(truncatingIfNeeded: $0).bigEndian }.withUnsafeBytes { try write(4, $0) }
        } else {
            try labels.voxels.map { Int32($0).bigEndian }.withUnsafeBytes { try write(1, $0) }
        }
    }
}
