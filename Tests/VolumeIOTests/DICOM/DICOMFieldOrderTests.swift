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
            volumes,
            [0: .zero, 1: [0.540302, -0.841471, 0], 2: [-0.416147, -0.909297, 0], 3: [-0.989992, -0.14112, 0]])
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
