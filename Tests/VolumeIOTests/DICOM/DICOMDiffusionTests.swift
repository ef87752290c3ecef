import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// What vendors state of diffusion, as written into small series. Expected directions are noted beside each.
struct DICOMDiffusionTests {
    let folder = TemporaryFolder()

    private func series(
        _ volumes: Int, packs: Bool = false, _ change: (inout DICOMWriter, Int) -> Void
    ) throws -> DICOMVolumes {
        for n in 0..<volumes * 3 {
            var slice = DICOMWriter.slice(n + 1, z: 2.5 * Double(n % 3), base: 100 * n)
            slice[0x0008, 0x0060, "CS"] = "MR"
            change(&slice, n / 3)
            try slice.write(to: folder.file("IM\(n)"))
        }
        var policies = DICOMPolicies()
        policies.packs = packs
        return try onlyVolumes(folder.path, policies: policies)
    }

    private static func ge(_ slice: inout DICOMWriter, _ b: String, _ direction: [String]) {
        slice[0x0008, 0x0070, "LO"] = "GE MEDICAL SYSTEMS"
        slice[0x0019, 0x0010, "LO"] = "GEMS_ACQU_01"
        slice[0x0043, 0x0010, "LO"] = "GEMS_PARM_01"
        slice[0x0043, 0x1039, "IS"] = b
        for (element, number) in zip([UInt16(0x10BB), 0x10BC, 0x10BD], direction) {
            slice[0x0019, element, "DS"] = number
        }
    }

    /// dcm2niix's bvec for frequency, phase, slice = 0.48, 0.6, 0.64, brought back from its turned rows to rows, columns
    /// and normal of the image; a direction and its opposite are the same.
    @Test(
        "GE's frequency, phase and slice axes for each plane and phase axis",
        arguments: [
            ("1\\0\\0\\0\\1\\0", "COL", [-0.48, -0.6, 0.64]), ("1\\0\\0\\0\\1\\0", "ROW", [-0.6, 0.48, 0.64]),
            ("0\\1\\0\\0\\0\\-1", "COL", [0.48, 0.6, -0.64]), ("0\\1\\0\\0\\0\\-1", "ROW", [0.6, -0.48, -0.64]),
            ("1\\0\\0\\0\\0\\-1", "COL", [-0.48, 0.6, 0.64]), ("1\\0\\0\\0\\0\\-1", "ROW", [0.6, 0.48, 0.64]),
        ])
    func geAxes(_ orientation: String, _ phase: String, _ expected: [Double]) throws {
        var slice = DICOMWriter.slice(1, z: 0)
        Self.ge(&slice, "1000\\8\\0\\0", ["0.48", "0.6", "0.64"])
        slice[0x0020, 0x0037, "DS"] = orientation
        slice[0x0018, 0x1312, "CS"] = phase
        slice[0x0018, 0x5100, "CS"] = "HFS"
        try slice.write(to: folder.file("IM"))
        let image = try onlyVolumes(folder.path).volumes[0][0]
        let g = try #require(image.acquisition.diffusion.gradient)
        let found = Vec3(g.dot(image.rowDirection), g.dot(image.columnDirection), g.dot(image.normal))
        #expect((found - Vec3(expected[0], expected[1], expected[2])).length < 1e-6, "\(found)")
    }

    @Test("GE's shells: shorter gradients are lower b-values, where the standard's attribute does not say it")
    func geShells() throws {
        let volumes = try series(3) { slice, volume in
            let length = ["0", "0.5", "1"][volume]
            Self.ge(&slice, volume == 0 ? "0" : "1000002000\\8\\0\\0", [length, "0", "0"])
            slice[0x0018, 0x1312, "CS"] = "COL"
            slice[0x0018, 0x5100, "CS"] = "HFS"
        }
        #expect(volumes.diffusion?.bValues == [0, 500, 2000])
        #expect(volumes.diffusion?.directions?.map(\.length) == [0, 1, 1])
    }

    @Test("what other GE sequences keep in the elements of the direction is no direction")
    func geOther() throws {
        let volumes = try series(1) { slice, _ in Self.ge(&slice, "0\\0\\0\\0", ["1", "0", "0"]) }
        #expect(volumes.diffusion == nil && volumes.volumes[0][0].keys[.gradient] == nil)
    }

