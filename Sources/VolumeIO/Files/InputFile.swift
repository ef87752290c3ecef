import Glibc

/// An open regular file, closed when the value goes.
struct InputFile: ~Copyable {
    /// Its path, for errors.
    let path: String
    /// Its size in bytes when it was opened.
    let size: Int
    private let descriptor: Int32

    /// Opens a file for reading; folders, pipes and devices are refused.
    init(_ path: String) throws(VolumeFileError) {
        // O_NONBLOCK, so that opening a pipe nobody writes to does not hang.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: String(cString: strerror(errno))) }
        var status = stat()
        let failure = fstat(descriptor, &status) == 0 ? 0 : errno
        guard failure == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            let reason = failure == 0 ? "not a file (give the file itself)" : String(cString: strerror(failure))
            throw .cannotOpen(path: path, reason: reason)
        }
        (self.path, self.descriptor, size) = (path, descriptor, Int(status.st_size))
    }

    deinit { close(descriptor) }

    /// Reads up to a buffer's length at `offset`; fewer bytes only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(VolumeFileError) -> Int {
        var filled = 0
        while filled < buffer.count {
            // One call moves at most 2 GiB - 4 KiB on Linux.
            let wanted = min(buffer.count - filled, 1 << 30)
            let got = pread(descriptor, buffer.baseAddress! + filled, wanted, off_t(offset + filled))
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw .readFailed(path: path, reason: String(cString: strerror(errno))) }
            if got == 0 { break }
            filled += got
        }
        return filled
    }

    /// The `count` bytes at `offset`, fewer at the end of the file.
    func bytes(at offset: Int, count: Int) throws(VolumeFileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var failure: VolumeFileError?
        let got = bytes.withUnsafeMutableBytes { buffer -> Int in
            do throws(VolumeFileError) {
                return try read(into: buffer, at: offset)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return Array(bytes[..<got])
    }
}
