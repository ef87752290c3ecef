import Foundation

/// One entry of an archive that a test writes.
public struct ArchiveEntry: Sendable {
    /// What it is.
    public enum Kind: Sendable {
        case file, folder, symbolicLink, hardLink, device
    }

    /// Its name in the archive.
    public let name: String
    let bytes: [UInt8]
    let kind: Kind
    let target: String

    /// Makes an entry.
    public init(_ name: String, _ bytes: [UInt8] = [], kind: Kind = .file, target: String = "") {
        (self.name, self.bytes, self.kind, self.target) = (name, bytes, kind, target)
    }
}

/// Writes archives byte by byte, so that a test can say what no honest program packs.
public enum ArchiveWriter {
    /// A tar (POSIX.1-1988, ustar).
    public static func tar(_ entries: [ArchiveEntry]) -> [UInt8] {
        entries.flatMap { entry -> [UInt8] in
            var head = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, _ offset: Int) {
                head.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
            }
            func octal(_ value: Int, _ digits: Int) -> String {
                let text = String(value, radix: 8)
                return String(repeating: "0", count: digits - text.count) + text
            }
            put(entry.name, 0)
            put(octal(0o644, 7), 100)
            put(octal(0, 7), 108)
            put(octal(0, 7), 116)
            put(octal(entry.bytes.count, 11), 124)
            put(octal(0, 11), 136)
            put("        ", 148)
            let types: [ArchiveEntry.Kind: String] = [
                .file: "0", .hardLink: "1", .symbolicLink: "2", .device: "3", .folder: "5",
            ]
            put(types[entry.kind] ?? "0", 156)
            put(entry.target, 157)
            put("ustar\u{0}00", 257)
            put(octal(head.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", 148)
            return head + entry.bytes + [UInt8](repeating: 0, count: (512 - entry.bytes.count % 512) % 512)
        } + [UInt8](repeating: 0, count: 1024)
    }

    /// A zip of stored files (APPNOTE 6.3.10).
    /// - Parameter isLocked: Whether the entries say that they are encrypted.
    public static func zip(_ entries: [ArchiveEntry], isLocked: Bool = false) -> [UInt8] {
        var (body, list): ([UInt8], [UInt8]) = ([], [])
        for entry in entries {
            // Version 2.0, flags, stored, no time, the sum, both sizes, the length of the name, no extra field.
            let common =
                word(20) + word(isLocked ? 1 : 0) + word(0) + long(0) + long(crc32(entry.bytes))
                + long(entry.bytes.count)
                + long(entry.bytes.count) + word(entry.name.utf8.count) + word(0)
            list += Array("PK\u{1}\u{2}".utf8) + word(20) + common + word(0) + word(0) + word(0) + long(0)
            list += long(body.count) + Array(entry.name.utf8)
            body += Array("PK\u{3}\u{4}".utf8) + common + Array(entry.name.utf8) + entry.bytes
        }
        let end = Array("PK\u{5}\u{6}".utf8) + word(0) + word(0) + word(entries.count) + word(entries.count)
        return body + list + end + long(list.count) + long(body.count) + word(0)
    }

    /// A gzip member of stored blocks (RFC 1951, 1952).
    public static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        let starts = Array(stride(from: 0, to: max(bytes.count, 1), by: 65535))
        for start in starts {
            let block = bytes[start..<min(start + 65535, bytes.count)]
            result += [start == starts.last ? 1 : 0] + word(block.count) + word(~block.count) + block
        }
        return result + long(crc32(bytes)) + long(bytes.count)
    }

    private static func word(_ value: Int) -> [UInt8] { (0..<2).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    private static func long(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    /// The sum of both formats (polynomial EDB88320).
    private static func crc32(_ bytes: [UInt8]) -> Int {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return Int(~sum)
    }
}

extension TemporaryFolder {
    /// Puts bytes into a file; folders on the way are made.
    public func write(_ bytes: [UInt8], to name: String) throws {
        let url = URL(fileURLWithPath: file(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }
}
