import Foundation
import Platform
import Volumes

/// The header of a MetaImage, `Key = Value` lines up to `ElementDataFile`, judged (ITK's MetaIO).
struct MetaImageHeader {
    private let fields: [String: String]
    /// The first byte after the header.
    private let end: Int
    private let path: String

    /// Headers hold a few hundred bytes.
    private static let mostBytes = 1 << 20

    /// Reads the header that begins a file.
    init(_ path: String) throws(VolumeFileError) {
        let bytes = try InputFile(path).bytes(at: 0, count: Self.mostBytes)
        var fields: [String: String] = [:]
        var start = 0
        while let stop = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: bytes[start..<stop], as: UTF8.self)
            start = stop + 1
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                if line.allSatisfy(\.isWhitespace) { continue }
                break
            }
            let key = parts[0].trimmingCharacters(in: .whitespaces).lowercased()
            fields[key] = parts[1].trimmingCharacters(in: .whitespacesAndNewlines)
            if key == "elementdatafile" { break }
        }
        (self.fields, end, self.path) = (fields, start, path)
        guard fields["elementdatafile"] != nil else { throw bad("ElementDataFile", nil, "LOCAL or a file") }
    }

    private func bad(_ field: String, _ value: String?, _ expected: String) -> VolumeFileError {
        let shown = value.map { "'\(SafeText.words($0).prefix(60))'" } ?? "absent"
        return .badField(path: path, field: field, value: shown, expected: expected)
    }

    private func field(_ names: String...) -> String? {
        for name in names { if let text = fields[name.lowercased()] { return text } }
        return nil
    }

    private func isTrue(_ names: String...) -> Bool {
        for name in names {
            if let text = fields[name.lowercased()] { return text.lowercased().hasPrefix("t") || text == "1" }
        }
        return false
    }

    private func numbers(_ name: String, _ text: String, count: Int) throws(VolumeFileError) -> [Double] {
        let numbers = text.split(whereSeparator: \.isWhitespace).map { Double($0) }
        guard numbers.count == count, !numbers.contains(nil) else { throw bad(name, text, "\(count) numbers") }
        return numbers.compactMap { $0 }
    }

    /// The volume that the header tells of.
    func stored() throws(VolumeFileError) -> StoredVolume {
        let dimensions = try dimensions()
        let type = try type()
        if let channels = field("ElementNumberOfChannels"), channels != "1" {
            throw .unsupportedFormat(
                path: path, format: "MetaImage of \(SafeText.words(channels).prefix(10)) values a voxel",
                wayOut: "write the one wanted to a file of its own")
        }
        guard field("BinaryData") == nil || isTrue("BinaryData") else {
            throw .unsupportedFormat(path: path, format: "MetaImage of numbers in text", wayOut: "save it as binary")
        }
        var notices: [String] = []
        if dimensions.count < 3 {
            notices.append("an image of fewer than three axes: those it lacks are one voxel of 1 mm long")
        }
        let geometry = try geometry(dimensions)
        let padded = dimensions + [Int](repeating: 1, count: max(0, 3 - dimensions.count))
        return StoredVolume(
            info: VolumeFileInfo(
                format: .metaImage, version: nil, dimensions: padded, datatype: type.name,
                bytesPerVoxel: type.width, geometry: geometry, scaling: .identity, notices: notices),
            type: type, isBigEndian: isTrue("BinaryDataByteOrderMSB", "ElementByteOrderMSB"),
            content: try content(bytes: dimensions.reduce(type.width, *)))
    }

    private func dimensions() throws(VolumeFileError) -> [Int] {
        let text = field("DimSize") ?? ""
        let sizes = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard (2...4).contains(sizes.count), field("NDims").flatMap({ Int($0) }) == sizes.count,
            sizes.allSatisfy({ $0 > 0 })
        else { throw bad("DimSize", text, "2 to 4 whole numbers above 0, as many as NDims says") }
        var bytes = 8
        for size in sizes {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
            guard !overflow, product < 1 << 60 else { throw .sizeOverflow(path: path, dimensions: sizes) }
            bytes = product
        }
        return sizes
    }

    private func type() throws(VolumeFileError) -> VoxelType {
        let types: [String: VoxelType] = [
            "MET_CHAR": .int8, "MET_UCHAR": .uint8, "MET_SHORT": .int16, "MET_USHORT": .uint16, "MET_INT": .int32,
            "MET_UINT": .uint32, "MET_LONG": .int32, "MET_ULONG": .uint32, "MET_LONG_LONG": .int64,
            "MET_ULONG_LONG": .uint64, "MET_FLOAT": .float32, "MET_DOUBLE": .float64,
        ]
        let text = field("ElementType") ?? ""
        guard let type = types[text.uppercased()] else { throw bad("ElementType", text, "a type of MetaIO's numbers") }
        return type
    }

    /// The grid, RAS mm: the file's directions are those of ITK, left, posterior, superior, axis by axis.
    private func geometry(_ dimensions: [Int]) throws(VolumeFileError) -> Geometry {
        let count = dimensions.count
        let spacing =
            try field("ElementSpacing", "ElementSize").map { text throws(VolumeFileError) in
                try numbers("ElementSpacing", text, count: count)
            } ?? [Double](repeating: 1, count: count)
        let identity = (0..<count * count).map { $0 % (count + 1) == 0 ? 1.0 : 0 }
        let matrix =
            try field("TransformMatrix", "Rotation", "Orientation").map { text throws(VolumeFileError) in
                try numbers("TransformMatrix", text, count: count * count)
            } ?? identity
        let offset =
            try field("Offset", "Position", "Origin").map { text throws(VolumeFileError) in
                try numbers("Offset", text, count: count)
            } ?? [Double](repeating: 0, count: count)
        func step(_ axis: Int) -> Vec3 {
            guard axis < count else { return Vec3(0, 0, 1) }
            let along = (0..<3).map { $0 < count ? matrix[axis * count + $0] : 0 }
            return Vec3(-along[0], -along[1], along[2]) * spacing[axis]
        }
        let geometry = Geometry(
            shape: Shape(dimensions[0], dimensions[1], count > 2 ? dimensions[2] : 1),
            affine: Affine(
                i: step(0), j: step(1), k: step(2), origin: Vec3(-offset[0], -offset[1], count > 2 ? offset[2] : 0)))
        if let flaw = geometry.flaw { throw .unusableGrid(path: path, reason: flaw) }
        return geometry
    }

    private func content(bytes: Int) throws(VolumeFileError) -> StoredVolume.Content {
        let name = field("ElementDataFile") ?? ""
        let isLocal = name.lowercased() == "local"
        let compression: ContentStream.Compression? = isTrue("CompressedData") ? .zlib : nil
        var content = StoredVolume.Content(path: path, offset: end, compression: compression)
        if !isLocal {
            content = StoredVolume.Content(
                path: try DataFile.beside(path, name), offset: 0, compression: compression)
        }
        let skip = field("HeaderSize") ?? "0"
        guard let skip = Int(skip), skip >= -1, skip < 1 << 40, skip == 0 || compression == nil else {
            throw bad("HeaderSize", skip, "a whole number from 0, or -1, of voxels that are not compressed")
        }
        content.offset = skip == -1 ? max(0, try InputFile(content.path).size - bytes) : content.offset + skip
        return content
    }
}
