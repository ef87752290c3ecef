/// Colour images as red, green and blue.
extension DICOMPixels {
    /// Whether the image is in colour: three samples a pixel, or numbers of a palette.
    var isColour: Bool { layout.samples == 3 || layout.photometric == "PALETTE COLOR" }

    /// Decodes frame `frame` (from 0) of a colour image to RGB, 8 bits a sample: `3 * layout.pixels` bytes, row after
    /// row, the samples of a pixel side by side. Deeper samples keep their highest 8 bits.
    ///
    /// Reads RGB, YBR_FULL, YBR_FULL_422, YBR_ICT, YBR_RCT and PALETTE COLOR; throws `DICOMError` for others.
    func rgb(frame: Int = 0) throws -> [UInt8] {
        var cells = [UInt8](repeating: 0, count: layout.frameBytes)
        let photometric = try cells.withUnsafeMutableBytes { try decodeColour(frame: frame, into: $0) }
        var values = [UInt32](repeating: 0, count: layout.pixels * layout.samples)
        cells.withUnsafeBytes { cells in
            values.withUnsafeMutableBufferPointer { Self.unpack(cells, layout.format, into: $0) }
        }
        if photometric == "PALETTE COLOR" { return try palette().colours(of: values) }
        guard layout.samples == 3, !layout.format.isSigned, !layout.format.isFloat else {
            throw DICOMError.file(path: path, reason: "an image in \(photometric) is not colour that can be read")
        }
        let surplus = UInt32(max(0, layout.format.bitsStored - 8))
        let bytes = values.map { UInt8(truncatingIfNeeded: $0 >> surplus) }
        switch photometric {
        case "RGB": return bytes
        case "YBR_FULL", "YBR_FULL_422": return Self.rgb(fromYBR: bytes)
        default: throw DICOMError.file(path: path, reason: "colour in \(photometric) is not read (convert it to RGB)")
        }
    }

    /// Full-range luminance and two chrominances to RGB. (PS3.3 C.7.6.3.1.2, inverted)
    private static func rgb(fromYBR ybr: [UInt8]) -> [UInt8] {
        var rgb = [UInt8](repeating: 0, count: ybr.count)
        func byte(_ value: Float) -> UInt8 { UInt8(clamping: (value + 0.5).rounded(.down)) }
        for at in stride(from: 0, to: ybr.count - 2, by: 3) {
            let (y, b, r) = (Float(ybr[at]), Float(ybr[at + 1]) - 128, Float(ybr[at + 2]) - 128)
            rgb[at] = byte(y + 1.402 * r)
            rgb[at + 1] = byte(y - 0.344136 * b - 0.714136 * r)
            rgb[at + 2] = byte(y + 1.772 * b)
        }
        return rgb
    }

    private func palette() throws -> DICOMPalette { try DICOMPalette(attributes) }

    /// Samples that stand plane by plane, brought side by side.
    static func interleave(_ cells: UnsafeMutableRawBufferPointer, _ width: Int) {
        let planes = Array(cells)
        let pixels = cells.count / width / 3
        for n in 0..<pixels {
            for sample in 0..<3 {
                let (from, to) = ((sample * pixels + n) * width, (n * 3 + sample) * width)
                for byte in 0..<width { cells[to + byte] = planes[from + byte] }
            }
        }
    }

    /// Two luminances, then the chrominances they share, to three samples a pixel. (PS3.3 C.7.6.3.1.2)
    static func expand422(_ bytes: ArraySlice<UInt8>, into cells: UnsafeMutableRawBufferPointer) {
        for n in 0..<cells.count / 3 {
            let pair = bytes.startIndex + n / 2 * 4
            cells[3 * n] = bytes[pair + n % 2]
            cells[3 * n + 1] = bytes[pair + 2]
            cells[3 * n + 2] = bytes[pair + 3]
        }
    }
}

/// The colours of a PALETTE COLOR image. (PS3.3 C.7.6.3.1.5)
private struct DICOMPalette {
    /// Value of the first entry.
    private let first: Int
    /// Red, green and blue of each entry, 8 bits.
    private let entries: [[UInt8]]

    init(_ attributes: borrowing DICOMAttributes) throws {
        let path = attributes.file.path
        var (firsts, tables) = (Set<Int>(), [[UInt8]]())
        for colour in UInt16(0)..<3 {
            let descriptorTag = DICOMTag(0x0028, 0x1101 + colour), dataTag = DICOMTag(0x0028, 0x1201 + colour)
            let descriptor = attributes.text(descriptorTag)?.split(separator: "\\").compactMap { Int($0) } ?? []
            guard descriptor.count == 3, [8, 16].contains(descriptor[2]),
                let length = attributes.file.length(of: dataTag)
            else {
                throw DICOMError.file(
                    path: path,
                    reason: "a palette that is absent, segmented or malformed is not read (convert it to RGB)")
            }
            // A length of 65536 does not fit its field.
            let count = descriptor[0] == 0 ? 65536 : descriptor[0] & 0xFFFF
            guard length == 2 * count || length == count + count % 2 else {
                throw DICOMError.file(path: path, reason: "a palette of \(count) entries holds \(length) bytes")
            }
            var data = [UInt8](repeating: 0, count: length)
            try data.withUnsafeMutableBytes { try attributes.file.read(dataTag, into: $0) }
            firsts.insert(descriptor[1])
            tables.append(Self.bytes(data, count, descriptor[2], isBigEndian: attributes.file.isBigEndian))
        }
        guard firsts.count == 1, let first = firsts.first, Set(tables.map(\.count)).count == 1 else {
            throw DICOMError.file(path: path, reason: "the three palettes differ in size or first value")
        }
        self.first = first
        entries = tables
    }

    /// Entries of 8 bits: those of 16 lose their low byte, those of 8 in cells of 16 stand in the low byte.
    private static func bytes(_ data: [UInt8], _ count: Int, _ bits: Int, isBigEndian: Bool) -> [UInt8] {
        if data.count < 2 * count { return (0..<count).map { data[isBigEndian ? $0 ^ 1 : $0] } }
        let high = isBigEndian ? 0 : 1
        return (0..<count).map { data[2 * $0 + (bits == 16 ? high : 1 - high)] }
    }

    /// The colours of pixels. Values outside the palette take its nearest end.
    func colours(of values: [UInt32]) -> [UInt8] {
        var rgb = [UInt8](repeating: 0, count: 3 * values.count)
        let last = entries[0].count - 1
        for (n, value) in values.enumerated() {
            let entry = min(last, max(0, Int(value) - first))
            for colour in 0..<3 { rgb[3 * n + colour] = entries[colour][entry] }
        }
        return rgb
    }
}
