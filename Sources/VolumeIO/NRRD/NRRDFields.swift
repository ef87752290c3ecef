import Foundation
import Platform
import Volumes

/// The fields of an NRRD header that say where a volume lies and how it is stored, judged one by one.
struct NRRDFields {
    let header: NRRDHeader
    /// The header's file, for errors.
    let path: String

    /// What turns left, posterior, superior into right, anterior, superior.
    static let leftPosteriorSuperior = Vec3(-1, -1, 1)

    private func bad(_ field: String, _ value: String, _ expected: String) -> VolumeFileError {
        .badField(path: path, field: field, value: "'\(SafeText.words(value).prefix(60))'", expected: expected)
    }

    private func required(_ name: String) throws(VolumeFileError) -> String {
        guard let text = header.field(name) else { throw bad(name, "absent", "to be there") }
        return text
    }

    /// Type of the voxels.
    func type() throws(VolumeFileError) -> VoxelType {
        let text = try required("type").lowercased().split(separator: " ").joined(separator: " ")
        let types: [(VoxelType, [String])] = [
            (.int8, ["signed char", "int8", "int8_t"]), (.uint8, ["uchar", "unsigned char", "uint8", "uint8_t"]),
            (.int16, ["short", "short int", "signed short", "signed short int", "int16", "int16_t"]),
            (.uint16, ["ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"]),
            (.int32, ["int", "signed int", "int32", "int32_t"]),
            (.uint32, ["uint", "unsigned int", "uint32", "uint32_t"]),
            (
                .int64,
                [
                    "longlong", "long long", "long long int", "signed long long", "signed long long int", "int64",
                    "int64_t",
                ]
            ),
            (.uint64, ["ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"]),
            (.float32, ["float"]), (.float64, ["double"]),
        ]
        guard let type = types.first(where: { $0.1.contains(text) })?.0 else {
            throw bad("type", text, "a type of numbers of the NRRD format")
        }
        return type
    }

    /// Lengths of the axes, each at least 1, that multiply to what can be counted.
    func sizes() throws(VolumeFileError) -> [Int] {
        let texts = try required("sizes").split(whereSeparator: \.isWhitespace)
        let sizes = texts.compactMap { Int($0) }
        let dimension = Int(try required("dimension").trimmingCharacters(in: .whitespaces))
        guard (1...5).contains(sizes.count), sizes.count == texts.count, sizes.allSatisfy({ $0 > 0 }),
            dimension == sizes.count
        else {
            throw bad(
                "sizes", texts.joined(separator: " "), "1 to 5 whole numbers above 0, as many as 'dimension' says")
        }
        var bytes = 8
        for size in sizes {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
            guard !overflow, product < 1 << 60 else { throw .sizeOverflow(path: path, dimensions: sizes) }
            bytes = product
        }
        return sizes
    }

    /// Steps along the axes, nil for those that do not lie in space; nil where the header has none.
    func directions(_ count: Int) throws(VolumeFileError) -> [Vec3?]? {
        guard let text = header.field("spacedirections") else { return nil }
        var steps: [Vec3?] = []
        var rest = text[...].drop(while: \.isWhitespace)
        while !rest.isEmpty {
            if rest.lowercased().hasPrefix("none") {
                steps.append(nil)
                rest = rest.dropFirst(4).drop(while: \.isWhitespace)
            } else {
                guard let close = rest.firstIndex(of: ")"), let step = Self.vector(rest[...close]) else {
                    throw bad("space directions", text, "(x,y,z) or none for every axis")
                }
                // Slicer writes an axis out of space as a vector of nan.
                steps.append(step.x.isNaN && step.y.isNaN && step.z.isNaN ? nil : step)
                rest = rest[rest.index(after: close)...].drop(while: \.isWhitespace)
            }
        }
        guard steps.count == count else { throw bad("space directions", text, "\(count) of them, one for every axis") }
        return steps
    }

    /// The centre of the first voxel, in the header's space; zero where it is not said.
    func origin() throws(VolumeFileError) -> Vec3 {
        guard let text = header.field("spaceorigin") else { return .zero }
        guard let origin = Self.vector(text[...]) else { throw bad("space origin", text, "(x,y,z)") }
        return origin
    }

    /// Steps along the axes of space where only their lengths are said.
    func spacedAxes(_ axes: [Int]) throws(VolumeFileError) -> [Vec3] {
        let texts = header.field("spacings")?.split(whereSeparator: \.isWhitespace) ?? []
        return try axes.prefix(3).enumerated().map { (n, axis) throws(VolumeFileError) in
            var step = Vec3.zero
            let text = axis < texts.count ? texts[axis] : "1"
            guard let length = Double(text) else { throw bad("spacings", String(text), "numbers") }
            step[n] = length.isNaN ? 1 : length
            return step
        }
    }

