import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Small compressed images made with tools of others. Image and tool of each stand beside it.
enum CompressedImage {
    private static func bytes(_ base64: String) -> [UInt8] { Array(Data(base64Encoded: base64) ?? Data()) }

    /// OpenJPEG 2.5.2, reversible: 32x32, 12 bits unsigned, every row 0, 100, ..., 3100.
    static let jpeg2000 = bytes(
        "/0//UQApAAAAAAAgAAAAIAAAAAAAAAAAAAAAIAAAACAAAAAAAAAAAAABCwEB/1IADAAAAAEABQQEAAH/XAATQGBoaHBoaHBoaHBo"
            + "aHBoaHD/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjL/kAAKAAAAAABKAAH/k8/kDAcmP8fyBAAABcP2BQAM"
            + "9vj738H5gwAiGHfE0j3A/AKANqGFORgQWjwjT8B9oWBfp8cyuY6oBgqZof/Z")

    /// OpenJPEG 2.5.2, reversible: 32x32, 16 bits signed, every row -1600, -1500, ..., 1500.
    static let jpeg2000Signed = bytes(
        "/0//UQApAAAAAAAgAAAAIAAAAAAAAAAAAAAAIAAAACAAAAAAAAAAAAABjwEB/1IADAAAAAEABQQEAAH/XAATQICIiJCIiJCIiJCI"
            + "iJCIiJD/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjL/kAAKAAAAAABLAAH/k8B+wEAFkMB/IEAABcA/YFAM"
            + "9vj738AfmDAiGHfE0j3AD8AoNqGFORgQWjwjT8AH2hYAX6fHMrmOqAYKmaH/2Q==")

    /// OpenJPEG 2.5.2, reversible with colour transform: 32x32, red 0, 1, 2, ..., green twice and blue three times that.
    static let jpeg2000Colour = bytes(
        "/0//UQAvAAAAAAAgAAAAIAAAAAAAAAAAAAAAIAAAACAAAAAAAAAAAAADBgEBBgEBBgEB/1IADAAAAAEBBQQEAAH/XAATQDhAQEhA"
            + "QEhAQEhAQEhAQEj/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjL/kAAKAAAAAAB/AAH/k8+oCAXfw+QEBD/D"
            + "5AIGx9QEAAQ/w+cEAAQ/w+cCAAbD5wgADQH/f8HyAgANAcHyAwAOCn/B8gQAIhoIX8D4QwAiGc/A+EMAIW4PwPhEADahmr/AdDA2"
            + "oZfAdDA19ZfAdEBfp8eHwCMAX6e/wCMAXvu//9k=")

    /// libjpeg-turbo, baseline: 4x3, made of 128, 132, ..., 172; libjpeg-turbo decodes it to `jpegValues`.
    static let jpeg = bytes(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoK"
            + "CgoKBggLDAsKDAkKCgr/wAALCAADAAQBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACP/EAB0QAAAFBQAAAAAAAAAAAAAAAAABAgQG"
            + "BRUmktH/2gAIAQEAAD8ARlCgEMtqMeb6n0f/2Q==")
    static let jpegValues = [128, 132, 137, 140, 144, 147, 152, 155, 161, 164, 169, 172]

    /// CharLS, NEAR = 2: 4x3, 8 bits; CharLS decodes it to `nearValues`.
    static let near = bytes("/9j/9wALCAADAAQBAREA/9oACAEBAAIAAMMIOAwGAQDAYDAI/9k=")
    static let nearValues = [0, 0, 20, 0, 40, 0, 60, 0, 80, 0, 100, 0]
}

/// Compressed pixel data, frame by frame.
struct DICOMCompressionTests {
    let folder = TemporaryFolder()
    private static let root = "1.2.840.10008.1.2.4."

    private func slice(
        _ syntax: String, rows: Int = 32, columns: Int = 32, stored: Int = 16, signed: Bool = false,
        _ fragments: [[UInt8]], table: [UInt32] = []
    ) -> DICOMWriter {
        var slice = DICOMWriter.slice(0, z: 0)
        slice.transferSyntax = Self.root + syntax
        slice[0x0018, 0x0050, "DS"] = "1"
        slice.set(0x0028, 0x0010, "US", word: rows)
        slice.set(0x0028, 0x0011, "US", word: columns)
        let allocated = stored <= 8 ? 8 : 16
        slice.bits(allocated: allocated, stored: stored, high: stored - 1, signed: signed)
        slice.encapsulated(fragments, table: table)
        return slice
    }

