/// Puts numbers into the fields of a file that the format allows and no scanner writes. The file stays whole, so that the
/// numbers come further than into the reader.
struct ExtremeNumbers {
    var random: FuzzRandom

    /// Around the ends of types, of what readers allow, and of what calculations bear.
    private static let reals: [Double] = [
        0, -0.0, .nan, .infinity, -.infinity, 1e30, -1e30, 1e-30, 1e300, -1e300, 1e-300, 1e20, 1e-20, 1e10, 1e6, 1e4,
        1e-4,
        5e-324, 1.8e308, 3.4e38, 1.2e-38, 0x1p31, -0x1p31, 0x1p32, 0x1p53, 0x1p63, -0x1p63, 0x1p64, 65535, 65536,
        32767.5,
        0.5, 1, -1, 1000, 1001,
    ]

    private mutating func real() -> Double { Self.reals.randomElement(using: &random)! }

    // MARK: NIfTI

    /// Offsets of nifti1.h's float32 fields: pixdim, scl_slope and scl_inter, cal, the quaternion, the offsets, the rows.
    private static let nifti1 =
        stride(from: 76, to: 108, by: 4) + [112, 116, 124, 128, 136] + stride(from: 256, to: 328, by: 4)
    /// Offsets of nifti2.h's float64 fields, likewise.
    private static let nifti2 = stride(from: 104, to: 168, by: 8) + [176, 184] + stride(from: 352, to: 496, by: 8)
    /// The form codes, so that every way to an affine is taken.
    private static let (codes1, codes2) = ([252, 254], [344, 348])

    /// A NIfTI file, not compressed, with some of its numbers replaced.
    mutating func change(nifti bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        guard bytes.count > 544 else { return bytes }
        let isSecond = bytes[0] == 0x1C || bytes[3] == 0x1C
        let isBigEndian = bytes[0] == 0
        func put(_ pattern: UInt64, _ width: Int, at offset: Int) {
            for n in 0..<width {
                bytes[offset + (isBigEndian ? width - 1 - n : n)] = UInt8(
                    truncatingIfNeeded: pattern >> (8 * UInt64(n)))
            }
        }
        for _ in 0...random.below(4) {
            let value = real()
            if isSecond {
                put(value.bitPattern, 8, at: Self.nifti2.randomElement(using: &random)!)
            } else {
                put(UInt64(Float(value).bitPattern), 4, at: Self.nifti1.randomElement(using: &random)!)
            }
        }
        if random.below(2) == 0 {
            let code = (isSecond ? Self.codes2 : Self.codes1).randomElement(using: &random)!
            put(UInt64(random.below(3)), isSecond ? 4 : 2, at: code)
        }
        return bytes
    }

    // MARK: DICOM

    /// Elements that geometry, scaling, order and counts come from.
    private static let tags: [UInt32] = [
        0x0018_0050, 0x0018_0080, 0x0018_0081, 0x0018_0082, 0x0018_0088, 0x0018_1060, 0x0018_9074, 0x0018_9087,
        0x0018_9089,
        0x0019_100C, 0x0020_0011, 0x0020_0012, 0x0020_0013, 0x0020_0032, 0x0020_0037, 0x0020_0100, 0x0020_0105,
        0x0020_1002,
        0x0020_9128, 0x0020_9156, 0x0020_9157, 0x0020_9162, 0x0020_9163, 0x0028_0008, 0x0028_0030, 0x0028_0120,
        0x0028_0121,
        0x0028_1052, 0x0028_1053, 0x0054_0080, 0x0054_0081,
    ]

    /// An explicit little endian DICOM file with some of its numbers replaced.
    mutating func change(dicom bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...random.below(4) {
            guard let at = place(of: Self.tags.randomElement(using: &random)!, in: bytes) else { continue }
            let (type, length) = (
                String(decoding: bytes[at + 4..<at + 6], as: UTF8.self), Int(bytes[at + 6]) | Int(bytes[at + 7]) << 8
            )
            guard at + 8 + length <= bytes.count else { continue }
            switch type {
            case "DS", "IS": replaceText(at + 8..<at + 8 + length, of: &bytes)
            case "FD" where length >= 8: put(real().bitPattern, 8, at: at + 8, in: &bytes)
            case "FL" where length >= 4: put(UInt64(Float(real()).bitPattern), 4, at: at + 8, in: &bytes)
            case "UL", "SL", "US", "SS":
                let width = min(length, type.hasSuffix("L") ? 4 : 2)
                put(
                    [0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF].randomElement(
                        using: &random)!, width, at: at + 8, in: &bytes)
            default: continue
            }
        }
        return bytes
    }

    /// Where an element begins that is followed by a value representation.
    private func place(of tag: UInt32, in bytes: [UInt8]) -> Int? {
        let wanted = [16, 24, 0, 8].map { UInt8(truncatingIfNeeded: tag >> $0) }
        return bytes.withUnsafeBufferPointer { buffer in
            buffer.indices.dropLast(8).first { n in
                buffer[n] == wanted[0] && buffer[n + 1] == wanted[1] && buffer[n + 2] == wanted[2]
                    && buffer[n + 3] == wanted[3] && (0x41...0x5A).contains(buffer[n + 4])
            }
        }
    }

    private func put(_ pattern: UInt64, _ width: Int, at offset: Int, in bytes: inout [UInt8]) {
        for n in 0..<width { bytes[offset + n] = UInt8(truncatingIfNeeded: pattern >> (8 * UInt64(n))) }
    }

    /// One or all of the numbers in a text value; the length before it follows.
    private mutating func replaceText(_ value: Range<Int>, of bytes: inout [UInt8]) {
        var numbers = String(decoding: bytes[value], as: UTF8.self).split(
            separator: "\\", omittingEmptySubsequences: false
        ).map(String.init)
        let (all, text) = (random.below(2) == 0, text())
        for n in numbers.indices where all || n == numbers.count - 1 { numbers[n] = text }
        var written = Array(numbers.joined(separator: "\\").utf8)
        if written.count % 2 == 1 { written.append(0x20) }
        bytes[value.lowerBound - 2] = UInt8(truncatingIfNeeded: written.count)
        bytes[value.lowerBound - 1] = UInt8(truncatingIfNeeded: written.count >> 8)
        bytes.replaceSubrange(value, with: written)
    }

    private mutating func text() -> String {
        let texts = [
            "2147483647", "2147483648", "-2147483648", "9223372036854775807", "9223372036854774784", "1000000", "nan",
            "inf",
        ]
        return random.below(3) == 0 ? texts.randomElement(using: &random)! : "\(real())"
    }
}
