import TestSupport
import Testing
import VolumeIO
import Volumes

/// Headers made field by field.
struct NIfTIHeaderTests {
    let folder = TemporaryFolder()

    private func read(_ file: NIfTITestFile, volumeIndex: Int? = nil) throws -> Volume {
        file.write(to: folder.file("x.nii"))
        return try NIfTI.readVolume(folder.file("x.nii"), volumeIndex: volumeIndex)
    }

    @Test(arguments: [
        ("a.nii", true), ("a.NII", true), ("a.nii.gz", true), ("A.Nii.GZ", true), ("a.hdr", true), ("a.img", true),
        ("a.IMG.gz", true), ("a.gz", false), ("a.nii.bz2", false), ("a.dcm", false), ("nii", false), ("", false),
    ])
    func namesAreRecognised(_ name: String, _ expected: Bool) { #expect((VolumeFileName(name) != nil) == expected) }

    /// The bytes of 1, 2, ... as each type stores them.
    @Test(arguments: [1, 2], [false, true])
    func allRealTypesAreReadInBothByteOrders(version: Int, isBigEndian: Bool) throws {
        func check<T>(_ code: Int, _ values: [T], _ expected: VoxelBuffer) throws {
            var data = values.withUnsafeBytes { [UInt8]($0) }
            let width = MemoryLayout<T>.size
            if isBigEndian {
                data = stride(from: 0, to: data.count, by: width).flatMap { data[$0..<$0 + width].reversed() }
            }
            let file = NIfTITestFile(
                dims: [values.count], datatype: code, bitpix: 8 * width, version: version, isBigEndian: isBigEndian,
                data: data)
            let volume = try read(file)
            #expect(volume.voxels == expected)
            #expect(volume.geometry.shape == Shape(values.count, 1, 1))
            #expect(volume.geometry.nifti?.version == version)
        }
        try check(2, [1, 255] as [UInt8], .uint8([1, 255]))
        try check(256, [1, -128] as [Int8], .int8([1, -128]))
        try check(4, [1, -300] as [Int16], .int16([1, -300]))
        try check(512, [1, 65535] as [UInt16], .uint16([1, 65535]))
        try check(8, [1, -70000] as [Int32], .int32([1, -70000]))
        try check(768, [1, 4_000_000_000] as [UInt32], .uint32([1, 4_000_000_000]))
        try check(1024, [1, Int64.min], .int64([1, .min]))
        try check(1280, [1, UInt64.max], .uint64([1, .max]))
        try check(16, [1, -0.125] as [Float], .float32([1, -0.125]))
        try check(64, [1, 1e-300] as [Double], .float64([1, 1e-300]))
    }

    /// Names and codes of nifti1.h.
    @Test(arguments: [
        (1, 1, "binary (1 bit)"), (32, 64, "complex64"), (128, 24, "rgb24"), (1536, 128, "float128"),
        (1792, 128, "complex128"), (2048, 256, "complex256"), (2304, 32, "rgba32"),
    ])
    func otherTypesAreRefusedByName(code: Int, bits: Int, name: String) {
        let text = errorText { _ = try read(NIfTITestFile(dims: [8], datatype: code, bitpix: bits)) }
        #expect(text?.contains("voxels of type \(name) (datatype \(code)) are not read") == true, "\(text ?? "read")")
    }

    @Test(arguments: [0, 3, 77, 255, -4])
    func unknownTypesAreRefused(code: Int) {
        let text = errorText { _ = try read(NIfTITestFile(dims: [8], datatype: code)) }
        #expect(text?.contains("header field datatype is \(code), expected") == true, "\(text ?? "read")")
    }

    @Test func aVolumeIsChosenOutOfManyDimensions() throws {
        // 2x1x1 voxels, 2 x 3 volumes: volume n holds 2n and 2n + 1.
        let file = NIfTITestFile(dims: [2, 1, 1, 2, 3], data: (0..<12).map { UInt8($0) })
        for n in 0..<6 { #expect(try read(file, volumeIndex: n).voxels == .uint8([UInt8(2 * n), UInt8(2 * n + 1)])) }
        #expect(try read(file, volumeIndex: 0).notices.isEmpty)
        #expect(
            try read(file).notices == [
                "the file holds 6 volumes; volume 0 is taken (choose another with --volume-index)"
            ])
        for n in [-1, 6] {
            #expect(
                errorText { _ = try read(file, volumeIndex: n) }
                    == "\(folder.file("x.nii")): no volume \(n): the file holds 6, counted from 0 (--volume-index 0 to 5)"
            )
        }
        #expect(
            errorText { _ = try NIfTI.readLabels(folder.file("x.nii")) }
                == "\(folder.file("x.nii")): a label map holds one volume, this file 6 (write the one wanted to a file of its own)"
        )
    }

    @Test(arguments: [
        (0.0, 5.0, ValueScaling.identity, 0), (.nan, 0, .identity, 0), (.infinity, 0, .identity, 1),
        (2, .nan, .identity, 1), (1, 0, .identity, 0), (2.5, -1024, ValueScaling(slope: 2.5, intercept: -1024), 0),
        (1, 3, ValueScaling(slope: 1, intercept: 3), 0), (-1, 0, ValueScaling(slope: -1, intercept: 0), 0),
    ])
    func scaling(slope: Double, intercept: Double, expected: ValueScaling, notices: Int) throws {
        for version in [1, 2] {
            var file = NIfTITestFile(version: version)
            file.setScaling(slope, intercept)
            let volume = try read(file)
            #expect(volume.scaling == expected)
            #expect(volume.notices.count == notices)
        }
    }

    @Test func twoDimensionsAndAMissingThirdSpacing() throws {
        var file = NIfTITestFile(dims: [3, 2])
        file.setForms(qform: 1, sform: 0)
        file.setPixdim(1, 0.5)
        file.setPixdim(3, 0)
        let volume = try read(file)
        #expect(volume.geometry.shape == Shape(3, 2, 1))
        #expect(volume.geometry.spacing == [0.5, 1, 1])
    }

    /// A turn by 90 degrees about z: quaternion (cos 45, 0, 0, sin 45). nifti1.h: R = [0 -1 0; 1 0 0; 0 0 1], columns
    /// times pixdim, the third times qfac.
    @Test(arguments: [1.0, 0.0, -1.0])
    func theQuaternion(qfac: Double) throws {
        var file = NIfTITestFile(version: 2)
        file.setForms(qform: 1, sform: 0)
        for (n, value) in [qfac, 2, 3, 4].enumerated() { file.setPixdim(n, value) }
        file.setQuaternion([0, 0, 0.5.squareRoot()], offset: [10, 20, 30])
        let affine = try read(file).geometry.affine
        let expected = Affine(i: [0, 2, 0], j: [-3, 0, 0], k: [0, 0, qfac < 0 ? -4 : 4], origin: [10, 20, 30])
        for axis in 0..<4 { #expect((affine.column(axis) - expected.column(axis)).length < 1e-12) }
    }

    @Test(arguments: [(1, 1000.0, "metres"), (3, 0.001, "micrometres")])
    func unitsBecomeMillimetres(code: Int, scale: Double, name: String) throws {
        var file = NIfTITestFile()
        file.setUnits(code | 8)
        file.setRows([2, 0, 0, 5, 0, 3, 0, 6, 0, 0, 4, 7])
        let volume = try read(file)
        #expect(volume.geometry.affine.rowX == [2, 0, 0, 5] * scale)
        #expect(volume.geometry.affine.rowZ == [0, 0, 4, 7] * scale)
        #expect(volume.notices == ["the header gives lengths in \(name); they are read as mm"])
        try NIfTI.write(volume, to: folder.file("y.nii"))
        #expect(geometryBytes(content(folder.file("y.nii"))) == geometryBytes(file.bytes))
    }

    @Test func aBrokenSformFallsBackOnTheQform() throws {
        var file = NIfTITestFile()
        file.setRows([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, .nan, 0])
        file.setForms(qform: 1, sform: 2)
        let volume = try read(file)
        #expect(volume.geometry.affine == .identity)
        #expect(volume.notices == ["the sform is unusable (an entry is nan); the qform is taken"])
    }

    struct Unusable: Sendable {
        var rows: [Double] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
        var forms = (qform: 0, sform: 1)
        var pixdim: [Double] = [1, 1, 1, 1]
        var quaternion: [Double] = [0, 0, 0]
        var reason: String
    }
    static let unusable = [
        Unusable(rows: [1, 0, 0, .infinity, 0, 1, 0, 0, 0, 0, 1, 0], reason: "in the sform, an entry is inf"),
        Unusable(rows: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0], reason: "in the sform, axis j has no length"),
        Unusable(rows: [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0], reason: "in the sform, the axes lie in one plane"),
        Unusable(forms: (1, 0), quaternion: [.nan, 0, 0], reason: "in the qform, an entry is"),
        Unusable(forms: (1, 0), pixdim: [1, 1, 0, 1], reason: "the spacing pixdim[2] is 0.0"),
        Unusable(forms: (0, 0), pixdim: [1, 1, 1, .infinity], reason: "the spacing pixdim[3] is inf"),
        Unusable(rows: [1e-5, 0, 0, 0, 0, 1e-5, 0, 0, 0, 0, 1e-5, 0], reason: "in the sform, voxels along i lie"),
    ]

    @Test(arguments: unusable)
    func geometryThatCannotBeIsRefused(_ bad: Unusable) {
        var file = NIfTITestFile()
        file.setRows(bad.rows)
        file.setForms(qform: bad.forms.qform, sform: bad.forms.sform)
        for (n, value) in bad.pixdim.enumerated() { file.setPixdim(n, value) }
        file.setQuaternion(bad.quaternion, offset: [0, 0, 0])
        let text = errorText { _ = try read(file) }
        #expect(text?.contains("the header gives no usable affine: \(bad.reason)") == true, "\(text ?? "read")")
    }

    @Test func extensionsArePassedOver() throws {
        var file = NIfTITestFile(dims: [2], data: [UInt8](repeating: 9, count: 16) + [1, 2])
        file.bytes[348] = 1
        file.set(Float(368).bitPattern, at: 108)
        #expect(try read(file).voxels == .uint8([1, 2]))
        // The same, pointing behind the file's end.
        file.set(Float(1e9).bitPattern, at: 108)
        #expect(
            errorText { _ = try read(file) }?.contains("cut off: the header says 1000000002 bytes, the file holds 370")
                == true)
        for offset in [351, 352.5, -Double.infinity] {
            file.set(Float(offset).bitPattern, at: 108)
            #expect(errorText { _ = try read(file) }?.contains("header field vox_offset is") == true)
        }
    }

    @Test func magicThatTextTransferBroke() {
        var file = NIfTITestFile(version: 2)
        file.bytes.replaceSubrange(8..<12, with: [0x0a, 0x1a, 0x0a, 0])
        #expect(errorText { _ = try read(file) }?.contains("which text transfer breaks") == true)
    }

    @Test func halfAPairIsRefused() {
        var file = NIfTITestFile(data: [])
        file.bytes[345] = 0x69
        file.set(Float(0).bitPattern, at: 108)
        #expect(errorText { _ = try read(file) }?.contains("name the two .hdr and .img") == true)
        file.write(to: folder.file("p.hdr"))
        #expect(
            errorText { _ = try NIfTI.info(folder.file("p.hdr")) }
                == "\(folder.file("p.hdr")): one of a pair of files, but \(folder.file("p.img")) is not there (put both in one folder)"
        )
        #expect(
            errorText { _ = try NIfTI.info(folder.file("q.img")) }?.contains("but \(folder.file("q.hdr")) is not there")
                == true)
    }

    @Test func aCompressedPairWithUpperCaseNames() throws {
        var file = NIfTITestFile(dims: [2], data: [])
        file.bytes[345] = 0x69
        file.set(Float(0).bitPattern, at: 108)
        file.bytes = gzip(file.bytes)
        file.write(to: folder.file("P.HDR.GZ"))
        file.bytes = gzip([7, 8])
        file.write(to: folder.file("P.IMG.GZ"))
        for name in ["P.HDR.GZ", "P.IMG.GZ"] {
            #expect(try NIfTI.readVolume(folder.file(name)).voxels == .uint8([7, 8]))
        }
    }
}
