import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// From cells to values. Expected values are worked out by hand from PS3.5 section 8.1 and PS3.3 C.7.6.3, C.11.1.
struct DICOMValueTests {
    let folder = TemporaryFolder()

    private func volume(_ slices: [DICOMWriter]) throws -> Volume {
        for (n, slice) in slices.enumerated() { try slice.write(to: folder.file("IM\(n)")) }
        return try readOnlySeries(folder.path)
    }

    private func message(_ slices: [DICOMWriter]) throws -> String {
        for (n, slice) in slices.enumerated() { try slice.write(to: folder.file("IM\(n)")) }
        return refusal(folder.path, hiding: folder.path)
    }

    private func slice(
        stored: Int, high: Int, signed: Bool, _ cells: [UInt16], z: Double = 0
    ) -> DICOMWriter {
        var slice = DICOMWriter.slice(Int(z), z: z)
        slice.bits(allocated: 16, stored: stored, high: high, signed: signed)
        slice.pixels(cells + Array(repeating: 0, count: 12 - cells.count))
        return slice
    }

    @Test(
        "stored bits are masked and sign-extended",
        arguments: [
            // 12 of 16 bits, the upper four dirty.
            (12, 11, false, [0xF0FF, 0x0FFF, 0x8000], "uint16", [255, 4095, 0]),
            (12, 11, true, [0xF7FF, 0x0800, 0x0FFF], "int16", [2047, -2048, -1]),
            // 12 bits at the top of the cell.
            (12, 15, false, [0x0FF0, 0xFFF1], "uint16", [255, 4095]),
            (12, 15, true, [0x8000, 0xFFFF], "int16", [-2048, -1]),
            (16, 15, true, [0x8000, 0xFFFF], "int16", [-32768, -1]),
            (16, 15, false, [0x8000, 0xFFFF], "uint16", [32768, 65535]),
            (8, 7, false, [0xAAFF], "uint8", [255]),
            (8, 7, true, [0xAAFF], "int8", [-1]),
        ] as [(Int, Int, Bool, [UInt16], String, [Double])])
    func masked(
        _ stored: Int, _ high: Int, _ signed: Bool, _ cells: [UInt16], _ type: String, _ values: [Double]
    ) throws {
        let volume = try volume([slice(stored: stored, high: high, signed: signed, cells)])
        #expect(volume.voxels.typeName == type)
        #expect(values.indices.map { volume.voxels[$0] } == values)
    }

    @Test("cells of 8 and 32 bits")
    func otherCells() throws {
        var bytes = DICOMWriter.slice(0, z: 0)
        bytes.bits(allocated: 8, stored: 8, high: 7, signed: false)
        bytes.pixels((0..<12).map { UInt8(250 + $0 % 6) })
        #expect(try volume([bytes]).voxels == .uint8((0..<12).map { UInt8(250 + $0 % 6) }))
        bytes.bits(allocated: 32, stored: 32, high: 31, signed: true)
        bytes.pixels((0..<12).map { Int32(-70000 - $0) })
        #expect(try volume([bytes]).voxels == .int32((0..<12).map { -70000 - $0 }))
    }

    @Test("a deflated data set")
    func deflated() throws {
        var slice = DICOMWriter.slice(0, z: 0, base: 40)
        slice.transferSyntax = "1.2.840.10008.1.2.1.99"
        #expect(try volume([slice]).voxels == .int16((0..<12).map { Int16(40 + $0) }))
    }

    @Test("pixel data of unknown value representation is read as the attributes say")
    func unknownRepresentation() throws {
        var slice = DICOMWriter.slice(0, z: 0, base: -3)
        let cells = (0..<12).map { Int16($0 - 3) }
        slice.set(0x7FE0, 0x0010, "UN", cells.flatMap { DICOMWriter.little($0) })
        #expect(try volume([slice]).voxels == .int16(cells))
        slice.set(0x7FE0, 0x0010, "OB", cells.flatMap { DICOMWriter.little($0) })
        #expect(try volume([slice]).voxels == .int16(cells))
    }

