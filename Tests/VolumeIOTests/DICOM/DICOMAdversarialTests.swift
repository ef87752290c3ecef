import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Series that other converters get wrong without a word: each is read right or refused. Expected values are what was
/// written; the cases of single files and of spacing stand in DICOMSeriesTests, DICOMValueTests and DICOMScanTests.
struct DICOMAdversarialTests {
    let folder = TemporaryFolder()

    private func write(_ slices: [DICOMWriter]) throws { try folder.write(slices) }

    /// `volumes` scans of `heights`, one after the other, numbered through; pixels rise from 100 times the number.
    private func scans(_ volumes: Int, _ heights: [Double]) -> [DICOMWriter] {
        (0..<volumes * heights.count).map { n in
            DICOMWriter.slice(n + 1, z: heights[n % heights.count], base: 100 * n)
        }
    }

    private var message: String { refusal(folder.path, hiding: folder.path) }

    private func firstValues(_ policies: DICOMPolicies = DICOMPolicies()) throws -> [[Double]] {
        let volumes = try onlyVolumes(folder.path, policies: policies)
        return try (0..<volumes.count).map { n in
            let volume = try volumes.read(volume: n)
            return (0..<volume.geometry.shape.k).map { volume.voxels[12 * $0] }
        }
    }

    // MARK: Several volumes in one series

    @Test(
        "two scans at the same places are two volumes, whatever tells them apart",
        arguments: [
            (0x0018_0081, "DS", ["30", "10"], DICOMSplitKey.echoTime, true),
            (0x0018_9087, "FD", ["0", "1000"], .bValue, false),
            (0x0020_0100, "IS", ["2", "1"], .temporalPosition, true),
            (0x0018_1060, "DS", ["40", "0"], .triggerTime, true),
            (0x0020_0012, "IS", ["1", "2"], .acquisition, false),
            (0x0008_0008, "CS", ["ORIGINAL\\PRIMARY\\M", "ORIGINAL\\PRIMARY\\P"], .imageType, false),
            (0x0020_4000, "LT", ["a", "b"], .instance, false),
        ])
    func twoVolumes(_ tag: Int, _ vr: String, _ values: [String], _ key: DICOMSplitKey, _ swapped: Bool) throws {
        let (group, element) = (UInt16(tag >> 16), UInt16(tag & 0xFFFF))
        var slices = scans(2, [0, 2.5, 5])
        for n in slices.indices {
            if vr == "FD" {
                slices[n].set(group, element, vr, DICOMWriter.little((Double(values[n / 3]) ?? 0).bitPattern))
            } else {
                slices[n][group, element, vr] = values[n / 3]
            }
        }
        try write(slices.reversed())
        let (first, second) = ([0.0, 100, 200], [300.0, 400, 500])
        #expect(try firstValues() == (swapped ? [second, first] : [first, second]))
        #expect(try onlyVolumes(folder.path).keys == [key])
    }

