import CZlib
import Glibc

/// Walks the sequences of a file without recursion and refuses what DCMTK, which reads them recursively, would exhaust
/// its stack or memory on: nesting beyond any real file's, and deflated data beyond any real image's.
enum DICOMNesting {
    /// Deepest nesting accepted. Enhanced and structured objects stay under twenty.
    static let deepest = 64
    /// Most bytes a deflated data set may have. All of it is walked: anything may stand before a sequence.
    static let inflatedLimit = 1 << 29

    /// Why the file must not be parsed; nil when it may.
    static func fault(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "cannot be opened: \(String(cString: strerror(errno)))" }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return "is empty" }
        let size = Int(status.st_size)
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            return "cannot be read: \(String(cString: strerror(errno)))"
        }
        defer { munmap(start, size) }
        return fault(UnsafeRawBufferPointer(start: start, count: size))
    }

    /// Whether elements of a little-endian data set hold sequences that DCMTK must not parse.
    static func isTooDeep(_ elements: UnsafeRawBufferPointer, isExplicit: Bool) -> Bool {
        Walk(elements, at: 0, explicit: isExplicit, bigEndian: false).fault() != nil
    }

    /// How the fragments of encapsulated pixel data end; nil when there are none, or none that can be walked.
    static func fragmentsEnd(_ file: UnsafeRawBufferPointer) -> DICOMFragments.Closing? {
        let hasPreamble = file.count >= 132 && file[128..<132].elementsEqual("DICM".utf8)
        var walk = Walk(file, at: hasPreamble ? 132 : 0, explicit: true, bigEndian: false)
        _ = walk.skipMeta()
        return walk.walk() ? walk.fragmentsEnd() : nil
    }

    private static func fault(_ file: UnsafeRawBufferPointer) -> String? {
        let hasPreamble = file.count >= 132 && file[128..<132].elementsEqual("DICM".utf8)
        var meta = Walk(file, at: hasPreamble ? 132 : 0, explicit: true, bigEndian: false)
        let syntax = meta.skipMeta()
        if syntax == "1.2.840.10008.1.2.1.99" {
            guard let data = inflated(UnsafeRawBufferPointer(rebasing: file[meta.at...])) else {
                return "its deflated data set is larger than \(inflatedLimit) bytes"
            }
            return data.withUnsafeBytes { Walk($0, at: 0, explicit: true, bigEndian: false).fault() }
        }
        let bigEndian = syntax == "1.2.840.10008.1.2.2" || file.count > meta.at + 1 && file[meta.at] == 0
        let explicit = Walk(file, at: meta.at, explicit: true, bigEndian: bigEndian).looksExplicit
        return Walk(file, at: meta.at, explicit: explicit, bigEndian: bigEndian).fault()
    }

    /// Raw deflate data inflated, nil when they are beyond the limit. Broken data ends early: DCMTK says so.
    private static func inflated(_ deflated: UnsafeRawBufferPointer) -> [UInt8]? {
        var stream = z_stream()
        guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return []
        }
        defer { inflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: deflated.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = UInt32(clamping: deflated.count)
        var data: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let status = chunk.withUnsafeMutableBufferPointer { buffer in
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(buffer.count)
                return inflate(&stream, Z_NO_FLUSH)
            }
            let count = chunk.count - Int(stream.avail_out)
            if data.count + count > inflatedLimit { return nil }
            data += chunk[..<count]
            if status != Z_OK || count == 0 { return data }
        }
    }
}

/// A place in a data set and the sequences and items open there.
private struct Walk {
    private let bytes: UnsafeRawBufferPointer
    private(set) var at: Int
    private var explicit: Bool
    private let bigEndian: Bool

    /// An open sequence or item; `end` is nil when a delimiter ends it.
    private struct Level {
        var isSequence: Bool
        var end: Int?
        /// Whether the elements around it have value representations.
        var outerExplicit: Bool
        /// Whether its items are fragments of pixel data.
        var isPixels = false
    }

    /// Where the pixel data stand that `walk` has passed.
    private var pixels: Int?

    init(_ bytes: UnsafeRawBufferPointer, at: Int, explicit: Bool, bigEndian: Bool) {
        (self.bytes, self.at, self.explicit, self.bigEndian) = (bytes, at, explicit, bigEndian)
    }