    private func volume(_ slice: DICOMWriter) throws -> Volume {
        try slice.write(to: folder.file("IM0"))
        return try readOnlySeries(folder.path)
    }

    private func message(_ slice: DICOMWriter) throws -> String {
        try slice.write(to: folder.file("IM0"))
        return refusal(folder.path, hiding: folder.path)
    }

    private static let ramp = (0..<1024).map { UInt16($0 % 32 * 100) }

    @Test("JPEG 2000: unsigned, signed, in boxes, in several fragments")
    func jpeg2000() throws {
        let stream = CompressedImage.jpeg2000
        #expect(try volume(slice("90", stored: 12, [stream])).voxels == .uint16(Self.ramp))
        let signed = try volume(slice("90", signed: true, [CompressedImage.jpeg2000Signed]))
        let centred = (0..<1024).map { (n: Int) -> Int16 in Int16(n % 32 * 100 - 1600) }
        #expect(signed.voxels == .int16(centred))
        #expect(!signed.notices.contains { $0.contains("lossily") })
        let box: [UInt8] = [0, 0, 0, 12] + Array("jP  ".utf8) + [0x0D, 0x0A, 0x87, 0x0A]
        let boxes = box + [0, 0, 0, 8] + Array("free".utf8) + [0, 0, 0, UInt8(8 + stream.count)] + Array("jp2c".utf8)
        #expect(try volume(slice("90", stored: 12, [boxes + stream])).voxels == .uint16(Self.ramp))
        let parts = [Array(stream[..<40]), Array(stream[40..<100]), Array(stream[100...])]
        for table: [UInt32] in [[], [0], [0, 48], [7]] {
            #expect(try volume(slice("90", stored: 12, parts, table: table)).voxels == .uint16(Self.ramp))
        }
    }

