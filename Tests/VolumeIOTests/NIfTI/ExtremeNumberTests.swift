import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Numbers that the formats allow and no scanner writes: each ends in this refusal, or in a right read.
@Suite struct ExtremeNumberTests {
    let folder = TemporaryFolder()

    // MARK: NIfTI

    private func nifti(version: Int = 1, _ change: (inout NIfTITestFile) -> Void) -> String {
        var file = NIfTITestFile(version: version)
        change(&file)
        file.write(to: folder.file("x.nii"))
        let reading = errorText { _ = try NIfTI.readVolume(folder.file("x.nii")) }
        let looking = errorText { _ = try NIfTI.info(folder.file("x.nii")) }
        #expect(reading == looking)
        return (reading ?? "read").replacingOccurrences(of: folder.path + "/", with: "")
    }

    private let wayOut = "(set sform or qform, for example with nibabel)"

    @Test("NIfTI: voxels and places that no body has are refused with the number", arguments: [1, 2])
    func niftiGeometry(version: Int) {
        let large = version == 1 ? Double(Float(1e20)) : 1e20
        #expect(
            nifti(version: version) { $0.setRows([large, 0, 0, 0, 0, large, 0, 0, 0, 0, large, 0]) }
                == "x.nii: the header gives no usable affine: in the sform, voxels along i lie \(large) mm apart, "
                + "which is not 0.0001 to 10000 mm \(wayOut)")
        #expect(
            nifti(version: version) { $0.setRows([1, 0, 0, large, 0, 1, 0, 0, 0, 0, 1, 0]) }
                == "x.nii: the header gives no usable affine: in the sform, the first voxel lies at x = \(large) mm, "
                + "which is not at most 1000000 mm from the origin \(wayOut)")
        let unstated = nifti(version: version) {
            $0.setForms(qform: 0, sform: 0)
            $0.setPixdim(2, large)
        }
        #expect(
            unstated == "x.nii: the header gives no usable affine: in pixdim, voxels along j lie \(large) mm apart, "
                + "which is not 0.0001 to 10000 mm \(wayOut)")
        let quaternion = nifti(version: version) {
            $0.setForms(qform: 1, sform: 0)
            $0.setPixdim(3, large)
        }
        #expect(quaternion.contains("in the qform, voxels along k lie"), "\(quaternion)")
    }

    @Test("NIfTI: a sform beyond measure gives way to a good qform, and lengths are judged in mm")
    func niftiWaysOut() throws {
        var file = NIfTITestFile()
        file.setForms(qform: 1, sform: 1)
        file.setPixdim(1, 2)
        file.setRows([1e20, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])
        file.write(to: folder.file("q.nii"))
        let volume = try NIfTI.readVolume(folder.file("q.nii"))
        #expect(volume.geometry.spacing.x == 2)
        #expect(volume.notices.contains { $0.hasPrefix("the sform is unusable (voxels along i lie 1") })
        // 2000 micrometres are 2 mm; 20 metres are too many.
        file = NIfTITestFile()
        file.setRows([2000, 0, 0, 0, 0, 2000, 0, 0, 0, 0, 2000, 0])
        file.setUnits(3)
        file.write(to: folder.file("u.nii"))
        #expect(abs(try NIfTI.readVolume(folder.file("u.nii")).geometry.spacing.x - 2) < 1e-9)
        let metres = nifti {
            $0.setRows([20, 0, 0, 0, 0, 20, 0, 0, 0, 0, 20, 0])
            $0.setUnits(1)
        }
        #expect(metres.contains("voxels along i lie 20000.0 mm apart"), "\(metres)")
    }

    @Test("NIfTI: a scaling that float32 cannot hold is left out and said", arguments: [1e300, -1e300, 1e-300])
    func niftiScaling(slope: Double) throws {
        var file = NIfTITestFile(version: 2, data: Array(0..<24))
        file.setScaling(slope, 0)
        file.write(to: folder.file("s.nii"))
        let volume = try NIfTI.readVolume(folder.file("s.nii"))
        #expect(volume.scaling == .identity)
        #expect(volume.notices.contains { $0.contains("scl_slope \(slope)") })
    }

    @Test("NIfTI: a file that is all hole may claim any size, and is not believed")
    func sparse() throws {
        var file = NIfTITestFile(dims: [1 << 20, 1 << 20, 1 << 16], version: 2, data: [])
        file.write(to: folder.file("hole.nii"))
        let isLong = truncate(folder.file("hole.nii"), 544 + 1 << 56) == 0
        let text = errorText { _ = try NIfTI.info(folder.file("hole.nii")) } ?? ""
        #expect(
            text.hasSuffix("dimensions 1048576x1048576x65536 are more than a file can hold (the header is damaged)"),
            "\(text); the file system \(isLong ? "took" : "refused") the length")
        file = NIfTITestFile(version: 2)
        file.set(Int64.max - 10, at: 168)
        file.write(to: folder.file("far.nii"))
        #expect(errorText { _ = try NIfTI.info(folder.file("far.nii")) } != nil)
    }

    // MARK: DICOM

    private func dicom(
        _ heights: [Double] = [0, 1, 2], policies: DICOMPolicies = DICOMPolicies(),
        _ change: (inout DICOMWriter) -> Void = { _ in }
    ) throws -> String {
        try? FileManager.default.removeItem(atPath: folder.file("d"))
        try FileManager.default.createDirectory(atPath: folder.file("d"), withIntermediateDirectories: true)
        for (n, z) in heights.enumerated() {
            var slice = DICOMWriter.slice(n, z: z)
            change(&slice)
            try slice.write(to: folder.file("d/\(n)"))
        }
        let scan = try DICOM.scan([folder.file("d")], policies: policies)
        let series = try #require(scan.series.first)
        let text = errorText { _ = try DICOM.readVolume(series) } ?? "read"
        return text.replacingOccurrences(of: folder.path + "/", with: "")
    }

    @Test(
        "DICOM: an attribute beyond what it can be is refused with its value",
        arguments: [
            (0x0028_0030, "DS", "1e30\\1e30", "PixelSpacing is '1e30\\1e30', expected two of 0.0001 to 10000 mm"),
            (0x0028_0030, "DS", "1e-300\\1", "PixelSpacing is '1e-300\\1', expected two of 0.0001 to 10000 mm"),
            (
                0x0020_0032, "DS", "1e30\\0\\0",
                "ImagePositionPatient is '1e30\\0\\0', expected at most 1000000 mm from the origin"
            ),
            (
                0x0028_1053, "DS", "1e300",
                "RescaleSlope and RescaleIntercept is '1e+300' and '0.0', expected numbers that values can come from"
            ),
        ] as [(UInt32, String, String, String)])
    func dicomAttributes(tag: UInt32, vr: String, value: String, message: String) throws {
        let text = try dicom([0]) { $0[UInt16(tag >> 16), UInt16(tag & 0xFFFF), vr] = value }
        #expect(text.contains(message), "\(text)")
    }

    @Test("DICOM: a single slice's thickness becomes a spacing, so it is judged")
    func thickness() throws {
        let thick = try dicom([0]) { $0[0x0018, 0x0050, "DS"] = "1e30" }
        #expect(thick == "d/0: SliceThickness is '1e+30', expected 0.0001 to 10000 mm (export the file again)")
        #expect(try dicom([0]) { $0[0x0018, 0x0050, "DS"] = "nan" } == "read")
        // Where positions say it, a thickness decides nothing.
        #expect(try dicom { $0[0x0018, 0x0050, "DS"] = "1e30" } == "read")
    }

    @Test("DICOM: counts of 32 bits and more, and numbers that are none, beside a good image")
    func counts() throws {
        for value in ["9223372036854774784", "9e18", "-9e18", "2147483648", "nan", "inf", "-0", "1e30", "1e-300"] {
            let text = try dicom {
                $0[0x0020, 0x1002, "IS"] = value  // ImagesInAcquisition
                $0[0x0020, 0x0105, "IS"] = value  // NumberOfTemporalPositions
                $0[0x0020, 0x0013, "IS"] = value  // InstanceNumber
                $0[0x0018, 0x9087, "DS"] = value  // DiffusionBValue
                $0[0x0018, 0x0088, "DS"] = value  // SpacingBetweenSlices
                $0[0x0018, 0x0081, "DS"] = value  // EchoTime
            }
            #expect(text == "read", "\(value)")
        }
        let parts = try dicom {
            $0[0x0020, 0x9161, "UI"] = "1.2.3.9"
            $0[0x0020, 0x9162, "IS"] = "1"
            $0[0x0020, 0x9163, "IS"] = "2147483647"
        }
        #expect(parts.contains("part 2, 3, 4, 5 of 2147483647 of a concatenation is missing"), "\(parts)")
    }

    @Test("DICOM: what resampling would make is counted before it is made")
    func resampling() throws {
        var policies = DICOMPolicies()
        policies.gaps = .resample
        // Three slices, the gaps 0.01 mm and 20 m: 2,000,001 slices.
        let text = try dicom([0, 0.01, 20000.01], policies: policies)
        #expect(
            text
                == "series 1.2.3: resampling makes 2000002 slices of 3, 0.01 mm apart, the limit is 16384 (put slices that "
                + "lie far from the others, or almost upon each other, into a folder of their own)", "\(text)")
        #expect(try dicom([0, 1, 2, 5], policies: policies) == "read")
    }

    @Test("DICOM: upright grids are counted too")
    func shear() throws {
        var policies = DICOMPolicies()
        policies.tilt = .shear
        var number = 0.0
        let text = try dicom([0, 1, 2], policies: policies) {
            $0[0x0020, 0x0032, "DS"] = "0\\\(number * 4000)\\\(number)"
            number += 1
        }
        #expect(text.contains("makes slices of 4x16003 of 4x3 tilted ones, the limit is 4096 (keep"), "\(text)")
    }

    // MARK: Nesting

    /// A sequence of undefined length, its items nested `depth` deep.
    private func nested(_ depth: Int) -> [UInt8] {
        let sequence: [UInt8] = [0x40, 0, 0x75, 0xA2] + Array("SQ".utf8) + [0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
        let item: [UInt8] = [0xFE, 0xFF, 0, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF]
        return (0..<depth).flatMap { _ in sequence + item }
    }

    @Test("DICOM: a deep sequence is found behind the pixels, and behind bytes that look like a broken one")
    func hiddenNesting() throws {
        let tooDeep = "its sequences are nested deeper than 64 levels"
        let slice = DICOMWriter.slice(0, z: 0)
        try Data(slice.bytes + [0xE1, 0x7F, 0x10, 0] + nested(20_000).dropFirst(4))
            .write(to: URL(fileURLWithPath: folder.file("after")))
        #expect(DICOMNesting.fault(folder.file("after")) == tooDeep)
        // Unknown bytes that begin like an item, and are none.
        var decoy = slice
        decoy.set(0x0009, 0x1001, "UN", [0xFE, 0xFF, 0, 0xE0, 0x10, 0, 0, 0] + Array(repeating: 0xEE, count: 16))
        try Data(decoy.bytes + [0xE1, 0x7F, 0x10, 0] + nested(20_000).dropFirst(4))
            .write(to: URL(fileURLWithPath: folder.file("decoy")))
        #expect(DICOMNesting.fault(folder.file("decoy")) == tooDeep)
        var good = slice
        good.set(0x0009, 0x1001, "UN", [0xFE, 0xFF, 0, 0xE0, 0x10, 0, 0, 0] + Array(repeating: 0xEE, count: 16))
        try good.write(to: folder.file("good"))
        #expect(DICOMNesting.fault(folder.file("good")) == nil)
        var fragments = slice
        fragments.transferSyntax = "1.2.840.10008.1.2.5"
        fragments.encapsulated([[UInt8](repeating: 0xFE, count: 40), [UInt8](repeating: 0xFF, count: 40)])
        try Data(fragments.bytes + [0xE1, 0x7F, 0x10, 0] + nested(20_000).dropFirst(4))
            .write(to: URL(fileURLWithPath: folder.file("fragments")))
        #expect(DICOMNesting.fault(folder.file("fragments")) == tooDeep)
    }

    // MARK: Outline

    @Test("DICOM: the outline of a 4-D series is that of one volume")
    func outlineOfSeries() throws {
        for time in 0..<5 {
            for n in 0..<3 {
                var slice = DICOMWriter.slice(10 * time + n, z: Double(2 * n), base: time)
                slice[0x0020, 0x0100, "IS"] = "\(time + 1)"
                try slice.write(to: folder.file("\(time)-\(n)"))
            }
        }
        let series = try #require(try DICOM.scan([folder.path]).series.first)
        let outline = try #require(DICOM.outline(series))
        let volume = try DICOM.readVolume(series)
        #expect(outline.geometry == volume.geometry)
        #expect(outline.geometry.shape == Shape(4, 3, 3))
        #expect(outline.bytesPerVoxel == volume.voxels.bytesPerVoxel)
    }

    @Test(
        "DICOM: the outline of a mosaic is that of its volume",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func outlineOfMosaic() throws {
        let path = SharedFolder.file("conformance/field/slicetiming_mosaic_after_midnight/in")
        let series = try #require(try DICOM.scan([path]).series.first)
        let outline = try #require(DICOM.outline(series))
        let volume = try DICOM.readVolume(series)
        #expect(outline.geometry == volume.geometry && volume.geometry.shape.k > 1)
        #expect(outline.bytesPerVoxel == volume.voxels.bytesPerVoxel)
    }
}
