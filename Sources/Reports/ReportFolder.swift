import Foundation
import Glibc
import Platform

/// A folder that appears whole: it is made beside the place where it goes and changes places with what is there.
struct ReportFolder {
    /// Where it goes.
    let path: String
    /// The same for people, as it was named.
    let shown: String
    /// Where it is made, on the same file system.
    let drafts: String

    /// Makes the folder's files through `body`, which gets the folder to write to. Whatever goes wrong, nothing of it stays
    /// behind, and an earlier report stays as it was.
    ///
    /// - Throws: ``ReportError``, `AtomicFileError`, and what `body` throws.
    func write<Value>(_ body: (String) throws -> Value) throws -> Value {
        guard Self.isFree(path) else { throw ReportError.occupied(path: shown) }
        try AtomicFile.makeFolder(drafts)
        let draft = drafts + "/.tomos-report-" + String(UInt64.random(in: .min ... .max), radix: 36)
        Drafts.begin(draft)
        defer {
            try? FileManager.default.removeItem(atPath: draft)
            Drafts.end(draft)
        }
        try AtomicFile.makeFolder(draft)
        let value = try body(draft)
        AtomicFile.syncAll(at: draft)
        try put(draft)
        AtomicFile.sync(folder: NSString(string: path).deletingLastPathComponent)
        return value
    }

    /// Nothing is there, an empty folder, or a report.
    private static func isFree(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return true }
        guard isFolder.boolValue, let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            return false
        }
        guard !names.isEmpty else { return true }
        guard let script = FileHandle(forReadingAtPath: path + "/" + StudyReport.script) else { return false }
        let begin = try? script.read(upToCount: StudyReport.call.utf8.count)
        return begin == Data(StudyReport.call.utf8)
    }

    /// Two runs may end at a time: what was not there a moment ago may be there now.
    private func put(_ draft: String) throws {
        for _ in 0..<10 {
            if rename(draft, path) == 0 || AtomicFile.exchange(draft, path) { return }
            guard [ENOTEMPTY, EEXIST, ENOENT].contains(errno) else { break }
        }
        if errno == EINVAL || errno == ENOSYS, rename(path, draft + ".old") == 0 {
            // A file system that cannot exchange two names: the old one steps aside.
            defer { try? FileManager.default.removeItem(atPath: draft + ".old") }
            if rename(draft, path) == 0 { return }
            let code = errno
            rename(draft + ".old", path)
            throw ReportError.writeFailed(path: shown, reason: String(cString: strerror(code)))
        }
        throw ReportError.writeFailed(path: shown, reason: String(cString: strerror(errno)))
    }
}

/// A file of a folder that is not in its place yet.
final class DraftFile {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        (self.path, descriptor) = (path, open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666))
        guard descriptor >= 0 else { throw AtomicFileError.cannotCreate(path: path, code: errno) }
    }

    deinit { close(descriptor) }

    func append(_ text: String) throws {
        var text = text
        try text.withUTF8 { try append(UnsafeRawBufferPointer($0)) }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let written = Glibc.write(descriptor, part.baseAddress, part.count)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                throw AtomicFileError.writeFailed(path: path, code: written < 0 ? errno : EIO)
            }
            rest = rest.dropFirst(written)
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try DraftFile(path)
        try bytes.withUnsafeBytes { try file.append($0) }
    }

    static func write(_ text: String, to path: String) throws { try DraftFile(path).append(text) }
}
