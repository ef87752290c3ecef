import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Unlike images in one series. Expected endings are those of the files that dcm2niix v1.0.20260724 writes for series made
/// in this way, unless a test says otherwise.
struct DICOMPartsTests {
    let folder = TemporaryFolder()

    /// A scan of three MR slices for each of `volumes`, numbered through; pixels rise from 1000 times the volume.
    private func scan(
        _ volumes: [[UInt32: String]], vendor: String = "SIEMENS", policies: DICOMPolicies = DICOMPolicies(),
        places: (_ volume: Int) -> [Double] = { _ in [0, 2.5, 5] }
    ) throws -> [DICOMSeries] {
        var number = 0
        for (n, values) in volumes.enumerated() {
            for z in places(n) {
                number += 1
                var slice = DICOMWriter.slice(number, z: z, base: 1000 * n)
                slice[0x0008, 0x0060, "CS"] = "MR"
                slice[0x0008, 0x0070, "LO"] = vendor
                slice[0x0008, 0x0008, "CS"] = "ORIGINAL\\PRIMARY\\M\\ND"
                for (tag, value) in values { slice[UInt16(tag >> 16), UInt16(tag & 0xFFFF), "LO"] = value }
                try slice.write(to: folder.file("IM\(number)"))
            }
        }
        return try DICOM.scan([folder.path], policies: policies).series
    }

    private static func echo(_ time: String, _ number: String? = nil, type: String? = nil) -> [UInt32: String] {
        var values: [UInt32: String] = [0x0018_0081: time]
        values[0x0018_0086] = number
        values[0x0008_0008] = type.map { "ORIGINAL\\PRIMARY\\\($0)" }
        return values
    }

    private static func type(_ text: String) -> [UInt32: String] { [0x0008_0008: text] }

    /// Volumes of each part by the thousands of their first voxel.
    private func contents(_ series: [DICOMSeries]) throws -> [[Int]] {
        try series.map { part in
            let volumes = try DICOM.volumes(part)
            return try (0..<volumes.count).map { Int(try volumes.read(volume: $0).voxels[0]) / 1000 }
        }
    }

