/// Walks through the elements of a little-endian data set by their lengths, without recursion, and lists them.
///
/// Sequences of the standard's groups are looked into. Those of the vendors, which can be most of a header, are passed
/// over: by their length where they state one. What is not well formed ends the walk without a result; DCMTK then says
/// what is wrong with it.
struct DICOMElementWalk {
    private let file: DICOMFileWindows
    private let isExplicit: Bool
    /// Whether vendors' sequences are looked into too.
    private let takesPrivate: Bool
    /// Where the walk stands in the file.
    private(set) var at: Int
    /// What was found, each sequence followed by its items and their elements.
    private(set) var elements: [DICOMElement] = []

    /// The stretch of the file that is looked at, valid until the file is read on.
    private var base: UnsafeRawPointer?
    private var low = 0, high = 0

    /// An open sequence or item.
    private struct Level {
        var isSequence: Bool
        /// Where it ends; `Int.max` when a delimiter ends it.
        var end: Int
        /// Where it must have ended: the innermost stated end around it.
        var limit: Int
        /// Its place in the list, -1 where it is not listed.
        var place: Int
        /// Whether what stands in it is listed.
        var lists: Bool
    }

    init(_ file: DICOMFileWindows, at: Int, isExplicit: Bool, takesPrivate: Bool = false) {
        (self.file, self.at, self.isExplicit, self.takesPrivate) = (file, at, isExplicit, takesPrivate)
    }

    /// Lists the elements before `stop`, a tag; false when they are not well formed, or when their tags do not rise.
    /// `at` then stands at the first element that is not listed, or at the end of the file.
    mutating func walk(until stop: UInt32) -> Bool {
        var last: UInt32 = 0
        while at < file.size {
            guard let bytes = look(8), Self.tag(bytes) > last, Self.tag(bytes) < 0xFFFE_0000 else { return false }
            // What comes then may be written otherwise.
            if Self.tag(bytes) >= stop { return true }
            guard let header = header() else { return false }
            switch take(header, isListed: true, limit: file.size) {
            case .malformed: return false
            case .passed: break
            case .entered(let level): guard walk(in: level) else { return false }
            }
            last = header.tag
        }
        return true
    }

    /// Lists the items of a sequence that was passed over.
    mutating func walkItems(of sequence: DICOMElement) -> Bool {
        elements.append(sequence)
        elements[0].kind = .sequence
        at = sequence.start
        return walk(
            in: Level(
                isSequence: true, end: sequence.isDelimited ? .max : sequence.end,
                limit: sequence.extent.upperBound, place: 0, lists: true))
    }

