import Glibc
import Synchronization

/// The parts of a file that were read: its head in one call, more of it only where something asks for it.
///
/// One thread at a time may use it. The file stays open as long as this lives.
final class DICOMFileWindows {
    let path: String
    /// Which file this is and when it was last written.
    let stamp: DICOMFileStamp
    private let descriptor: CInt
    /// The file from its beginning on.
    private var head: Window
    /// Parts further on.
    private var others: [Window] = []

    /// A stretch of the file in memory.
    private struct Window {
        var start: Int
        var count: Int
        var room: DICOMRoom
        var end: Int { start + count }
    }

    /// Files up to this size are read whole; of larger ones half as much at first, which is the header of most.
    private static let whole = 128 << 10
    /// Bytes that are rather read along than left out between two windows.
    private static let nearby = 32 << 10

    /// Opens a regular file; nil when it cannot.
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
        head = Window(start: 0, count: 0, room: DICOMRoom.take())
    }

    deinit {
        head.room.giveBack()
        others.forEach { $0.room.giveBack() }
        close(descriptor)
    }

    /// Bytes of the file.
    var size: Int { stamp.size }

    /// `count` bytes from `at` on, which stay valid until the next call; nil where the file has none or cannot be read.
    func bytes(at: Int, _ count: Int) -> UnsafeRawBufferPointer? {
        guard let window = window(at: at, count) else { return nil }
        return UnsafeRawBufferPointer(rebasing: window.bytes[(at - window.start)..<(at - window.start + count)])
    }

    /// The bytes in memory around `at`, of which there are `count` at least: for a walk that steps through them.
    func window(at: Int, _ count: Int) -> (start: Int, bytes: UnsafeRawBufferPointer)? {
        guard at >= 0, count >= 0, count <= size, at <= size - count else { return nil }
        if at + count > head.end {
            if let other = others.first(where: { $0.start <= at && at + count <= $0.end }) {
                return Self.bytes(of: other)
            }
            guard let read = read(at, count) else { return nil }
            return Self.bytes(of: read)
        }
        return Self.bytes(of: head)
    }

    private static func bytes(of window: Window) -> (start: Int, bytes: UnsafeRawBufferPointer) {
        (window.start, UnsafeRawBufferPointer(start: window.room.bytes, count: window.count))
    }

    /// Reads on from the head, or from the window before, by as much again each time; or begins another window.
    private func read(_ at: Int, _ count: Int) -> Window? {
        func wanted(_ window: Window) -> Int {
            let least = window.count == 0 ? (size <= Self.whole ? size : Self.whole / 2) : 2 * window.count
            return min(size - window.start, max(at + count - window.start, min(least, window.count + (4 << 20))))
        }
        if at <= head.end + Self.nearby {
            let count = wanted(head)
            return fill(&head, count) ? head : nil
        }
        let isNear = others.last.map { at >= $0.start && at <= $0.end + Self.nearby } ?? false
        if !isNear { others.append(Window(start: at, count: 0, room: DICOMRoom.take())) }
        let last = others.count - 1
        let count = wanted(others[last])
        return fill(&others[last], count) ? others[last] : nil
    }

    private func fill(_ window: inout Window, _ count: Int) -> Bool {
        window.room.grow(to: count, keeping: window.count)
        while window.count < count {
            let got = pread(
                descriptor, window.room.bytes + window.count, count - window.count, off_t(window.start + window.count))
            if got < 0, errno == EINTR { continue }
            if got <= 0 { return false }
            window.count += got
        }
        return true
    }
}

/// Memory that files are read into, one after the other: fresh memory for each would cost more than the reading.
private struct DICOMRoom: @unchecked Sendable {
    private(set) var bytes: UnsafeMutableRawPointer
    private var capacity: Int

    /// Bytes of the rooms that are kept, and how many are.
    private static let size = 256 << 10, limit = 64
    private static let free = Mutex<[DICOMRoom]>([])

    static func take() -> DICOMRoom {
        free.withLock { $0.popLast() }
            ?? DICOMRoom(bytes: .allocate(byteCount: size, alignment: 16), capacity: size)
    }

    func giveBack() {
        let isKept =
            capacity == Self.size
            && Self.free.withLock { free in
                guard free.count < Self.limit else { return false }
                free.append(self)
                return true
            }
        if !isKept { bytes.deallocate() }
    }

    /// Makes room for `count` bytes, of which the first `kept` stay.
    mutating func grow(to count: Int, keeping kept: Int) {
        guard count > capacity else { return }
        let larger = DICOMRoom(bytes: .allocate(byteCount: count, alignment: 16), capacity: count)
        larger.bytes.copyMemory(from: bytes, byteCount: kept)
        giveBack()
        self = larger
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
