/// A file's content from a place on, inflated where it is compressed.
final class ContentStream {
    /// The file.
    let file: InputFile
    /// Content bytes delivered or passed over so far.
    private(set) var position = 0
    /// Where in the file the content begins.
    private let start: Int
    private let inflater: Inflater?

    /// How content may be compressed.
    enum Compression {
        case none, gzip, zlib
    }

    /// Opens a file at its start. Whether it is gzip is told by the first two bytes and not by the name.
    init(_ path: String) throws(VolumeFileError) {
        file = try InputFile(path)
        start = 0
        inflater = try file.bytes(at: 0, count: 2) == [0x1f, 0x8b] ? Inflater(.gzip, from: 0) : nil
    }

    /// Opens a file at a place from which on it is compressed as its header says.
    init(_ path: String, from start: Int, _ compression: Compression) throws(VolumeFileError) {
        file = try InputFile(path)
        self.start = start
        inflater =
            switch compression {
            case .none: nil
            case .gzip: Inflater(.gzip, from: start)
            case .zlib: Inflater(.zlib, from: start)
            }
    }

    /// Bytes of the file from where the content begins.
    var storedSize: Int { max(file.size - start, 0) }

    /// Whether the content is compressed.
    var isCompressed: Bool { inflater != nil }

    /// Fills `buffer` with what comes next; fewer bytes only at the end of the content.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(VolumeFileError) -> Int {
        let got =
            if let inflater {
                try inflater.read(into: buffer, from: file)
            } else {
                try file.read(into: buffer, at: start + position)
            }
        position += got
        return got
    }

    /// The next `count` bytes, fewer at the end.
    func bytes(_ count: Int) throws(VolumeFileError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { buffer.deallocate() }
        return Array(buffer[..<(try read(into: buffer))])
    }

    /// The next `count` bytes, or as many as come before the content ends or breaks off; throws when there are none.
    func bytesUpTo(_ count: Int) throws(VolumeFileError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            do throws(VolumeFileError) {
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
    func skip(to target: Int) throws(VolumeFileError) {
        guard isCompressed else {
            position = max(position, min(target, file.size - start))
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
    func statedSize() throws(VolumeFileError) -> Int {
        guard file.size >= 18 else { return 0 }
        let end = HeaderBytes(bytes: try file.bytes(at: file.size - 4, count: 4), isBigEndian: false)
        return end.integer(at: 0, width: 4) & 0xffff_ffff
    }
}
