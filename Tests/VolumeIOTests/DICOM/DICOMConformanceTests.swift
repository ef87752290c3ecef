import Foundation
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Files and references we did not make: dcm_qa_* (dcm2niix), dicom2nifti (its ground truths), NEMA WG-04.
@Suite(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
struct DICOMConformanceTests {
    @Test("the plain CT of dcm_qa_ct equals dcm2niix's volume")
    func plainCT() throws {
        let volume = try readOnlySeries("\(dicomShared)/dcm_qa_ct/In/Philips")
        let reference = try NIfTI.readVolume("\(dicomShared)/dcm_qa_ct/Ref/1A_TRAUMA_PLAIN_HEAD_DM_Head_201.nii")
        #expect(mismatch(volume, reference) == nil)
        #expect(volume.voxels.typeName == "uint16")
        #expect(volume.scaling == ValueScaling(slope: 1, intercept: -1024))
        #expect(volume.modality == "CT")
        #expect(volume.origins.count == 28)
        #expect(Set(volume.origins.map(\.sopInstanceUID)).count == 28)
    }

    @Test("an abdomen CT whose UIDs were emptied lies on the grid of its labels")
    func withoutUIDs() throws {
        let volume = try readOnlySeries(SharedFolder.file("data/abdomen/ct_dicom"))
        let labels = try NIfTI.readLabels(SharedFolder.file("data/abdomen/example_seg_dicom.nii.gz"))
        let upright = labels.geometry.reoriented(to: volume.geometry.orientation)
        #expect(volume.geometry.matches(upright) && volume.geometry.shape == Shape(512, 512, 20))
        #expect(volume.notices.contains { $0.contains("state no SeriesInstanceUID") })
        #expect(volume.origins.allSatisfy { !$0.sopInstanceUID.isEmpty })
    }

    @Test("the DICOMDIR beside the plain CT is named, not lost")
    func dicomdir() throws {
        let scan = try DICOM.scan(["\(dicomShared)/dcm_qa_ct/In/Philips"])
        #expect(scan.ignored.map(\.reason) == ["DICOMDIR: an index of files, no image"])
        #expect(scan.notDICOM.isEmpty && scan.unreadable.isEmpty)
    }

    // 1-3 uncompressed, 4 RLE, 5-6 JPEG lossless, 7-8 JPEG-LS, 9 JPEG 2000; all mosaics of one scan.
    @Test("transfer syntaxes of dcm_qa_ts equal dcm2niix's volumes", arguments: 1...9)
    func transferSyntaxes(_ file: Int) throws {
        let volume = try readOnlySeries("\(dicomShared)/dcm_qa_ts/In/\(file).dcm")
        #expect(mismatch(volume, try NIfTI.readVolume("\(dicomShared)/dcm_qa_ts/Ref/\(file).nii")) == nil)
    }

    @Test("the folder of dcm_qa_ts is nine series")
    func transferSyntaxFolder() throws {
        let scan = try DICOM.scan(["\(dicomShared)/dcm_qa_ts/In"])
        #expect(scan.series.map(\.seriesNumber) == Array(1...9))
        #expect(scan.series.map(\.files.count) == Array(repeating: 1, count: 9))
        #expect(scan.series.flatMap(\.unreadable).isEmpty)
    }

    @Test("the abdomen's CT in JPEG 2000 lies on the grid of its labels, which agree with its densities")
    func abdomen() throws {
        // Its UIDs were taken out: files without a series belong to none, so they get one here.
        let (folder, source) = (TemporaryFolder(), SharedFolder.file("data/abdomen/ct_dicom"))
        let empty = Data([0x20, 0, 0x0E, 0, 0x55, 0x49, 0, 0]), filled = Data([0x20, 0, 0x0E, 0, 0x55, 0x49, 4, 0])
        for name in try FileManager.default.contentsOfDirectory(atPath: source) {
            var file = try Data(contentsOf: URL(fileURLWithPath: "\(source)/\(name)"))
            let place = try #require(file.range(of: empty))
            file.replaceSubrange(place, with: filled + Data("1.2\0".utf8))
            try file.write(to: URL(fileURLWithPath: folder.file(name)))
        }
        let volume = try readOnlySeries(folder.path)
        let labels = try NIfTI.readVolume(SharedFolder.file("data/abdomen/example_seg_dicom.nii.gz"))
        #expect(difference(canonicalAffine(volume.geometry), canonicalAffine(labels.geometry)) < 1e-3)
        let layouts = [volume, labels].map { SliceLayout($0.geometry, plane: .axial) }
        #expect(layouts[0].slices == layouts[1].slices && layouts[0].rows == layouts[1].rows)
        // Organs are soft tissue or bone, not air: wrong pixels would not be.
        var (inside, soft) = (0, 0)
        for n in 0..<layouts[0].slices {
            let (values, ids) = (volume.slice(n, in: layouts[0]).values, labels.slice(n, in: layouts[1]).values)
            for (value, id) in zip(values, ids) where (1...5).contains(id) {
                inside += 1
                if (-50...300).contains(value) { soft += 1 }
            }
        }
        #expect(inside > 1000 && Double(soft) > 0.95 * Double(inside), "\(soft) of \(inside)")
    }

    @Test(
        "12 bits in 16, the other four bits dirty, unsigned and signed, equal dcm2niix's volumes",
        arguments: [("12bitUnsigned", 2), ("12bitUnsigned_0x0F0F", 3), ("12bitSigned_0x0F0F", 4)])
    func twelveBits(_ name: String, _ reference: Int) throws {
        let volume = try readOnlySeries("\(dicomShared)/dcm_qa_12bit/In/\(name).dcm")
        #expect(mismatch(volume, try NIfTI.readVolume("\(dicomShared)/dcm_qa_12bit/Ref/\(reference).nii")) == nil)
    }

    @Test(
        "series equal dicom2nifti's ground truth",
        arguments: [
            "anatomical/001", "anatomical/001_implicit", "ge/anatomical/001", "ge/anatomical/001_implicit",
            "generic/anatomical/001", "generic/anatomical/001_implicit", "generic/anatomical/002_non_isotropic",
            "generic/compressed/001", "generic/compressed_j2k/001", "generic/compressed_jpeg/001",
            "generic/compressed_jpegls/001", "generic/compressed_rle/001",
            "hitachi/anatomical/001", "hitachi/anatomical/001_implicit", "philips/anatomical/001",
            "philips/anatomical/001_implicit", "siemens/anatomical/001", "siemens/anatomical/001_implicit",
        ])
    func dicom2nifti(_ name: String) throws {
        let volume = try readOnlySeries("\(dicomShared)/dicom2nifti/\(name)")
        let reference = try NIfTI.readVolume("\(dicomShared)/dicom2nifti/\(name)_ground_truth.nii.gz")
        #expect(mismatch(volume, reference) == nil)
    }
}

/// Enhanced multi-frame images, mosaics and classic series of several volumes.
@Suite(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
struct DICOMVolumesConformanceTests {
    @Test(
        "4-D and multi-frame series equal dicom2nifti's ground truth, volume for volume",
        arguments: [
            ("ge/anatomical/001_single_slice", []), ("ge/dti/001", [.bValue]), ("ge/dti/001_implicit", [.bValue]),
            ("ge/dti/002", [.instance]), ("ge/fmri/001", [.instance]), ("ge/fmri/001_implicit", [.instance]),
            ("hyperfine/anatomical/001", []), ("philips/fmri/001", [.instance]),
            ("philips/fmri/001_implicit", [.instance]), ("philips_enhanced/anatomical/001", []),
            ("philips_enhanced/anatomical/001_implicit", []),
            ("philips_enhanced/fmri/001", [.temporalPosition]),
            ("philips_enhanced/fmri/001_implicit", [.temporalPosition]), ("siemens/dti_classic/001", [.bValue]),
            ("siemens/dti_classic/001_implicit", [.bValue]), ("siemens/fmri_classic/001", [.acquisition]),
            ("siemens/fmri_classic/001_implicit", [.acquisition]), ("siemens_multiframe/anatomical/001", []),
        ] as [(String, [DICOMSplitKey])])
    func dicom2nifti(_ name: String, _ keys: [DICOMSplitKey]) throws {
        let volumes = try onlyVolumes("\(dicomShared)/dicom2nifti/\(name)")
        let difference = try mismatch(volumes, "\(dicomShared)/dicom2nifti/\(name)_ground_truth.nii.gz")
        #expect(difference == nil)
        #expect(volumes.keys == keys)
    }

    @Test(
        "time series equal dcm2niix's volumes",
        arguments: [
            ("dcm_qa_nih/In/20180918Si/mr_0003", "dcm_qa_nih/Ref/EPI_PE=AP_3.nii"),
            ("dcm_qa_nih/In/20180918Si/mr_0004", "dcm_qa_nih/Ref/EPI_PE=PA_4.nii"),
            ("dcm_qa_nih/In/20180918Si/mr_0005", "dcm_qa_nih/Ref/EPI_PE=RL_5.nii"),
            ("dcm_qa_nih/In/20180918Si/mr_0006", "dcm_qa_nih/Ref/EPI_PE=LR_6.nii"),
            ("dcm_qa_nih/In/20180918GE", "dcm_qa_nih/Ref/DCM2NIIX_regression_test_5.nii"),
            ("dcm_qa_enh/In/Siemens", "dcm_qa_enh/Ref/Siemens_REST1_w_SMS_PF7-8_6.nii"),
        ])
    func timeSeries(_ name: String, _ reference: String) throws {
        let volumes = try onlyVolumes("\(dicomShared)/\(name)")
        let difference = try mismatch(volumes, "\(dicomShared)/\(reference)")
        #expect(difference == nil)
    }

    @Test(
        "Philips diffusion: dicom2nifti's reference holds the last volume first and zeros after it; b-values agree",
        arguments: ["001", "001_implicit"])
    func philipsDiffusion(_ name: String) throws {
        let path = "\(dicomShared)/dicom2nifti/philips_enhanced/dti/\(name)"
        let volumes = try onlyVolumes(path)
        #expect(volumes.keys == [.bValue, .gradient] && volumes.count == 4)
        let reference = try (0..<4).map { try NIfTI.readVolume(path + "_ground_truth.nii.gz", volumeIndex: $0) }
        let difference = mismatch(try volumes.read(volume: 3), reference[0])
        #expect(difference == nil)
        for volume in reference[1...] {
            #expect((0..<volume.voxels.count).allSatisfy { volume.voxels[$0] == 0 })
        }
        let diffusion = try #require(volumes.diffusion)
        #expect(diffusion.bValues == [0, 1300, 1300, 1300])
        // The reference's gradients are the file's, along the patient's axes; rows run to L and columns to P here, and
        // FSL turns the first axis of an affine with a positive determinant.
        let directions = try #require(diffusion.directions)
        let expected: [Vec3] = [[0, 0, 0], [-1, 0, 0], [0, -1, 0], [0.0259995, -0.6491868, 0.7601845]]
        for (a, b) in zip(directions, expected) { #expect((a - b).length < 1e-6) }
    }

    @Test("a Philips field map: the map equals dcm2niix's, the magnitude up to Philips' private scale")
    func fieldMap() throws {
        let scan = try DICOM.scan(["\(dicomShared)/dcm_qa_enh/In/Philips"])
        #expect(scan.series.map(\.suffix) == ["", "_fieldmaphz"])
        let parts = try scan.series.map { try DICOM.volumes($0) }
        #expect(parts.map(\.count) == [1, 1])
        let folder = "\(dicomShared)/dcm_qa_enh/Ref"
        let map = try NIfTI.readVolume("\(folder)/Philips_WIP_B0_NS_801_e2_fieldmaphz.nii")
        // dcm2niix's slope is 0.24420166 where the headers say 0.24420024: 6e-3 on a range of 500 Hz.
        let mine = try parts[1].read(volume: 0)
        #expect(difference(canonicalAffine(mine.geometry), canonicalAffine(map.geometry)) < 1e-3)
        for n in 0..<32 {
            let mine = mine.slice(n, in: SliceLayout(mine.geometry, plane: .axial)).values
            let theirs = map.slice(n, in: SliceLayout(map.geometry, plane: .axial)).values
            #expect(zip(mine, theirs).allSatisfy { abs($0 - $1) <= 6e-3 })
        }
        // dcm2niix divides by RescaleSlope and the private scale slope (2005,100E) of Philips. Tomos keeps the
        // standard's rescale, as dicom2nifti does.
        var magnitude = try parts[0].read(volume: 0)
        #expect(magnitude.scaling.slope == 1.27985347985347)
        magnitude.scaling.slope /= 1.27985347985347 * Double(Float(8.448640073766e-06))
        #expect(mismatch(magnitude, try NIfTI.readVolume("\(folder)/Philips_WIP_B0_NS_801_e1.nii")) == nil)
    }
}

/// What must be refused, and how it is said.
@Suite(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
struct DICOMRefusalConformanceTests {
    @Test(
        "dicom2nifti's failing series are refused with the reason",
        arguments: [
            (
                "failing/sliceincrement/001",
                "slice 4 lies 10 mm from its neighbour, expected 5; 1 slice is missing (export the series again, complete, or interpolate with --gaps resample)"
            ),
            (
                "failing/sliceincrement/002",
                "slice 4 lies 1.499 mm from its neighbour, expected 0.75; 1 slice is missing (export the series again, complete, or interpolate with --gaps resample)"
            ),
            (
                "failing/notavolume/001",
                "1 of 1 slice positions hold more than one image (4 images in all), differing in "
            ),
        ])
    func failing(_ name: String, _ text: String) {
        let path = "\(dicomShared)/dicom2nifti/\(name)"
        #expect(refusal(path, hiding: path).contains(text), "\(refusal(path, hiding: path))")
    }

    @Test("the tilted CT of dicom2nifti/failing is read on its native, sheared grid, and says so")
    func tilted() throws {
        let volume = try readOnlySeries("\(dicomShared)/dicom2nifti/failing/gantrytilting/001")
        // Its headers: positions 5 mm apart along z, rows along x, columns along (0, 0.9703, -0.24192).
        #expect((volume.geometry.affine.column(2) - Vec3(0, 0, 5)).length < 1e-9)
        #expect(
            (volume.geometry.affine.column(1) - Vec3(0, -0.41796875 * 0.97029572, -0.41796875 * 0.24192190)).length
                < 1e-6)
        #expect(!volume.geometry.affine.isOrthogonal)
        #expect(
            volume.notices == [
                "the slices are tilted by 14 degrees (gantry tilt): kept as acquired, the affine is sheared"
            ])
    }

    @Test("two stacks under one series UID, told apart by their series numbers, are two volumes")
    func sliceOrientation() throws {
        let scan = try DICOM.scan(["\(dicomShared)/dicom2nifti/failing/sliceorientation/001"])
        #expect(scan.series.map(\.files.count) == [2, 2])
        let volumes = try scan.series.map { try DICOM.readVolume($0) }
        // SpacingBetweenSlices of the two stacks, from their headers.
        let spacings = volumes.map { $0.geometry.spacing.z }.sorted()
        #expect(abs(spacings[0] - 3.3) < 0.01 && abs(spacings[1] - 4.4) < 0.01)
    }

    @Test("two slices are a volume")
    func sliceCount() throws {
        let name = "\(dicomShared)/dicom2nifti/failing/slicecount/001"
        #expect(mismatch(try readOnlySeries(name), try NIfTI.readVolume(name + "_ground_truth.nii.gz")) == nil)
    }

    @Test("the CT of dcm_qa_ct with two spacings is refused")
    func unevenCT() {
        let path = "\(dicomShared)/dcm_qa_ct/In/GE"
        #expect(
            refusal(path, hiding: path).hasSuffix(
                "slice 15 lies 1.081 mm from its neighbour, expected 4.002; the slices are not evenly spaced "
                    + "(interpolate with --gaps resample, or put each evenly spaced part into a folder of its own)"),
            "\(refusal(path, hiding: path))")
    }

    @Test("a series in colour is no volume of values")
    func colour() {
        let path = "\(dicomShared)/dicom2nifti/generic/rgb/001"
        #expect(
            refusal(path, hiding: path).contains("its images are in colour (RGB)"), "\(refusal(path, hiding: path))")
    }

    @Test("segmentations are ignored by name, and nothing is lost")
    func segmentations() throws {
        let folder = SharedFolder.file("conformance/seg")
        let scan = try DICOM.scan([folder])
        let all = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        let files = all.filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }
        let seriesFiles = scan.series.flatMap { $0.files + $0.unreadable.map(\.path) }
        let fates = seriesFiles + scan.ignored.map(\.path) + scan.unreadable.map(\.path) + scan.notDICOM
        #expect(fates.sorted() == files.map { "\(folder)/\($0)" }.sorted())
        #expect(scan.ignored.contains { $0.reason.contains("Segmentation Storage: not an image series") })
    }
}

