import Foundation
import Platform
import TestSupport
import Testing

@testable import Archives

@Suite("Archives are unpacked within bounds")
struct UnpackedArchiveTests {
    let folder = TemporaryFolder()

    private func write(_ bytes: [UInt8], to name: String) throws -> String {
        try folder.write(bytes, to: name)
        return folder.file(name)
    }

    /// Files below a folder with their text.
    private func contents(_ root: String) -> [String: String] {
        let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        return Dictionary(
            uniqueKeysWithValues: names.compactMap { name in
                (try? String(contentsOfFile: root + "/" + name, encoding: .utf8)).map { (name, $0) }
            })
    }

    /// What a hostile tar holds; the oracle is the list itself.
    private static let entries: [ArchiveEntry] = [
        ArchiveEntry("in", kind: .folder), ArchiveEntry("in/a.dcm", Array("one".utf8)),
        ArchiveEntry("./in//deep/b.dcm", Array("two".utf8)), ArchiveEntry("../out.dcm", Array("out".utf8)),
        ArchiveEntry("in/../../out.dcm", Array("out".utf8)), ArchiveEntry("/tmp/out.dcm", Array("out".utf8)),
        ArchiveEntry("in/link", kind: .symbolicLink, target: "/etc/passwd"),
        ArchiveEntry("in/hard", kind: .hardLink, target: "in/a.dcm"), ArchiveEntry("in/device", kind: .device),
        ArchiveEntry("in/a.dcm", Array("again".utf8)), ArchiveEntry("in/a.dcm/c.dcm", Array("below a file".utf8)),
    ]

    @Test("Files lie in the folder; links, devices, names that lead out and names given twice are passed over")
    func hostile() throws {
        for (name, bytes) in [
            ("x.tar", ArchiveWriter.tar(Self.entries)), ("x.tgz", ArchiveWriter.gzip(ArchiveWriter.tar(Self.entries))),
        ] {
            let path = try write(bytes, to: name)
            let kind = try #require(ArchiveKind(of: path))
            let archive = try UnpackedArchive(path, kind: kind)
            #expect(archive.root.hasSuffix("/x") && archive.archive == path)
            #expect(contents(archive.root) == ["in/a.dcm": "one", "in/deep/b.dcm": "two"])
            #expect(archive.passedOver.map(\.name) == Self.entries.dropFirst(3).map(\.name))
            let reasons = archive.passedOver.map(\.reason)
            #expect(reasons.prefix(3).allSatisfy { $0 == "its name leads out of the archive" })
            #expect(reasons[3...5] == ["a link", "a link", "a device, and no file"])
            #expect(reasons.suffix(2).allSatisfy { $0 == "the archive holds another entry of this name before it" })
            var status = stat()
            #expect(stat(archive.folder, &status) == 0 && status.st_mode & 0o777 == 0o700)
        }
    }

    @Test("The temporary folder goes with the value") func removed() throws {
        let path = try write(ArchiveWriter.zip([ArchiveEntry("a/b", [1, 2, 3])]), to: "x.zip")
        var archive: UnpackedArchive? = try UnpackedArchive(path, kind: .files)
        let root = try #require(archive?.folder)
        #expect(FileManager.default.fileExists(atPath: root + "/x/a/b"))
        archive = nil
        #expect(!FileManager.default.fileExists(atPath: root))
    }

    @Test("A zip that is locked is refused by name") func locked() throws {
        let path = try write(ArchiveWriter.zip([ArchiveEntry("a.dcm", [1])], isLocked: true), to: "x.zip")
        #expect(throws: ArchiveError.locked(path, entry: "a.dcm")) { try UnpackedArchive(path, kind: .files) }
    }

    @Test("More entries or bytes than are allowed are refused, and the error says the limit") func limits() throws {
        let path = try write(
            ArchiveWriter.tar((0..<3).map { ArchiveEntry("f\($0)", [UInt8](repeating: 7, count: 100)) }), to: "x.tar")
        var limits = ArchiveLimits()
        limits.entries = 2
        #expect(throws: ArchiveError.tooLarge(path, limit: "2 entries")) {
            try UnpackedArchive(path, kind: .files, limits: limits)
        }
        limits = ArchiveLimits()
        limits.bytes = 299
        #expect(throws: ArchiveError.tooLarge(path, limit: "299 bytes")) {
            try UnpackedArchive(path, kind: .files, limits: limits)
        }
        limits.bytes = 300
        #expect(try UnpackedArchive(path, kind: .files, limits: limits).passedOver.isEmpty)
    }

    /// A file in gzip states no size: the limit is met while it is inflated.
    @Test("What states no size is stopped on the way") func ratio() throws {
        let path = try write(ArchiveWriter.gzip([UInt8](repeating: 0, count: 200_000)), to: "x.dcm.gz")
        var limits = ArchiveLimits()
        limits.bytes = 199_999
        #expect(throws: ArchiveError.tooLarge(path, limit: "199999 bytes")) {
            try UnpackedArchive(path, kind: .compressedDICOM, limits: limits)
        }
        let archive = try UnpackedArchive(path, kind: .compressedDICOM)
        #expect(archive.root.hasSuffix("/x.dcm"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: archive.root)).count == 200_000)
    }

    @Test(
        "The limit is the smaller of bytes and ratio, and small archives are free of the ratio",
        arguments: [
            (1000, 256 << 20), (10 << 20, 1000 << 20), (1 << 40, 64 << 30), (Int.max, 64 << 30),
        ])
    func most(archiveBytes: Int, most: Int) {
        #expect(ArchiveLimits().most(archiveBytes: archiveBytes).bytes == most)
    }

    @Test("A damaged archive is an error", arguments: ["zip", "tar", "gz"]) func damaged(_ kind: String) throws {
        let entries = [ArchiveEntry("a.dcm", [UInt8](repeating: 1, count: 5000))]
        let whole =
            kind == "zip"
            ? ArchiveWriter.zip(entries)
            : kind == "tar" ? ArchiveWriter.tar(entries) : ArchiveWriter.gzip(ArchiveWriter.tar(entries))
        let path = try write(Array(whole.prefix(3000)), to: "x.\(kind)")
        let error = #expect(throws: ArchiveError.self) { try UnpackedArchive(path, kind: .files) }
        guard case .damaged = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        "Names of entries",
        arguments: [
            ("a/b", ["a", "b"], true), ("./a//b/", ["a", "b"], true), ("a\\b", ["a", "b"], true), ("..", [".."], false),
            ("C:/x", ["C:", "x"], false), ("/etc/passwd", ["etc", "passwd"], false), ("", [], false),
            (String(repeating: "x", count: 256), [String(repeating: "x", count: 256)], false),
        ] as [(String, [String], Bool)])
    func names(_ name: String, _ parts: [String], _ isTaken: Bool) {
        #expect(ArchiveName(name).parts == parts && (ArchiveName(name).refusal == nil) == isTaken)
    }
}
