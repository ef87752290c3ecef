import CArchive
import Foundation
import Platform

/// Reads an archive entry by entry through libarchive. Files are written here and not by the library, so that none lies
/// elsewhere, none is a link and all together stay within the limits.
final class ArchiveReader {
    private let path: String
    private let limits: ArchiveLimits
    private let handle: OpaquePointer
    /// Bytes that may be unpacked, and the limit in words.
    private let most: (bytes: Int, limit: String)
    private var unpacked = 0

    init(_ path: String, kind: ArchiveKind, limits: ArchiveLimits) throws(ArchiveError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw .unreadable(path, reason: String(cString: strerror(errno)))
        }
        guard let handle = archive_read_new() else { throw .unreadable(path, reason: "no memory") }
        (self.path, self.limits, self.handle) = (path, limits, handle)
        most = limits.most(archiveBytes: Int(status.st_size))
        archive_read_support_filter_gzip(handle)
        switch kind {
        case .compressedDICOM: archive_read_support_format_raw(handle)
        case .files:
            archive_read_support_filter_bzip2(handle)
            archive_read_support_filter_xz(handle)
            archive_read_support_format_tar(handle)
            archive_read_support_format_zip(handle)
        }
        guard archive_read_open_filename(handle, path, 1 << 16) == ARCHIVE_OK else {
            throw damaged("it cannot be read as an archive")
        }
    }

    deinit { archive_read_free(handle) }

    /// Unpacks the files into a folder, which is made; says what was passed over.
    func unpack(into root: String) throws(ArchiveError) -> [UnpackedArchive.PassedOver] {
        try makeFolder(root)
        var passedOver: [UnpackedArchive.PassedOver] = []
        var (entries, files) = (0, 0)
        while let entry = try next() {
            entries += 1
            guard entries <= limits.entries else { throw .tooLarge(path, limit: "\(limits.entries) entries") }
            let text = Self.name(of: entry) ?? "entry-\(entries)"
            let name = ArchiveName(text)
            if archive_entry_is_encrypted(entry) != 0 { throw .locked(path, entry: text) }
            if Self.isFolder(entry) { continue }
            if let reason = Self.refusal(entry) ?? name.refusal {
                passedOver.append(UnpackedArchive.PassedOver(name: text, reason: reason))
            } else if try write(entry, to: name, below: root) {
                files += 1
            } else {
                let reason = "the archive holds another entry of this name before it"
                passedOver.append(UnpackedArchive.PassedOver(name: text, reason: reason))
            }
        }
        if files == 0, passedOver.isEmpty { throw .empty(path) }
        return passedOver
    }

    /// Writes the one file in gzip into a folder, which is made.
    func inflate(to file: String, in folder: String) throws(ArchiveError) -> [UnpackedArchive.PassedOver] {
        guard try next() != nil else { throw .empty(path) }
        try makeFolder(folder)
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw cannotUnpack(errno) }
        defer { close(descriptor) }
        try copy(to: descriptor)
        return []
    }

    // MARK: entries

    private func next() throws(ArchiveError) -> OpaquePointer? {
        var entry: OpaquePointer?
        let status = archive_read_next_header(handle, &entry)
        if status == ARCHIVE_EOF { return nil }
        if archive_read_has_encrypted_entries(handle) == 1 {
            throw .locked(path, entry: entry.flatMap(Self.name) ?? "its list of files")
        }
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN else { throw damaged("an entry cannot be read") }
        return entry
    }

    private static func name(of entry: OpaquePointer) -> String? {
        (archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry)).map { String(cString: $0) }
    }

    private static func isFolder(_ entry: OpaquePointer) -> Bool {
        archive_entry_filetype(entry) & S_IFMT == S_IFDIR
    }

    /// Why an entry is no file; nil where it is one.
    private static func refusal(_ entry: OpaquePointer) -> String? {
        if archive_entry_hardlink(entry) != nil || archive_entry_hardlink_utf8(entry) != nil { return "a link" }
        switch archive_entry_filetype(entry) & S_IFMT {
        case S_IFREG, 0: return nil
        case S_IFLNK: return "a link"
        default: return "a device, and no file"
        }
    }

    // MARK: files

    /// Writes a file; false when its place is taken.
    private func write(
        _ entry: OpaquePointer, to name: ArchiveName, below root: String
    ) throws(ArchiveError) -> Bool {
        if archive_entry_size_is_set(entry) != 0, archive_entry_size(entry) > Int64(most.bytes - unpacked) {
            throw .tooLarge(path, limit: most.limit)
        }
        Drafts.goOn()
        var folder = root
        for part in name.parts.dropLast() {
            folder += "/" + part
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw cannotUnpack(errno) }
        }
        let descriptor = open(
            root + "/" + name.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if descriptor < 0, [EEXIST, ENOTDIR, EISDIR].contains(errno) { return false }
        guard descriptor >= 0 else { throw cannotUnpack(errno) }
        defer { close(descriptor) }
        try copy(to: descriptor)
        return true
    }

    /// Copies the content of the current entry.
    private func copy(to descriptor: Int32) throws(ArchiveError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = archive_read_data(handle, buffer.baseAddress, buffer.count)
            if count == 0 { return }
            guard count > 0 else { throw damaged("a file in it cannot be read") }
            guard count <= most.bytes - unpacked else { throw .tooLarge(path, limit: most.limit) }
            unpacked += count
            var rest = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            while !rest.isEmpty {
                let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { throw cannotUnpack(written < 0 ? errno : EIO) }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }

    private func makeFolder(_ folder: String) throws(ArchiveError) {
        guard mkdir(folder, 0o700) == 0 else { throw cannotUnpack(errno) }
    }

    // MARK: errors

    private func damaged(_ what: String) -> ArchiveError {
        let said = archive_error_string(handle).map { ": " + String(cString: $0) } ?? ""
        return .damaged(path, reason: what + said)
    }

    /// Where a person has to make room: the folder that was asked for, and not the one that is gone again.
    private func cannotUnpack(_ code: Int32) -> ArchiveError {
        let folder = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        return .cannotUnpack(path, folder: folder, code: code)
    }
}
