import CZlib

/// The stored (uncompressed) entries of a zip file, which is all that PyTorch writes.
struct ZipArchive {
    private let bytes: [UInt8]
    private let path: String
    private var entries: [String: Range<Int>] = [:]

    /// Whether the bytes begin as a zip file does.
    static func recognises(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

    /// Reads the central directory.
    init(_ bytes: [UInt8], path: String) throws(WeightsError) {
        (self.bytes, self.path) = (bytes, path)
        guard let end = endOfCentralDirectory() else {
            throw malformed("the zip's central directory is missing (is the file complete?)")
        }
        let count = integer(end + 10, 2)
        var at = integer(end + 16, 4)
        var total = 0
        for _ in 0..<count {
            guard at >= 0, at + 46 <= bytes.count, integer(at, 4) == 0x0201_4B50 else {
                throw malformed("the zip's central directory is broken")
            }
            let (method, crc, stored, size) = (
                integer(at + 10, 2), integer(at + 16, 4), integer(at + 20, 4), integer(at + 24, 4)
            )
            let (nameLength, extra, comment) = (integer(at + 28, 2), integer(at + 30, 2), integer(at + 32, 2))
            let local = integer(at + 42, 4)
            guard at + 46 + nameLength <= bytes.count, local + 30 <= bytes.count else {
                throw malformed("the zip's central directory is broken")
            }
            let name = String(decoding: bytes[at + 46..<at + 46 + nameLength], as: UTF8.self)
            guard method == 0, stored == size else {
                throw malformed("entry \(name) is compressed; PyTorch stores entries")
            }
            let begin = local + 30 + integer(local + 26, 2) + integer(local + 28, 2)
            guard begin + size <= bytes.count else { throw malformed("entry \(name) reaches past the end of the file") }
            // Entries upon each other would let a small file be read for hours.
            total += size
            guard total <= bytes.count else { throw malformed("its entries lie upon each other") }
            let actual = bytes[begin..<begin + size].withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
            guard actual == UInt(crc) else { throw malformed("entry \(name) fails its checksum") }
            entries[name] = begin..<begin + size
            at += 46 + nameLength + extra + comment
        }
    }

    /// Names of all entries.
    var names: [String] { entries.keys.sorted() }

    /// An entry's bytes.
    subscript(name: String) -> ArraySlice<UInt8>? { entries[name].map { bytes[$0] } }

    private func malformed(_ reason: String) -> WeightsError { .malformed(path: path, reason: reason) }

    /// The record lies in the last 65,557 bytes: 22 and a comment.
    private func endOfCentralDirectory() -> Int? {
        guard bytes.count >= 22 else { return nil }
        return (max(0, bytes.count - 65_557)...bytes.count - 22).last { integer($0, 4) == 0x0605_4B50 }
    }

    private func integer(_ at: Int, _ size: Int) -> Int {
        (0..<size).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }
}