    /// What turns the header's space into right, anterior, superior; nil where it names none of the body's.
    func space() throws(VolumeFileError) -> Vec3? {
        guard let text = header.field("space") else {
            if let count = header.field("spacedimension"), count.trimmingCharacters(in: .whitespaces) != "3" {
                throw bad("space dimension", count, "3")
            }
            return nil
        }
        let name = text.lowercased().filter { !$0.isWhitespace && $0 != "-" }
        switch name {
        case "rightanteriorsuperior", "ras": return Vec3(1, 1, 1)
        case "leftanteriorsuperior", "las": return Vec3(-1, 1, 1)
        case "leftposteriorsuperior", "lps": return Self.leftPosteriorSuperior
        case "scannerxyz", "3drighthanded", "3dlefthanded": return nil
        default: throw bad("space", text, "right-anterior-superior, left-anterior-superior or left-posterior-superior")
        }
    }

    /// Millimetres of the header's unit.
    func millimetres() -> Double {
        let text = header.field("spaceunits") ?? header.field("units") ?? ""
        let unit = text.split(whereSeparator: { "\" \t".contains($0) }).first.map { $0.lowercased() }
        switch unit {
        case "um", "µm", "micron", "microns", "micrometer": return 1e-3
        case "cm": return 10
        case "m": return 1000
        default: return 1
        }
    }

    /// Kinds of the axes, in lower case; nil for one that has none.
    func kinds(_ count: Int) -> [String?] {
        let texts = header.field("kinds")?.lowercased().split(whereSeparator: \.isWhitespace).map(String.init) ?? []
        return (0..<count).map { $0 < texts.count && texts[$0] != "???" && texts[$0] != "none" ? texts[$0] : nil }
    }

    func isBigEndian(_ type: VoxelType) throws(VolumeFileError) -> Bool {
        guard type.width > 1 else { return false }
        switch header.field("endian")?.lowercased().trimmingCharacters(in: .whitespaces) {
        case "little": return false
        case "big": return true
        case let other: throw bad("endian", other ?? "absent", "little or big")
        }
    }

    /// Where the voxels lie: behind the header, or in the file that it names, beside it.
    func content(header path: String, end: Int?, bytes: Int) throws(VolumeFileError) -> StoredVolume.Content {
        let compression: ContentStream.Compression?
        let encoding = try required("encoding").lowercased().trimmingCharacters(in: .whitespaces)
        switch encoding {
        case "raw": compression = nil
        case "gzip", "gz": compression = .gzip
        default:
            throw .unsupportedFormat(
                path: path, format: "NRRD of encoding '\(SafeText.words(encoding).prefix(20))'",
                wayOut: "save it compressed with gzip, or raw, for example with 3D Slicer or SimpleITK")
        }
        var content = StoredVolume.Content(path: path, offset: end ?? 0, compression: compression)
        if let name = header.field("datafile") {
            content = StoredVolume.Content(path: try DataFile.beside(path, name), offset: 0, compression: compression)
        } else if end == nil {
            throw bad("header", "without an end", "a blank line before the voxels, or the field 'data file'")
        }
        if let text = header.field("lineskip"), Int(text.trimmingCharacters(in: .whitespaces)) != 0 {
            throw .unsupportedFormat(path: path, format: "NRRD with 'line skip'", wayOut: "save it without")
        }
        let skip = header.field("byteskip").map { $0.trimmingCharacters(in: .whitespaces) } ?? "0"
        guard let skip = Int(skip), skip >= -1, skip < 1 << 40, skip == 0 || compression == nil else {
            throw bad("byte skip", skip, "a whole number from 0, or -1, of raw data")
        }
        content.offset = skip == -1 ? max(0, try InputFile(content.path).size - bytes) : content.offset + skip
        return content
    }

    /// `(x,y,z)`.
    private static func vector(_ text: Substring) -> Vec3? {
        let inner = text.trimmingCharacters(in: .whitespaces)
        guard inner.hasPrefix("("), inner.hasSuffix(")") else { return nil }
        let numbers = inner.dropFirst().dropLast().split(separator: ",").map {
            Double($0.trimmingCharacters(in: .whitespaces))
        }
        guard numbers.count == 3, let x = numbers[0], let y = numbers[1], let z = numbers[2] else { return nil }
        return Vec3(x, y, z)
    }
}
