import CZlib
import Foundation
import Platform
import TestSupport
import Testing
import Volumes

@testable import VolumeIO

/// The compressed parts that make one gzip member, judged by zlib's reader and by inflating the raw data by hand.
struct GzipWriterTests {
    let folder = TemporaryFolder()

    private func written(_ content: [UInt8], header: [UInt8] = [1, 2, 3], level: Int32 = 3, threads: Int) throws
        -> [UInt8]
    {
        let path = folder.file("x.gz")
        try AtomicFile.write(to: path) { output in
            try content.withUnsafeBytes {
                try GzipWriter(path: path, level: level).append(header, $0, to: output, threads: threads)
            }
        }
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// Noise, runs and text by turns, so that parts end in stored, fixed and dynamic blocks.
    private func content(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = NIfTIFuzzTests.Generator(state: seed)
        let pattern = (0..<min(count, 1 << 18)).map { (n: Int) -> UInt8 in
            switch n >> 16 & 3 {
            case 0: UInt8.random(in: 0...255, using: &random)
            case 1: 7
            case 2: UInt8(n % 251)
            default: UInt8.random(in: 0...15, using: &random)
            }
        }
        var content: [UInt8] = []
        content.reserveCapacity(count)
        while content.count < count { content += pattern.prefix(count - content.count) }
        return content
    }

    /// What one member holds, and how many bytes of the file it takes.
    private func firstMember(_ bytes: [UInt8], size: Int) -> (content: [UInt8], used: Int, isWhole: Bool) {
        var stream = z_stream()
        guard inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return ([], 0, false)
        }
        defer { inflateEnd(&stream) }
        var (input, status) = (bytes, Z_OK)
        let content = input.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: size + 1) { output, count in
                (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
                (stream.next_out, stream.avail_out) = (output.baseAddress, UInt32(size + 1))
                status = inflate(&stream, Z_FINISH)
                count = Int(stream.total_out)
            }
        }
        return (content, Int(stream.total_in), status == Z_STREAM_END)
    }

    @Test(arguments: [
        0, 1, GzipWriter.partSize - 1, GzipWriter.partSize, GzipWriter.partSize + 1, 5 * GzipWriter.partSize + 17,
        17 * GzipWriter.partSize,
    ])
    func oneMemberThatZlibReads(_ count: Int) throws {
        let content = content(count, seed: UInt64(count))
        let bytes = try written(content, threads: 2)
        let member = firstMember(bytes, size: count + 3)
        #expect(member.isWhole && member.used == bytes.count)
        let isEqual = member.content == [1, 2, 3] + content
        #expect(isEqual)
        // No flags, no time: nothing that differs from run to run.
        #expect(bytes.starts(with: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]))
    }

    @Test func theSameBytesAtAnyNumberOfThreads() throws {
        let content = content(17 * GzipWriter.partSize + 1, seed: 5)
        let one = try written(content, threads: 1)
        for threads in [2, 3, 16, 100] {
            let isEqual = try written(content, threads: threads) == one
            #expect(isEqual, "\(threads) threads")
        }
    }

    /// Parts of every small size end at every bit of a byte.
    @Test(arguments: [1, 2, 3, 6, 9])
    func partsJoinAtEveryBit(_ level: Int32) throws {
        var random = NIfTIFuzzTests.Generator(state: UInt64(level))
        for count in 0..<400 {
            let header = (0..<count).map { _ in UInt8.random(in: 0...(count % 3 == 0 ? 255 : 3), using: &random) }
            let bytes = try written([9, 8, 7], header: header, level: level, threads: 1)
            let member = firstMember(bytes, size: count + 3)
            #expect(member.isWhole && member.used == bytes.count && member.content == header + [9, 8, 7], "\(count)")
        }
    }

    @Test func whatIsNoWholeDeflateDataIsNotJoined() {
        // RFC 1951: a last block of fixed codes that holds only its end: bits 1, 1, 0 and seven zeros.
        for (bytes, size, expected) in [
            ([3, 0], 0, true), ([3, 0], 1, false), ([2, 0], 0, false), ([3, 0, 0], 0, false), ([7, 0], 0, false),
        ] as [([UInt8], Int, Bool)] {
            var (buffer, count) = (bytes + [UInt8](repeating: 0, count: 6), bytes.count)
            let joined = buffer.withUnsafeMutableBufferPointer {
                DeflateJoint.open($0, count: &count, contentSize: size)
            }
            #expect(joined == expected, "\(bytes)")
            if joined { #expect(Array(buffer[..<count]) == [2, 0, 0, 0, 0xff, 0xff]) }
        }
    }

}
