/// What a compressed image says of itself, read before any decoder sees it: a decoder allocates what the codestream
/// asks for, and takes a codestream that breaks off as good.
enum DICOMCodestream {
    /// Size of one image as DICOM's attributes state it.
    struct Expected {
        var rows, columns: Int
        var format: StoredFormat
    }

    /// Judges the fragments of one image; the reason when they cannot be decoded to `expected`.
    static func fault(
        _ file: borrowing DCMTKFile, fragments: Int, coding: DICOMTransferSyntax.Coding, _ expected: Expected
    )
        throws -> String?
    {
        guard fragments > 0 else { return "has no pixel data" }
        switch coding {
        case .rle:
            guard fragments == 1 else { return "an RLE image in \(fragments) fragments, expected 1" }
            return try file.withFragment(0) { rleFault($0, expected) }
        case .jpegLossless, .jpegLS:
            if let fault = try file.withFragment(0, { jpegFault($0, isLS: coding == .jpegLS, expected) }) {
                return fault
            }
            return try file.withFragment(fragments - 1) { last in
                var end = last.count
                // Writers pad to even length with 00 or with FF.
                while end > 0, last[end - 1] == 0 || last[end - 1] == 0xFF { end -= 1 }
                let isWhole = end >= 2 && last[end - 2] == 0xFF && last[end - 1] == 0xD9
                return isWhole ? nil : "compressed pixel data breaks off (copy or export the file again)"
            }
        case .native, .notRead: return "encapsulated pixel data in a transfer syntax that has none"
        }
    }

    /// RLE: one segment per byte of a cell, each of exactly one byte per pixel. (PS3.5 annex G)
    static func rleFault(_ bytes: UnsafeBufferPointer<UInt8>, _ expected: Expected) -> String? {
        func word(_ n: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[4 * n + $1]) << (8 * $1) } }
        guard bytes.count >= 64 else { return "RLE data of \(bytes.count) bytes has no header" }
        let segments = word(0)
        guard segments == expected.format.bytes else {
            return "RLE data has \(segments) segments, \(expected.format.bytes) needed"
        }
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

    /// JPEG and JPEG-LS: the frame header before the first scan must state DICOM's size. (ISO 10918-1, 14495-1)
    static func jpegFault(_ bytes: UnsafeBufferPointer<UInt8>, isLS: Bool, _ expected: Expected) -> String? {
        func number(_ at: Int) -> Int { Int(bytes[at]) << 8 | Int(bytes[at + 1]) }
        guard bytes.count >= 4, number(0) == 0xFFD8 else { return "compressed pixel data does not begin as a JPEG" }
        var at = 2
        var hasFrame = false
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
                guard !hasFrame, length >= 8 else { return "compressed pixel data has a malformed frame header" }
                guard marker == (isLS ? 0xF7 : 0xC3) else {
                    return
                        "the codestream is no \(isLS ? "JPEG-LS" : "lossless JPEG"), though the transfer syntax says so"
                }
                hasFrame = true
                let (rows, columns) = (number(at + 5), number(at + 7))
                let (precision, components) = (Int(bytes[at + 4]), Int(bytes[at + 9]))
                if let fault = frameFault(rows, columns, precision, components, expected) { return fault }
            case 0xF8 where isLS && length > 2 && bytes[at + 4] == 4:
                return "a JPEG-LS codestream that restates its size is not read"
            case 0xDA:
                guard hasFrame else { return "compressed pixel data has no frame header" }
                // Ns, Ns pairs, then NEAR: 0 is lossless.
                if isLS, length >= 6, bytes[at + 2 + length - 3] != 0 {
                    return "JPEG-LS near-lossless is not read yet (export it uncompressed)"
                }
                return nil
            default: break
            }
            at += 2 + length
        }
        return "compressed pixel data has no readable frame header"
    }

    private static func frameFault(
        _ rows: Int, _ columns: Int, _ precision: Int, _ components: Int, _ expected: Expected
    ) -> String? {
        if rows != expected.rows || columns != expected.columns || components != 1 {
            return "the codestream holds \(rows)x\(columns)x\(components), Rows and Columns say "
                + "\(expected.rows)x\(expected.columns)"
        }
        let format = expected.format
        let fits = precision <= format.bitsAllocated && (precision <= 8) == (format.bitsAllocated == 8)
        guard (2...16).contains(precision), fits, precision >= format.bitsStored || !format.isSigned else {
            return "the codestream holds \(precision)-bit values, the attributes say \(format.bitsStored) in "
                + "\(format.bitsAllocated)"
        }
        return nil
    }
}
