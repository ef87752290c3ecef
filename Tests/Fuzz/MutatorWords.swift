extension Mutator {
    /// DICOM: tags in little endian, value representations, numbers as text, transfer syntaxes, markers of codestreams.
    static let dicomWords: Words = {
        let numbers: [UInt32] = [
            0x0002_0000, 0x0002_0002, 0x0002_0010, 0x0008_0008, 0x0008_0016, 0x0008_0018, 0x0008_0060, 0x0018_0050,
            0x0018_1060, 0x0018_9087, 0x0019_100A, 0x0019_100C, 0x0020_000D, 0x0020_000E, 0x0020_0011, 0x0020_0013,
            0x0020_0032, 0x0020_0037, 0x0020_0100, 0x0020_9056, 0x0020_9057, 0x0020_9113, 0x0020_9116, 0x0020_9157,
            0x0020_9222, 0x0028_0002, 0x0028_0004, 0x0028_0006, 0x0028_0008, 0x0028_0009, 0x0028_0010, 0x0028_0011,
            0x0028_0030, 0x0028_0100, 0x0028_0101, 0x0028_0102, 0x0028_0103, 0x0028_0120, 0x0028_0121, 0x0028_1052,
            0x0028_1053, 0x0028_9110, 0x0028_9145, 0x0029_1010, 0x0029_1020, 0x0051_100B, 0x0054_0080, 0x0054_1001,
            0x5200_9229, 0x5200_9230, 0x7FE0_0001, 0x7FE0_0002, 0x7FE0_0008, 0x7FE0_0010, 0xFFFE_E000, 0xFFFE_E00D,
            0xFFFE_E0DD,
        ]
        let tags = numbers.map { tag in
            [16, 24, 0, 8].map { UInt8(truncatingIfNeeded: tag >> $0) }
        }
        let texts = [
            "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99",
            "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57",
            "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.90",
            "1.2.840.10008.1.2.4.91", "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1",
            "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.20", "MONOCHROME1", "RGB", "YBR_FULL_422",
            "PALETTE COLOR", "MOSAIC", "SV10", "nan", "inf", "-1", "0", "1e308", "-1e-320", "1\\2", "\\", "\\\\\\",
            "99999999999999999999", "1e30", "1e-300", "1e20", "-0", "9223372036854775808", "4294967296", "65535",
            "2147483648", "2", "3", "SQ", "UN", "OB", "OW", "DS", "US",
            "UT", "FD", "AT",
        ]
        let markers: [[UInt8]] = [
            [0xFF, 0xD8, 0xFF], [0xFF, 0xC0], [0xFF, 0xC1], [0xFF, 0xC3], [0xFF, 0xC4], [0xFF, 0xD9], [0xFF, 0xDA],
            [0xFF, 0xDD], [0xFF, 0xF7], [0xFF, 0xF8], [0xFF, 0x4F, 0xFF, 0x51], [0xFF, 0x52], [0xFF, 0x90],
            [0xFF, 0x93], Array("jP  ".utf8), Array("jp2c".utf8), [0xFF, 0xFF, 0xFF, 0xFF],
            [0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF],
        ]
        return Words(
            tags: tags + markers.prefix(12), values: tags + texts.map { Array($0.utf8) } + markers, headSize: 4096)
    }()

    /// NIfTI: headers' sizes and magic, numbers as they stand in them, gzip's head.
    static let niftiWords = Words(
        tags: [[0x5C, 0x01, 0, 0], Array("n+1".utf8), Array("ni1".utf8), Array("n+2".utf8), [0x1F, 0x8B, 8]],
        values: [
            [0x5C, 0x01, 0, 0], [0, 0, 1, 0x5C], [0x1C, 2, 0, 0], [0, 0, 2, 0x1C], Array("n+1\0".utf8),
            Array("ni1\0".utf8), Array("n+2\0\r\n\u{1a}\n".utf8), [0x1F, 0x8B, 8, 0], [0x1F, 0x8B, 8, 0x1F],
            [0, 0, 0xC0, 0x7F], [0, 0, 0x80, 0x7F], [0, 0, 0x80, 0xFF], [0xFF, 0xFF, 0x7F, 0x7F], [1, 0, 0, 0],
            [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0x7F], [0x00, 0x80], [7, 0], [1, 0], [0xFF, 0xFF],
            // float32: 1e30, 1e20, 1e-30, -0, 2^31, 2^63
            [0xCA, 0xF2, 0x49, 0x71], [0x78, 0xEB, 0xAD, 0x60], [0x60, 0x42, 0xA2, 0x0D], [0, 0, 0, 0x80],
            [0, 0, 0, 0x4F],
            [0, 0, 0, 0x5F],
            [0, 0, 0, 0, 0, 0, 0xF8, 0x7F], [0, 0, 0, 0, 0, 0, 0xF0, 0x7F], [0, 0, 0, 0x40, 0, 0, 0, 0],
        ],
        headSize: 560)
}