    private func number(_ at: Int, _ size: Int) -> Int {
        (0..<size).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * (bigEndian ? size - 1 - $1 : $1)) }
    }

    private func tag(_ at: Int) -> Int { number(at, 2) << 16 | number(at + 2, 2) }

    /// Whether a value representation stands where it would.
    var looksExplicit: Bool {
        at + 6 <= bytes.count && DICOMFileProbe.hasLongHeader(bytes[at + 4], bytes[at + 5]) != nil
    }

    /// Passes the meta elements; hands back the transfer syntax they state.
    mutating func skipMeta() -> String? {
        var syntax: String?
        while at + 8 <= bytes.count, number(at, 2) == 2, let (header, length) = element(), length != 0xFFFF_FFFF {
            let value = at + header
            guard value + length <= bytes.count else { break }
            if tag(at) == 0x0002_0010 {
                syntax = String(decoding: bytes[value..<value + length].filter { $0 != 0 && $0 != 0x20 }, as: UTF8.self)
            }
            at = value + length
        }
        return syntax
    }

    /// Length of the element header at `at`, and of its value; nil when it runs out of the data.
    private func element() -> (header: Int, length: Int)? {
        guard at + 8 <= bytes.count else { return nil }
        guard explicit, let long = DICOMFileProbe.hasLongHeader(bytes[at + 4], bytes[at + 5]) else {
            return (8, number(at + 4, 4))
        }
        guard long else { return (8, number(at + 6, 2)) }
        return at + 12 <= bytes.count ? (12, number(at + 8, 4)) : nil
    }

    /// Walks to the end. Data that is malformed ends the walk, since DCMTK stops there too, with its own words; but what
    /// only looks like a sequence and has a stated length is passed over, as DCMTK does with bytes.
    mutating func walk() -> Bool {
        var open: [Level] = []
        while true {
            while let end = open.last?.end, at >= end { close(&open) }
            guard step(&open) || leaveBroken(&open) else { return true }
            if open.count > 2 * DICOMNesting.deepest { return false }
        }
    }

    /// Walks the fragments of the pixel data that `walk` has passed.
    mutating func fragmentsEnd() -> DICOMFragments.Closing? {
        guard let pixels else { return nil }
        at = pixels
        guard at + 12 <= bytes.count, let (header, length) = element(), length == 0xFFFF_FFFF else { return nil }
        at += header
        var item = 0
        while at + 8 <= bytes.count {
            if tag(at) == 0xFFFE_E0DD { return .delimited }
            guard tag(at) == 0xFFFE_E000 else { return nil }
            let (length, left) = (number(at + 4, 4), bytes.count - at - 8)
            guard length <= left else { return .cut(fragment: item, bytes: left, needed: length) }
            at += 8 + length
            item += 1
        }
        let delimiter: [UInt8] = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0]
        let isRest = bytes[at...].elementsEqual(delimiter.prefix(bytes.count - at))
        return isRest ? .open(end: at) : .cut(fragment: item, bytes: 0, needed: 0)
    }

    /// Passes or enters what stands at `at`; whether it was what can stand there.
    private mutating func step(_ open: inout [Level]) -> Bool {
        guard at + 8 <= bytes.count else { return false }
        let tag = tag(at)
        if tag == 0xFFFE_E0DD || tag == 0xFFFE_E00D {
            if open.isEmpty { return false }
            at += 8
            close(&open)
            return true
        }
        if open.last?.isSequence == true {
            guard tag == 0xFFFE_E000 else { return false }
            let length = number(at + 4, 4)
            at += 8
            // Fragments of pixel data are items that hold bytes.
            if open.last?.isPixels == true { return pass(length, open) }
            open.append(Level(isSequence: false, end: end(length), outerExplicit: explicit))
            return true
        }
        if open.isEmpty, tag == 0x7FE0_0010 { pixels = pixels ?? at }
        guard let (header, length) = element() else { return false }
        let isUnknown = explicit && bytes[at + 4] == 0x55 && bytes[at + 5] == 0x4E
        let isSequence = explicit && bytes[at + 4] == 0x53 && bytes[at + 5] == 0x51
        at += header
        let startsItem = at + 4 <= bytes.count && self.tag(at) == 0xFFFE_E000
        if length == 0xFFFF_FFFF || isSequence || (!explicit || isUnknown) && startsItem && length >= 8 {
            open.append(
                Level(
                    isSequence: true, end: end(length), outerExplicit: explicit,
                    isPixels: tag == 0x7FE0_0010 && length == 0xFFFF_FFFF))
            if isUnknown { explicit = false }
            return true
        }
        return pass(length, open)
    }

    /// Passes bytes, unless they reach beyond what holds them.
    private mutating func pass(_ length: Int, _ open: [Level]) -> Bool {
        if let end = open.last(where: { $0.end != nil })?.end, at + length > end { return false }
        at += length
        return true
    }

    /// Goes on behind the innermost open value of stated length, if there is one and it lies in the data.
    private mutating func leaveBroken(_ open: inout [Level]) -> Bool {
        while let level = open.last {
            close(&open)
            guard let end = level.end, end > at, end < bytes.count else { continue }
            at = end
            return true
        }
        return false
    }

    private func end(_ length: Int) -> Int? { length == 0xFFFF_FFFF ? nil : at + length }

    private mutating func close(_ open: inout [Level]) {
        if let level = open.popLast() { explicit = level.outerExplicit }
    }

    /// The reason when the nesting is too deep.
    func fault() -> String? {
        var walk = self
        return walk.walk() ? nil : "its sequences are nested deeper than \(DICOMNesting.deepest) levels"
    }
}
