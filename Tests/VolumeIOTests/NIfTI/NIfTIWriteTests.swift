import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

/// Volumes out and in again, and what is refused.
struct NIfTIWriteTests {
    let folder = TemporaryFolder()

    // Computed, not stored: LeakSanitizer sees no pointer in an enum's payload and would report the stored table.
    static var buffers: [VoxelBuffer] {
        [
            .uint8([0, 1, 128, 255, 7, 8]), .int8([0, 1, -128, 127, -7, 8]), .uint16([0, 1, 256, 65535, 7, 8]),
            .int16([0, 1, -32768, 32767, -7, 8]), .uint32([0, 1, 1 << 31, .max, 7, 8]),
            .int32([0, 1, .min, .max, -7, 8]),
            .uint64([0, 1, 1 << 63, .max, 7, 8]), .int64([0, 1, .min, .max, -7, 8]),
            .float32([0, 1.5, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity, 8]),
            .float64([0, 1.5, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity, 8]),
        ]
    }

    /// An oblique, right-angled affine whose entries float32 holds exactly.
    static let oblique = Affine(i: [1.5, 2, 0], j: [-2, 1.5, 0], k: [0, 0, -3], origin: [-10, 20.25, 5])

    private func geometry(version: Int, shape: Shape = Shape(3, 2, 1)) throws -> Geometry {
        var file = NIfTITestFile(version: version)
        file.setForms(qform: 0, sform: 2)
        file.setRows([1.5, -2, 0, -10, 2, 1.5, 0, 20.25, 0, 0, -3, 5])
        file.write(to: folder.file("geometry.nii"))
        var geometry = try NIfTI.info(folder.file("geometry.nii")).geometry
        geometry.shape = shape
        return geometry
    }

    @Test(arguments: buffers, [1, 2])
    func everyTypeComesBack(_ voxels: VoxelBuffer, version: Int) throws {
        let volume = Volume(
            geometry: try geometry(version: version), voxels: voxels,
            scaling: ValueScaling(slope: 0.5, intercept: -1024))
        for name in ["v.nii", "v.nii.gz", "V.NII.GZ"] {
            try NIfTI.write(volume, to: folder.file(name))
            let again = try NIfTI.readVolume(folder.file(name))
            #expect(again.voxels == voxels)
            #expect(again.geometry == volume.geometry)
            #expect(again.scaling == volume.scaling)
            #expect(again.notices.isEmpty)
            #expect(try NIfTI.info(folder.file(name)).version == version)
        }
    }

    @Test func anAffineFromElsewhereIsStatedTwice() throws {
        let volume = Volume(
            geometry: Geometry(shape: Shape(3, 2, 1), affine: Self.oblique), voxels: .uint8([1, 2, 3, 4, 5, 6]))
        try NIfTI.write(volume, to: folder.file("v.nii"))
        var again = try NIfTI.readVolume(folder.file("v.nii"))
        #expect(again.geometry.affine == Self.oblique)
        let fields = try #require(again.geometry.nifti)
        #expect([fields.qformCode, fields.sformCode] == [1, 1])
        #expect(fields.pixdim == [1, 2.5, 2.5, 3] || fields.pixdim == [-1, 2.5, 2.5, 3])
        #expect(fields.xyztUnits == 2)

        // The qform says the same: read the file with its sform switched off.
        var bytes = content(folder.file("v.nii"))
        bytes[254] = 0
        var file = NIfTITestFile()
        file.bytes = bytes
        file.write(to: folder.file("q.nii"))
        again = try NIfTI.readVolume(folder.file("q.nii"))
        #expect(again.geometry.matches(volume.geometry, tolerance: 1e-5))
    }

