import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Series written byte by byte: each is read right or refused with this text. Expected values are what was written.
struct DICOMSeriesTests {
    let folder = TemporaryFolder()

    /// Writes slices as files whose names do not follow the positions.
    private func write(_ slices: [DICOMWriter]) throws { try folder.write(slices) }

    private func stack(_ heights: [Double]) -> [DICOMWriter] { DICOMWriter.stack(heights) }

    private func read() throws -> Volume { try readOnlySeries(folder.path) }
    private var message: String { refusal(folder.path, hiding: folder.path) }

    private func int16(_ volume: Volume) throws -> [Int16] {
        guard case .int16(let values) = volume.voxels else {
            Issue.record("\(volume.voxels.typeName)")
            return []
        }
        return values
    }

    // MARK: Geometry

    @Test("slices are ordered by position, not by number or name; PixelSpacing's first value is the rows' distance")
    func ordered() throws {
        try write(stack([5, 0, 10, 2.5, 7.5]))
        let volume = try read()
        #expect(volume.geometry.shape == Shape(4, 3, 5))
        // LPS (-10, -20, 0) is RAS (10, 20, 0).
        #expect(
            volume.geometry.affine
                == Affine(i: [-0.25, 0, 0], j: [0, -0.5, 0], k: [0, 0, 2.5], origin: [10, 20, 0]))
        #expect(volume.origins.map(\.sopInstanceUID) == ["1.2.3.1", "1.2.3.3", "1.2.3.0", "1.2.3.4", "1.2.3.2"])
        #expect(volume.origins.allSatisfy { $0.frame == 1 })
        let values = try int16(volume)
        #expect(values == [100, 300, 0, 400, 200].flatMap { base in (0..<12).map { Int16(base + $0) } })
        #expect(volume.notices.isEmpty)
        #expect(volume.modality == "CT")
    }

    @Test("a missing end slice cannot be seen")
    func missingEnd() throws {
        try write(stack([0, 2.5, 5]))
        #expect(try read().notices.isEmpty)
    }

    @Test(
        "gaps, drift and uneven spacing are refused",
        arguments: [
            (
                [0, 2.5, 5, 12.5, 15],
                "series 1.2.3: slice 4 lies 7.5 mm from its neighbour, expected 2.5; 2 slices are missing (export the series again, complete, or interpolate with --gaps resample)"
            ),
            (
                [0, 2.5, 7.5, 10],
                "series 1.2.3: slice 3 lies 5 mm from its neighbour, expected 2.5; 1 slice is missing (export the series again, complete, or interpolate with --gaps resample)"
            ),
            (
                [0, 2.5, 5, 8.1, 10.6],
                "series 1.2.3: slice 4 lies 3.1 mm from its neighbour, expected 2.5; the slices are not evenly spaced (interpolate with --gaps resample, or put each evenly spaced part into a folder of its own)"
            ),
            (
                [0, 2.5, 5, 7.5, 10.02, 12.54, 15.06],
                "series 1.2.3: slice 4 lies 0.03 mm beside its place on an even grid, allowed 0.025; the spacing drifts (interpolate with --gaps resample)"
            ),
        ] as [([Double], String)])
    func uneven(_ heights: [Double], _ text: String) throws {
        try write(stack(heights))
        #expect(message == text)
    }

    @Test("spacing that differs within the tolerance is even: the affine follows the first and last position")
    func withinTolerance() throws {
        try write(stack([0, 2.51, 5, 7.49, 10]))
        #expect(try read().geometry.affine.column(2) == [0, 0, 2.5])
    }

    @Test("a stack that leans is kept as acquired, sheared, with a notice")
    func tilt() throws {
        var slices = stack([0, 2, 4])
        for n in slices.indices { slices[n][0x0020, 0x0032, "DS"] = "-10\\\(-20 + n)\\\(2 * n)" }
        try write(slices)
        let volume = try read()
        #expect(volume.geometry.affine.column(2) == [0, -1, 2])
        // atan(1/2) = 26.57 degrees
        #expect(
            volume.notices == [
                "the slices are tilted by 26.6 degrees (gantry tilt): kept as acquired, the affine is sheared"
            ])
    }

    @Test("one slice takes its thickness from the header")
    func single() throws {
        var slice = DICOMWriter.slice(1, z: 4)
        slice[0x0018, 0x0050, "DS"] = "3.5"
        try write([slice])
        let volume = try read()
        #expect(volume.geometry.shape.k == 1 && volume.geometry.affine.column(2) == [0, 0, 3.5])
        #expect(volume.notices == ["a single slice: its thickness of 3.5 mm is SliceThickness"])
        slice.remove(0x0018, 0x0050)
        try write([slice])
        #expect(try read().notices == ["a single slice that states no thickness: 1 mm is assumed"])
    }

    @Test("positions win over SpacingBetweenSlices, with a notice")
    func statedSpacing() throws {
        var slices = stack([0, 5, 10])
        for n in slices.indices { slices[n][0x0018, 0x0088, "DS"] = "2.5" }
        try write(slices)
        #expect(
            try read().notices == [
                "the slices lie 5 mm apart, though SpacingBetweenSlices says 2.5: the positions count"
            ])
    }

    @Test(
        "slices that cannot be one grid are refused with their files",
        arguments: [
            (
                0x0020_0037, "DS", "0\\1\\0\\0\\0\\-1",
                "slice orientation differs: 1\\0\\0\\0\\1\\0 in 2 files (IM0); 0\\1\\0\\0\\0\\-1 in 1 file (IM1)"
            ),
            (
                0x0028_0030, "DS", "0.5\\0.5",
                "pixel spacing differs: 0.5\\0.25 mm in 2 files (IM0); 0.5\\0.5 mm in 1 file (IM1)"
            ),
            (0x0020_0052, "UI", "1.9", "frame of reference differs: none in 2 files (IM0); 1.9 in 1 file (IM1)"),
        ])
    func mixed(_ tag: Int, _ vr: String, _ value: String, _ text: String) throws {
        var slices = stack([0, 2.5, 5])
        slices[1][UInt16(tag >> 16), UInt16(tag & 0xFFFF), vr] = value
        try write(slices)
        #expect(message == "series 1.2.3: \(text) (put each part into a folder of its own and read it alone)")
    }

    @Test("slices of another size are refused with their files")
    func mixedSize() throws {
        var slices = stack([0, 2.5, 5])
        slices[2].set(0x0028, 0x0010, "US", word: 4)
        slices[2].set(0x0028, 0x0011, "US", word: 3)
        try write(slices)
        #expect(
            message
                == "series 1.2.3: size differs: 4x3 in 2 files (IM0); 3x4 in 1 file (IM2) "
                + "(put each part into a folder of its own and read it alone)")
    }

    // MARK: Duplicates

    @Test("an exact copy is left out with a notice")
    func copies() throws {
        try write(stack([0, 2.5, 5]))
        try DICOMWriter.slice(1, z: 2.5, base: 100).write(to: folder.file("copy"))
        let volume = try read()
        #expect(volume.geometry.shape.k == 3)
        #expect(
            volume.notices == [
                "1 file is a copy of other images of the series (same SOPInstanceUID, same content) and was left out"
            ])
    }

    @Test("one UID with two contents is refused")
    func conflicting() throws {
        try write(stack([0, 2.5, 5]))
        try DICOMWriter.slice(1, z: 2.5, base: 101).write(to: folder.file("other"))
        #expect(
            message
                == "series 1.2.3: instance 1.2.3.1 comes twice with different content: IM1, other (keep the right one)")
    }
}
