import CZlib
import Glibc

/// An open regular file, closed when the value goes.
struct NIfTIInputFile: ~Copyable {
    /// Its path, for errors.
    let path: String
    /// Its size in bytes when it was opened.
    let size: Int
    private let descriptor: Int32

    /// Opens a file for reading; folders, pipes and devices are refused.
    init(_ path: String) throws(NIfTIError) {
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
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(NIfTIError) -> Int {
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
    func bytes(at offset: Int, count: Int) throws(NIfTIError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var failure: NIfTIError?
        let got = bytes.withUnsafeMutableBytes { buffer -> Int in
            do throws(NIfTIError) {
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

/// A file's content from its start on, inflated when the file is gzip. What it is, is told by the first two bytes and
/// not by the name.
final class NIfTIByteStream {
    /// The file.
    let file: NIfTIInputFile
    /// Content bytes delivered or passed over so far.
    private(set) var position = 0
    private let inflater: NIfTIInflater?

    /// Opens a file at its start.
    init(_ path: String) throws(NIfTIError) {
        file = try NIfTIInputFile(path)
        inflater = try file.bytes(at: 0, count: 2) == [0x1f, 0x8b] ? NIfTIInflater() : nil
    }

    /// Whether the file is gzip.
    var isCompressed: Bool { inflater != nil }

    /// Fills `buffer` with what comes next; fewer bytes only at the end of the content.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(NIfTIError) -> Int {
        let got =
            if let inflater {
                try inflater.read(into: buffer, from: file)
            } else {
                try file.read(into: buffer, at: position)
            }
        position += got
        return got
    }

    /// The next `count` bytes, fewer at the end.
    func bytes(_ count: Int) throws(NIfTIError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { buffer.deallocate() }
        return Array(buffer[..<(try read(into: buffer))])
    }

    /// The next `count` bytes, or as many as come before the content ends or breaks off; throws when there are none.
    func bytesUpTo(_ count: Int) throws(NIfTIError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            do throws(NIfTIError) {
                let next = try self.bytes(min(512, count - bytes.count))
                bytes += next
                if next.count < 512 { break }
            } catch {
                if bytes.isEmpty { throw error }
                break
            }
        }
        return bytes
    }

    /// Passes over content up to `target`, or its end.
    func skip(to target: Int) throws(NIfTIError) {
        guard isCompressed else {
            position = max(position, min(target, file.size))
            return
        }
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { scratch.deallocate() }
        while position < target {
            let part = UnsafeMutableRawBufferPointer(rebasing: scratch[..<min(scratch.count, target - position)])
            if try read(into: part) < part.count { return }
        }
    }

    /// The size that the last four bytes of a gzip file state (modulo 2^32, and of the last member only).
    func statedSize() throws(NIfTIError) -> Int {
        guard file.size >= 18 else { return 0 }
        let end = NIfTIHeaderBytes(bytes: try file.bytes(at: file.size - 4, count: 4), isBigEndian: false)
        return end.integer(at: 0, width: 4) & 0xffff_ffff
    }
}

/// Inflates a gzip file of one or several members, checking each one's CRC and length.
final class NIfTIInflater {
    // zlib remembers the address of its stream, so it may not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    private var fileOffset = 0
    private var inflated = 0
    private var isAtEnd = false

    /// Makes an inflater that expects gzip's header.
    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 + 16: the largest window, gzip wrapper, CRC and length checked by zlib.
        let status = inflateInit2_(stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib \(ZLIB_VERSION) refuses to start: \(status)")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Fills `buffer` with inflated bytes; fewer only after the last member's checked end.
    func read(into buffer: UnsafeMutableRawBufferPointer, from file: borrowing NIfTIInputFile) throws(NIfTIError) -> Int
    {
        var filled = 0
        while filled < buffer.count, !isAtEnd {
            if stream.pointee.avail_in == 0 { try refill(file) }
            let room = min(buffer.count - filled, 1 << 30)
            stream.pointee.next_out = (buffer.baseAddress! + filled).assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(room)
            let status = inflate(stream, Z_NO_FLUSH)
            let made = room - Int(stream.pointee.avail_out)
            filled += made
            inflated += made
            switch status {
            case Z_OK: break
            case Z_STREAM_END: try endMember(file)
            case Z_BUF_ERROR where stream.pointee.avail_in == 0:
                throw .truncatedGzip(path: file.path, inflated: inflated)
            case Z_MEM_ERROR: throw .outOfMemory(path: file.path, bytes: 1 << 16)
            default: throw .damagedGzip(path: file.path, reason: reason(status))
            }
        }
        return filled
    }

    private func refill(_ file: borrowing NIfTIInputFile) throws(NIfTIError) {
        let got = try file.read(into: input, at: fileOffset)
        fileOffset += got
        stream.pointee.next_in = input.baseAddress!.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(got)
    }

    /// After a member: another member, padding with zeros (as tapes and gzip know it), or the end.
    private func endMember(_ file: borrowing NIfTIInputFile) throws(NIfTIError) {
        while true {
            if stream.pointee.avail_in == 0 { try refill(file) }
            guard stream.pointee.avail_in > 0, let next = stream.pointee.next_in else {
                isAtEnd = true
                return
            }
            if next.pointee == 0x1f {
                inflateReset(stream)
                return
            }
            guard next.pointee == 0 else {
                throw .damagedGzip(path: file.path, reason: "bytes that are not gzip follow the end mark")
            }
            stream.pointee.next_in = next + 1
            stream.pointee.avail_in -= 1
        }
    }

    private func reason(_ status: Int32) -> String {
        switch stream.pointee.msg.map({ String(cString: $0) }) {
        case "incorrect data check": "the checksum does not match"
        case "incorrect length check": "the length does not match"
        case let message?: message
        case nil: "zlib status \(status)"
        }
    }
}
