import Volumes

/// The slices of one volume laid out as tiles of one image, row after row: a Siemens mosaic, or a grid of UIH.
struct Mosaic: Sendable, Hashable {
    /// Slices in the mosaic.
    var slices: Int
    /// Tiles along the columns and rows of the layout; the last ones may be empty.
    var across, down: Int
    /// Direction in which the slices of a Siemens mosaic follow each other, LPS, of length 1.
    var normal = Vec3.zero
    /// Centre of the first voxel of each slice, mm, LPS, as a UIH grid states them; none in a Siemens mosaic.
    var positions: [Vec3] = []
}

/// The name and values of an element of a Siemens CSA header (the `SV10` layout, as nibabel documents it).
struct CSAHeader {
    private var values: [String: [String]] = [:]

    /// Values of an element, empty ones left out; nil when absent.
    subscript(name: String) -> [String]? { values[name] }

    /// Reads a header; nil when the bytes are not one.
    init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: "SV10".utf8), let count = Self.word(bytes, 8), count <= 1024 else { return nil }
        var at = 16
        for _ in 0..<count {
            guard at + 84 <= bytes.count, let items = Self.word(bytes, at + 76), items <= 65536 else { return nil }
            let name = Self.text(bytes[at..<at + 64])
            at += 84
            var found: [String] = []
            for _ in 0..<items {
                guard let length = Self.word(bytes, at + 4), length <= bytes.count - at - 16 else { return nil }
                at += 16
                if length > 0 { found.append(Self.text(bytes[at..<at + length])) }
                at += (length + 3) / 4 * 4
            }
            values[name] = found
        }
    }

    private static func word(_ bytes: [UInt8], _ at: Int) -> Int? {
        guard at >= 0, at + 4 <= bytes.count else { return nil }
        let value = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) }
        return Int(value)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        return String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

extension Mosaic {
    /// What the file says of its Siemens mosaic; nil when the image is none. Throws when it is one that cannot be laid
    /// out.
    ///
    /// Careless anonymising takes MOSAIC out of ImageType. The number of its slices, in the CSA header or in (0019,100A),
    /// still tells a mosaic, where its tiles fit the image and are no smaller than what was acquired: programs that take
    /// mosaics apart leave the number in each slice.
    init?(_ attributes: borrowing DICOMAttributes, imageType: [String], rows: Int, columns: Int) throws {
        let path = attributes.file.path
        let isNamed = imageType.contains("MOSAIC")
        let csa = attributes.file.bytes(DICOMTag(0x0029, 0x1010)).flatMap { CSAHeader($0) }
        let number = csa?["NumberOfImagesInMosaic"]?.first.flatMap { Int($0) } ?? Self.numberOfImages(attributes)
        guard isNamed || Self.fits(number ?? 0, rows: rows, columns: columns, attributes) else { return nil }
        guard let slices = number, let direction = csa?["SliceNormalVector"].map({ $0.compactMap { Double($0) } }),
            direction.count == 3
        else {
            throw DICOMError.file(
                path: path,
                reason: "a mosaic without its Siemens CSA header (number of images, slice normal) cannot be laid out "
                    + "(export the series again with private elements)")
        }
        guard slices >= 1, slices <= rows * columns else {
            throw attributes.bad("NumberOfImagesInMosaic", "\(slices)", "at least 1")
        }
        var side = 1
        while side * side < slices { side += 1 }
        guard rows % side == 0, columns % side == 0 else {
            throw attributes.bad(
                "NumberOfImagesInMosaic", "\(slices)", "one whose \(side)x\(side) tiles fit \(rows)x\(columns)")
        }
        let vector = Vec3(direction[0], direction[1], direction[2])
        guard abs(vector.length - 1) < 1e-2 else {
            throw attributes.bad("SliceNormalVector", "\(direction)", "a vector of length 1")
        }
        self.init(slices: slices, across: side, down: side, normal: vector.normalized)
    }

    /// The number of slices beside the CSA header, (0019,100A).
    private static func numberOfImages(_ attributes: borrowing DICOMAttributes) -> Int? {
        attributes.text(private: 0x0A, .siemensMR).flatMap { Int($0) }
    }

    /// Whether an image that does not say so can be a mosaic of `slices`.
    private static func fits(
        _ slices: Int, rows: Int, columns: Int, _ attributes: borrowing DICOMAttributes
    ) -> Bool {
        guard slices >= 2, slices <= rows * columns else { return false }
        let side = Int(clamping: Double(slices).squareRoot().rounded(.up))
        let matrix = DICOMFileReader.words(attributes.text(DICOMTag(0x0018, 0x1310)) ?? "").compactMap { Int($0) }
        return rows % side == 0 && columns % side == 0 && max(rows, columns) / side >= matrix.max() ?? 1
    }
}
