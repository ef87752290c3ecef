import Glibc

/// The parts of a file that were read: its head in one call, more of it only where something asks for it.
///
/// One thread at a time may use it. The file stays open as long as this lives.
final class DICOMFileWindows {
    let path: String
    /// Which file this is and when it was last written.
    let stamp: DICOMFileStamp
    private let descriptor: CInt
    private var windows: [Window] = []

    /// A stretch of the file in memory.
    private struct Window {
        var start: Int
        var count: Int
        var bytes: UnsafeMutableRawPointer
    }

    /// Bytes read at first: the whole header of most files, and not much more.
    private static let first = 32 << 10
    /// Bytes that are rather read along than left out between two windows.
    private static let nearby = 32 << 10

    /// Opens a regular file and reads its head; nil when it cannot.
    init?(_ path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        self.path = path
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size >= 0 else {
            close(descriptor)
            return nil
        }
        stamp = DICOMFileStamp(status)
    }

    deinit {
        windows.forEach { $0.bytes.deallocate() }
        close(descriptor)
    }

    /// Bytes of the file.
    var size: Int { stamp.size }

    /// `count` bytes from `at` on, which stay valid until the next call; nil where the file has none or cannot be read.
    func bytes(at: Int, _ count: Int) -> UnsafeRawBufferPointer? {
        guard at >= 0, count >= 0, at <= size - count else { return nil }
        if let window = windows.last, let found = Self.part(of: window, at, count) { return found }
        for window in windows { if let found = Self.part(of: window, at, count) { return found } }
        return read(at, count)
    }

    /// The bytes in memory around `at`, of which there are `count` at least: for a walk that steps through them.
    func window(at: Int, _ count: Int) -> (start: Int, bytes: UnsafeRawBufferPointer)? {
        guard bytes(at: at, count) != nil,
            let window = windows.last(where: { $0.start <= at && at + count <= $0.start + $0.count })
        else { return nil }
        return (window.start, UnsafeRawBufferPointer(start: window.bytes, count: window.count))
    }

    private static func part(of window: Window, _ at: Int, _ count: Int) -> UnsafeRawBufferPointer? {
        guard at >= window.start, at + count <= window.start + window.count else { return nil }
        return UnsafeRawBufferPointer(start: window.bytes + (at - window.start), count: count)
    }

    /// Reads on from the last window, which grows by its own size each time, or begins another one.
    private func read(_ at: Int, _ count: Int) -> UnsafeRawBufferPointer? {
        if let last = windows.last, at >= last.start, at <= last.start + last.count + Self.nearby {
            let needed = at + count - last.start
            let wanted = min(size - last.start, max(needed, min(2 * last.count, last.count + (4 << 20))))
            return load(wanted, into: last, replacing: true).flatMap { Self.part(of: $0, at, count) }
        }
        let empty = Window(start: at, count: 0, bytes: .allocate(byteCount: 1, alignment: 16))
        let wanted = min(size - at, max(count, Self.first))
        return load(wanted, into: empty, replacing: false).flatMap { Self.part(of: $0, at, count) }
    }

    private func load(_ count: Int, into window: Window, replacing: Bool) -> Window? {
        let room = UnsafeMutableRawPointer.allocate(byteCount: max(1, count), alignment: 16)
        room.copyMemory(from: window.bytes, byteCount: window.count)
        window.bytes.deallocate()
        if replacing { windows.removeLast() }
        var filled = window.count
        while filled < count {
            let got = pread(descriptor, room + filled, count - filled, off_t(window.start + filled))
            if got < 0, errno == EINTR { continue }
            if got <= 0 { break }
            filled += got
        }
        let loaded = Window(start: window.start, count: filled, bytes: room)
        windows.append(loaded)
        return filled == count ? loaded : nil
    }
}

/// Which file a path led to and when it was last written: files change between two looks.
struct DICOMFileStamp: Sendable, Equatable {
    private var device, inode: UInt64
    private var seconds, nanoseconds: Int
    /// In bytes.
    var size: Int

    init(_ status: stat) {
        (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
        (seconds, nanoseconds) = (Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec))
        size = Int(status.st_size)
    }
}