    @Test("JPEG 2000: where codestream and attributes disagree on the sign, the attributes say what the bits mean")
    func jpeg2000Signs() throws {
        // Twelve bits with a sign: 2100 and more are 4096 less.
        let volume = try volume(slice("90", stored: 12, signed: true, [CompressedImage.jpeg2000]))
        let turned = Self.ramp.map { (value: UInt16) -> Int16 in value >= 2048 ? Int16(value) - 4096 : Int16(value) }
        #expect(volume.voxels == .int16(turned))
        // And in sixteen stored bits the codestream's twelfth is still the sign.
        let wide = try self.volume(slice("90", stored: 16, signed: true, [CompressedImage.jpeg2000]))
        #expect(wide.voxels == volume.voxels)
        let plain = try self.volume(slice("90", [CompressedImage.jpeg2000Signed]))
        let bits = (0..<1024).map { (n: Int) -> UInt16 in UInt16(truncatingIfNeeded: n % 32 * 100 - 1600) }
        #expect(plain.voxels == .uint16(bits))
        #expect(
            try message(slice("90", stored: 10, [CompressedImage.jpeg2000]))
                == "IM0: the codestream holds the 12-bit value 1100, BitsStored says 10")
    }

    @Test("JPEG 2000 that breaks off anywhere is refused, or only lacks its end mark")
    func jpeg2000BrokenOff() throws {
        let stream = CompressedImage.jpeg2000
        for length in 0..<stream.count {
            let text = try message(slice("90", stored: 12, [Array(stream[..<length])]))
            let isRight = length >= stream.count - 2 ? text == "read" : text.hasPrefix("IM0: ")
            #expect(isRight, "\(length) of \(stream.count) bytes: \(text)")
        }
    }

    @Test("JPEG 2000 whose sizes contradict the attributes never reaches the decoder")
    func jpeg2000Sizes() throws {
        func changed(_ at: Int, _ bytes: [UInt8]) throws -> String {
            var stream = CompressedImage.jpeg2000
            stream.replaceSubrange(at..<at + bytes.count, with: bytes)
            return try message(slice("90", stored: 12, [stream]))
        }
        #expect(
            try changed(8, [0x7F, 0, 0, 0]) == "IM0: the codestream holds 32x2130706432x1, Rows and Columns say 32x32")
        #expect(try changed(40, [0x40, 0]) == "IM0: the codestream holds 32x32x16384, Rows and Columns say 32x32")
        #expect(
            try changed(24, [0, 0, 0, 1, 0, 0, 0, 1])
                == "IM0: compressed pixel data breaks off (copy or export the file again)")
        #expect(try changed(24, [0, 0, 0, 0]) == "IM0: compressed pixel data has a malformed size segment")
        #expect(try changed(42, [37]) == "IM0: the codestream holds 38-bit values, the attributes say 12 in 16")
        #expect(try changed(43, [2]) == "IM0: a JPEG 2000 image with subsampled components is not read")
        #expect(try changed(0, [0]) == "IM0: compressed pixel data does not begin as a JPEG 2000 codestream")
        // The reason behind the colon is OpenJPEG's own.
        #expect(try changed(47, [0, 3]).hasPrefix("IM0: "))
        var image = slice("90", rows: 65535, columns: 4000, stored: 12, [CompressedImage.jpeg2000])
        #expect(try message(image) == "IM0: the codestream holds 32x32x1, Rows and Columns say 65535x4000")
        image.encapsulated([[0, 0, 0, 12] + Array("jP  ".utf8) + [0x0D, 0x0A, 0x87, 0x0A, 0, 0, 0, 99]])
        #expect(try message(image).hasSuffix("hold no codestream (copy or export the file again)"))
    }

    @Test("lossy JPEG and near-lossless JPEG-LS are read, and say that they are lossy")
    func lossy() throws {
        for syntax in ["50", "51"] {
            let image = try volume(slice(syntax, rows: 3, columns: 4, stored: 8, [CompressedImage.jpeg]))
            for n in 0..<12 { #expect(abs(image.voxels[n] - Double(CompressedImage.jpegValues[n])) <= 1) }
            let name = syntax == "50" ? "baseline" : "extended"
            #expect(
                image.notices.contains("lossily compressed (JPEG \(name)): values are not exactly those measured"))
        }
        let near = try volume(slice("81", rows: 3, columns: 4, stored: 8, [CompressedImage.near]))
        let values = CompressedImage.nearValues.map { (value: Int) -> UInt8 in UInt8(value) }
        #expect(near.voxels == .uint8(values))
        #expect(
            near.notices.contains("lossily compressed (JPEG-LS near-lossless): values are not exactly those measured"))
        #expect(
            try message(slice("80", rows: 3, columns: 4, stored: 8, [CompressedImage.near]))
                == "IM0: the codestream is near-lossless, though the transfer syntax says lossless")
        var before = DICOMWriter.slice(0, z: 0)
        before[0x0028, 0x2110, "CS"] = "01"
        #expect(
            try volume(before).notices.contains(
                "was lossily compressed before (LossyImageCompression): values are not exactly those measured"))
    }

    // MARK: Frames

    private func frames(_ slice: DICOMWriter) throws -> [[Int64]] {
        try slice.write(to: folder.file("IM0"))
        let pixels = try DICOMPixels(folder.file("IM0"))
        return try (0..<pixels.layout.frames).map { frame in
            var cells = [UInt8](repeating: 0, count: pixels.layout.frameBytes)
            try cells.withUnsafeMutableBytes { try pixels.decode(frame: frame, into: $0) }
            return [Int64](unsafeUninitializedCapacity: pixels.layout.pixels) { buffer, count in
                cells.withUnsafeBytes { DICOMPixels.unpack($0, pixels.layout.format, into: buffer) }
                count = pixels.layout.pixels
            }
        }
    }

    private func fault(_ slice: DICOMWriter) throws -> String {
        do {
            _ = try frames(slice)
            return "read"
        } catch {
            return "\(error)".replacingOccurrences(of: folder.path + "/", with: "")
        }
    }

    @Test("frames of compressed data, whatever the offset table says")
    func compressedFrames() throws {
        let (a, b) = (CompressedImage.jpeg2000 + [0], CompressedImage.jpeg2000Signed)
        let second = (0..<1024).map { (n: Int) -> Int64 in Int64(n % 32 * 100 - 1600) }
        func file(_ fragments: [[UInt8]], _ table: [UInt32]) -> DICOMWriter {
            var file = slice("90", signed: true, fragments, table: table)
            file[0x0028, 0x0008, "IS"] = "2"
            return file
        }
        // The ramp of 12 bits has its sign in the twelfth.
        let first = Self.ramp.map { (value: UInt16) -> Int64 in value >= 2048 ? Int64(value) - 4096 : Int64(value) }
        for table: [UInt32] in [[], [0, UInt32(a.count + 8)], [0, 10], [4, 8], [0, 0xFFFF_FFFE], [0, 0, 0]] {
            let read = try frames(file([a, b], table))
            #expect(read == [first, second], "\(table)")
        }
        let split = [Array(a[..<40]), Array(a[40...]), Array(b[..<90]), Array(b[90...])]
        let place = UInt32(a.count + 16)
        for table: [UInt32] in [[], [0, place], [0, 48], [0, place + 1], [place, 0]] {
            let read = try frames(file(split, table))
            #expect(read == [first, second], "\(table)")
        }
        #expect(
            try fault(file([a, b, b], []))
                == "IM0: 3 fragments hold 2 frames, and no offset table tells which belong together (export the file again)"
        )
        #expect(try fault(file([a], [])).hasPrefix("IM0: 1 fragments hold 2 frames"))
        #expect(
            try fault(file([a, Array(b[..<100])], []))
                == "IM0: frame 2: compressed pixel data breaks off (copy or export the file again)")
        var one = file([a, b], [])
        one.remove(0x0028, 0x0008)
        #expect(try fault(one) == "IM0: holds 2 compressed images, NumberOfFrames says 1")
    }

    @Test("an extended offset table tells frames apart that have several fragments")
    func extendedTable() throws {
        let (a, b) = (CompressedImage.jpeg2000 + [0], CompressedImage.jpeg2000Signed)
        var file = slice("90", signed: true, [a, Array(b[..<90]), Array(b[90...])])
        file[0x0028, 0x0008, "IS"] = "2"
        file.set(0x7FE0, 0x0001, "OV", DICOMWriter.little(UInt64(0)) + DICOMWriter.little(UInt64(a.count + 8)))
        #expect(try frames(file)[1][0] == -1600)
    }

    @Test("frames of native data: bytes, single bits without gaps, twelve bits in three bytes of two")
    func nativeFrames() throws {
        func file(_ bits: Int, _ bytes: [UInt8]) -> DICOMWriter {
            var file = DICOMWriter.slice(0, z: 0)
            file[0x0028, 0x0008, "IS"] = "2"
            file.bits(allocated: bits, stored: bits, high: bits - 1, signed: false)
            file.set(0x7FE0, 0x0010, bits == 8 ? "OB" : "OW", bytes)
            return file
        }
        func halves(_ values: [Int]) -> [[Int64]] {
            let wide = values.map { Int64($0) }
            return [Array(wide[..<12]), Array(wide[12...])]
        }
        let bytes = (0..<24).map { UInt8($0 * 10) }
        let ofBytes = try frames(file(8, bytes))
        #expect(ofBytes == halves((0..<24).map { $0 * 10 }))
        // 24 bits: the second frame begins in the middle of a byte. Lowest bits first.
        let ofBits = try frames(file(1, [0b0000_0001, 0b1010_1000, 0b1100_0000]))
        #expect(ofBits == halves([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1]))
        let values = (0..<24).map { (n: Int) -> Int in 100 + 150 * n }
        let packed = stride(from: 0, to: 24, by: 2).flatMap { n -> [UInt8] in
            let pair = values[n] | values[n + 1] << 12
            return [UInt8(pair & 255), UInt8(pair >> 8 & 255), UInt8(pair >> 16)]
        }
        let ofTwelve = try frames(file(12, packed))
        #expect(ofTwelve == halves(values))
        #expect(
            try fault(file(8, Array(bytes[..<20])))
                == "IM0: pixel data is truncated: 20 bytes, 24 needed (copy or export the file again)")
    }

    @Test("floating-point pixels keep their type, rescale and padding")
    func floats() throws {
        var file = DICOMWriter.slice(0, z: 0)
        file.remove(0x7FE0, 0x0010)
        let values = (0..<12).map { Float($0) * 0.3 - 1 }
        file.set(0x7FE0, 0x0008, "OF", values.flatMap { DICOMWriter.little($0.bitPattern) })
        file.set(0x0028, 0x0122, "FL", DICOMWriter.little(Float(-0.4).bitPattern))
        let single = try volume(file)
        #expect(single.voxels == .float32(values))
        let padding = try #require(single.padding)
        #expect(Float(padding.lowerBound) == -0.4)
        file.remove(0x7FE0, 0x0008)
        file.set(0x7FE0, 0x0009, "OD", values.flatMap { DICOMWriter.little(Double($0).bitPattern) })
        let doubles = values.map { (value: Float) -> Double in Double(value) }
        #expect(try volume(file).voxels == .float64(doubles))
        file.set(0x7FE0, 0x0009, "OD", Array(repeating: 0, count: 88))
        #expect(try message(file).contains("pixel data is truncated: 88 bytes, 96 needed"))
    }
}