    /// The header of the element at the place where the walk stands.
    mutating func header() -> Header? {
        guard let bytes = look(8) else { return nil }
        let tag = Self.tag(bytes)
        guard isExplicit else {
            return Header(
                tag: tag, representation: 0, size: 8, length: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        }
        let code = bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self).byteSwapped
        guard let isLong = DICOMRepresentation.hasLongHeader(code) else { return nil }
        guard isLong else {
            let length = UInt32(bytes.loadUnaligned(fromByteOffset: 6, as: UInt16.self))
            return Header(tag: tag, representation: code, size: 8, length: length)
        }
        guard let bytes = look(12) else { return nil }
        return Header(
            tag: tag, representation: code, size: 12, length: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
    }

    /// The header of an element.
    struct Header {
        var tag: UInt32
        var representation: UInt16
        var size: UInt8
        var length: UInt32
        var isUndefined: Bool { length == .max }
    }

    /// `count` bytes from where the walk stands, nil beyond the file.
    @inline(__always)
    private mutating func look(_ count: Int) -> UnsafeRawPointer? {
        if at >= low, at + count <= high, let base { return base + (at - low) }
        guard let window = file.window(at: at, count), let start = window.bytes.baseAddress else { return nil }
        (low, high, base) = (window.start, window.start + window.bytes.count, start)
        return start + (at - low)
    }

    @inline(__always)
    private static func tag(_ bytes: UnsafeRawPointer) -> UInt32 {
        UInt32(bytes.loadUnaligned(as: UInt16.self)) << 16
            | UInt32(bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
    }
}

extension DICOMElementWalk {
    // MARK: Elements

    private enum Step {
        case malformed, passed
        case entered(Level)
    }

    /// Passes the element whose header stands at `at`, or enters it.
    private mutating func take(_ header: Header, isListed: Bool, limit: Int) -> Step {
        at += Int(header.size)
        let (start, length) = (at, Int(header.length))
        guard header.isUndefined || length <= limit - start else { return .malformed }
        let looksInto = isListed && (takesPrivate || header.tag >> 16 & 1 == 0)
        let isUnknown = header.representation == DICOMRepresentation.unknown
        let isSequence = header.representation == DICOMRepresentation.sequence
        let isEntered = header.isUndefined || looksInto && (isSequence || looksLikeSequence(header))
        guard isEntered else {
            if isUnknown, looksInto, isDeepInside(header) { return .malformed }
            at += length
            if isListed { list(header, isSequence ? .passed : .value, start, end: at) }
            return .passed
        }
        guard !header.isUndefined || !isExplicit || isSequence || isUnknown else { return .malformed }
        // The content of UN without a length is an implicit data set, which DCMTK is asked about.
        let lists = looksInto && !isUnknown
        if isListed { list(header, lists ? .sequence : .passed, start, end: start) }
        let level = Level(
            isSequence: true, end: header.isUndefined ? .max : start + length,
            limit: header.isUndefined ? limit : start + length, place: isListed ? elements.count - 1 : -1, lists: lists)
        return isUnknown && isExplicit ? passImplicit(level) : .entered(level)
    }

    private mutating func list(_ header: Header, _ kind: DICOMElement.Kind, _ start: Int, end: Int) {
        var element = DICOMElement(
            tag: header.tag, representation: header.representation, header: header.size, kind: kind, start: start,
            end: end)
        element.isDelimited = header.isUndefined
        element.next = Int32(clamping: elements.count + 1)
        elements.append(element)
    }

    /// In a data set without representations the dictionary tells a sequence, of what looks like one.
    private mutating func looksLikeSequence(_ header: Header) -> Bool {
        guard !isExplicit, header.length >= 8, let bytes = look(8), Self.tag(bytes) == DICOMElement.item else {
            return false
        }
        return DICOMDictionary.representation(header.tag) == DICOMRepresentation.sequence
    }

    /// Whether the value of UN holds sequences nested too deep; what only looks like a sequence is bytes.
    private mutating func isDeepInside(_ header: Header) -> Bool {
        guard header.length >= 8, let bytes = look(8), Self.tag(bytes) == DICOMElement.item else { return false }
        let size = Int(header.size)
        let value = file.bytes(at: at - size, size + Int(header.length))
        // The file may have been read on.
        (base, low, high) = (nil, 0, 0)
        return value.map { DICOMNesting.isTooDeep($0, isExplicit: isExplicit) } ?? true
    }

    private mutating func passImplicit(_ level: Level) -> Step {
        var inner = DICOMElementWalk(file, at: at, isExplicit: false)
        guard inner.walk(in: Level(isSequence: true, end: .max, limit: level.limit, place: -1, lists: false)) else {
            return .malformed
        }
        at = inner.at
        // The other walk may have read on.
        (base, low, high) = (nil, 0, 0)
        if level.place >= 0 { elements[level.place].end = at - 8 }
        return .passed
    }

    // MARK: Sequences

    /// Walks a sequence from its first item to behind its end.
    private mutating func walk(in sequence: Level) -> Bool {
        var open = [sequence]
        while let level = open.last {
            if at >= level.end {
                guard at == level.end else { return false }
                close(&open, delimiter: 0)
                continue
            }
            guard let bytes = look(8), at + 8 <= level.limit else { return false }
            let tag = Self.tag(bytes)
            if tag == DICOMElement.sequenceEnd || tag == DICOMElement.itemEnd {
                guard level.end == .max, level.isSequence == (tag == DICOMElement.sequenceEnd) else { return false }
                at += 8
                close(&open, delimiter: 8)
            } else if level.isSequence {
                guard tag == DICOMElement.item,
                    let item = enterItem(bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self), level)
                else { return false }
                open.append(item)
            } else {
                guard tag < 0xFFFE_0000, let header = header() else { return false }
                switch take(header, isListed: level.lists, limit: level.limit) {
                case .malformed: return false
                case .passed: break
                case .entered(let inner): open.append(inner)
                }
            }
            if open.count > 2 * DICOMNesting.deepest { return false }
        }
        return true
    }

    private mutating func close(_ open: inout [Level], delimiter: Int) {
        guard let level = open.popLast(), level.place >= 0 else { return }
        elements[level.place].end = at - delimiter
        elements[level.place].next = Int32(clamping: elements.count)
    }

    private mutating func enterItem(_ length: UInt32, _ sequence: Level) -> Level? {
        at += 8
        let isUndefined = length == .max
        guard isUndefined || Int(length) <= sequence.limit - at else { return nil }
        let end = isUndefined ? Int.max : at + Int(length)
        if sequence.lists {
            var item = DICOMElement(
                tag: DICOMElement.item, representation: 0, header: 8, kind: .item, start: at, end: at)
            item.isDelimited = isUndefined
            elements.append(item)
        }
        return Level(
            isSequence: false, end: end, limit: isUndefined ? sequence.limit : end,
            place: sequence.lists ? elements.count - 1 : -1, lists: sequence.lists)
    }
}