    @Test("slices of different signedness go into a type that holds both")
    func mixedSign() throws {
        let volume = try volume([
            slice(stored: 12, high: 11, signed: false, [0x0FFF], z: 0),
            slice(stored: 12, high: 11, signed: true, [0x0FFF], z: 1),
        ])
        #expect(volume.voxels.typeName == "int16")
        #expect([volume.voxels[0], volume.voxels[12]] == [4095, -1])
    }

    @Test("one rescale for all slices is kept beside the stored values")
    func sharedRescale() throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice[0x0028, 0x1052, "DS"] = "-1024"
        slice[0x0028, 0x1053, "DS"] = "0.5"
        let volume = try volume([slice])
        #expect(volume.scaling == ValueScaling(slope: 0.5, intercept: -1024))
        #expect(volume.voxels == .int16((0..<12).map { Int16($0) }))
    }

    @Test("a rescale per slice is applied slice by slice; padding becomes one number below every value")
    func rescalePerSlice() throws {
        var slices = [DICOMWriter.slice(0, z: 0), DICOMWriter.slice(1, z: 1)]
        for (n, slope) in ["0.5", "2"].enumerated() {
            slices[n].bits(allocated: 16, stored: 8, high: 7, signed: false)
            slices[n][0x0028, 0x1053, "DS"] = slope
            slices[n][0x0028, 0x1052, "DS"] = "10"
            slices[n].set(0x0028, 0x0120, "US", word: 3)
        }
        let volume = try volume(slices)
        #expect(volume.scaling == .identity)
        // The lowest value either slice can hold is 0 * slope + 10; the padding voxels (stored 3) lie below it.
        let padding = try #require(volume.padding)
        #expect(padding.lowerBound == padding.upperBound && padding.lowerBound < 10)
        for n in 0..<12 {
            let stored = Double(n)
            #expect(volume.voxels[n] == (n == 3 ? padding.lowerBound : stored * 0.5 + 10))
            #expect(volume.voxels[12 + n] == (n == 3 ? padding.lowerBound : stored * 2 + 10))
        }
        #expect(volume.notices.first == "rescale differs between slices: values are rescaled slice by slice to float32")
    }

    @Test(
        "padding is read by PixelRepresentation, whatever its VR",
        arguments: [
            (true, "SS", -2000, nil, -2000...(-2000)), (true, "US", 63536, nil, -2000...(-2000)),
            (false, "SS", -2000, nil, 63536...63536), (false, "US", 0, 5, 0...5),
            (true, "SS", -1000, -2000, -2000...(-1000)),
        ] as [(Bool, String, Int, Int?, ClosedRange<Double>)])
    func padding(_ signed: Bool, _ vr: String, _ value: Int, _ limit: Int?, _ expected: ClosedRange<Double>) throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice.bits(allocated: 16, stored: 16, high: 15, signed: signed)
        slice.set(0x0028, 0x0120, vr, word: value)
        if let limit { slice.set(0x0028, 0x0121, vr, word: limit) }
        #expect(try volume([slice]).padding == expected)
    }

    @Test("padding that cannot occur is not guessed at")
    func impossiblePadding() throws {
        var slice = slice(stored: 12, high: 11, signed: false, [1])
        slice.set(0x0028, 0x0120, "US", word: 63536)
        slice[0x0018, 0x0050, "DS"] = "1"
        let volume = try volume([slice])
        #expect(volume.padding == nil)
        #expect(
            volume.notices.last
                == "PixelPaddingValue 63536 cannot occur in 12 stored bits: no voxel is treated as padding")
    }

    @Test("MONOCHROME1 inverts nothing")
    func monochrome1() throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice[0x0018, 0x0050, "DS"] = "1"
        slice[0x0028, 0x0004, "CS"] = "MONOCHROME1"
        let ct = try volume([slice])
        #expect(ct.voxels == .int16((0..<12).map { Int16($0) }) && ct.notices.count == 1)
        slice[0x0008, 0x0060, "CS"] = "OT"
        let other = try volume([slice])
        #expect(other.voxels == ct.voxels)
        #expect(
            other.notices.last == "MONOCHROME1 (small values are shown bright): values are kept as stored, not inverted"
        )
    }

    @Test("short pixel data is refused, not filled up")
    func truncated() throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice.pixels((0..<11).map { UInt16($0) })
        #expect(
            try message([slice]) == "IM0: pixel data is truncated: 22 bytes, 24 needed (copy or export the file again)")
    }

    // The reason is DCMTK's own. The larger image is one that DCMTK leaves in the file until asked for.
    @Test(
        "a file that breaks off in its pixel data is refused",
        arguments: [(4, 3, "Invalid stream"), (64, 64, "I/O suspension or premature end of stream")])
    func brokenOff(_ columns: Int, _ rows: Int, _ reason: String) throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice.set(0x0028, 0x0010, "US", word: rows)
        slice.set(0x0028, 0x0011, "US", word: columns)
        slice.pixels((0..<UInt16(rows * columns)).map { $0 })
        slice.cut = 10
        #expect(
            try message([slice])
                == "IM0: cannot be read as DICOM: \(reason) (copy or export the file again)")
    }

    @Test("pixel data for more than one image is refused")
    func twoImages() throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice.pixels((0..<24).map { UInt16($0) })
        #expect(
            try message([slice])
                == "IM0: pixel data of 48 bytes holds more than one image of 24 (NumberOfFrames is wrong or missing)"
        )
    }

    @Test(
        "attributes that cannot be are refused with their value",
        arguments: [
            (0x0028_0100, "US", 13, "BitsAllocated is '13', expected 1, 8, 12, 16 or 32"),
            (0x0028_0101, "US", 17, "BitsStored is '17', expected 1 to BitsAllocated (16)"),
            (0x0028_0102, "US", 3, "HighBit is '3', expected 15 to 15"),
            (0x0028_0103, "US", 2, "PixelRepresentation is '2', expected 0 or 1"),
            (0x0028_0010, "US", 0, "Rows is '0', expected 1 to 65535"),
        ])
    func badNumbers(_ tag: Int, _ vr: String, _ value: Int, _ text: String) throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice.set(UInt16(tag >> 16), UInt16(tag & 0xFFFF), vr, word: value)
        #expect(
            try message([slice])
                == "series 1.2.3: 1 file cannot be decoded, first IM0: \(text) (export the file again)")
    }

    @Test(
        "geometry that cannot be is refused with its value",
        arguments: [
            (0x0020_0032, "1\\2", "ImagePositionPatient is '1\\2', expected 3 numbers"),
            (0x0020_0032, "1\\2\\nan", "ImagePositionPatient is '1\\2\\nan', expected 3 numbers"),
            (
                0x0020_0037, "1\\0\\0\\1\\0\\0",
                "ImageOrientationPatient is '1\\0\\0\\1\\0\\0', expected two perpendicular vectors of length 1"
            ),
            (0x0028_0030, "0\\1", "PixelSpacing is '0\\1', expected two positive numbers"),
            (0x0028_1053, "0", "RescaleSlope is '0', expected a factor other than 0"),
            (0x0028_1052, "x", "RescaleIntercept is 'x', expected a number"),
        ])
    func badText(_ tag: Int, _ value: String, _ text: String) throws {
        var slice = DICOMWriter.slice(0, z: 0)
        slice[UInt16(tag >> 16), UInt16(tag & 0xFFFF), "DS"] = value
        #expect(
            try message([slice])
                == "series 1.2.3: 1 file cannot be decoded, first IM0: \(text) (export the file again)")
    }
}
