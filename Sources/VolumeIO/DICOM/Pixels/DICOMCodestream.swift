import CDCMTKBridge

/// One compressed image. What it says of itself is read before any decoder sees it: a decoder allocates what the
/// codestream asks for, and takes a codestream that breaks off as good.
enum DICOMCodestream {
    /// Decodes `bytes` into `cells`, `layout.frameBytes` of them, the samples of a pixel side by side. Returns their
    /// photometric interpretation. Throws `CodestreamFault`.
    static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>, _ layout: DICOMPixelLayout, into cells: UnsafeMutableRawBufferPointer
    ) throws -> String {
        switch layout.syntax.coding {
        case .rle:
            if let fault = rleFault(bytes, layout) { throw CodestreamFault(fault) }
            return try decodeByDCMTK(bytes, layout, bits: layout.format.bytes * 8, into: cells)
        case .jpeg, .jpegLossless, .jpegLS:
            let precision = try judgeJPEG(bytes, layout)
            let bits = precision <= 8 ? 8 : 16
            guard bits != 8 * layout.format.bytes else {
                return try decodeByDCMTK(bytes, layout, bits: bits, into: cells)
            }
            // Eight bits or fewer in cells of sixteen: the decoder hands out bytes.
            var narrow = [UInt8](repeating: 0, count: layout.pixels * layout.samples)
            let colour = try narrow.withUnsafeMutableBytes { try decodeByDCMTK(bytes, layout, bits: 8, into: $0) }
            let wide = cells.bindMemory(to: UInt16.self)
            for n in wide.indices { wide[n] = UInt16(narrow[n]) }
            return colour
        case .jpeg2000:
            try DICOMJPEG2000.decode(bytes, layout, into: cells)
            // The decoder undoes the codestream's own transforms.
            return ["YBR_ICT", "YBR_RCT"].contains(layout.photometric) ? "RGB" : layout.photometric
        case .encapsulatedNative:
            guard !layout.format.isPacked, bytes.count == cells.count || bytes.count == cells.count + 1 else {
                throw CodestreamFault("a fragment of \(bytes.count) bytes holds a frame of \(cells.count)")
            }
            cells.copyBytes(from: bytes.prefix(cells.count))
            return layout.photometric
        case .native, .notRead: throw CodestreamFault("\(layout.syntax.name) is not read")
        }
    }

    /// Whether a fragment that starts with these bytes starts an image; nil where every fragment might.
    static func begins(_ head: [UInt8], _ coding: DICOMTransferSyntax.Coding) -> Bool? {
        switch coding {
        case .jpeg, .jpegLossless, .jpegLS: head.starts(with: [0xFF, 0xD8])
        case .jpeg2000: DICOMJPEG2000.begins(head)
        case .rle, .encapsulatedNative, .native, .notRead: nil
        }
    }

    private static func decodeByDCMTK(
        _ bytes: UnsafeBufferPointer<UInt8>, _ layout: DICOMPixelLayout, bits: Int,
        into cells: UnsafeMutableRawBufferPointer
    ) throws -> String {
        let format = layout.format
        var (reason, colour) = (ErrorText(), ErrorText())
        let isDecoded = layout.syntax.uid.withCString { syntax in
            layout.photometric.withCString { photometric in
                var image = tomos_dcm_image(
                    syntax: syntax, photometric: photometric, rows: UInt16(layout.rows),
                    columns: UInt16(layout.columns), samples: UInt16(layout.samples), planar: 0,
                    bits_allocated: UInt16(bits), bits_stored: UInt16(min(bits, format.bitsStored)),
                    high_bit: UInt16(min(bits - 1, format.highBit)), is_signed: format.isSigned,
                    bytes: bytes.baseAddress, count: bytes.count)
                return tomos_dcm_decode(
                    &image, cells.baseAddress, UInt32(cells.count), &colour.buffer, colour.buffer.count,
                    &reason.buffer, reason.buffer.count)
            }
        }
        guard isDecoded else { throw CodestreamFault("pixel data cannot be decoded: \(reason.text)") }
        return colour.text.isEmpty ? layout.photometric : colour.text
    }

    /// RLE: one segment per byte of a cell, each of exactly one byte per pixel. (PS3.5 annex G)
    private static func rleFault(_ bytes: UnsafeBufferPointer<UInt8>, _ expected: DICOMPixelLayout) -> String? {
        func word(_ n: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[4 * n + $1]) << (8 * $1) } }
        guard bytes.count >= 64 else { return "RLE data of \(bytes.count) bytes has no header" }
        let segments = word(0)
        let needed = expected.format.bytes * expected.samples
        guard segments == needed else { return "RLE data has \(segments) segments, \(needed) needed" }
        let starts = (1...segments).map(word) + [bytes.count]
        for n in 0..<segments {
            guard starts[n] >= 64, starts[n] <= starts[n + 1], starts[n + 1] <= bytes.count else {
                return "RLE segment \(n + 1) lies outside the pixel data"
            }
            let pixels = rleLength(bytes, from: starts[n], to: starts[n + 1])
            guard pixels >= expected.rows * expected.columns else {
                return "RLE segment \(n + 1) breaks off after \(pixels) of \(expected.rows * expected.columns) pixels"
            }
        }
        return nil
    }

    private static func rleLength(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int {
        var (at, length) = (start, 0)
        while at + 1 < end {
            let code = bytes[at]
            switch code {
            case 0...127:
                length += min(Int(code) + 1, end - at - 1)
                at += Int(code) + 2
            case 128: at += 1
            default:
                length += 257 - Int(code)
                at += 2
            }
        }
        return length
    }

    /// JPEG and JPEG-LS: the frame header before the first scan must state DICOM's size, and the end must be there.
    /// Returns the bits of a value. (ISO 10918-1, 14495-1)
    private static func judgeJPEG(
        _ bytes: UnsafeBufferPointer<UInt8>, _ expected: DICOMPixelLayout
    ) throws(CodestreamFault) -> Int {
        func number(_ at: Int) -> Int { Int(bytes[at]) << 8 | Int(bytes[at + 1]) }
        let coding = expected.syntax.coding
        let isLS = coding == .jpegLS
        guard bytes.count >= 4, number(0) == 0xFFD8 else {
            throw CodestreamFault("compressed pixel data does not begin as a JPEG")
        }
        var at = 2
        var precision: Int?
        while at + 4 <= bytes.count, bytes[at] == 0xFF {
            let marker = bytes[at + 1]
            if marker == 0xFF {
                at += 1
                continue
            }
            let length = number(at + 2)
            guard length >= 2, at + 2 + length <= bytes.count else { break }
            switch marker {
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF, 0xF7:
                guard precision == nil, length >= 8 else {
                    throw CodestreamFault("compressed pixel data has a malformed frame header")
                }
                guard Self.markers(coding).contains(marker) else {
                    throw CodestreamFault(
                        "the codestream (FF\(String(marker, radix: 16, uppercase: true))) is no "
                            + "\(expected.syntax.name), though the transfer syntax says so")
                }
                precision = Int(bytes[at + 4])
                if let fault = frameFault(
                    number(at + 5), number(at + 7), Int(bytes[at + 4]), Int(bytes[at + 9]), expected)
                {
                    throw CodestreamFault(fault)
                }
            case 0xF8 where isLS && length > 2 && bytes[at + 4] == 4:
                throw CodestreamFault("a JPEG-LS codestream that restates its size is not read")
            case 0xDA:
                guard let precision else { throw CodestreamFault("compressed pixel data has no frame header") }
                // Ns, Ns pairs, then NEAR: 0 is lossless.
                if isLS, !expected.syntax.isLossy, length >= 6, bytes[at + 2 + length - 3] != 0 {
                    throw CodestreamFault("the codestream is near-lossless, though the transfer syntax says lossless")
                }
                try requireEnd(bytes)
                return precision
            default: break
            }
            at += 2 + length
        }
        throw CodestreamFault("compressed pixel data has no readable frame header")
    }

    /// Frame markers that a syntax may have. Lossless frames under a lossy syntax lose nothing.
    private static func markers(_ coding: DICOMTransferSyntax.Coding) -> Set<UInt8> {
        switch coding {
        case .jpeg: [0xC0, 0xC1, 0xC2, 0xC3]
        case .jpegLS: [0xF7]
        default: [0xC3]
        }
    }

    private static func requireEnd(_ bytes: UnsafeBufferPointer<UInt8>) throws(CodestreamFault) {
        func isEnd(_ end: Int) -> Bool { end >= 2 && bytes[end - 2] == 0xFF && bytes[end - 1] == 0xD9 }
        var end = bytes.count
        // Writers pad with 00, with FF or with blanks, and to even length with whatever byte they have.
        while end > 0, [0, 0xFF, 0x20].contains(bytes[end - 1]) { end -= 1 }
        guard isEnd(end) || isEnd(bytes.count - 1) else {
            throw CodestreamFault("compressed pixel data breaks off (copy or export the file again)")
        }
    }

    private static func frameFault(
        _ rows: Int, _ columns: Int, _ precision: Int, _ components: Int, _ expected: DICOMPixelLayout
    ) -> String? {
        if rows != expected.rows || columns != expected.columns || components != expected.samples {
            return "the codestream holds \(rows)x\(columns)x\(components), Rows and Columns say "
                + "\(expected.rows)x\(expected.columns)"
        }
        let format = expected.format
        guard (2...16).contains(precision), precision <= 8 * format.bytes, format.bytes <= 2,
            precision >= format.bitsStored || !format.isSigned
        else {
            return "the codestream holds \(precision)-bit values, the attributes say \(format.bitsStored) in "
                + "\(format.bitsAllocated)"
        }
        return nil
    }
}