    @Test("GE's magnitude and phase in one series are told apart by their type, not taken for a series over time")
    func geComplex() throws {
        let volumes = try series(2, packs: true) { slice, volume in
            Self.ge(&slice, "0\\0\\0\\0", [])
            slice[0x0018, 0x0080, "DS"] = "2000"
            slice.set(0x0043, 0x102F, "SS", word: volume)
        }
        let parts = try DICOM.scan([folder.path]).series
        #expect(parts.map(\.suffix) == ["", "_ph"] && parts.map(\.part) == ["magnitude", "phase"])
        #expect(volumes.keys == [.imageType])
        #expect(try volumes.readAll().0.interval == nil)
        #expect(volumes.notices.contains { $0.contains("2 image types") && $0.contains("--split-by ImageType") })
        #expect(
            try volumes.sidecar().values["VolumeImageType"]
                == .texts(["ORIGINAL\\PRIMARY\\AXIAL", "ORIGINAL\\PRIMARY\\AXIAL\\PHASE"]))
        let second = try volumes.sidecar(of: [1])
        #expect(second.values["ImageType"] == .texts(["ORIGINAL", "PRIMARY", "AXIAL", "PHASE"]))
        #expect(second.values["VolumeImageType"] == nil)
    }

    @Test("Siemens' CSA header is read where the elements beside it were taken off")
    func csa() throws {
        func element(_ name: String, _ values: [String]) -> [UInt8] {
            func padded(_ text: String, _ length: Int) -> [UInt8] {
                Array(text.utf8) + Array(repeating: 0, count: length - text.utf8.count)
            }
            let words = [1, 0, 0, values.count, 77].flatMap { DICOMWriter.little(UInt32($0)) }
            return padded(name, 64) + words
                + values.flatMap { value in
                    [value.utf8.count, value.utf8.count, 77, value.utf8.count].flatMap {
                        DICOMWriter.little(UInt32($0))
                    }
                        + padded(value, (value.utf8.count + 3) / 4 * 4)
                }
        }
        let volumes = try series(2) { slice, volume in
            slice[0x0008, 0x0070, "LO"] = "SIEMENS"
            slice[0x0029, 0x0010, "LO"] = "SIEMENS CSA HEADER"
            let weighted = element("DiffusionGradientDirection", ["0.00000000", "0.60000000", "-0.80000000"])
            slice.set(
                0x0029, 0x1010, "OB",
                Array("SV10".utf8) + [4, 3, 2, 1] + [UInt32(volume + 1), 77].flatMap { DICOMWriter.little($0) }
                    + element("B_value", [volume == 0 ? "0" : "1000"]) + (volume == 0 ? [] : weighted))
        }
        #expect(volumes.diffusion?.bValues == [0, 1000])
        let direction = try #require(volumes.diffusion?.directions?.last)
        #expect((direction - Vec3(0, 0.6, -0.8)).length < 1e-6)
    }

    @Test("directions that cannot be are none, and make no number of the files", arguments: ["1e300\\0\\0", "5\\0\\0"])
    func wild(_ direction: String) throws {
        let volumes = try series(2) { slice, volume in
            Self.ge(&slice, volume == 0 ? "0" : "1000", direction.split(separator: "\\").map(String.init))
            slice[0x0018, 0x1312, "CS"] = "COL"
            slice[0x0018, 0x5100, "CS"] = "HFS"
        }
        #expect(volumes.diffusion?.bValues == [0, 1000] && volumes.diffusion?.directions == nil)
        #expect(volumes.notices.contains("no .bvec: volume 1 states no direction of the gradient"))
    }

    /// dcm2niix's live output for this direction in each plane: the file's numbers along rows, columns and normal.
    @Test("UIH's directions are along rows, columns and normal", arguments: ["1\\0\\0\\0\\1\\0", "0\\1\\0\\0\\0\\-1"])
    func uih(_ orientation: String) throws {
        let volumes = try series(2) { slice, volume in
            slice[0x0008, 0x0070, "LO"] = "UIH"
            slice[0x0065, 0x0010, "LO"] = "Image Private Header"
            slice.set(0x0065, 0x1009, "FD", DICOMWriter.little((volume == 0 ? 0 : 1000.0).bitPattern))
            slice.set(
                0x0065, 0x1037, "FD",
                (volume == 0 ? [0, 0, 0] : [0.48, 0.6, 0.64]).flatMap { DICOMWriter.little($0.bitPattern) })
            slice[0x0020, 0x0037, "DS"] = orientation
            if orientation.hasPrefix("0") {
                let place = slice[0x0020, 0x0032, "DS"].split(separator: "\\")
                slice[0x0020, 0x0032, "DS"] = "\(place[2])\\\(place[1])\\\(place[0])"
            }
        }
        #expect(volumes.diffusion?.bValues == [0, 1000])
        let image = volumes.volumes[1][0]
        let g = try #require(image.acquisition.diffusion.gradient)
        let along = Vec3(g.dot(image.rowDirection), g.dot(image.columnDirection), g.dot(image.normal))
        #expect((along - Vec3(0.48, 0.6, 0.64)).length < 1e-6)
        #expect(volumes.notices.contains { $0.hasPrefix("UIH states the directions") })
    }

    @Test("every second temporal position is two repetitions from the next")
    func interval() throws {
        let volumes = try series(3) { slice, volume in
            slice[0x0018, 0x0080, "DS"] = "2000"
            slice[0x0020, 0x0100, "IS"] = "\(2 * volume + 1)"
        }
        #expect(try volumes.readAll().0.interval == 4)
    }

    @Test("a map beside weighted volumes has no b-value: no table is made up")
    func map() throws {
        let volumes = try series(2, packs: true) { slice, volume in
            if volume == 0 {
                slice.set(0x0018, 0x9087, "FD", DICOMWriter.little((1000.0).bitPattern))
            } else {
                slice[0x0008, 0x0008, "CS"] = "DERIVED\\PRIMARY\\ADC"
            }
        }
        #expect(volumes.diffusion == nil)
        #expect(volumes.notices.contains("volume 1 states no b-value: no .bval and no .bvec for the series"))
        let parts = try DICOM.scan([folder.path]).series
        #expect(parts.map(\.suffix) == ["", "_ADC"])
        #expect(try DICOM.volumes(parts[0]).diffusion?.bValues == [1000])
    }

    @Test("a series of trace images alone has b-values, and 0 0 0 for directions")
    func traceOnly() throws {
        let volumes = try series(2) { slice, volume in
            slice.set(0x0018, 0x9087, "FD", DICOMWriter.little((volume == 0 ? 0 : 1000.0).bitPattern))
            slice[0x0018, 0x9075, "CS"] = volume == 0 ? "NONE" : "ISOTROPIC"
        }
        #expect(volumes.diffusion?.bValues == [0, 1000] && volumes.diffusion?.directions == [.zero, .zero])
        #expect(
            volumes.notices.contains("volume 1 states a b-value and no direction (isotropic, trace): 0 0 0 in .bvec"))
    }

    @Test(
        "a pepolar series whose reversed volumes are not known is refused",
        arguments: [
            ("ROW", "2", "1", "columns"), ("COL", "7", "1", "(0019,10B3)"), ("COL", "2", "", "temporal position"),
        ])
    func pepolar(_ phase: String, _ scheme: String, _ position: String, _ reason: String) throws {
        var slice = DICOMWriter.slice(1, z: 0)
        Self.ge(&slice, "0", [])
        slice[0x0019, 0x109C, "LO"] = "research/ABCD/epi_pepolar"
        slice[0x0019, 0x10B3, "DS"] = scheme
        slice[0x0018, 0x1312, "CS"] = phase
        if !position.isEmpty { slice[0x0020, 0x0100, "IS"] = position }
        try slice.write(to: folder.file("IM"))
        let message = refusal(folder.path, hiding: folder.path)
        #expect(message.contains("upside down") && message.contains(reason), "\(message)")
    }

    @Test("a pepolar series of reversed volumes alone is turned and told, in one image")
    func pepolarReversed() throws {
        var slice = DICOMWriter.slice(1, z: 0)
        Self.ge(&slice, "0", [])
        slice[0x0019, 0x109C, "LO"] = "research/ABCD/epi_pepolar"
        slice[0x0019, 0x10B3, "DS"] = "1.000000"
        slice[0x0018, 0x1312, "CS"] = "COL"
        try slice.write(to: folder.file("IM"))
        let volumes = try onlyVolumes(folder.path)
        #expect(volumes.series.part == nil)
        let volume = try volumes.read(volume: 0)
        #expect((0..<12).map { volume.voxels[$0] } == [8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3])
        #expect(try volumes.sidecar().values["PhaseEncodingDirection"] == .text("j"))
    }
}
