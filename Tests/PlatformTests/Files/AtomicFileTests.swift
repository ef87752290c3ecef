import Foundation
import Platform
import TestSupport
import Testing
import VolumeIO
import Volumes

struct AtomicFileTests {
    let folder = TemporaryFolder()

    private func content(_ path: String) -> [UInt8] { FileManager.default.contents(atPath: path).map(Array.init) ?? [] }
    private func text(_ name: String) -> String { String(decoding: content(folder.file(name)), as: UTF8.self) }

    @Test func foldersAreMadeAndFilesReplaced() throws {
        let path = folder.file("a/b/c.txt")
        try AtomicFile.write(Array("one".utf8), to: path)
        try AtomicFile.write(Array("two".utf8), to: path)
        #expect(text("a/b/c.txt") == "two")
        #expect(folder.contents == ["a", "a/b", "a/b/c.txt"])
    }

    @Test func anEmptyFile() throws {
        try AtomicFile.write([], to: folder.file("empty"))
        #expect(folder.contents == ["empty"])
        #expect(text("empty") == "")
    }

    @Test func anErrorOfTheWriterLeavesTheOldFile() throws {
        struct Broken: Error {}
        try AtomicFile.write(Array("old".utf8), to: folder.file("x"))
        #expect(throws: Broken.self) {
            try AtomicFile.write(to: folder.file("x")) { output in
                try Array("new".utf8).withUnsafeBytes { try output.append($0) }
                throw Broken()
            }
        }
        #expect(text("x") == "old")
        #expect(folder.contents == ["x"])
    }

    @Test func unwritablePlaces() throws {
        try AtomicFile.write([1], to: folder.file("file"))
        try AtomicFile.write([1], to: folder.file("dir/other"))
        let wayOut = "(write to another folder or change its permissions)"
        for (path, reason) in [
            (folder.file("file/x.nii"), "Not a directory"), (folder.file("file/deeper/x.nii"), "Not a directory"),
            (folder.file("dir"), "Is a directory"), ("/proc/tomos/x.nii", "No such file or directory"),
        ] {
            let error = #expect(throws: AtomicFileError.self) { try AtomicFile.write([1], to: path) }
            #expect(error?.description == "\(path): cannot be created: \(reason) \(wayOut)")
            #expect(error?.category == .cannotCreate)
        }
        #expect(folder.contents == ["dir", "dir/other", "file"])
    }

    /// A limit on file size stands for a full disk: the same way out of write(2), without a disk to fill.
    @Test func aFullDiskLeavesNothing() async {
        await #expect(processExitsWith: .success) {
            let folder = TemporaryFolder()
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
            let path = folder.file("sub/labels.nii")
            let labels = LabelVolume(geometry: Geometry(shape: Shape(100, 100, 100), affine: .identity))
            do {
                try NIfTI.write(labels, to: path)
                exit(3)
            } catch let error as AtomicFileError {
                let expected =
                    "\(path): writing failed: File too large (free space or write to another disk); no part of the file was left"
                guard error.description == expected, error.category == .inputOutput else { exit(4) }
            } catch {
                exit(5)
            }
            guard folder.contents == ["sub"] else { exit(6) }
            exit(0)
        }
    }

    @Test func errorsNameReasonAndWayOut() {
        #expect(
            AtomicFileError.writeFailed(path: "/out/a.nii.gz", code: ENOSPC).description
                == "/out/a.nii.gz: writing failed: No space left on device (free space or write to another disk); no part of the file was left"
        )
    }
}
