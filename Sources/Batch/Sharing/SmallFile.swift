import Glibc

/// The few calls of the system that sharing rests on, each with its errno.
enum SmallFile {
    /// A call that failed.
    struct Failure: Error {
        let code: Int32
    }

    /// Reads a whole file, also one of `/proc`, which has no size.
    static func read(_ path: String) -> Result<[UInt8], Failure> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(Failure(code: errno)) }
        defer { close(descriptor) }
        var (content, part) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(Failure(code: errno)) }
            if count == 0 { return .success(content) }
            content += part[..<count]
        }
    }

    /// The trimmed text of a file; nil when it cannot be read.
    static func text(_ path: String) -> String? {
        guard case .success(let bytes) = read(path) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// Writes a file beside `path` and gives it that name, so that a reader sees the old content or the new. Nothing is
    /// synced: what is said here is worth nothing after the machine stopped, and a sync may take minutes on a busy disk.
    ///
    /// - Returns: The errno of what failed, or nil.
    static func replace(_ path: String, through draft: String, with bytes: [UInt8]) -> Int32? {
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return errno }
        var code: Int32?
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count != bytes.count { code = count < 0 ? errno : ENOSPC }
        // A network's file system may say only here that it has no space.
        if close(descriptor) != 0 { code = code ?? errno }
        if code == nil, rename(draft, path) != 0 { code = errno }
        if code != nil { unlink(draft) }
        return code
    }

    /// Makes an empty file that was not there; the errno of what failed, or nil.
    static func create(_ path: String) -> Int32? {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return errno }
        return close(descriptor) == 0 ? nil : errno
    }

    /// Gives a file or folder another name; the errno of what failed, or nil.
    static func move(_ path: String, to other: String) -> Int32? { rename(path, other) == 0 ? nil : errno }

    /// Whether something is there, a dangling link included.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Names of what is in a folder, sorted; none where there is no such folder.
    static func names(in folder: String) throws(Failure) -> [String] {
        for _ in 0..<3 {
            do throws(Failure) { return try list(folder) } catch {
                // On a network's file system: removed, and perhaps made anew, while it was being read.
                if error.code != ESTALE { throw error }
            }
        }
        throw Failure(code: ESTALE)
    }

    private static func list(_ folder: String) throws(Failure) -> [String] {
        guard let stream = opendir(folder) else {
            let code = errno
            if code == ENOENT { return [] }
            throw Failure(code: code)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw Failure(code: errno) }
                return names.sorted()
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }
}
