import TestSupport
import Testing
import VolumeIO
import Volumes

/// Label maps in and out.
struct NIfTILabelTests {
    let folder = TemporaryFolder()

    private func ids<T>(_ datatype: Int, _ values: [T], scaling: (Double, Double) = (1, 0)) throws -> [UInt16] {
        let data = values.withUnsafeBytes { [UInt8]($0) }
        var file = NIfTITestFile(
            dims: [1, values.count], datatype: datatype, bitpix: 8 * MemoryLayout<T>.size, version: 2, data: data)
        file.setScaling(scaling.0, scaling.1)
        file.write(to: folder.file("l.nii"))
        return try NIfTI.readLabels(folder.file("l.nii")).voxels
    }

    @Test func wholeNumbersOfEveryTypeAreLabels() throws {
        #expect(try ids(2, [0, 255] as [UInt8]) == [0, 255])
        #expect(try ids(256, [0, 127] as [Int8]) == [0, 127])
        #expect(try ids(4, [0, 32767] as [Int16]) == [0, 32767])
        #expect(try ids(512, [0, 65535] as [UInt16]) == [0, 65535])
        #expect(try ids(8, [0, 65535] as [Int32]) == [0, 65535])
        #expect(try ids(768, [0, 65535] as [UInt32]) == [0, 65535])
        #expect(try ids(1024, [0, 65535] as [Int64]) == [0, 65535])
        #expect(try ids(1280, [0, 65535] as [UInt64]) == [0, 65535])
        #expect(try ids(16, [0, 3, 65535] as [Float]) == [0, 3, 65535])
        #expect(try ids(64, [-0.0, 3, 65535] as [Double]) == [0, 3, 65535])
        // Slopes as programs write them: 1/255 as float32, and 2 with an intercept.
        #expect(try ids(2, [0, 255] as [UInt8], scaling: (Double(Float(1) / 255), 0)) == [0, 1])
        #expect(try ids(4, [-1, 4] as [Int16], scaling: (2, 2)) == [0, 10])
    }

    @Test func otherValuesAreNamed() {
        func text(_ body: () throws -> [UInt16]) -> String { errorText { _ = try body() } ?? "read" }
        #expect(
            text { try ids(4, [0, 0, -1] as [Int16]) }
                == "\(folder.file("l.nii")): voxel (0, 2, 0) is -1.0, no label id (whole numbers from 0 to 65535)")
        #expect(text { try ids(8, [65536] as [Int32]) }.contains("voxel (0, 0, 0) is 65536.0, no label id"))
        #expect(text { try ids(16, [1, 0.5] as [Float]) }.contains("voxel (0, 1, 0) is 0.5, no label id"))
        #expect(text { try ids(64, [Double.nan]) }.contains("voxel (0, 0, 0) is nan, no label id"))
        #expect(text { try ids(16, [Float.infinity]) }.contains("voxel (0, 0, 0) is inf, no label id"))
        #expect(text { try ids(2, [1] as [UInt8], scaling: (0.5, 0)) }.contains("voxel (0, 0, 0) is 0.5, no label id"))
        #expect(text { try ids(4, [32000] as [Int16], scaling: (2, 0.25)) }.contains("is 64000.25, no label id"))
        #expect(text { try ids(2, [1] as [UInt8], scaling: (-1, 0)) }.contains("voxel (0, 0, 0) is -1.0, no label id"))
    }

    @Test(arguments: [([0, 1, 255], 2, 8), ([0, 1, 256, 65535], 512, 16)] as [([UInt16], Int, Int)])
    func theNarrowestTypeIsWritten(_ labels: [UInt16], datatype: Int, bits: Int) throws {
        let map = LabelVolume(
            geometry: Geometry(shape: Shape(labels.count, 1, 1), affine: .identity), voxels: labels)
        for name in ["l.nii", "l.nii.gz"] {
            try NIfTI.write(map, to: folder.file(name))
            let bytes = content(folder.file(name))
            func int16(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }
            #expect(int16(70) == datatype)
            #expect(int16(72) == bits)
            #expect(int16(68) == 1002)  // NIFTI_INTENT_LABEL
            #expect(Array(bytes[112..<120]) == [0, 0, 0x80, 0x3f, 0, 0, 0, 0])  // slope 1, intercept 0
            #expect(Array(bytes[148..<228]) == Array("tomos".utf8) + [UInt8](repeating: 0, count: 75))
            #expect(bytes.count == 352 + labels.count * bits / 8)
            #expect(try NIfTI.readLabels(folder.file(name)).voxels == labels)
        }
    }

    @Test(
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"),
        arguments: [
            "data/hippocampus/images/hippocampus_001.nii.gz", "conformance/nifti/good/example_nifti2.nii.gz",
            "conformance/nifti/good/example4d.nii.gz", "conformance/nifti/good/pcasl.nii.gz",
            "conformance/nifti/hostile/qneg.nii", "conformance/nifti/hostile/pixneg.nii",
        ])
    func theSourcesGeometryGoesBackBitForBit(_ source: String) throws {
        let path = SharedFolder.file(source)
        let volume = try NIfTI.readVolume(path, volumeIndex: 0)
        var map = LabelVolume(geometry: volume.geometry)
        map.voxels[map.voxels.count / 2] = 2
        let expected = geometryBytes(content(path))
        for name in ["l.nii", "l.nii.gz"] {
            try NIfTI.write(map, to: folder.file(name))
            #expect(geometryBytes(content(folder.file(name))) == expected)
            #expect(try NIfTI.readLabels(folder.file(name)) == map)
        }
        try NIfTI.write(volume, to: folder.file("v.nii"))
        #expect(geometryBytes(content(folder.file("v.nii"))) == expected)
    }

    @Test func fieldsThatNoLongerStateTheAffineAreNotWritten() throws {
        var file = NIfTITestFile()
        file.setRows([2, 0, 0, 5, 0, 2, 0, 6, 0, 0, 2, 7])
        file.write(to: folder.file("s.nii"))
        var map = LabelVolume(geometry: try NIfTI.info(folder.file("s.nii")).geometry)
        map.geometry.affine = Affine(i: [3, 0, 0], j: [0, 3, 0], k: [0, 0, 3], origin: [1, 2, 3])
        try NIfTI.write(map, to: folder.file("l.nii"))
        #expect(try NIfTI.readLabels(folder.file("l.nii")).geometry.affine == map.geometry.affine)
    }
}
