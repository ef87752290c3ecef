import CRename
import Glibc
import Synchronization
import Volumes

/// Why a file was not written. Nothing of it was left behind.
public enum AtomicFileError: TomosError, Equatable {
    /// The folder or the file in it cannot be made. `code` is the system's errno.
    case cannotCreate(path: String, code: Int32)
    /// Writing broke off. `code` is the system's errno.
    case writeFailed(path: String, code: Int32)

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .cannotCreate: .cannotCreate
        case .writeFailed: .inputOutput
        }
    }

    /// The path, the system's reason and the way out.
    public var description: String {
        switch self {
        case .cannotCreate(let path, let code):
            "\(path): cannot be created: \(String(cString: strerror(code))) (write to another folder or change its permissions)"
        case .writeFailed(let path, let code):
            "\(path): writing failed: \(String(cString: strerror(code))) (free space or write to another disk); no part of the file was left"
        }
    }
}

/// Files that appear whole or not at all.
///
/// The bytes go to a temporary file in the same folder, which is synced and renamed; on any failure it is removed. A
/// program that limits file sizes (RLIMIT_FSIZE) must ignore SIGXFSZ to see the error rather than end.
public enum AtomicFile {
    /// The file while it is being written.
    public final class Output {
        fileprivate let path: String
        fileprivate let temporaryPath: String
        private var descriptor: Int32
        private var isKept = false

        fileprivate init(path: String) throws(AtomicFileError) {
            let folder = AtomicFile.folder(of: path)
            try AtomicFile.makeFolder(folder, for: path)
            var (descriptor, name, code): (Int32, String, Int32)
            repeat {
                // The name says nothing about the file, which may be named after a patient.
                name = folder + "/.tomos-\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
                Drafts.begin(name)
                descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
                code = errno
                if descriptor < 0 { Drafts.end(name) }
            } while descriptor < 0 && (code == EEXIST || code == EINTR)
            guard descriptor >= 0 else { throw AtomicFile.creationError(path, code) }
            (self.path, temporaryPath, self.descriptor) = (path, name, descriptor)
        }

        deinit {
            if descriptor >= 0 { close(descriptor) }
            if !isKept { unlink(temporaryPath) }
            Drafts.end(temporaryPath)
        }

        /// Writes bytes after those already written. Throws `AtomicFileError`.
        public func append(_ bytes: UnsafeRawBufferPointer) throws {
            var rest = bytes[...]
            while !rest.isEmpty {
                // One call moves at most 2 GiB - 4 KiB on Linux.
                let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
                let written = Glibc.write(descriptor, part.baseAddress, part.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else {
                    throw AtomicFileError.writeFailed(path: path, code: written < 0 ? errno : EIO)
                }
                rest = rest.dropFirst(written)
            }
        }

        /// Writes text after what is already written. Throws `AtomicFileError`.
        public func append(_ text: String) throws {
            var text = text
            try text.withUTF8 { try append(UnsafeRawBufferPointer($0)) }
        }

        /// Syncs the bytes and gives the file its name.
        fileprivate func finish() throws {
            let isWaitedFor = AtomicFile.unsynced.load(ordering: .relaxed) == 0
            guard !isWaitedFor || fsync(descriptor) == 0 else {
                throw AtomicFileError.writeFailed(path: path, code: errno)
            }
            let status = close(descriptor)
            let closeCode = errno
            descriptor = -1
            guard status == 0 else { throw AtomicFileError.writeFailed(path: path, code: closeCode) }
            guard rename(temporaryPath, path) == 0 else { throw AtomicFile.creationError(path, errno) }
            isKept = true
            if isWaitedFor { AtomicFile.sync(folder: AtomicFile.folder(of: path)) }
        }
    }

    /// Lets two paths change places, so that each is there at any moment; false, with errno saying why, where the file
    /// system cannot.
    public static func exchange(_ one: String, _ other: String) -> Bool {
        let exchange: UInt32 = 1 << 1
        return renameat2(AT_FDCWD, one, AT_FDCWD, other, exchange) == 0
    }

    /// Makes new names in a folder last. Some file systems cannot sync a folder, and the files are whole by now: no error.
    public static func sync(folder path: String) {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        _ = fsync(folder)
        close(folder)
    }

    /// Makes all last that was written to the file system of a folder: for thousands of small files, where each would have
    /// to be waited for otherwise. Hands back the system's errno, which is no fault where a file system cannot; 0 where all
    /// is well.
    @discardableResult
    public static func syncAll(at folder: String) -> Int32 {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        return syncfs(descriptor) == 0 ? 0 : errno
    }

    /// How many calls of `together` are under way.
    fileprivate static let unsynced = Atomic(0)

    /// Writes many files to one file system, which all last when this returns: the disk is waited for once, not for each.
    /// Each still appears whole, unless the machine itself fails meanwhile.
    /// - Throws: What `body` throws; `AtomicFileError.writeFailed` for the folder when the disk could not take what was
    ///   written.
    public static func together<Result>(at folder: String, _ body: () throws -> Result) throws -> Result {
        unsynced.add(1, ordering: .relaxed)
        defer { unsynced.subtract(1, ordering: .relaxed) }
        let result = Swift.Result { try body() }
        let code = syncAll(at: folder)
        if [EIO, ENOSPC, EDQUOT].contains(code) { throw AtomicFileError.writeFailed(path: folder, code: code) }
        return try result.get()
    }

    /// Makes a folder and the folders above it, where missing.
    public static func makeFolder(_ path: String) throws { try makeFolder(path, for: path) }

    fileprivate static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes a folder and the folders above it, where missing.
    fileprivate static func makeFolder(_ folder: String, for path: String) throws(AtomicFileError) {
        if mkdir(folder, 0o777) == 0 || errno == EEXIST { return }
        let code = errno
        // A file system that is read-only says so even of folders that are there.
        var status = stat()
        if stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        guard code == ENOENT else { throw creationError(path, code) }
        let above = Self.folder(of: folder)
        guard above != folder, !folder.isEmpty else { throw creationError(path, code) }
        try makeFolder(above, for: path)
        guard mkdir(folder, 0o777) == 0 || errno == EEXIST else { throw creationError(path, errno) }
    }

    /// A full disk is a full disk, even when it shows on creating.
    fileprivate static func creationError(_ path: String, _ code: Int32) -> AtomicFileError {
        code == ENOSPC || code == EDQUOT || code == EIO
            ? .writeFailed(path: path, code: code) : .cannotCreate(path: path, code: code)
    }

    /// Writes what `body` appends. Missing parent folders are made; an error of `body` leaves nothing.
    public static func write(to path: String, _ body: (Output) throws -> Void) throws {
        let output = try Output(path: path)
        try body(output)
        try output.finish()
    }

    /// Writes several files at once, in parts, in the order of their paths. Each appears when all are whole, the first last;
    /// an error of `body` leaves none.
    public static func write(to paths: [String], _ body: ([Output]) throws -> Void) throws {
        guard let first = paths.first else { return try body([]) }
        try write(to: first) { output in
            try write(to: Array(paths.dropFirst())) { try body([output] + $0) }
        }
    }

    /// Writes `bytes` to a temporary file beside `path`, syncs it and renames it. Missing parent folders are made.
    public static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
        try write(to: path) { try $0.append(bytes) }
    }

    /// Writes `bytes` to a temporary file beside `path`, syncs it and renames it. Missing parent folders are made.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        try bytes.withUnsafeBytes { try write($0, to: path) }
    }
}