    @Test("echoes are images of their own, each a series over time where it is one")
    func echoes() throws {
        let parts = try scan((0..<6).map { Self.echo(["5", "7.38", "9"][$0 % 3], "\($0 % 3 + 1)") })
        #expect(parts.map(\.suffix) == ["_e1", "_e2", "_e3"])
        #expect(parts.map(\.part) == ["echo 1", "echo 2", "echo 3"] && parts.map(\.variant) == ["e1", "e2", "e3"])
        #expect(try contents(parts) == [[0, 3], [1, 4], [2, 5]])
        #expect(
            try DICOM.volumes(parts[1]).notices.contains(
                "echo 2 of 3 (7.38 ms): one of 3 unlike images of its series, each of which is an image of its own "
                    + "(--pack keeps them in one file)"))
    }

    /// dcm2niix writes the time, `_e7.46`, and for two echoes of one number `_e1` and `_e1a`.
    @Test("echoes whose numbers do not tell them apart count by time", arguments: [nil, "1", "0"] as [String?])
    func echoesWithoutNumbers(_ number: String?) throws {
        let parts = try scan([Self.echo("7.46", number), Self.echo("5", number)])
        #expect(parts.map(\.suffix) == ["_e1", "_e2"])
        #expect(try contents(parts) == [[1], [0]])
    }

    @Test("magnitude and phase of two echoes are four images")
    func complexEchoes() throws {
        let volumes = ["4.6", "6.9"].enumerated().flatMap { n, time in
            ["M_FFE\\M\\FFE", "P_FFE\\P\\FFE"].map { Self.echo(time, "\(n + 1)", type: $0) }
        }
        let parts = try scan(volumes, vendor: "Philips Medical Systems")
        #expect(parts.map(\.suffix) == ["_e1", "_e1_ph", "_e2", "_e2_ph"])
        #expect(parts[3].part == "echo 2, phase")
        #expect(try contents(parts) == [[0], [1], [2], [3]])
    }

    @Test(
        "components by ImageType",
        arguments: [
            (["ORIGINAL\\PRIMARY\\M\\ND", "ORIGINAL\\PRIMARY\\P\\ND"], ["", "_ph"]),
            (
                ["M", "P", "R", "I"].map { "ORIGINAL\\PRIMARY\\\($0)_FFE\\\($0)\\FFE" },
                ["", "_ph", "_real", "_imaginary"]
            ),
            (["ORIGINAL\\PRIMARY\\M_FFE\\M\\FFE", "ORIGINAL\\PRIMARY\\PHASE MAP\\P\\FFE"], ["", "_ph"]),
            // dicom2nifti/philips/anatomical/002 in the reference data.
            (["M", "P"].map { "ORIGINAL\\PRIMARY\\SW_\($0)_FFE\\SW_\($0)\\FFE" }, ["", "_ph"]),
            // dcm2niix packs these two, though one is in hertz; of enhanced images it parts them.
            (["ORIGINAL\\PRIMARY\\M_FFE\\M\\FFE", "ORIGINAL\\PRIMARY\\B0 MAP\\B0\\UNSPECIFIED"], ["", "_fieldmaphz"]),
            // And these, whose voxels hold another matter.
            (["W", "F"].map { "DERIVED\\PRIMARY\\\($0)\\\($0)\\DERIVED" }, ["_water", "_fat"]),
            (["WATER", "FAT"].map { "DERIVED\\PRIMARY\\DIXON\\\($0)" }, ["_water", "_fat"]),
        ])
    func components(_ types: [String], _ suffixes: [String]) throws {
        let parts = try scan(types.map(Self.type))
        #expect(parts.map(\.suffix) == suffixes)
        #expect(try contents(parts) == types.indices.map { [$0] })
        #expect(Set(parts.map(\.part)).count == types.count)
    }

    @Test(
        "image types that say how an image was filtered, and not what it shows, part nothing",
        arguments: [
            ["ORIGINAL\\PRIMARY\\M\\ND", "ORIGINAL\\PRIMARY\\M\\ND\\NORM"],
            ["ORIGINAL\\PRIMARY\\DIFFUSION\\NONE", "ORIGINAL\\PRIMARY\\DIFFUSION\\DIRECTION"],
        ])
    func alike(_ types: [String]) throws {
        let parts = try scan(types.map(Self.type))
        #expect(parts.map(\.suffix) == [""] && parts[0].part == nil)
    }

    @Test("packed, the series is one image of all")
    func packed() throws {
        var policies = DICOMPolicies()
        policies.packs = true
        let parts = try scan([Self.echo("7", "2"), Self.echo("5", "1")], policies: policies)
        #expect(parts.map(\.part) == [nil])
        #expect(try contents(parts) == [[1, 0]])
        #expect(try DICOM.volumes(parts[0]).keys == [.echoTime])
    }

    @Test("a series of nothing but phase, or of a second echo, ends as its part would")
    func alone() throws {
        #expect(try scan([Self.type("ORIGINAL\\PRIMARY\\P\\ND")]).map(\.suffix) == ["_ph"])
        #expect(try scan([Self.echo("7", "2")]).map(\.suffix) == ["_e2"])
        #expect(try scan([Self.echo("7", "1")]).map(\.suffix) == [""])
    }

    @Test("echoes that lie at other places are no images: the series is refused as before")
    func places() throws {
        let parts = try scan([Self.echo("5"), Self.echo("7")]) { $0 == 0 ? [0, 2.5, 5] : [7.5, 10] }
        #expect(parts.map(\.part) == [nil])
        #expect(refusal(folder.path, hiding: folder.path).contains("echo time (--split-by EchoTime) differs"))
    }

    @Test("parts by attribute have endings that no two share")
    func splitBy() throws {
        let policies = DICOMPolicies(splitBy: [.acquisition])
        let parts = try scan([[0x0020_0012: "1"], [0x0020_0012: "2"]], policies: policies)
        #expect(parts.map(\.suffix) == ["_AcquisitionNumber1", "_AcquisitionNumber2"])
    }
}
