import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

/// Files that others wrote: conformance/nifti of the shared folder.
@Suite(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
struct NIfTIConformanceTests {
    struct Good: Sendable, CustomTestStringConvertible {
        var file: String
        var volume: Int?
        var version = 1
        var dimensions: [Int]
        var type: String
        /// Sum over the stored values of value * (1 + index mod 101), index with i fastest.
        var weightedSum: Double
        /// Stored values at a third, half and two thirds of the volume.
        var values: [Double]
        var scaling = ValueScaling.identity
        var rows: [SIMD4<Double>]
        var orientation: String
        var testDescription: String { "\(file) \(volume ?? 0)" }
    }

    static let motor4D: [SIMD4<Double>] = [
        [-2.0, 6.714715653593746e-19, 9.081024511081715e-18, 117.8551025390625],
        [-6.714715653593746e-19, 1.9737114906311035, -0.35552823543548584, -35.72294235229492],
        [8.25548088896093e-18, 0.3232076168060303, 2.171081781387329, -7.248798370361328],
    ]
    static let functional: [SIMD4<Double>] = [[-4, 0, 0, 32], [0, 4, 0, -40], [0, 0, 8, 0]]
    static let pcasl: [SIMD4<Double>] = [
        [2.996884346008301, 0.13429254293441772, 0.050929129123687744, -79.69630432128906],
        [-0.13476437330245972, 2.9964094161987305, 0.1160728931427002, -115.8355712890625],
        [-0.022836148738861084, -0.0591200590133667, 5.998660564422607, -50.95854568481445],
    ]

    /// Every value by nibabel 5: `dataobj.get_unscaled()`, `affine`, `aff2axcodes`, `dataobj.slope` and `inter`.
    static let good: [Good] = [
        Good(
            file: "CT_AVM.nii.gz", dimensions: [256, 242, 154], type: "uint8", weightedSum: 1_139_856_766,
            values: [0, 0, 0], scaling: ValueScaling(slope: 2.208627462387085, intercept: 0),
            rows: [
                [0.719942569732666, 0, 0, -73.39768981933594], [0, 0.7209135890007019, 0, -69.69419860839844],
                [0, 0, 1, -64.11000061035156],
            ], orientation: "RAS"),
        Good(
            file: "anatomical.nii", dimensions: [33, 41, 25], type: "int16", weightedSum: 14_491_445_202,
            values: [11347, 11881, 6326], rows: [[-2, 0, 0, 32], [0, 2, 0, -40], [0, 0, 2, -16]], orientation: "LAS"),
        Good(
            file: "example4d.nii.gz", dimensions: [128, 96, 24, 2], type: "int16", weightedSum: 2_600_985_946,
            values: [0, 0, 0], rows: motor4D, orientation: "LAS"),
        Good(
            file: "example4d.nii.gz", volume: 1, dimensions: [128, 96, 24, 2], type: "int16",
            weightedSum: 2_600_983_195, values: [0, 0, 0], rows: motor4D, orientation: "LAS"),
        Good(
            file: "example_nifti2.nii.gz", version: 2, dimensions: [32, 20, 12, 2], type: "int16",
            weightedSum: 177_185_711, values: [445, 445, 500], rows: motor4D, orientation: "LAS"),
        Good(
            file: "example_nifti2.nii.gz", volume: 1, version: 2, dimensions: [32, 20, 12, 2], type: "int16",
            weightedSum: 177_343_356, values: [446, 462, 510], rows: motor4D, orientation: "LAS"),
        Good(
            file: "functional.nii", dimensions: [17, 21, 3, 20], type: "int16", weightedSum: 378_013_045,
            values: [7910, 10145, 6140],
            scaling: ValueScaling(slope: 0.07540696859359741, intercept: 3100.76171875), rows: functional,
            orientation: "LAS"),
        Good(
            file: "functional.nii", volume: 19, dimensions: [17, 21, 3, 20], type: "int16", weightedSum: 379_855_217,
            values: [7760, 10743, 6191],
            scaling: ValueScaling(slope: 0.07540696859359741, intercept: 3100.76171875), rows: functional,
            orientation: "LAS"),
        Good(
            file: "pcasl.nii.gz", dimensions: [52, 68, 20, 10], type: "float32", weightedSum: 1_609_982_641,
            values: [297, 0, 1040], rows: pcasl, orientation: "RAS"),
        Good(
            file: "pcasl.nii.gz", volume: 9, dimensions: [52, 68, 20, 10], type: "float32", weightedSum: 1_612_433_446,
            values: [282, 0, 1058], rows: pcasl, orientation: "RAS"),
        Good(
            file: "spm152.nii.gz", dimensions: [207, 256, 215], type: "uint8", weightedSum: 39_189_329_137,
            values: [147, 0, 212], scaling: ValueScaling(slope: 0.3629564046859741, intercept: 0),
            rows: [
                [0.737463116645813, 0, 0, -75.76253509521484], [0, 0.737463116645813, 0, -110.76253509521484],
                [0, 0, 0.737463116645813, -71.76253509521484],
            ], orientation: "RAS"),
        Good(
            file: "spmMotor.nii.gz", dimensions: [79, 95, 79], type: "int16", weightedSum: 17_330_898_317,
            values: [8321, -1647, 1593], scaling: ValueScaling(slope: 0.00037099840119481087, intercept: 0),
            rows: [[-2, 0, 0, 78], [0, 2, 0, -112], [0, 0, 2, -70]], orientation: "LAS"),
    ]

    @Test(arguments: good)
    func ordinaryFilesReadAsNibabelReadsThem(_ expected: Good) throws {
        let path = SharedFolder.file("conformance/nifti/good/" + expected.file)
        let info = try NIfTI.info(path)
        #expect(info.version == expected.version)
        #expect(info.dimensions == expected.dimensions)
        #expect(info.datatype == expected.type)
        #expect(info.notices.isEmpty)

        let volume = try NIfTI.readVolume(path, volumeIndex: expected.volume)
        #expect(volume.geometry == info.geometry)
        #expect(volume.voxels.typeName == expected.type)
        #expect(volume.scaling == expected.scaling)
        #expect(
            volume.geometry.affine == Affine(rowX: expected.rows[0], rowY: expected.rows[1], rowZ: expected.rows[2]))
        #expect(volume.geometry.orientation.description == expected.orientation)
        let count = volume.voxels.count
        #expect([count / 3, count / 2, 2 * count / 3].map { volume.voxels[$0] } == expected.values)
        #expect(weightedSum(volume.voxels) == expected.weightedSum)
        let asksForVolume = expected.volume == nil && expected.dimensions.count == 4
        #expect(volume.notices.count == (asksForVolume ? 1 : 0))
        if asksForVolume {
            #expect(
                volume.notices[0]
                    == "the file holds \(info.volumeCount) volumes; volume 0 is taken (choose another with --volume-index)"
            )
        }
    }

    /// What hostile files are refused with.
    static let refused: [(file: String, text: String)] = [
        ("ana.hdr", "ANALYZE 7.5 (a header without NIfTI's magic) is not read (it does not say which side is left"),
        ("ana.img", "ana.hdr: ANALYZE 7.5"),
        ("ascii.nia", "ASCII NIfTI (.nia) is not read (convert to .nii.gz"),
        ("baddt.nii", "header field datatype is 77, expected a datatype code of the NIfTI standard"),
        ("bitpixbad.nii", "header field bitpix is 8, expected 16 for int16"),
        ("cplx.nii", "voxels of type complex64 (datatype 32) are not read (write magnitude or phase"),
        ("crcgz.nii.gz", "the compressed data are damaged: "),
        ("crconly.nii.gz", "the compressed data are damaged: the checksum does not match (copy the file again)"),
        ("dim0_1e6.nii", "header field dim[0] is 1000000, expected 1 to 7"),
        ("dim0_200.nii", "header field dim[0] is 200, expected 1 to 7"),
        ("dim0_neg.nii", "header field dim[0] is -300, expected 1 to 7"),
        ("dt1bit.nii", "voxels of type binary (1 bit) (datatype 1) are not read (convert to uint8)"),
        ("empty.nii", "the file is empty"),
        ("f128.nii", "voxels of type float128 (datatype 1536) are not read (convert to float64)"),
        ("gzbomb.nii.gz", "the header says 80000000544 bytes, more than 80 compressed bytes can hold"),
        ("huge1.nii", "the header says 70362301923678 bytes, the file holds 864"),
        ("huge2.nii", "dimensions 2147483648x2147483648x16 are more than a file can hold"),
        ("huge3.nii", "are more than a file can hold"),
        ("negdim.nii", "header field dim[2] is -8, expected at least 1"),
        ("rgb.nii", "voxels of type rgb24 (datatype 128) are not read (convert the colours"),
        ("rgba.nii", "voxels of type rgba32 (datatype 2304) are not read (convert the colours"),
        ("text.nii", "not a NIfTI file: it starts with no header size of 348 or 540"),
        ("tiny.nii", "4 bytes are too few for a header"),
        ("trunc.nii", "cut off: the header says 864 bytes, the file holds 452"),
        ("truncgz.nii.gz", "cut off: the compressed data end after"),
        ("voxoff_0.nii", "header field vox_offset is 0.0, expected a whole number from 352 on"),
        ("voxoff_nan.nii", "header field vox_offset is nan, expected a whole number from 352 on"),
        ("voxoff_neg.nii", "header field vox_offset is -1.0000000150474662e+30, expected"),
        ("wrap.nii", "dimensions 256x72057594037927937 are more than a file can hold"),
        ("wrap3.nii", "dimensions 16x16x72057594037927937 are more than a file can hold"),
        ("zerodim.nii", "header field dim[2] is 0, expected at least 1"),
    ]

    @Test(arguments: refused)
    func hostileFilesAreRefused(_ file: String, _ text: String) {
        let path = SharedFolder.file("conformance/nifti/hostile/" + file)
        let said = errorText { _ = try NIfTI.readVolume(path) }
        #expect(said?.contains(text) == true, "\(said ?? "read without an error")")
        #expect(said?.hasPrefix(SharedFolder.file("conformance/nifti/hostile/")) == true, "the file is named")
        #expect(errorText { _ = try NIfTI.readLabels(path) } == said)
    }

    struct Read: Sendable, CustomTestStringConvertible {
        var file: String
        var shape = Shape(8, 8, 4)
        var type = "int16"
        /// The sum of value * (1 + index mod 101) of 0, 1, ... 255; other files hold one value throughout.
        var weightedSum = 1_559_491.0
        var rows: [SIMD4<Double>] = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
        var notices: [String] = []
        var testDescription: String { file }
    }

    /// What must be read, and read right. Voxels by nibabel 5; `noext` it does not open, its bytes are those of
    /// ok1.nii;
    /// exthuge.nii it refuses for an extension's size, its voxels lie where vox_offset says. The spacing of pixneg.nii
    /// is
    /// nibabel's and nifti1.h's (METHOD 1; nibabel's base affine differs on purpose: it flips x and centres).
    static let read: [Read] =
        ["UP.NII.GZ", "be1.nii", "extbad.nii", "exthuge.nii", "extok.nii", "noext", "ok.nii.gz", "ok1.nii", "ok2.nii"]
        .map { Read(file: $0) }
        + ["pair.hdr", "pair.img", "qneg.nii", "slope0.nii", "slopenan.nii"].map { Read(file: $0) }
        + [
            Read(file: "i64.nii", shape: Shape(2, 2, 2), type: "int64", weightedSum: 0),
            Read(
                file: "n1_dims7.nii", shape: Shape(4, 4, 4), weightedSum: 0,
                notices: ["the file holds 6 volumes; volume 0 is taken (choose another with --volume-index)"]),
            Read(
                file: "pixneg.nii",
                notices: [
                    "pixdim[1] is -1.0; 1.0 is taken",
                    "the header states no orientation (qform and sform codes are 0): only the spacing is known, left and right are not",
                ]),
            Read(file: "siblings/x.nii", weightedSum: 11 * 11787),
            Read(file: "siblings/x.nii.gz", weightedSum: 22 * 11787),
            Read(file: "siblings/y.hdr", weightedSum: 11 * 11787),
            Read(file: "siblings/y.img", weightedSum: 11 * 11787),
            Read(file: "siblings/y.nii.gz", weightedSum: 22 * 11787),
        ]

    @Test(arguments: read)
    func oddFilesAreReadRight(_ expected: Read) throws {
        let volume = try NIfTI.readVolume(SharedFolder.file("conformance/nifti/hostile/" + expected.file))
        #expect(volume.geometry.shape == expected.shape)
        #expect(volume.voxels.typeName == expected.type)
        #expect(weightedSum(volume.voxels) == expected.weightedSum)
        #expect(volume.scaling == .identity)
        #expect(
            volume.geometry.affine == Affine(rowX: expected.rows[0], rowY: expected.rows[1], rowZ: expected.rows[2]))
        #expect(volume.notices == expected.notices)
    }

    @Test func everyFileIsInATable() throws {
        for (folder, tables) in [
            ("good", Self.good.map(\.file)), ("hostile", Self.refused.map(\.file) + Self.read.map(\.file)),
        ] {
            let path = SharedFolder.file("conformance/nifti/" + folder)
            let files = try FileManager.default.subpathsOfDirectory(atPath: path).filter {
                $0 != "siblings" && !$0.hasPrefix("LICENSE")
            }
            #expect(Set(files) == Set(tables))
        }
    }
}
