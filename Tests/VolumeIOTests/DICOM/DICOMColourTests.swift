import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Colour images to RGB. Expected values are worked out by hand from PS3.3 C.7.6.3.1.
struct DICOMColourTests {
    let folder = TemporaryFolder()
    /// Three bytes for each of the twelve pixels.
    private static let colours = (0..<36).map { UInt8($0 * 7) }

    private func rgb(_ change: (inout DICOMWriter) -> Void) throws -> [UInt8] {
        var file = DICOMWriter.slice(0, z: 0)
        file.set(0x0028, 0x0002, "US", word: 3)
        file[0x0028, 0x0004, "CS"] = "RGB"
        file.bits(allocated: 8, stored: 8, high: 7, signed: false)
        file.pixels(Self.colours)
        change(&file)
        try file.write(to: folder.file("IM0"))
        let pixels = try DICOMPixels(folder.file("IM0"))
        let isColour = pixels.isColour
        #expect(isColour)
        return try pixels.rgb()
    }

    @Test("pixel by pixel and plane by plane")
    func planar() throws {
        #expect(try rgb { _ in } == Self.colours)
        let planes = (0..<3).flatMap { sample in (0..<12).map { Self.colours[3 * $0 + sample] } }
        let read = try rgb {
            $0.set(0x0028, 0x0006, "US", word: 1)
            $0.pixels(planes)
        }
        #expect(read == Self.colours)
    }

    @Test("luminance and chrominance, whole and shared by two pixels")
    func luminance() throws {
        // Grey, then the brightest red there is: Y 76, Cb 85, Cr 255.
        let read = try rgb {
            $0[0x0028, 0x0004, "CS"] = "YBR_FULL"
            $0.pixels([100, 128, 128, 76, 85, 255] + Array(repeating: UInt8(128), count: 30))
        }
        #expect(Array(read[..<6]) == [100, 100, 100, 254, 0, 0])
        let shared = try rgb {
            $0[0x0028, 0x0004, "CS"] = "YBR_FULL_422"
            $0.pixels([100, 50, 128, 128] + Array(repeating: UInt8(128), count: 20))
        }
        #expect(Array(shared[..<9]) == [100, 100, 100, 50, 50, 50, 128, 128, 128])
    }

    @Test("palettes of 16 and 8 bits; a segmented one is refused")
    func palette() throws {
        func file(_ file: inout DICOMWriter, bits: UInt16, _ entries: [UInt8]) {
            file.set(0x0028, 0x0002, "US", word: 1)
            file[0x0028, 0x0004, "CS"] = "PALETTE COLOR"
            file.pixels([9, 10, 11, 12] + Array(repeating: UInt8(10), count: 8))
            for colour in UInt16(0)..<3 {
                file.set(
                    0x0028, 0x1101 + colour, "US", [2, 10, bits].flatMap { DICOMWriter.little($0) })
                file.set(0x0028, 0x1201 + colour, "OW", entries.map { $0 + UInt8(colour) })
            }
        }
        // The first entry belongs to value 10; 9 and 12 take the ends.
        let expected: [UInt8] = [20, 21, 22, 20, 21, 22, 40, 41, 42, 40, 41, 42]
        #expect(try Array(rgb { file(&$0, bits: 16, [7, 20, 9, 40]) }[..<12]) == expected)
        #expect(try Array(rgb { file(&$0, bits: 8, [20, 40]) }[..<12]) == expected)
        #expect(throws: DICOMError.self) {
            try rgb {
                file(&$0, bits: 16, [7, 20, 9, 40])
                $0.remove(0x0028, 0x1201)
            }
        }
    }

    @Test("JPEG 2000 with a colour transform")
    func jpeg2000() throws {
        let read = try rgb {
            $0.transferSyntax = "1.2.840.10008.1.2.4.90"
            $0[0x0028, 0x0004, "CS"] = "YBR_RCT"
            $0.set(0x0028, 0x0010, "US", word: 32)
            $0.set(0x0028, 0x0011, "US", word: 32)
            $0.encapsulated(CompressedImage.jpeg2000Colour)
        }
        let expected = (0..<1024).flatMap { n in (1...3).map { UInt8(n % 32 * $0) } }
        #expect(read == expected)
    }

    @Test("a stack in colour is read as colours in the order of positions, and as nothing else")
    func volume() throws {
        for (n, z) in [2.0, 0, 1].enumerated() {
            var file = DICOMWriter.slice(n, z: z)
            file.set(0x0028, 0x0002, "US", word: 3)
            file[0x0028, 0x0004, "CS"] = "RGB"
            file.bits(allocated: 8, stored: 8, high: 7, signed: false)
            file.pixels(Self.colours.map { $0 / 3 + UInt8(80 * Int(z)) })
            try file.write(to: folder.file("IM\(n)"))
        }
        let volumes = try DICOM.volumes(try #require(DICOM.scan([folder.path]).series.first))
        #expect(volumes.isColour)
        let expected = (0..<3).flatMap { slice in Self.colours.map { $0 / 3 + UInt8(80 * slice) } }
        #expect(try volumes.readColours(volume: 0) == expected)
        #expect(throws: DICOMError.colour(series: "1.2.3", photometric: "RGB")) { try volumes.readAll() }
        #expect(throws: DICOMError.colour(series: "1.2.3", photometric: "RGB")) { try volumes.read(volume: 0) }
    }

    @Test("colour and grey in one series are refused")
    func mixture() throws {
        try DICOMWriter.slice(0, z: 0).write(to: folder.file("IM0"))
        var file = DICOMWriter.slice(1, z: 1)
        file[0x0028, 0x0004, "CS"] = "PALETTE COLOR"
        try file.write(to: folder.file("IM1"))
        let series = try #require(DICOM.scan([folder.path]).series.first)
        #expect { try DICOM.volumes(series) } throws: { "\($0)".contains("colour differs: grey-scale in 1 file") }
    }

    @Test("an RGB24 NIfTI holds the colours, and is refused as a volume by name")
    func nifti() throws {
        let path = folder.file("colour.nii")
        let geometry = Geometry(
            shape: Shape(4, 3, 1), affine: Affine(i: [1, 0, 0], j: [0, 2, 0], k: [0, 0, 3], origin: .zero))
        try NIfTI.write(rgb: Self.colours, geometry: geometry, to: path)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        // NIfTI-1: datatype at 70, bitpix at 72, voxels from 352.
        #expect(Array(bytes[70..<74]) == [128, 0, 24, 0] && Array(bytes[352...]) == Self.colours)
        #expect { try NIfTI.readVolume(path) } throws: { "\($0)".contains("rgb24") }
    }
}
