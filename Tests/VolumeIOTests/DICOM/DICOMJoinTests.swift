import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Volumes of one acquisition under several series UIDs; the voxels are what was written.
@Suite("Joining DICOM series")
struct DICOMJoinTests {
    let folder = TemporaryFolder()

    /// MR series 7, 8, ... of three slices with UIDs of their own, changed by their place among them.
    private func write(_ count: Int, _ change: (inout DICOMWriter, Int) -> Void) throws {
        try folder.write(
            (0..<3 * count).map { n in
                var slice = DICOMWriter.slice(n + 1, z: 2.5 * Double(n % 3), base: 100 * n)
                slice[0x0008, 0x0060, "CS"] = "MR"
                slice[0x0008, 0x103E, "LO"] = "t2 map"
                slice[0x0018, 0x1030, "LO"] = "map"
                slice[0x0020, 0x000E, "UI"] = "1.2.3.\(n / 3)"
                slice[0x0020, 0x0011, "IS"] = "\(7 + n / 3)"
                change(&slice, n / 3)
                return slice
            })
    }

    private func series(joins: Bool) throws -> [DICOMSeries] {
        var policies = DICOMPolicies()
        policies.joins = joins
        return try DICOM.scan([folder.path], policies: policies).series
    }

    @Test(
        "series told apart by one thing are offered as one image, and joined where that is asked for",
        arguments: [
            (0x0018_0081, "DS", ["10", "30", "20"], [DICOMSplitKey.echoTime], [0.0, 600, 300]),
            (0x0020_0100, "IS", ["3", "2", "1"], [.temporalPosition], [600, 300, 0]),
            (0x0008_0032, "TM", ["100000", "100100", "100200"], [.acquisitionTime], [0, 300, 600]),
        ])
    func joined(_ tag: Int, _ vr: String, _ values: [String], _ keys: [DICOMSplitKey], _ firsts: [Double]) throws {
        try write(3) { $0[UInt16(tag >> 16), UInt16(tag & 0xFFFF), vr] = values[$1] }
        let apart = try series(joins: false)
        #expect(apart.map(\.seriesNumber) == [7, 8, 9])
        let offer = "the series 7, 8, 9 may be one acquisition: one grid, protocol and description, told apart by "
        #expect(apart.map { $0.notices.filter { $0.hasPrefix(offer) && $0.contains("--join") }.count } == [1, 0, 0])
        let together = try series(joins: true)
        #expect(together.map(\.seriesNumber) == [7] && together[0].files.count == 9)
        let volumes = try DICOM.volumes(together[0])
        #expect(volumes.keys == keys)
        #expect(try (0..<3).map { try volumes.read(volume: $0).voxels[0] } == firsts)
        #expect(try volumes.readAll().0.interval == nil)
        #expect(volumes.notices.contains { $0.hasPrefix("the series 7, 8, 9 are joined") })
    }

    @Test(
        "series that differ in more than that are not joined",
        arguments: [
            (0x0008_103E, "LO", "another"), (0x0018_1030, "LO", "another"), (0x0020_000D, "UI", "1.9"),
            (0x0028_0030, "DS", "0.5\\0.5"), (0x0008_0008, "CS", "ORIGINAL\\PRIMARY\\P"),
            (0x0010_0020, "LO", "somebody else"),
        ])
    func apart(_ tag: Int, _ vr: String, _ value: String) throws {
        try write(2) { slice, n in
            slice[0x0010, 0x0020, "LO"] = "somebody"
            slice[0x0018, 0x0081, "DS"] = "\(10 * n + 10)"
            if n == 1 { slice[UInt16(tag >> 16), UInt16(tag & 0xFFFF), vr] = value }
        }
        let found = try series(joins: true)
        #expect(found.count == 2 && found.allSatisfy { $0.notices.isEmpty })
    }

    @Test("a series between them, or nothing that tells them apart, keeps them apart")
    func between() throws {
        try write(3) { slice, n in
            slice[0x0018, 0x0081, "DS"] = "\(10 * n + 10)"
            if n == 1 { slice[0x0008, 0x103E, "LO"] = "localizer" }
        }
        #expect(try series(joins: true).count == 3)
        try write(3) { _, _ in }
        #expect(try series(joins: true).count == 3)
    }

    @Test("a scan and its repetition are not offered, and joined where that is asked for")
    func repetition() throws {
        try write(2) { $0[0x0008, 0x0032, "TM"] = "10\($1)000" }
        #expect(try series(joins: false).allSatisfy { $0.notices.isEmpty })
        #expect(try series(joins: true).count == 1)
    }
}
