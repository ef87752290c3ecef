import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@Suite("tomos convert reads archives")
struct ConvertArchiveTests {
    let folder = TemporaryFolder()
    let tomos: Program

    init() throws {
        tomos = Program(folder: folder)
        try folder.copySeries(to: "in")
        try FileManager.default.createDirectory(atPath: folder.file("tmp"), withIntermediateDirectories: true)
    }

    private func run(_ arguments: [String]) throws -> Program.Outcome {
        try tomos.run(arguments, environment: ["TMPDIR": folder.file("tmp")])
    }

    private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.file(name))) }

    /// The image of the folder is the oracle for that of the archive.
    @Test("A series in an archive is the series in the folder", arguments: ["zip", "tar", "tar.gz", "tgz"])
    func series(_ ending: String) throws {
        let entries = try folder.entries(of: "in", under: "DICOM/")
        let packed = ending == "zip" ? ArchiveWriter.zip(entries) : ArchiveWriter.tar(entries)
        try folder.write(ending.hasSuffix("gz") ? ArchiveWriter.gzip(packed) : packed, to: "scan.\(ending)")
        #expect(try tomos("convert", "in", "-o", "plain.nii", "-q").code == 0)
        let outcome = try run(["convert", "scan.\(ending)", "-o", "out", "-z", "n"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(folder.list("out") == ["DICOM.json", "DICOM.nii"])
        #expect(try bytes("out/DICOM.nii") == bytes("plain.nii"))
        #expect(outcome.output.contains("from scan.\(ending)/DICOM (series 2, 31 DICOM files)"))
        let info = try run(["info", "scan.\(ending)", "--json"])
        #expect(info.code == 0 && info.output.contains("\"scan.\(ending)/DICOM (series 2, 31 DICOM files)\""))
        #expect(folder.list("tmp").isEmpty)
    }

    @Test("One DICOM file in gzip, and the default output beside the archive") func compressedFile() throws {
        try FileManager.default.copyItem(atPath: folder.file("in/IM0001"), toPath: folder.file("one.dcm"))
        try folder.write(ArchiveWriter.gzip(Array(try bytes("one.dcm"))), to: "disc/one.dcm.gz")
        #expect(try tomos("convert", "one.dcm", "-o", "plain.nii", "-q").code == 0)
        let outcome = try run(["convert", "disc/one.dcm.gz", "-z", "n", "-b", "n"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(
            folder.list("disc") == ["one.dcm.gz", "one.dcm.nii"] || folder.list("disc") == ["one.dcm.gz", "one.nii"])
        let written = try #require(folder.list("disc").last)
        #expect(try bytes("disc/\(written)") == bytes("plain.nii"))
        #expect(folder.list("tmp").isEmpty && !outcome.output.contains("tmp/"))
    }

    @Test("What is not unpacked is said under the archive's name") func passedOver() throws {
        let entries =
            try folder.entries(of: "in", under: "") + [
                ArchiveEntry("../up.dcm", [1]), ArchiveEntry("l", kind: .symbolicLink, target: "/"),
                ArchiveEntry("inner.zip", ArchiveWriter.zip([ArchiveEntry("x", [1])])),
            ]
        try folder.write(ArchiveWriter.tar(entries), to: "scan.tar")
        let outcome = try run(["convert", "scan.tar", "-o", "out", "-v", "1"])
        #expect(outcome.code == 0 && folder.list("out") == ["scan.json", "scan.nii.gz"], "\(outcome.errors)")
        #expect(outcome.errors.contains("scan.tar/../up.dcm: ignored, its name leads out of the archive"))
        #expect(outcome.errors.contains("scan.tar/l: ignored, a link"))
        #expect(outcome.errors.contains("scan.tar/inner.zip: ignored, a zip archive is not read"))
        #expect(!outcome.errors.contains("tomos-unpacked") && folder.files.filter { $0.contains("up.dcm") }.isEmpty)
    }

    @Test("Archives in a folder are passed over, with the way out") func inFolder() throws {
        try folder.write(ArchiveWriter.zip([ArchiveEntry("x", [1])]), to: "in/more.zip")
        let outcome = try tomos("convert", "in", "-o", "out", "-b", "n")
        #expect(outcome.code == 0)
        #expect(
            outcome.errors.contains(
                "in/more.zip (a zip archive is not read: give it to 'tomos convert' by its own name, or unpack it"))
    }

    @Test(
        "What cannot be unpacked is an error that names the archive, and leaves nothing",
        arguments: [
            (ArchiveWriter.zip([ArchiveEntry("a.dcm", [1])], isLocked: true), 65, "locked with a password (a.dcm)"),
            (
                Array(ArchiveWriter.zip([ArchiveEntry("a", [UInt8](repeating: 1, count: 9000))]).prefix(5000)), 65,
                "damaged"
            ),
            (ArchiveWriter.zip([ArchiveEntry("a.txt", [1])]), 66, "no images here: 1 file passed over"),
        ] as [([UInt8], Int32, String)])
    func faults(_ bytes: [UInt8], _ code: Int32, _ message: String) throws {
        try folder.write(bytes, to: "scan.zip")
        let outcome = try run(["convert", "scan.zip", "-o", "out"])
        #expect(outcome.code == code && outcome.errors.hasPrefix("tomos: error: scan.zip: "), "\(outcome.errors)")
        #expect(outcome.errors.contains(message))
        #expect(folder.list("tmp").isEmpty && folder.list("out").isEmpty)
    }

    @Test("No room to unpack says where it was to be") func noRoom() throws {
        try folder.write(ArchiveWriter.zip([ArchiveEntry("a.dcm", [1])]), to: "scan.zip")
        let outcome = try tomos.run(["convert", "scan.zip", "-o", "out"], environment: ["TMPDIR": "/proc"])
        #expect(outcome.code == 74 && outcome.errors.contains("cannot be unpacked into /proc"))
        #expect(outcome.errors.contains("set TMPDIR"))
    }
}

@Suite("tomos convert that is told to end") struct ConvertSignalTests {
    let folder = TemporaryFolder()

    /// Noise, which takes a while to compress: 25 MB.
    private func writeNoise(_ name: String) throws {
        let shape = Shape(256, 256, 200)
        var state: UInt64 = 1
        let voxels = (0..<shape.count).map { _ -> Int16 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int16(truncatingIfNeeded: state >> 40)
        }
        let geometry = Geometry(
            shape: shape, affine: Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0, 1], origin: [0, 0, 0]))
        try NIfTI.write(Volume(geometry: geometry, voxels: .int16(voxels)), to: folder.file(name))
    }

    @Test("leaves no temporary file", arguments: [(SIGINT, false), (SIGTERM, true)])
    func signals(_ signal: Int32, _ isArchive: Bool) throws {
        try FileManager.default.createDirectory(atPath: folder.file("tmp"), withIntermediateDirectories: true)
        try writeNoise("noise.nii")
        var input = "noise.nii"
        if isArchive {
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder.file(input))))
            try folder.write(ArchiveWriter.tar([ArchiveEntry("noise.nii", bytes)]), to: "noise.tar")
            input = "noise.tar"
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["convert", input, "-9", "-o", "out", "-q"]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.environment = ProcessInfo.processInfo.environment.merging(["TMPDIR": folder.file("tmp")]) { $1 }
        process.standardInput = FileHandle.nullDevice
        try process.run()
        while process.isRunning, !folder.list("out").contains(where: { $0.hasSuffix(".tmp") }) { usleep(1000) }
        #expect(!isArchive || folder.list("tmp").count == 1)
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == signal)
        #expect(folder.list("out").isEmpty && folder.list("tmp").isEmpty)
    }
}
