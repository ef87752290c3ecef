/// Pixel data that is not compressed.
extension DICOMPixels {
    /// Holds the length of native pixel data against its frames.
    static func checkLength(
        _ native: DCMTKFile.NativePixels, _ layout: DICOMPixelLayout, _ path: String
    ) throws {
        let needed = UInt64(layout.nativeFrameBits * layout.frames + 7) / 8
        guard native.length >= needed else {
            throw DICOMError.truncated(path: path, bytes: native.length, needed: needed)
        }
        let frame = UInt64(layout.nativeFrameBits + 7) / 8
        guard native.length < needed + max(frame, 2) else {
            let content = layout.frames == 1 ? "one image of \(needed)" : "\(layout.frames) frames of \(frame)"
            throw DICOMError.file(
                path: path,
                reason: "pixel data of \(native.length) bytes holds more than \(content) (NumberOfFrames is wrong or "
                    + "missing)")
        }
    }

    /// Reads one frame of native pixel data, packed cells spread, planes and shared colours brought side by side. `read`
    /// fills bytes from an offset in the pixel data on.
    static func readNative(
        _ native: DCMTKFile.NativePixels, _ layout: DICOMPixelLayout, _ frame: Int, isBigEndian: Bool,
        into cells: UnsafeMutableRawBufferPointer, _ read: (Int, UnsafeMutableRawBufferPointer) throws -> Void
    ) throws {
        let format = layout.format
        // Words of 16 bits are the unit of packed cells and of bytes in OW.
        let word = format.bitsAllocated % 16 == 0 ? format.bytes : native.isWords ? 2 : 1
        let bits = layout.nativeFrameBits * frame..<layout.nativeFrameBits * (frame + 1)
        let first = bits.lowerBound / 8 / word * word
        let end = min(Int(native.length), ((bits.upperBound + 7) / 8 + word - 1) / word * word)
        if !format.isPacked, first * 8 == bits.lowerBound, end - first == cells.count {
            try read(first, cells)
            if isBigEndian { swap(cells, word) }
            if layout.samples == 3, layout.isPlanar { interleave(cells, format.bytes) }
            return
        }
        var bytes = [UInt8](repeating: 0, count: end - first)
        try bytes.withUnsafeMutableBytes { buffer in
            try read(first, buffer)
            if isBigEndian { swap(buffer, word) }
        }
        let start = bits.lowerBound - first * 8
        switch format.bitsAllocated {
        case 1: unpackBits(bytes, from: start, into: cells)
        case 12: unpackTwelve(bytes, from: start, into: cells.bindMemory(to: UInt16.self))
        default:
            let plain = bytes[(start / 8)...]
            if layout.isSubsampled { return expand422(plain, into: cells) }
            cells.copyBytes(from: plain.prefix(cells.count))
            if layout.samples == 3, layout.isPlanar { interleave(cells, format.bytes) }
        }
    }

    /// Turns big-endian words into the machine's order.
    private static func swap(_ bytes: UnsafeMutableRawBufferPointer, _ word: Int) {
        func swap<Word: FixedWidthInteger>(_: Word.Type) {
            for at in stride(from: 0, to: bytes.count - word + 1, by: word) {
                let value = bytes.loadUnaligned(fromByteOffset: at, as: Word.self)
                bytes.storeBytes(of: Word(bigEndian: value), toByteOffset: at, as: Word.self)
            }
        }
        switch word {
        case 2: swap(UInt16.self)
        case 4: swap(UInt32.self)
        case 8: swap(UInt64.self)
        default: break
        }
    }

    /// Cells of one bit, the first in the lowest bit of the first byte. (PS3.5 8.1.1)
    private static func unpackBits(_ bytes: [UInt8], from start: Int, into cells: UnsafeMutableRawBufferPointer) {
        for n in cells.indices { cells[n] = bytes[(start + n) / 8] >> UInt8((start + n) % 8) & 1 }
    }

    /// Cells of twelve bits: two in three bytes, low bits first.
    private static func unpackTwelve(_ bytes: [UInt8], from start: Int, into cells: UnsafeMutableBufferPointer<UInt16>)
    {
        for n in cells.indices {
            let bit = start + 12 * n
            let pair = UInt16(bytes[bit / 8]) | UInt16(bytes[bit / 8 + 1]) << 8
            cells[n] = pair >> UInt16(bit % 8) & 0xFFF
        }
    }
}
