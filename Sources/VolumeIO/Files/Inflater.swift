import CZlib

/// Inflates gzip data of one or several members, or zlib data, checking CRC and length.
final class Inflater {
    // zlib remembers the address of its stream, so it may not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    private var fileOffset: Int
    private var inflated = 0
    private var isAtEnd = false
    private let isGzip: Bool

    /// What stands around the deflated data.
    enum Wrapper: Int32 {
        case zlib = 0
        case gzip = 16
    }

    /// Makes an inflater of the data at a place of a file.
    init(_ wrapper: Wrapper, from offset: Int) {
        fileOffset = offset
        isGzip = wrapper == .gzip
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15: the largest window. CRC and length are checked by zlib.
        let status = inflateInit2_(stream, 15 + wrapper.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib \(ZLIB_VERSION) refuses to start: \(status)")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Fills `buffer` with inflated bytes; fewer only after the last member's checked end.
    func read(into buffer: UnsafeMutableRawBufferPointer, from file: borrowing InputFile) throws(VolumeFileError) -> Int
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

    private func refill(_ file: borrowing InputFile) throws(VolumeFileError) {
        let got = try file.read(into: input, at: fileOffset)
        fileOffset += got
        stream.pointee.next_in = input.baseAddress!.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(got)
    }

    /// After a member: another member, padding with zeros (as tapes and gzip know it), or the end.
    private func endMember(_ file: borrowing InputFile) throws(VolumeFileError) {
        guard isGzip else {
            isAtEnd = true
            return
        }
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
