import Foundation
import Platform
import Volumes

/// An archive in a folder of its own that nobody else can read, removed with the value, and when the program is told to end.
public final class UnpackedArchive: Sendable {
    /// An entry that was not unpacked.
    public struct PassedOver: Sendable, Hashable {
        /// Its name in the archive.
        public let name: String
        /// Why.
        public let reason: String
    }

    /// The archive, as it was named.
    public let archive: String
    /// Where its files lie: a folder, or the file of a compressed one.
    public let root: String
    /// The temporary folder around it.
    public let folder: String
    /// What was not unpacked, in the order of the archive.
    public let passedOver: [PassedOver]

    /// Unpacks an archive into a new folder below `$TMPDIR`, or the system's.
    /// - Throws: ``ArchiveError``; nothing is left behind then.
    public init(_ archive: String, kind: ArchiveKind, limits: ArchiveLimits = ArchiveLimits()) throws(ArchiveError) {
        let folder = try Self.makeFolder(for: archive)
        let name = Self.name(of: archive)
        // A file lies in a folder named like it, for those who name images after folders.
        let holder = folder + "/" + SafeText.fileName(String(name.prefix { $0 != "." }))
        let root = kind == .files ? folder + "/" + name : holder + "/" + name
        do {
            let reader = try ArchiveReader(archive, kind: kind, limits: limits)
            passedOver = try kind == .files ? reader.unpack(into: root) : reader.inflate(to: root, in: holder)
        } catch {
            Self.remove(folder)
            throw error
        }
        (self.archive, self.root, self.folder) = (archive, root, folder)
    }

    deinit { Self.remove(folder) }

    /// The archive's name without the endings that say archive, which are those of no image.
    private static func name(of archive: String) -> String {
        var name = archive.split(separator: "/").last.map(String.init) ?? "archive"
        for ending in [".zip", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz", ".tar"]
        where name.lowercased().hasSuffix(ending) { name.removeLast(ending.count) }
        return SafeText.fileName(name)
    }

    private static func makeFolder(for archive: String) throws(ArchiveError) -> String {
        let above = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        let real = URL(fileURLWithPath: above).resolvingSymlinksInPath().standardizedFileURL.path
        for _ in 0..<8 {
            let folder = real + "/tomos-unpacked-\(String(UInt64.random(in: .min ... .max), radix: 36))"
            Drafts.begin(folder)
            if mkdir(folder, 0o700) == 0 { return folder }
            let code = errno
            Drafts.end(folder)
            if code != EEXIST { throw .cannotUnpack(archive, folder: above, code: code) }
        }
        throw .cannotUnpack(archive, folder: above, code: EEXIST)
    }

    private static func remove(_ folder: String) {
        try? FileManager.default.removeItem(atPath: folder)
        Drafts.end(folder)
    }
}
