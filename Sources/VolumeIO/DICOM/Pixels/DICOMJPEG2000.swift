import COpenJPEG

/// JPEG 2000 images, judged by their markers and decoded by OpenJPEG. (ISO 15444-1 annexes A and I)
enum DICOMJPEG2000 {
    /// Whether bytes begin as a codestream, or as the boxes of a JP2 file around one.
    static func begins(_ head: [UInt8]) -> Bool {
        head.starts(with: [0xFF, 0x4F, 0xFF, 0x51]) || head.starts(with: boxSignature)
    }

    private static let boxSignature: [UInt8] = [0, 0, 0, 12] + Array("jP  ".utf8) + [0x0D, 0x0A, 0x87, 0x0A]

    /// Decodes into `cells`, the samples of a pixel side by side. Throws `CodestreamFault`.
    static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>, _ layout: DICOMPixelLayout, into cells: UnsafeMutableRawBufferPointer
    ) throws {
        guard !layout.format.isFloat, layout.format.highBit == layout.format.bitsStored - 1 else {
            throw CodestreamFault("a JPEG 2000 image whose HighBit is not BitsStored - 1 is not read")
        }
        let codestream = try withoutBoxes(bytes)
        let end = try judge(codestream, layout)
        let image = try withEndMark(codestream, end) { whole in
            var reason = ErrorText()
            guard
                let image = tomos_j2k_decode(whole.baseAddress, whole.count, &reason.buffer, reason.buffer.count)
            else { throw CodestreamFault("JPEG 2000 pixel data cannot be decoded: \(reason.text)") }
            return image
        }
        defer { tomos_j2k_free(image) }
        guard tomos_j2k_components(image) == layout.samples else {
            throw CodestreamFault("JPEG 2000 pixel data decodes to \(tomos_j2k_components(image)) components")
        }
        for n in 0..<layout.samples {
            try place(tomos_j2k_component_at(image, n), sample: n, layout, into: cells)
        }
    }

    /// The codestream inside the boxes of a JP2 file, or the bytes themselves.
    private static func withoutBoxes(
        _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(CodestreamFault) -> UnsafeBufferPointer<UInt8> {
        guard bytes.starts(with: boxSignature) else { return bytes }
        var at = 0
        while at + 8 <= bytes.count {
            let isLong = bytes.number(at, 4) == 1
            guard !isLong || at + 16 <= bytes.count else { break }
            let (header, stated) = isLong ? (16, bytes.number(at + 8, 8)) : (8, bytes.number(at, 4))
            // A box of length 0 is the last one.
            let length = stated == 0 ? bytes.count - at : stated
            guard length >= header, length <= bytes.count - at else { break }
            if bytes[(at + 4)..<(at + 8)].elementsEqual("jp2c".utf8) {
                return UnsafeBufferPointer(rebasing: bytes[(at + header)..<(at + length)])
            }
            at += length
        }
        throw CodestreamFault("the JP2 boxes of the pixel data hold no codestream (copy or export the file again)")
    }

    /// Calls `body` with a codestream that ends as it should: writers leave the last marker out, the decoder insists.
    private static func withEndMark<Result>(
        _ bytes: UnsafeBufferPointer<UInt8>, _ end: Int?, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) throws -> Result {
        guard let end, end + 2 > bytes.count || bytes.number(end, 2) != 0xFFD9 else { return try body(bytes) }
        return try (bytes[..<end] + [0xFF, 0xD9]).withUnsafeBufferPointer(body)
    }

    // MARK: Judging

    private static let brokenOff = CodestreamFault(
        "compressed pixel data breaks off (copy or export the file again)")

    /// The size segment must state DICOM's size, and every tile must be there. Returns where the tiles end, nil when
    /// they do not say.
    private static func judge(
        _ bytes: UnsafeBufferPointer<UInt8>, _ layout: DICOMPixelLayout
    ) throws(CodestreamFault) -> Int? {
        guard bytes.count >= 4, bytes.number(0, 4) == 0xFF4F_FF51 else {
            throw CodestreamFault("compressed pixel data does not begin as a JPEG 2000 codestream")
        }
        guard bytes.count >= 42 else { throw brokenOff }
        let (columns, rows) = (bytes.number(8, 4) - bytes.number(16, 4), bytes.number(12, 4) - bytes.number(20, 4))
        let components = bytes.number(40, 2)
        guard rows == layout.rows, columns == layout.columns, components == layout.samples else {
            throw CodestreamFault(
                "the codestream holds \(rows)x\(columns)x\(components), Rows and Columns say "
                    + "\(layout.rows)x\(layout.columns)")
        }
        guard bytes.count >= 42 + 3 * components else { throw brokenOff }
        for n in 0..<components {
            try judgeComponent(bytes, at: 42 + 3 * n, layout)
        }
        let decoded = UInt64(layout.pixels * layout.samples * 4)
        guard decoded <= DICOMPixels.imageLimit else {
            throw CodestreamFault(
                "a JPEG 2000 image of \(layout.columns)x\(layout.rows) needs \(decoded) bytes, the limit is "
                    + "\(DICOMPixels.imageLimit)")
        }
        let (tileWidth, tileHeight) = (bytes.number(24, 4), bytes.number(28, 4))
        guard tileWidth > 0, tileHeight > 0, bytes.number(32, 4) <= bytes.number(16, 4),
            bytes.number(36, 4) <= bytes.number(20, 4)
        else { throw CodestreamFault("compressed pixel data has a malformed size segment") }
        let across = (bytes.number(8, 4) - bytes.number(32, 4) + tileWidth - 1) / tileWidth
        let down = (bytes.number(12, 4) - bytes.number(36, 4) + tileHeight - 1) / tileHeight
        // A tile has two markers of 14 bytes at least; the decoder sets all of them up before it reads one.
        guard across <= 65535, down <= 65535, across * down * 14 <= bytes.count else { throw brokenOff }
        return try tilesEnd(bytes, across * down)
    }

    private static func judgeComponent(
        _ bytes: UnsafeBufferPointer<UInt8>, at: Int, _ layout: DICOMPixelLayout
    ) throws(CodestreamFault) {
        let precision = Int(bytes[at] & 0x7F) + 1
        guard precision <= 8 * layout.format.bytes, precision < 32 else {
            throw CodestreamFault(
                "the codestream holds \(precision)-bit values, the attributes say \(layout.format.bitsStored) in "
                    + "\(layout.format.bitsAllocated)")
        }
        guard bytes[at + 1] == 1, bytes[at + 2] == 1 else {
            throw CodestreamFault("a JPEG 2000 image with subsampled components is not read")
        }
    }

    /// Walks from tile part to tile part; each must be complete, and each tile must come. Where the last part states
    /// no length the decoder sees to it. Returns the end of the last part, nil when it has no stated length.
    private static func tilesEnd(
        _ bytes: UnsafeBufferPointer<UInt8>, _ tiles: Int
    ) throws(CodestreamFault) -> Int? {
        var at = 2
        while at + 4 <= bytes.count, bytes[at] == 0xFF, bytes[at + 1] != 0x90 { at += 2 + bytes.number(at + 2, 2) }
        var parts = [Int](repeating: 0, count: tiles)
        var stated = parts
        var hasEnd = true
        while at + 12 <= bytes.count, bytes.number(at, 2) == 0xFF90 {
            let (tile, length) = (bytes.number(at + 4, 2), bytes.number(at + 6, 4))
            guard tile < tiles else {
                throw CodestreamFault("compressed pixel data has tile \(tile + 1) of \(tiles)")
            }
            parts[tile] += 1
            stated[tile] = max(stated[tile], Int(bytes[at + 11]))
            if length == 0 {
                hasEnd = false
                break
            }
            guard length >= 12, length <= bytes.count - at else { throw brokenOff }
            at += length
        }
        guard !zip(parts, stated).contains(where: { $0 == 0 || $0 < $1 }) else { throw brokenOff }
        return hasEnd ? at : nil
    }

    // MARK: Values

    /// Writes a component's values into their cells as two's complement. The codestream says how many bits a value has
    /// and whether it has a sign; where DICOM says otherwise of the sign, the bits are taken as DICOM says.
    private static func place(
        _ component: tomos_j2k_component, sample: Int, _ layout: DICOMPixelLayout,
        into cells: UnsafeMutableRawBufferPointer
    ) throws(CodestreamFault) {
        let (precision, format) = (Int(component.precision), layout.format)
        guard Int(component.width) == layout.columns, Int(component.height) == layout.rows,
            (1...31).contains(precision)
        else {
            throw CodestreamFault(
                "JPEG 2000 pixel data decodes to \(component.height)x\(component.width) values of \(precision) bits")
        }
        let spare = Int32(32 - precision)
        let values = UnsafeBufferPointer(start: component.values, count: layout.pixels)
        func value(_ n: Int) -> Int32 {
            guard component.is_signed != format.isSigned else { return values[n] }
            let top = values[n] &<< spare
            return format.isSigned ? top &>> spare : Int32(bitPattern: UInt32(bitPattern: top) &>> UInt32(spare))
        }
        func fill<Cell: FixedWidthInteger>(_: Cell.Type) {
            let cells = cells.bindMemory(to: Cell.self)
            for n in values.indices { cells[n * layout.samples + sample] = Cell(truncatingIfNeeded: value(n)) }
        }
        if precision > format.bitsStored,
            let beyond = values.indices.first(where: { !format.range.contains(Int64(value($0))) })
        {
            throw CodestreamFault(
                "the codestream holds the \(precision)-bit value \(value(beyond)), BitsStored says "
                    + "\(format.bitsStored)")
        }
        switch format.bytes {
        case 1: fill(UInt8.self)
        case 2: fill(UInt16.self)
        default: fill(UInt32.self)
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// A big-endian number of up to eight bytes.
    fileprivate func number(_ at: Int, _ size: Int) -> Int {
        (0..<size).reduce(0) { $0 << 8 | Int(self[at + $1]) }
    }
}