    @Test func aShearedAffineHasNoQform() throws {
        let sheared = Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0.25, 2], origin: [0, 0, 0])
        let volume = Volume(geometry: Geometry(shape: Shape(1, 1, 2), affine: sheared), voxels: .int16([1, 2]))
        try NIfTI.write(volume, to: folder.file("v.nii.gz"))
        let again = try NIfTI.readVolume(folder.file("v.nii.gz"))
        #expect(again.geometry.affine == sheared)
        #expect(again.geometry.nifti?.qformCode == 0)
        #expect(again.geometry.nifti?.sformCode == 1)
    }

    @Test func anAxisTooLongForAShortNeedsVersion2() throws {
        let shape = Shape(40000, 1, 1)
        let volume = Volume(
            geometry: Geometry(shape: shape, affine: .identity), voxels: .uint8(Array(repeating: 3, count: 40000)))
        try NIfTI.write(volume, to: folder.file("v.nii.gz"))
        let again = try NIfTI.readVolume(folder.file("v.nii.gz"))
        #expect(again.geometry.nifti?.version == 2)
        #expect(again.voxels == volume.voxels)
    }

    @Test func equalVolumesGiveEqualBytes() throws {
        let volume = Volume(geometry: try geometry(version: 1), voxels: Self.buffers[3])
        let files = try ["a.nii.gz", "b.nii.gz"].map { name in
            try NIfTI.write(volume, to: folder.file(name))
            return try #require(FileManager.default.contents(atPath: folder.file(name)))
        }
        #expect(files[0] == files[1])
        // RFC 1952: no file name (flags 0), no time.
        #expect([UInt8](files[0][..<8]) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0])
    }

    @Test(arguments: ["v.nrrd", "v.gz", "v.hdr", "v", "v.nii.bz2"])
    func otherNamesAreRefused(_ name: String) throws {
        let volume = Volume(geometry: try geometry(version: 1), voxels: Self.buffers[0])
        let labels = LabelVolume(geometry: volume.geometry)
        let text = "\(folder.file(name)): cannot tell the format from the name (end it in .nii or .nii.gz)"
        #expect(errorText { try NIfTI.write(volume, to: folder.file(name)) } == text)
        #expect(errorText { try NIfTI.write(labels, to: folder.file(name)) } == text)
        #expect(folder.contents == ["geometry.nii"])
    }

    @Test(arguments: [0.0, .nan, .infinity, 1e-60])
    func aSlopeThatWouldNotComeBackIsRefused(_ slope: Double) throws {
        let volume = Volume(
            geometry: try geometry(version: 1), voxels: Self.buffers[0],
            scaling: ValueScaling(slope: slope, intercept: 0))
        #expect(
            errorText { try NIfTI.write(volume, to: folder.file("v.nii")) }
                == "\(folder.file("v.nii")): not written: slope \(slope) and intercept 0.0 are no scaling a header can state"
        )
        #expect(folder.contents == ["geometry.nii"])
    }

    @Test func missingFilesFoldersAndPipes() {
        let missing = folder.file("missing.nii.gz")
        #expect(
            errorText { _ = try NIfTI.readVolume(missing) }
                == "\(missing): cannot be opened: No such file or directory")
        #expect(
            errorText { _ = try NIfTI.readVolume(folder.path) }
                == "\(folder.path): cannot be opened: not a file (give the file itself)")
        mkfifo(folder.file("pipe.nii"), 0o600)
        #expect(errorText { _ = try NIfTI.info(folder.file("pipe.nii")) }?.contains("not a file") == true)
        #expect((#expect(throws: VolumeFileError.self) { try NIfTI.info(missing) })?.category == .missingInput)
    }

    @Test func aTextFileNamedNiiGz() {
        _ = FileManager.default.createFile(atPath: folder.file("notes.nii.gz"), contents: Data("Dear colleague,".utf8))
        #expect(
            errorText { _ = try NIfTI.readVolume(folder.file("notes.nii.gz")) }
                == "\(folder.file("notes.nii.gz")): not a NIfTI file: it starts with no header size of 348 or 540 (check that the name fits the content)"
        )
    }
}