    @Test("instance numbers in a wrong order are followed only where nothing better tells volumes apart")
    func wrongNumbers() throws {
        var slices = scans(2, [0, 2.5, 5])
        for n in slices.indices {
            slices[n][0x0020, 0x0013, "IS"] = "\([4, 1, 6, 2, 5, 3][n])"
            slices[n][0x0020, 0x0100, "IS"] = n < 3 ? "1" : "2"
        }
        try write(slices)
        #expect(try firstValues() == [[0, 100, 200], [300, 400, 500]])
        for n in slices.indices { slices[n].remove(0x0020, 0x0100) }
        try write(slices)
        #expect(
            message.hasSuffix(
                "3 of 3 slice positions hold more than one image (6 images in all), differing in nothing that orders them "
                    + "(export the series again with instance numbers that count volume by volume, or put each volume into "
                    + "a folder of its own)"))
    }

    @Test("a volume that lacks a slice is refused, not filled from its neighbour")
    func incompleteVolume() throws {
        var slices = scans(2, [0, 2.5, 5])
        for n in slices.indices { slices[n][0x0020, 0x0012, "IS"] = n < 3 ? "1" : "2" }
        slices.remove(at: 4)
        try write(slices)
        #expect(
            message.contains("2 of 3 slice positions hold more than one image (5 images in all), others hold fewer"))
    }

    @Test("an echo that changes within a volume is refused")
    func mixedEcho() throws {
        var slices = scans(2, [0, 2.5, 5])
        for n in slices.indices { slices[n][0x0018, 0x0081, "DS"] = ["10", "10", "30", "30", "30", "30"][n] }
        try write(slices)
        #expect(message.contains("values of echo time do not part them into whole volumes"))
        var one = scans(1, [0, 2.5, 5])
        for n in one.indices { one[n][0x0018, 0x0081, "DS"] = ["10", "10", "30"][n] }
        let other = TemporaryFolder()
        for (n, slice) in one.enumerated() { try slice.write(to: other.file("IM\(n)")) }
        #expect(refusal(other.path, hiding: other.path).contains("echo time (--split-by EchoTime) differs"))
    }

    @Test("two scans between each other's slices are not one of half the spacing")
    func interleaved() throws {
        var slices = scans(2, [0, 5, 10])
        for n in slices.indices {
            slices[n][0x0020, 0x0012, "IS"] = n < 3 ? "1" : "2"
            slices[n][0x0018, 0x0050, "DS"] = "5"
            if n >= 3 { slices[n][0x0020, 0x0032, "DS"] = "-10\\-20\\\(2.5 + 5 * Double(n - 3))" }
        }
        try write(slices)
        #expect(message.contains("acquisition number (--split-by AcquisitionNumber) differs: 2 scans whose slices lie"))
        let parts = try DICOM.scan([folder.path], policies: DICOMPolicies(splitBy: [.acquisition])).series
        #expect(parts.map(\.part) == ["AcquisitionNumber 1", "AcquisitionNumber 2"])
        let volumes = try parts.map { try DICOM.readVolume($0) }
        #expect(volumes.map { $0.geometry.affine.column(2) } == [[0, 0, 5], [0, 0, 5]])
        #expect(volumes.map(\.geometry.affine.origin.z) == [0, 2.5])
    }

    @Test("images that all lie at one place are no volume, unless asked for")
    func onePlace() throws {
        var slices = scans(3, [4])
        for n in slices.indices { slices[n][0x0020, 0x0012, "IS"] = "\(n)" }
        try write(slices)
        #expect(message.contains("images of one place are no volume (--split-by makes an image of each)"))
        let parts = try DICOM.scan([folder.path], policies: DICOMPolicies(splitBy: [.acquisition])).series
        #expect(try parts.map { try DICOM.readVolume($0).geometry.shape } == Array(repeating: Shape(4, 3, 1), count: 3))
    }

    @Test("orientations mixed in a series are refused, and parted on request")
    func mixedOrientation() throws {
        var slices = scans(1, [0, 2.5, 5])
        for n in 0..<2 {
            var other = DICOMWriter.slice(10 + n, z: 0)
            other[0x0020, 0x0037, "DS"] = "0\\1\\0\\0\\0\\-1"
            other[0x0020, 0x0032, "DS"] = "\(3 * n)\\0\\0"
            slices.append(other)
        }
        try write(slices)
        #expect(message.contains("slice orientation differs: 1\\0\\0\\0\\1\\0 in 3 files (IM0)"))
        let parts = try DICOM.scan([folder.path], policies: DICOMPolicies(splitBy: [.orientation])).series
        #expect(try parts.map { try DICOM.readVolume($0).geometry.shape.k }.sorted() == [2, 3])
    }

    // MARK: Slices that are not there

    @Test("slices missing at an end are seen where the headers count them")
    func missingEnd() throws {
        var slices = scans(1, [0, 2.5, 5])
        for n in slices.indices { slices[n][0x0020, 0x1002, "IS"] = "4" }
        try write(slices)
        #expect(
            message
                == "series 1.2.3: 3 slices are here, ImagesInAcquisition says 4: slices at an end are missing (export the "
                + "series again, complete, or take what is there with --gaps resample)")
        let volume = try onlyVolumes(folder.path, policies: DICOMPolicies(gaps: .resample))
        #expect(volume.geometry.shape.k == 3)
        #expect(volume.notices.contains { $0.hasSuffix("slices at an end may be missing") })
    }

    @Test("an instance number that is missed is told")
    func missingNumber() throws {
        let slices = scans(1, [0, 2.5, 5, 7.5])
        try write(Array(slices.dropFirst()))
        #expect(
            try readOnlySeries(folder.path).notices == [
                "the instance numbers run from 2 to 4 with 3 images: a slice missing at an end cannot be seen in the "
                    + "positions"
            ])
    }

    @Test("every second slice missing is seen where the headers know the spacing and the numbers skip")
    func regularGaps() throws {
        var slices = scans(1, [0, 2.5, 5, 7.5, 10])
        for n in slices.indices { slices[n][0x0018, 0x0088, "DS"] = "2.5" }
        try write([slices[0], slices[2], slices[4]])
        #expect(
            message.hasPrefix("series 1.2.3: slice 2 lies 5 mm from its neighbour, expected 2.5; 2 slices are missing"))
    }

    // MARK: Policies

    @Test("missing slices are interpolated on request, those that are there stay as they are")
    func resampledGaps() throws {
        var slices = scans(1, [0, 2.5, 5, 12.5, 15])
        for n in slices.indices { slices[n].remove(0x0020, 0x0013) }
        try write(slices)
        let volumes = try onlyVolumes(folder.path, policies: DICOMPolicies(gaps: .resample))
        let volume = try volumes.read(volume: 0)
        #expect(volume.geometry.affine.column(2) == [0, 0, 2.5])
        // A third and two thirds of the way from 200 to 300, rounded.
        #expect(try firstValues(DICOMPolicies(gaps: .resample)) == [[0, 100, 200, 233, 267, 300, 400]])
        #expect(
            volume.origins.map(\.sopInstanceUID) == ["1.2.3.1", "1.2.3.2", "1.2.3.3", "", "", "1.2.3.4", "1.2.3.5"])
        #expect(
            volume.notices == ["2 of 7 slices are interpolated: the 5 acquired ones are not evenly spaced"])
    }

    private func tilted() -> [DICOMWriter] {
        var slices = scans(1, [0, 2, 4])
        for n in slices.indices {
            // A row (0.5 mm) and a half further along the columns with each slice.
            slices[n][0x0020, 0x0032, "DS"] = "-10\\\(-20 + 0.75 * Double(n))\\\(2 * n)"
            slices[n].remove(0x0020, 0x0013)
        }
        return slices
    }

    @Test("a leaning stack is set upright on request: whole shifts exactly, half ones between two rows")
    func uprightTilt() throws {
        try write(tilted())
        let volume = try onlyVolumes(folder.path, policies: DICOMPolicies(tilt: .shear)).read(volume: 0)
        #expect(volume.geometry.shape == Shape(4, 6, 3))
        #expect(
            volume.geometry.affine == Affine(i: [-0.25, 0, 0], j: [0, -0.5, 0], k: [0, 0, 2], origin: [10, 20, 0]))
        func row(_ k: Int, _ j: Int) -> [Double] { (0..<4).map { volume.voxels[(k * 6 + j) * 4 + $0] } }
        #expect(row(0, 0) == [0, 1, 2, 3] && row(0, 2) == [8, 9, 10, 11] && row(0, 3) == [0, 0, 0, 0])
        // Slice 1 lies 1.5 rows on: row 2 is halfway between its rows 0 and 1, row 1 half outside (0 is the minimum).
        #expect(row(1, 2) == [102, 103, 104, 105] && row(1, 0) == [0, 0, 0, 0])
        #expect(row(2, 3) == [200, 201, 202, 203] && row(2, 5) == [208, 209, 210, 211] && row(2, 2) == [0, 0, 0, 0])
    }

    @Test("a leaning stack is refused on request")
    func refusedTilt() throws {
        try write(tilted())
        #expect {
            _ = try onlyVolumes(folder.path, policies: DICOMPolicies(tilt: .fail))
        } throws: {
            // atan(0.75 / 2) is 20.6 degrees.
            "\($0)".hasPrefix("series 1.2.3: the slices are tilted by 20.6 degrees (gantry tilt)")
        }
    }

    // MARK: Whole trees

    @Test("a DICOMDIR leads to its files; one that is missing is an error")
    func dicomdir() throws {
        try FileManager.default.createDirectory(atPath: folder.file("A"), withIntermediateDirectories: true)
        for (n, slice) in scans(1, [0, 2.5, 5]).enumerated() { try slice.write(to: folder.file("A/IM\(n)")) }
        try DICOMWriter.slice(9, z: 90).write(to: folder.file("A/OTHER"))
        func records(_ names: [String]) -> [UInt8] {
            names.flatMap { name in
                let value = Array(name.utf8) + (name.utf8.count % 2 == 0 ? [] : [0x20])
                let element: [UInt8] =
                    [4, 0, 0, 0x15] + Array("CS".utf8) + DICOMWriter.little(UInt16(value.count)) + value
                return [0xFE, 0xFF, 0, 0xE0] + DICOMWriter.little(UInt32(element.count)) + element
            }
        }
        var index = DICOMWriter()
        index[0x0008, 0x0016, "UI"] = "1.2.840.10008.1.3.10"
        index[0x0008, 0x0018, "UI"] = "1.2.3.99"
        index.set(0x0004, 0x1220, "SQ", records(["A\\IM0", "A\\IM1", "A\\IM2"]))
        try index.write(to: folder.file("DICOMDIR"))
        let scan = try DICOM.scan([folder.file("DICOMDIR")])
        #expect(scan.series.map(\.files.count) == [3])
        #expect(scan.ignored.map(\.reason) == ["DICOMDIR: an index of files, no image"])
        index.set(0x0004, 0x1220, "SQ", records(["A\\IM0", "A\\IM7"]))
        try index.write(to: folder.file("DICOMDIR"))
        let cut = try DICOM.scan([folder.file("DICOMDIR")])
        #expect(cut.unreadable.count == 1)
        #expect(cut.unreadable[0].reason.hasPrefix("lists 1 of 2 files that are not there, first A/IM7"))
    }

    @Test("patients, studies and series in one folder stay apart; a report among them is told")
    func severalStudies() throws {
        for (n, study) in ["1.1", "1.2"].enumerated() {
            for (k, slice) in scans(1, [0, 2.5]).enumerated() {
                var slice = slice
                slice[0x0020, 0x000D, "UI"] = study
                slice[0x0008, 0x0018, "UI"] = "1.9.\(n).\(k)"
                try slice.write(to: folder.file("S\(n)\(k)"))
            }
        }
        var report = DICOMWriter.slice(5, z: 5)
        report[0x0008, 0x0016, "UI"] = "1.2.840.10008.5.1.4.1.1.88.33"
        report.remove(0x0028, 0x0010)
        try report.write(to: folder.file("SR"))
        let scan = try DICOM.scan([folder.path])
        #expect(scan.series.map(\.studyInstanceUID) == ["1.1", "1.2"])
        #expect(scan.series.map(\.files.count) == [2, 2])
        #expect(scan.ignored.count == 1)
    }
}