/// One image of NEMA WG-04 in each lossless coding against its uncompressed original.
@Suite(
    .enabled(if: SharedFolder.isPresent && FileManager.default.isExecutableFile(atPath: "/usr/bin/zstd"), "needs zstd"))
struct DICOMCodecConformanceTests {
    let folder = TemporaryFolder()
    static let images = ["CT1", "CT2", "MR1", "MR2", "MR3", "MR4", "NM1", "XA1"]

    /// Cells of a file's image.
    private func cells(_ path: String) throws -> [UInt8] {
        let pixels = try DICOMPixels(path)
        var cells = [UInt8](repeating: 0, count: pixels.layout.frameBytes)
        try cells.withUnsafeMutableBytes { try pixels.decode(into: $0) }
        return cells
    }

    @Test("NEMA WG-04: every lossless coding decodes to REF", arguments: ["RLE", "JPLL", "JLSL", "J2KR"], images)
    func decodes(_ coding: String, _ image: String) throws {
        let reference = try cells(try original(image))
        #expect(try cells("\(dicomShared)/nema_wg04/\(coding)/\(image)_\(coding)") == reference)
        #expect(Set(reference).count > 16)
    }

    @Test("NEMA WG-04: colour in both lossless codings is that of REF", arguments: ["RLE", "J2KR"])
    func decodesColour(_ coding: String) throws {
        func rgb(_ path: String) throws -> [UInt8] { try DICOMPixels(path).rgb() }
        let reference = try rgb(try original("US1"))
        #expect(try rgb("\(dicomShared)/nema_wg04/\(coding)/US1_\(coding)") == reference)
        #expect(Set(reference).count > 16)
    }

    /// The uncompressed file of an image.
    private func original(_ image: String) throws -> String {
        let plain = folder.file("\(image).dcm")
        let unpack = Process()
        unpack.executableURL = URL(fileURLWithPath: "/usr/bin/zstd")
        unpack.arguments = ["-dq", "\(dicomShared)/nema_wg04/REF/\(image)_UNC.zst", "-o", plain]
        try unpack.run()
        unpack.waitUntilExit()
        #expect(unpack.terminationStatus == 0)
        return plain
    }
}
