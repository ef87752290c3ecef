/// What a file's attributes say of its pixel data.
struct DICOMPixelLayout: Sendable {
    var syntax: DICOMTransferSyntax
    /// Size of a frame and number of frames.
    var rows, columns, frames: Int
    /// Values per pixel: 1, or 3 for colour.
    var samples: Int
    /// `MONOCHROME2`, `RGB`, ...
    var photometric: String
    /// Whether the samples stand plane by plane and not pixel by pixel. (0028,0006)
    var isPlanar: Bool
    var format: StoredFormat
    /// That values are not exactly those measured, as a sentence; nil when nothing was lost as far as is known.
    var lossNotice: String?

    /// Pixels of a frame.
    var pixels: Int { rows * columns }
    /// Bytes of a decoded frame.
    var frameBytes: Int { pixels * samples * format.bytes }

    /// Bits of a frame of native pixel data: frames follow each other without a gap, even within a byte.
    var nativeFrameBits: Int {
        pixels * (isSubsampled ? 2 : samples) * format.bitsAllocated
    }

    /// Whether two pixels share their colour in native pixel data. (PS3.3 C.7.6.3.1.2)
    var isSubsampled: Bool { photometric == "YBR_FULL_422" && samples == 3 && format.bitsAllocated == 8 }
}

/// How stored values lie in their cells.
struct StoredFormat: Sendable, Hashable {
    /// Bits of a cell in the file (1, 8, 12, 16 or 32; 32 or 64 when floating), bits in use, and the place of the
    /// highest of them.
    var bitsAllocated, bitsStored, highBit: Int
    /// Two's complement.
    var isSigned: Bool
    /// Cells are IEEE numbers: FloatPixelData, DoubleFloatPixelData.
    var isFloat = false

    /// Bytes of a decoded cell; cells of 1 and 12 bits are packed in the file alone.
    var bytes: Int { bitsAllocated <= 8 ? 1 : bitsAllocated == 12 ? 2 : bitsAllocated / 8 }

    /// The integers that can be stored.
    var range: ClosedRange<Int64> {
        isSigned ? -(1 << (bitsStored - 1))...(1 << (bitsStored - 1)) - 1 : 0...(1 << bitsStored) - 1
    }
}

extension DICOMPixelLayout {
    /// Reads the attributes strictly; throws `DICOMError` with the value that cannot be.
    init(_ attributes: borrowing DICOMAttributes) throws {
        let path = attributes.file.path
        guard let uid = attributes.file.transferSyntax else {
            throw DICOMError.file(path: path, reason: "states no transfer syntax (export it again)")
        }
        guard let syntax = DICOMTransferSyntax.find(uid) else {
            throw DICOMError.file(
                path: path, reason: "transfer syntax \(uid) is not known (export it uncompressed, e.g. with dcmconv)")
        }
        self.syntax = syntax
        rows = try Self.count(attributes, .rows, "Rows", limit: 65535)
        columns = try Self.count(attributes, .columns, "Columns", limit: 65535)
        let isStated = attributes.text(.frames) != nil
        frames = isStated ? try Self.count(attributes, .frames, "NumberOfFrames", limit: 1 << 20) : 1
        samples = try attributes.integer(.samples, "SamplesPerPixel") ?? 1
        guard samples == 1 || samples == 3 else { throw attributes.bad("SamplesPerPixel", "\(samples)", "1 or 3") }
        photometric = attributes.text(.photometric) ?? "MONOCHROME2"
        isPlanar = try attributes.integer(.planar, "PlanarConfiguration") == 1
        format = try Self.format(attributes)
        // JPEG 2000 may be either: the attribute tells. (0028,2110)
        let stated = attributes.text(.lossyCompression)
        if syntax.isLossy, syntax.coding != .jpeg2000 || stated != "00" {
            lossNotice = "lossily compressed (\(syntax.name)): values are not exactly those measured"
        } else if stated == "01" {
            lossNotice = "was lossily compressed before (LossyImageCompression): values are not exactly those measured"
        }
    }

    private static func count(
        _ attributes: borrowing DICOMAttributes, _ tag: DICOMTag, _ name: String, limit: Int
    ) throws -> Int {
        let value = try attributes.required(tag, name)
        guard (1...limit).contains(value) else { throw attributes.bad(name, "\(value)", "1 to \(limit)") }
        return value
    }

    private static func format(_ attributes: borrowing DICOMAttributes) throws -> StoredFormat {
        for (tag, bits) in [(DICOMTag.floatPixels, 32), (.doublePixels, 64)]
        where attributes.file.length(of: tag) != nil {
            return StoredFormat(bitsAllocated: bits, bitsStored: bits, highBit: bits - 1, isSigned: true, isFloat: true)
        }
        let allocated = try attributes.required(.bitsAllocated, "BitsAllocated")
        guard [1, 8, 12, 16, 32].contains(allocated) else {
            throw attributes.bad("BitsAllocated", "\(allocated)", "1, 8, 12, 16 or 32")
        }
        let stored = try attributes.integer(.bitsStored, "BitsStored") ?? allocated
        guard (1...allocated).contains(stored) else {
            throw attributes.bad("BitsStored", "\(stored)", "1 to BitsAllocated (\(allocated))")
        }
        let high = try attributes.integer(.highBit, "HighBit") ?? stored - 1
        guard (stored - 1..<allocated).contains(high) else {
            throw attributes.bad("HighBit", "\(high)", "\(stored - 1) to \(allocated - 1)")
        }
        let representation = try attributes.integer(.representation, "PixelRepresentation") ?? 0
        guard representation == 0 || representation == 1 else {
            throw attributes.bad("PixelRepresentation", "\(representation)", "0 or 1")
        }
        return StoredFormat(bitsAllocated: allocated, bitsStored: stored, highBit: high, isSigned: representation == 1)
    }
}

extension DICOMTag {
    static let floatPixels = DICOMTag(0x7FE0, 0x0008), doublePixels = DICOMTag(0x7FE0, 0x0009)
    static let pixels = DICOMTag(0x7FE0, 0x0010)
    static let lossyCompression = DICOMTag(0x0028, 0x2110)
    static let extendedOffsets = DICOMTag(0x7FE0, 0x0001)
}
