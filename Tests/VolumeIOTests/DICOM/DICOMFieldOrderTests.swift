import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Series of several volumes that came back from the field: the right values are those of the README beside each.
@Suite(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
struct DICOMFieldOrderTests {
    private func path(_ name: String) -> String { SharedFolder.file("conformance/field/\(name)") }

    @Test(
        "volumes in the order of their instance numbers",
        arguments: [
            ("canon_dwi_classic/in", 13, [.bValue, .gradient]), ("dwi-b0-absent-no-dir/in", 3, [.bValue, .instance]),
            ("dwi-directions-without-standard-gradient/canon", 4, [.bValue, .instance]),
            ("dwi-directions-without-standard-gradient/ge", 4, [.bValue, .gradient]),
            ("ge_dwi_std_bvalue_private_direction/in", 7, [.bValue, .gradient]),
            ("label-control/in", 4, [.temporalPosition, .instance]),
            ("philips_asl_label_control/in", 16, [.temporalPosition, .spinLabel]),
                        ("toshiba_dwi_b0_without_bvalue/in", 4, [.bValue, .gradient]), ("midnight/in", 4, [.acquisitionTime]),
            ("midnight-2/in", 5, [.acquisitionTime]),
        ] as [(String, Int, [DICOMSplitKey])])
    func order(_ name: String, _ count: Int, _ keys: [DICOMSplitKey]) throws {
        let volumes = try onlyVolumes(path(name))
        #expect(volumes.count == count)
        let firsts = volumes.volumes.map { $0[0].acquisition.instanceNumber ?? 0 }
        #expect(firsts == firsts.sorted() && Set(firsts).count == count)
        #expect(volumes.keys == keys)
    }

    @Test(
        "the voxels say which volume they were written for",
        arguments: [
            ("midnight/in", 4), ("dwi-directions-without-standard-gradient/canon", 4),
            ("dwi-directions-without-standard-gradient/ge", 4),
        ])
    func voxels(_ name: String, _ count: Int) throws {
        let volumes = try onlyVolumes(path(name))
        let written = try (0..<volumes.count).map { n in
            let volume = try volumes.read(volume: n)
            return Set((0..<volume.voxels.count).map { Int(volume.voxels[$0]) / 1000 })
        }
        #expect(written == (0..<count).map { [$0] })
    }

    // MARK: Diffusion

    /// To the digits that the files give: GE's are of length 1 up to 5e-4.
    private func expectDirections(_ volumes: DICOMVolumes, _ expected: [Int: Vec3]) throws {
        let directions = try #require(volumes.diffusion?.directions)
        #expect(directions.count == volumes.count)
        for (n, direction) in expected {
            #expect((directions[n] - direction).length < 1e-3, "\(n): \(directions[n])")
        }
    }

    /// dcm2niix writes -x y z of (0019,10BB..BD) for axial slices with the phase along the columns, its rows turned;
    /// along rows as stored, with FSL's turned first axis, that is x -y z.
    @Test("GE's directions are read from its private elements")
    func ge() throws {
        let volumes = try onlyVolumes(path("ge_dwi_std_bvalue_private_direction/in"))
        #expect(volumes.diffusion?.bValues == [0] + Array(repeating: 1000, count: 6))
        try expectDirections(
            volumes,
            [
                0: .zero, 1: [0.492355, -0.844098, -0.212332], 2: [-0.007065, -0.291918, -0.956386],
                6: [0.84086, -0.169361, 0.513156],
            ])
    }

    @Test("a b0 without a b-value stands beside weighted volumes as 0, and that is said")
    func toshiba() throws {
        let volumes = try onlyVolumes(path("toshiba_dwi_b0_without_bvalue/in"))
        #expect(volumes.diffusion?.bValues == [0, 1500, 1500, 1500])
        // (0018,9089) along ImageOrientationPatient, the first axis turned.
        try expectDirections(
            volumes, [0: .zero, 1: [0, -0.895421, 0.44522], 2: [-0.44522, 0, 0.895421], 3: [-0.895421, -0.44522, 0]])
        #expect(volumes.notices.contains("volume 0 states no b-value, others of the series do: it is taken for b = 0"))
    }

    /// dcm2niix leaves the volume out of the image with the directions, too.
    @Test("an isotropic volume beside fifteen directions is an image of its own, with 0 0 0 for a direction")
    func traceApart() throws {
        let scan = try DICOM.scan([path("philips_dti_with_trace_no_bvec/in")])
        #expect(scan.series.map(\.suffix) == ["", "_Trace"] && scan.series.map(\.part) == ["magnitude", "trace"])
        let (main, trace) = (try DICOM.volumes(scan.series[0]), try DICOM.volumes(scan.series[1]))
        #expect(main.diffusion?.bValues == [0] + Array(repeating: 2000, count: 15))
        try expectDirections(main, [0: .zero, 1: [1, 0, 0], 2: [0, -1, 0], 3: [0, 0, 1]])
        #expect(main.diffusion?.directions?.dropFirst().allSatisfy { abs($0.length - 1) < 1e-5 } == true)
        #expect(trace.diffusion?.bValues == [2000] && trace.diffusion?.directions == [.zero])
        #expect(trace.notices.contains { $0.hasPrefix("trace: one of 2 unlike images") })
    }

    @Test("packed, an isotropic volume has 0 0 0 beside fifteen directions")
    func trace() throws {
        var packed = DICOMPolicies()
        packed.packs = true
        let volumes = try onlyVolumes(path("philips_dti_with_trace_no_bvec/in"), policies: packed)
        #expect(volumes.diffusion?.bValues == [0] + Array(repeating: 2000, count: 16))
        try expectDirections(volumes, [0: .zero, 1: [1, 0, 0], 16: .zero])
        let directions = try #require(volumes.diffusion?.directions)
        #expect(directions[1...15].allSatisfy { abs($0.length - 1) < 1e-5 })
        #expect(
            volumes.notices.contains("volume 16 states a b-value and no direction (isotropic, trace): 0 0 0 in .bvec"))
    }

    @Test(
        "directions that are stated nowhere are left out with the reason",
        arguments: [
            ("dwi-b0-absent-no-dir/in", 2, 1000, "volumes 1, 2 state"),
            ("dwi-directions-without-standard-gradient/canon", 3, 1000, "volumes 1, 2, 3 state no direction"),
        ])
    func unplaced(_ name: String, _ weighted: Int, _ b: Double, _ reason: String) throws {
        let volumes = try onlyVolumes(path(name))
        let diffusion = try #require(volumes.diffusion)
        #expect(diffusion.bValues == [0] + Array(repeating: b, count: weighted))
        #expect(diffusion.directions == nil)
        #expect(volumes.notices.contains { $0.hasPrefix("no .bvec: ") && $0.contains(reason) }, "\(volumes.notices)")
    }

    /// dcm2niix writes for this series the table of the enhanced image of the same directions (dcm_qa_enh,
    /// Canon_DTI_PA-ortho_9000.bvec); its rows are turned and its affine's determinant is negative, ours is not: FSL's rule
    /// turns the first axis and the second runs the other way.
    @Test("Canon's directions in ImageComments are placed as dcm2niix places them, and that is said")
    func canon() throws {
        let volumes = try onlyVolumes(path("canon_dwi_classic/in"))
        #expect(volumes.diffusion?.bValues == [0] + Array(repeating: 1500, count: 12))
        let reference = [
            [0, 0, 0.44522, 0.895421, 0.44522, 0.895421, 0, 0, -0.44522, 0.895421, -0.44522, 0.895421, 0],
            [0, 0.895421, 0, 0.44522, 0.895421, 0, 0.44522, 0.895421, 0, -0.44522, 0.895421, 0, -0.44522],
            [0, 0.44522, 0.895421, 0, 0, 0.44522, 0.895421, -0.44522, 0.895421, 0, 0, -0.44522, 0.895421],
        ]
        try expectDirections(
            volumes,
            Dictionary(
                uniqueKeysWithValues: (0..<13).map { n in
                    (n, Vec3(-reference[0][n], -reference[1][n], reference[2][n]))
                }))
        #expect(volumes.notices.contains { $0.hasPrefix("Canon states the directions in ImageComments") })
    }

    /// dcm2niix's bvec is 0.554117 0.241679 -0.796584: the file's numbers with the second axis turned, as its rows are.
    @Test("UIH's directions are along the image's axes, and that is said")
    func uih() throws {
        let volumes = try onlyVolumes(path("uih_grid_mosaic/in"))
        #expect(volumes.diffusion?.bValues == [1.2512641359237109, 929.7501831337527])
        try expectDirections(volumes, [0: .zero, 1: [-0.554117, -0.241679, -0.796584]])
        #expect(volumes.notices.contains { $0.hasPrefix("UIH states the directions") })
    }

    /// The file states neither the patient's position nor the phase axis, for which the columns are taken: (0019,10BB..BD)
    /// of the three volumes are cos n, sin n, 0, and along rows and columns of an axial image that is -cos n, -sin n.
    @Test("GE's directions are placed where the phase axis is not stated, and that is said")
    func geWithoutPhaseAxis() throws {
        let volumes = try onlyVolumes(path("dwi-directions-without-standard-gradient/ge"))
        #expect(volumes.diffusion?.bValues == [0, 1000, 1000, 1000])
        try expectDirections(
            volumes, [0: .zero, 1: [0.540302, -0.841471, 0], 2: [-0.416147, -0.909297, 0], 3: [-0.989992, -0.14112, 0]])
        #expect(volumes.notices.contains { $0.contains("the phase axis (0018,1312) is not stated") })
    }

    // MARK: Sidecars

    @Test("volumes of an arterial spin labelling say which were labelled")
    func spinLabels() throws {
        let sidecar = try onlyVolumes(path("philips_asl_label_control/in")).sidecar()
        #expect(sidecar.values["ASLContext"] == .texts((0..<16).map { $0 % 2 == 0 ? "CONTROL" : "LABEL" }))
    }

    @Test("slice times of a mosaic after midnight are the second volume's")
    func sliceTiming() throws {
        let volumes = try onlyVolumes(path("slicetiming_mosaic_after_midnight/in"))
        guard case .numbers(let times) = try volumes.sidecar().values["SliceTiming"] else {
            Issue.record("no SliceTiming")
            return
        }
        #expect(times.count == 36)
        for (time, expected) in zip(times, [0, 1.8125, 1.115, 0.4175, 2.23]) { #expect(abs(time - expected) < 1e-6) }
        #expect(volumes.notices.contains { $0.contains("SliceTiming is that of volume 1") })
    }

    // MARK: Two images in one series

    @Test("volumes of reversed phase encoding are turned and stand in an image of their own")
    func pepolar() throws {
        let scan = try DICOM.scan([path("ge_epi_pepolar/in")])
        #expect(scan.series.map(\.part) == ["PhaseEncoding forward", "PhaseEncoding reversed"])
        let (forward, reversed) = (try DICOM.volumes(scan.series[0]), try DICOM.volumes(scan.series[1]))
        #expect(forward.count == 2 && reversed.count == 2 && forward.geometry == reversed.geometry)
        // The first column of the files' first slices, temporal positions 2 and 1.
        func column(_ volume: Volume) -> [Double] { (0..<8).map { volume.voxels[8 * $0] } }
        #expect(column(try forward.read(volume: 0)) == [0, 0, 72, 72, 71, 71, 69, 75])
        #expect(column(try reversed.read(volume: 0)) == [91, 58, 75, 74, 69, 53, 0, 0])
        #expect(try forward.sidecar().values["PhaseEncodingDirection"] == .text("j-"))
        #expect(try reversed.sidecar().values["PhaseEncodingDirection"] == .text("j"))
        #expect(reversed.notices.contains { $0.contains("the phase encoding is reversed") })
        #expect(!reversed.notices.contains { $0.contains("NumberOfTemporalPositions") })
        let series = try reversed.readAll().0
        #expect(column(try reversed.read(volume: 1)) == (0..<8).map { series.voxels[8 * $0 + 128] })
    }

    @Test("a GE field map in Hz and its magnitude are two images")
    func fieldMap() throws {
        let scan = try DICOM.scan([path("ge_fieldmap_and_magnitude/in")])
        #expect(scan.series.map(\.part) == ["fieldmaphz", "magnitude"])
        let (map, magnitude) = (try DICOM.volumes(scan.series[0]), try DICOM.volumes(scan.series[1]))
        #expect(map.count == 1 && magnitude.count == 1)
        #expect(map.volumes[0].map(\.acquisition.instanceNumber) == [16, 15])
        #expect(magnitude.volumes[0].map(\.acquisition.instanceNumber) == [32, 31])
        #expect(try map.sidecar().values["Units"] == .text("Hz"))
        #expect(
            try map.sidecar().values["ImageType"] == .texts(["ORIGINAL", "PRIMARY", "OTHER", "FIELDMAPHZ"]))
        #expect(try magnitude.sidecar().values["Units"] == nil)
        #expect(map.notices.contains { $0.contains("the field in Hz") })
    }
}

