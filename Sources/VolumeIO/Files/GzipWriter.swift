import CDeflate
import CZlib
import Dispatch
import Platform

/// Compresses to one gzip member, part by part in parallel.
///
/// Several members would be as valid, but readers in browsers take only the first. libdeflate cannot end a stream
/// without marking its end, so the mark is taken back where a part is not the last (as zlib's examples/gzjoin.c does).
/// The parts are cut at fixed places and no name or time is written: equal content gives equal bytes at any number of
/// threads.
struct GzipWriter {
    /// Content bytes of a part. Matches do not reach across parts, which costs less than 0.1 % at this size.
    static let partSize = 1 << 20
    /// Parts compressed before their bytes are written.
    private static let wave = 16

    /// The fields of RFC 1952: magic, deflate, no flags, no time, no extra flags, made on Unix.
    private static let memberHeader: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]

    /// The file written, for errors.
    let path: String
    /// libdeflate's level, 1 to 12.
    let level: Int32

    /// Appends `header` and `content` as one gzip member. Holds at most `wave` parts in memory.
    func append(
        _ header: [UInt8], _ content: UnsafeRawBufferPointer, to output: AtomicFile.Output,
        threads: Int = ThreadBudget.count
    ) throws {
        try Self.memberHeader.withUnsafeBytes { try output.append($0) }
        try header.withUnsafeBytes { header in
            let starts = stride(from: 0, to: content.count, by: Self.partSize)
            let parts =
                [header]
                + starts.map { start in
                    UnsafeRawBufferPointer(rebasing: content[start..<min(start + Self.partSize, content.count)])
                }
            var encoders: [PartEncoder] = []
            for _ in 0..<max(1, min(threads, Self.wave, parts.count)) {
                encoders.append(try PartEncoder(path: path, level: level))
            }
            for first in stride(from: 0, to: parts.count, by: Self.wave) {
                let wave = first..<min(first + Self.wave, parts.count)
                for part in try compress(parts, wave, encoders) {
                    try part.withUnsafeBytes { try output.append($0) }
                }
            }
            let sum = parts.reduce(UInt32(0)) { libdeflate_crc32($0, $1.baseAddress, $1.count) }
            // RFC 1952: the length is stated modulo 2^32.
            for number in [sum, UInt32(truncatingIfNeeded: header.count + content.count)] {
                try withUnsafeBytes(of: number.littleEndian) { try output.append($0) }
            }
        }
    }

    /// The compressed parts of a wave, in their order.
    private func compress(
        _ parts: [UnsafeRawBufferPointer], _ wave: Range<Int>, _ encoders: [PartEncoder]
    ) throws -> [[UInt8]] {
        var done = [Result<[UInt8], VolumeFileError>](repeating: .success([]), count: wave.count)
        done.withUnsafeMutableBufferPointer { done in
            // Each worker has its own encoder, reads the parts and writes only the results of its own parts.
            nonisolated(unsafe) let (done, parts, encoders) = (done, parts, encoders)
            DispatchQueue.concurrentPerform(iterations: encoders.count) { worker in
                for n in stride(from: worker, to: wave.count, by: encoders.count) {
                    let part = wave.lowerBound + n
                    done[n] = Result { () throws(VolumeFileError) in
                        try encoders[worker].encode(parts[part], isLast: part == parts.count - 1)
                    }
                }
            }
        }
        return try done.map { try $0.get() }
    }
}

/// Makes raw deflate data that can be written one after the other. One thread at a time may use it.
private final class PartEncoder {
    private let path: String
    private let compressor: OpaquePointer

    init(path: String, level: Int32) throws(VolumeFileError) {
        guard let compressor = libdeflate_alloc_compressor(level) else {
            throw .outOfMemory(path: path, bytes: 1 << 20)
        }
        (self.path, self.compressor) = (path, compressor)
    }

    deinit { libdeflate_free_compressor(compressor) }

    func encode(_ content: UnsafeRawBufferPointer, isLast: Bool) throws(VolumeFileError) -> [UInt8] {
        // Six more for the empty block that fills up the last byte.
        let bound = libdeflate_deflate_compress_bound(compressor, content.count) + 6
        var joined = true
        let bytes = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            count = libdeflate_deflate_compress(
                compressor, content.baseAddress, content.count, buffer.baseAddress, bound - 6)
            if !isLast, count > 0 { joined = DeflateJoint.open(buffer, count: &count, contentSize: content.count) }
        }
        guard joined, !bytes.isEmpty else { throw .cannotStore(path: path, what: "compression failed") }
        return bytes
    }
}

/// The end of deflate data, opened so that more can follow.
enum DeflateJoint {
    /// Takes the end mark off the last block of whole deflate data and fills up the last byte; at most six bytes are
    /// added, for which `buffer` must have room. False when the data do not inflate to `contentSize` bytes.
    static func open(_ buffer: UnsafeMutableBufferPointer<UInt8>, count: inout Int, contentSize: Int) -> Bool {
        guard let (mark, unused) = lastBlock(buffer, count: count, contentSize: contentSize) else { return false }
        buffer[mark >> 3] &= ~(1 << UInt8(mark & 7))
        guard unused > 0 else { return true }
        // An empty stored block: three bits 0, zeros up to the next byte, the length 0 and its complement.
        let block: [UInt8] = (unused < 3 ? [0] : []) + [0, 0, 0xff, 0xff]
        for byte in block {
            buffer[count] = byte
            count += 1
        }
        return true
    }

    /// The bit that marks the last block, and how many bits the last byte has left. Only inflating tells: zlib stops at
    /// each block's end, where the next bit is the next block's mark.
    private static func lastBlock(
        _ buffer: UnsafeMutableBufferPointer<UInt8>, count: Int, contentSize: Int
    ) -> (mark: Int, unused: Int)? {
        guard let start = buffer.baseAddress else { return nil }
        var stream = z_stream()
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        let scratch = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 18)
        defer { scratch.deallocate() }
        stream.next_in = start
        stream.avail_in = UInt32(count)
        var mark = 0
        while true {
            stream.next_out = scratch.baseAddress
            stream.avail_out = UInt32(scratch.count)
            guard inflate(&stream, Z_BLOCK) == Z_OK else { return nil }
            // 64: in the last block; 128: at the end of a block; the low bits: bits of the last byte not yet used.
            let (isLast, isAtEnd) = (stream.data_type & 64 != 0, stream.data_type & 128 != 0)
            let (used, unused) = (count - Int(stream.avail_in), Int(stream.data_type & 7))
            if isAtEnd, isLast { return used == count && stream.total_out == contentSize ? (mark, unused) : nil }
            if isAtEnd { mark = used * 8 - unused }
        }
    }
}
