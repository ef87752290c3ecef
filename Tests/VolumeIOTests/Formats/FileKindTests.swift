import Foundation
import Platform
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// Bytes compressed with gzip.
func gzipped(_ bytes: [UInt8]) throws -> [UInt8] {
    let folder = TemporaryFolder()
    let path = folder.file("x.gz")
    try AtomicFile.write(to: path) { output in
        try bytes.withUnsafeBytes { try GzipWriter(path: path, level: 6).append([], $0, to: output) }
    }
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

@Suite("What a file is, its content says") struct FileKindTests {
    let folder = TemporaryFolder()

    func kind(_ bytes: [UInt8], _ name: String = "file") throws -> FileKind {
        try Data(bytes).write(to: URL(fileURLWithPath: folder.file(name)))
        return FileKind(of: folder.file(name))
    }

    @Test("DICOM under any name, with a mark or without; compressed with gzip it is named")
    func dicom() throws {
        var bare = DICOMWriter.slice(1, z: 0)
        bare.hasMeta = false
        for name in ["a.img", "a.hdr", "a.nii", "a.nii.gz", "a"] {
            #expect(try kind(DICOMWriter.slice(1, z: 0).bytes, name) == .dicom)
            #expect(try kind(bare.bytes, name) == .dicom)
        }
        #expect(try kind(gzipped(DICOMWriter.slice(1, z: 0).bytes), "a.dcm.gz") == .compressedDICOM)
        #expect(FileKind.compressedDICOM.reasonNotRead?.contains("gunzip") == true)
    }

    @Test("NIfTI by its header, compressed or not, under any name; ANALYZE apart from it")
    func nifti() throws {
        let volume = Volume(geometry: Geometry(shape: Shape(2, 2, 2), affine: .identity), voxels: .uint8(Array(1...8)))
        for name in ["a.nii", "a.nii.gz"] {
            try NIfTI.write(volume, to: folder.file(name))
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file(name))))
            #expect(try kind(bytes, "scan") == .nifti(isPair: false))
            #expect(try NIfTI.readVolume(folder.file("scan")).voxels == volume.voxels)
            #expect(try kind(bytes, "whole.img") == .nifti(isPair: false))
            #expect(try NIfTI.readVolume(folder.file("whole.img")).voxels == volume.voxels)
        }
        var header = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("a.nii"))))
        header.replaceSubrange(344..<348, with: Array("ni1\0".utf8))
        #expect(try kind(header) == .nifti(isPair: true))
        header.replaceSubrange(344..<348, with: [0, 0, 0, 0])
        #expect(try kind(header) == .analyze)
    }

    // Beginnings as the formats' own descriptions have them.
    static let known: [(bytes: [UInt8], name: String)] = [
        (Array("PK\u{3}\u{4}".utf8) + [20, 0], "a zip archive"),
        ([UInt8](repeating: 0, count: 257) + Array("ustar".utf8), "a tar archive"),
        (Array("/annex/objects/MD5E-s10--0123.dcm\n".utf8), "a git-annex pointer"),
        (Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8), "a Git LFS pointer"),
        ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "MINC"), (Array("BZh91AY".utf8), "bzip2"),
        ([0x28, 0xB5, 0x2F, 0xFD, 0], "Zstandard"), ([0xFF, 0xD8, 0xFF, 0xE0], "JPEG"), (Array("%PDF-1.7".utf8), "PDF"),
    ]

    @Test("Formats that are known and not read are named with the way out, compressed or not", arguments: known.indices)
    func knownFormats(_ n: Int) throws {
        let (bytes, name) = Self.known[n]
        for content in [bytes, try gzipped(bytes)] {
            guard case .known(let format) = try kind(content) else {
                Issue.record("\(name) is not known")
                continue
            }
            #expect(format.name == name && format.reason.hasPrefix("\(name) is not read: "))
            let error = #expect(throws: VolumeFileError.self) { try NIfTI.info(folder.file("file")) }
            #expect(error?.description == "\(folder.file("file")): \(name) is not read (\(format.wayOut))")
        }
    }

    @Test("What is none of these") func others() throws {
        #expect(try kind([]) == .empty)
        #expect(try kind(Array("some text".utf8)) == .other)
        #expect(try kind([0x1F, 0x8B, 8, 0, 1]) == .other)
        #expect(FileKind(of: folder.file("none")).reasonNotRead == "cannot be opened: No such file or directory")
    }

    @Test(
        "Names",
        arguments: [("a.NRRD", true), ("a.nii", true), ("x.mgz", true), ("results", false), ("sub-1.2", false)])
    func names(_ name: String, _ isFile: Bool) { #expect(KnownFormat.isFileName(name) == isFile) }

    @Test("A DICOM file where NIfTI is asked for says how to convert it") func dicomAsLabels() throws {
        try Data(DICOMWriter.slice(1, z: 0).bytes).write(to: URL(fileURLWithPath: folder.file("a.nii")))
        let error = #expect(throws: VolumeFileError.self) { try NIfTI.readLabels(folder.file("a.nii")) }
        #expect(
            error?.description.contains("DICOM where NIfTI is expected is not read (convert its series: tomos convert")
                == true)
    }

    // MARK: holes in a series

    func scan(_ change: (DICOMWriter) throws -> Void = { _ in }) throws -> DICOMSeries {
        for n in [0, 1, 3] { try DICOMWriter.slice(n, z: Double(2 * n)).write(to: folder.file("s\(n).dcm")) }
        try change(DICOMWriter.slice(2, z: 4))
        return try #require(try DICOM.scan([folder.path]).series.first)
    }

    struct Hole: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let name: String
        let bytes: [UInt8]
        let reason: String
    }

    static let holes = [
        Hole(testDescription: "an empty file", name: "s4.dcm", bytes: [], reason: "an empty file"),
        Hole(
            testDescription: "a pointer of git-annex", name: "s4.dcm", bytes: Array("/annex/objects/x".utf8),
            reason:
                "a git-annex pointer is not read: its content was not fetched; fetch it with 'git annex get' or 'datalad get'"
        ),
        Hole(
            testDescription: "text named .dcm", name: "s4.dcm", bytes: Array("<html>".utf8),
            reason: "named like DICOM, but it is not"),
    ]

    @Test("What lies among a series' files and holds nothing refuses it, unless told to go on", arguments: holes)
    func refusesHole(_ hole: Hole) throws {
        var series = try scan { _ in
            try Data(hole.bytes).write(to: URL(fileURLWithPath: folder.file(hole.name)))
        }
        #expect(series.absent == [DICOMFileFate(path: folder.file(hole.name), reason: hole.reason)])
        // Slices at 0, 2 and 6 would be refused anyhow; at 0, 2 and 4 nothing else shows the hole.
        series.images.removeLast()
        let error = #expect(throws: DICOMError.self) { try DICOM.volumes(series) }
        #expect(
            error?.description
                == "series 1.2.3: 1 file among its own may be missing slices, first \(folder.file(hole.name)): "
                + "\(hole.reason) (fetch or remove it, or convert what is there with --keep-going)")
        series.policies.takesIncomplete = true
        let volumes = try DICOM.volumes(series)
        #expect(volumes.geometry.shape == Shape(4, 3, 2))
        #expect(
            volumes.notices == [
                "1 file among the series' own could not be read, first s4.dcm: \(hole.reason); slices may be missing"
            ])
    }

    @Test("A link to nothing and a slice in gzip are holes; a text, an empty note or a link elsewhere is not")
    func links() throws {
        let files = FileManager.default
        try files.createDirectory(atPath: folder.file("notes"), withIntermediateDirectories: true)
        let series = try scan { slice in
            try files.createSymbolicLink(atPath: folder.file("s2.dcm"), withDestinationPath: "nowhere")
            try files.createSymbolicLink(atPath: folder.file("notes/s9.dcm"), withDestinationPath: "nowhere")
            try files.createSymbolicLink(atPath: folder.file("table.csv"), withDestinationPath: "nowhere")
            try Data().write(to: URL(fileURLWithPath: folder.file("empty.txt")))
            try Data("text".utf8).write(to: URL(fileURLWithPath: folder.file("README")))
            try Data(try gzipped(slice.bytes)).write(to: URL(fileURLWithPath: folder.file("s4.dcm.gz")))
        }
        #expect(series.absent.map(\.path) == ["s2.dcm", "s4.dcm.gz"].map(folder.file))
        let scan = try DICOM.scan([folder.path])
        #expect(scan.unreadable.map(\.path) == ["notes/s9.dcm", "table.csv"].map(folder.file))
        #expect(scan.notDICOM == ["README", "empty.txt"].map(folder.file))
    }
}
