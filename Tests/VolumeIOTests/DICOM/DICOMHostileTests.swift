import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Compressed pixel data that lies about itself, and files that are broken anywhere: an error, never a crash.
struct DICOMHostileTests {
    let folder = TemporaryFolder()

    private func message(_ syntax: String, _ fragment: [UInt8]) throws -> String {
        var slice = DICOMWriter.slice(0, z: 0)
        slice.transferSyntax = "1.2.840.10008.1.2." + syntax
        slice.encapsulated(fragment + (fragment.count % 2 == 0 ? [] : [0]))
        try slice.write(to: folder.file("IM0"))
        return refusal(folder.path, hiding: folder.path)
    }

    /// Bytes of the two planes of a 4x3 image as RLE: PackBits literals.
    private func rle(_ segments: [[UInt8]]) -> [UInt8] {
        var header = DICOMWriter.little(UInt32(segments.count))
        var start = 64
        for segment in segments {
            header += DICOMWriter.little(UInt32(start))
            start += segment.count
        }
        return header + Array(repeating: 0, count: 64 - header.count) + segments.flatMap { $0 }
    }

    @Test("RLE: high bytes first, literal and repeated runs")
    func rleGood() throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice.transferSyntax = "1.2.840.10008.1.2.5"
        // 12 high bytes: a run of twelve 1s (257 - 12 = 245); 12 low bytes: literal 0...11.
        slice.encapsulated(rle([[245, 1], [11] + Array(0..<12) + [128]]))
        try slice.write(to: folder.file("IM0"))
        #expect(try readOnlySeries(folder.path).voxels == .int16((0..<12).map { 256 + $0 }))
    }

    @Test("RLE data that is short or lies about its segments is refused")
    func rleBad() throws {
        #expect(try message("5", [1, 0, 0, 0]) == "IM0: RLE data of 4 bytes has no header")
        #expect(try message("5", rle([[245, 1]])) == "IM0: RLE data has 1 segments, 2 needed")
        #expect(
            try message("5", rle([[245, 1], [5] + Array(0..<6) + [128]]))
                == "IM0: RLE segment 2 breaks off after 6 of 12 pixels")
        var outside = rle([[245, 1], [245, 1]])
        outside[9] = 0x40
        #expect(try message("5", outside) == "IM0: RLE segment 1 lies outside the pixel data")
    }

    /// A JPEG stream of one frame header and one scan header.
    private func jpeg(
        _ marker: UInt8, rows: Int, columns: Int, precision: UInt8 = 16, components: UInt8 = 1, near: UInt8 = 0,
        before: [UInt8] = [], end: [UInt8] = [0xFF, 0xD9]
    ) -> [UInt8] {
        let size = [UInt8(rows >> 8), UInt8(rows & 255), UInt8(columns >> 8), UInt8(columns & 255)]
        return [0xFF, 0xD8] + before + [0xFF, marker, 0, 11, precision] + size + [components, 1, 0x11, 0]
            + [0xFF, 0xDA, 0, 8, 1, 1, 0, near, 0, 0] + [1, 2, 3, 4] + end
    }

    @Test("a codestream that asks for another size than the attributes never reaches the decoder")
    func codestreams() throws {
        let size = "IM0: the codestream holds 65535x65535x1, Rows and Columns say 3x4"
        #expect(try message("4.80", jpeg(0xF7, rows: 65535, columns: 65535)) == size)
        #expect(try message("4.70", jpeg(0xC3, rows: 65535, columns: 65535)) == size)
        #expect(
            try message("4.80", jpeg(0xF7, rows: 3, columns: 4, components: 3))
                == "IM0: the codestream holds 3x4x3, Rows and Columns say 3x4")
        #expect(
            try message("4.70", jpeg(0xC3, rows: 3, columns: 4, precision: 8))
                == "IM0: the codestream holds 8-bit values, the attributes say 16 in 16")
        #expect(
            try message("4.70", jpeg(0xC0, rows: 3, columns: 4))
                == "IM0: the codestream (FFC0) is no JPEG lossless, first-order prediction, though the transfer syntax says so"
        )
        #expect(
            try message("4.80", jpeg(0xF7, rows: 3, columns: 4, near: 2))
                == "IM0: the codestream is near-lossless, though the transfer syntax says lossless")
        let restated: [UInt8] = [0xFF, 0xF8, 0, 8, 4, 2, 0xFF, 0xFF, 0xFF, 0xFF]
        #expect(
            try message("4.80", jpeg(0xF7, rows: 3, columns: 4, before: restated))
                == "IM0: a JPEG-LS codestream that restates its size is not read")
        #expect(
            try message("4.70", jpeg(0xC3, rows: 3, columns: 4, end: []))
                == "IM0: compressed pixel data breaks off (copy or export the file again)")
        #expect(try message("4.70", [1, 2, 3, 4]) == "IM0: compressed pixel data does not begin as a JPEG")
        #expect(
            try message("4.80", [0xFF, 0xD8, 0xFF, 0xD9]) == "IM0: compressed pixel data has no readable frame header")
    }

    @Test("plain pixel data under a compressed syntax, and the other way round, is refused")
    func disagreement() throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice.transferSyntax = "1.2.840.10008.1.2.5"
        try slice.write(to: folder.file("IM0"))
        // The reason is DCMTK's own.
        #expect(
            refusal(folder.path, hiding: folder.path)
                == "IM0: cannot be read as DICOM: Pixel data in top level dataset in compressed Transfer Syntax uses explicit length "
                + "(copy or export the file again)"
        )
        #expect(
            try message("1", rle([[245, 1], [245, 1]]))
                == "IM0: pixel data is truncated: 0 bytes, 24 needed (copy or export the file again)")
    }

    @Test("an image above the limit is refused before anything is allocated")
    func limit() throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice.set(0x0028, 0x0010, "US", word: 65535)
        slice.set(0x0028, 0x0011, "US", word: 65535)
        try slice.write(to: folder.file("IM0"))
        #expect(
            refusal(folder.path, hiding: folder.path)
                == "IM0: an image of 65535x65535 needs 8589672450 bytes, the limit is 536870912")
    }

    @Test(
        "sequences nested without end are refused before they exhaust the stack",
        arguments: ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"])
    func nested(_ syntax: String) throws {
        var empty = DICOMWriter()
        empty.transferSyntax = syntax
        let open: [UInt8] = [0x08, 0, 0x40, 0x11] + (syntax.hasSuffix(".1") ? [0x53, 0x51, 0, 0] : [])
        let level: [UInt8] = open + [0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF]
        let nest = (0..<200_000).flatMap { _ in level }
        try Data(empty.bytes + nest).write(to: URL(fileURLWithPath: folder.file("IM0")))
        #expect(
            try DICOM.scan([folder.path]).unreadable.map(\.reason)
                == ["cannot be read as DICOM: its sequences are nested deeper than 64 levels"])
    }

    // A fixed generator: every run sees the same broken files.
    @Test("files with bytes changed or cut off end in a volume or an error", arguments: 0..<8)
    func fuzz(_ seed: UInt64) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        var slice = DICOMWriter.slice(0, z: 0)
        if seed % 2 == 1 {
            slice.transferSyntax = "1.2.840.10008.1.2.5"
            slice.encapsulated(rle([[245, 1], [11] + Array(0..<12) + [128]]))
        }
        let good = slice.bytes
        for _ in 0..<150 {
            var bytes = good
            for _ in 0...random(4) { bytes[128 + random(bytes.count - 128)] = UInt8(random(256)) }
            if random(4) == 0 { bytes.removeLast(random(bytes.count)) }
            try Data(bytes).write(to: URL(fileURLWithPath: folder.file("IM0")))
            let scan = try DICOM.scan([folder.path])
            let fates = scan.series.map { $0.files.count + $0.unreadable.count }.reduce(0, +) + scan.ignored.count
            #expect(fates + scan.unreadable.count + scan.notDICOM.count == 1)
            for series in scan.series {
                do {
                    let volume = try DICOM.readVolume(series)
                    #expect(volume.voxels.count == volume.geometry.shape.count)
                } catch {
                    #expect(error is DICOMError)
                }
            }
        }
    }
}