/// What vendors state of diffusion, as written into small series. Expected directions are noted beside each.
struct DICOMDiffusionTests {
    let folder = TemporaryFolder()

    private func series(_ volumes: Int, _ change: (inout DICOMWriter, Int) -> Void) throws -> DICOMVolumes {
        for n in 0..<volumes * 3 {
            var slice = DICOMWriter.slice(n + 1, z: 2.5 * Double(n % 3), base: 100 * n)
            slice[0x0008, 0x0060, "CS"] = "MR"
            change(&slice, n / 3)
            try slice.write(to: folder.file("IM\(n)"))
        }
        return try onlyVolumes(folder.path)
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
        let volumes = try series(2) { slice, volume in
            Self.ge(&slice, "0\\0\\0\\0", [])
            slice[0x0018, 0x0080, "DS"] = "2000"
            slice.set(0x0043, 0x102F, "SS", word: volume)
        }
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

    @Test("UIH's b-values are read; its directions are left out with the reason")
    func uih() throws {
        let volumes = try series(2) { slice, volume in
            slice[0x0008, 0x0070, "LO"] = "UIH"
            slice[0x0065, 0x0010, "LO"] = "Image Private Header"
            slice.set(0x0065, 0x1009, "FD", DICOMWriter.little((volume == 0 ? 0 : 1000.0).bitPattern))
            slice.set(
                0x0065, 0x1037, "FD",
                (volume == 0 ? [0, 0, 0] : [0, 0.6, 0.8]).flatMap { DICOMWriter.little($0.bitPattern) })
        }
        #expect(volumes.diffusion?.bValues == [0, 1000] && volumes.diffusion?.directions == nil)
        #expect(volumes.notices.contains { $0.hasPrefix("no .bvec: ") && $0.contains("UIH") })
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
        let volumes = try series(2) { slice, volume in
            if volume == 0 {
                slice.set(0x0018, 0x9087, "FD", DICOMWriter.little((1000.0).bitPattern))
            } else {
                slice[0x0008, 0x0008, "CS"] = "DERIVED\\PRIMARY\\ADC"
            }
        }
        #expect(volumes.diffusion == nil)
        #expect(volumes.notices.contains("volume 1 states no b-value: no .bval and no .bvec for the series"))
    }

    @Test("a series of trace images alone has b-values and no directions")
    func traceOnly() throws {
        let volumes = try series(2) { slice, volume in
            slice.set(0x0018, 0x9087, "FD", DICOMWriter.little((volume == 0 ? 0 : 1000.0).bitPattern))
            slice[0x0018, 0x9075, "CS"] = volume == 0 ? "NONE" : "ISOTROPIC"
        }
        #expect(volumes.diffusion?.bValues == [0, 1000] && volumes.diffusion?.directions == nil)
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
