import CDCMTKBridge

/// The header of a DICOM file up to its pixel data: a list of where its elements stand, whose values are read when they
/// are asked for. What nobody asks for costs a step over it.
///
/// There is one only of files that are well formed and plain (with a meta header, little endian, not deflated); all
/// others are DCMTK's. One thread at a time may use it.
final class DICOMHead {
    /// Transfer syntax UID as the file states it.
    let transferSyntax: String
    /// The element of the pixel data, which the header ends at.
    let pixels: Pixels?
    private let file: DICOMFileWindows
    private let isExplicit: Bool
    /// Meta elements and data set.
    let list: DICOMElementList
    /// Places of the elements in the list, and their tags, which rise.
    private var tags: [UInt32] = []
    private var places: [Int32] = []
    /// Sequences that were passed over and are asked for, by their place in the file.
    private var entered: [Int: DICOMElementList] = [:]
    /// Elements that DCMTK was asked about, by their place in the file; nil where it cannot read them.
    private var parsed: [Int: OpaquePointer?] = [:]

    /// Where the pixel data stand.
    struct Pixels: Sendable, Equatable {
        var element: UInt32
        var representation: UInt16
        var start: Int
        /// In bytes; nil where they are encapsulated.
        var length: Int?
    }

    var path: String { file.path }
    var stamp: DICOMFileStamp { file.stamp }

    /// Looks for the elements; nil when the file is not one of those.
    init?(_ file: DICOMFileWindows) {
        guard let mark = file.bytes(at: 128, 4), mark.elementsEqual("DICM".utf8) else { return nil }
        var meta = DICOMElementWalk(file, at: 132, isExplicit: true)
        guard meta.walk(until: 0x0003_0000), let syntax = Self.syntax(meta, file),
            let known = DICOMTransferSyntax.find(syntax), !Self.others.contains(syntax)
        else { return nil }
        isExplicit = syntax != "1.2.840.10008.1.2"
        if !isExplicit, Self.looksExplicit(file, meta.at) { return nil }
        var walk = DICOMElementWalk(file, at: meta.at, isExplicit: isExplicit)
        guard walk.walk(until: DICOMElement.pixels), !walk.elements.isEmpty,
            walk.elements[0].tag >= 0x0008_0000, walk.at == file.size || walk.header() != nil
        else { return nil }
        pixels = Self.pixels(&walk, file, isEncapsulated: known.isEncapsulated)
        transferSyntax = syntax
        self.file = file
        list = DICOMElementList(meta.elements, then: walk.elements)
        list.forEach(in: 0..<list.elements.count) { place, element in
            tags.append(element.tag)
            places.append(Int32(clamping: place))
        }
    }

    deinit { for handle in parsed.values { tomos_dcm_close(handle) } }

    /// Big endian and deflated data.
    private static let others: Set = ["1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"]

    /// The transfer syntax of meta elements that end where they say.
    private static func syntax(_ meta: DICOMElementWalk, _ file: DICOMFileWindows) -> String? {
        guard let length = meta.elements.first, length.tag == 0x0002_0000, length.count == 4,
            let bytes = file.bytes(at: length.start, 4),
            length.end + Int(bytes.loadUnaligned(as: UInt32.self)) == meta.at,
            let syntax = meta.elements.first(where: { $0.tag == 0x0002_0010 }),
            let value = file.bytes(at: syntax.start, syntax.count),
            case .text(let text?) = DICOMPlainValue(value, syntax.representation)
        else { return nil }
        return text
    }

    private static func looksExplicit(_ file: DICOMFileWindows, _ at: Int) -> Bool {
        guard let bytes = file.bytes(at: at + 4, 2) else { return false }
        return DICOMFileProbe.hasLongHeader(bytes[0], bytes[1]) != nil
    }

    /// The pixel data that `walk` stands at, or floating-point pixels that it has passed; nil for those that are not as
    /// the transfer syntax says, or not all in the file.
    private static func pixels(
        _ walk: inout DICOMElementWalk, _ file: DICOMFileWindows, isEncapsulated: Bool
    ) -> Pixels? {
        if walk.at < file.size, let header = walk.header(), header.tag == DICOMElement.pixels {
            let start = walk.at + Int(header.size)
            let isBytes =
                header.representation == DICOMRepresentation.bytes || header.representation == DICOMRepresentation.words
            guard isBytes || header.representation == 0, header.isUndefined == isEncapsulated else { return nil }
            if isEncapsulated {
                return Pixels(element: header.tag, representation: header.representation, start: start, length: nil)
            }
            guard Int(header.length) <= file.size - start else { return nil }
            return Pixels(
                element: header.tag, representation: header.representation, start: start, length: Int(header.length))
        }
        guard walk.at == file.size, !isEncapsulated,
            let element = walk.elements.last(where: { $0.tag == 0x7FE0_0008 || $0.tag == 0x7FE0_0009 })
        else { return nil }
        return Pixels(
            element: element.tag, representation: element.representation, start: element.start, length: element.count)
    }

    // MARK: Elements of the data set

    /// Among the tags the first that is `tag` or comes after it.
    private func first(from tag: DICOMTag) -> Int {
        let key = tag.key
        var (low, high) = (0, tags.count)
        while low < high {
            let middle = (low + high) / 2
            if tags[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func place(of tag: DICOMTag) -> Int? {
        let place = first(from: tag)
        return place < tags.count && tags[place] == tag.key ? Int(places[place]) : nil
    }

    /// Whether the data set has elements of a group.
    func holds(group: UInt16) -> Bool {
        let place = first(from: DICOMTag(group, 0))
        return place < tags.count && tags[place] >> 16 == UInt32(group)
    }

    /// As `DCMTKFile.text`.
    func text(_ tag: DICOMTag) -> String? {
        place(of: tag).flatMap { place in
            text(list, place, from: 0) { handle in DCMTKFile.text(handle, tag) }
        }
    }

    /// As `DCMTKFile.bytes`.
    func bytes(_ tag: DICOMTag) -> [UInt8]? {
        guard let place = place(of: tag) else { return nil }
        let element = list.elements[place]
        if element.kind != .value { return nil }
        if isExplicit || tag.group == 2 {
            if element.representation == DICOMRepresentation.bytes {
                return file.bytes(at: element.start, element.count).map { Array($0) }
            }
            if !DICOMRepresentation.isBytes(element.representation) { return nil }
        }
        return parse(list, place, from: 0).flatMap { DCMTKFile.bytes($0, tag) }
    }

    /// As `DCMTKFile.items`.
    func items(_ tag: DICOMTag) -> [DICOMItem] {
        place(of: tag).map { items(list, $0, from: 0, tag) } ?? []
    }

    /// As `DCMTKFile.length`.
    func length(of tag: DICOMTag) -> Int? { place(of: tag).map { list.elements[$0].count } }

    /// Fills `bytes` from an element's value.
    func read(_ tag: DICOMTag, at offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard let place = place(of: tag), let offset = Int(exactly: offset) else { return false }
        let element = list.elements[place]
        guard offset <= element.count, bytes.count <= element.count - offset,
            let found = file.bytes(at: element.start + offset, bytes.count)
        else { return false }
        bytes.copyMemory(from: found)
        return true
    }
}

extension DICOMHead {
    // MARK: Values

    /// The text of the element at a place of a list, whose level begins at `first`; `ask` hands it over from DCMTK where
    /// it is not plain.
    func text(
        _ list: DICOMElementList, _ place: Int, from first: Int, _ ask: (OpaquePointer) -> String?
    ) -> String? {
        let element = list.elements[place]
        guard element.kind == .value else { return nil }
        var representation = element.representation
        if representation == 0, !element.isPrivate { representation = DICOMDictionary.representation(element.tag) }
        if let value = file.bytes(at: element.start, element.count),
            case .text(let text) = DICOMPlainValue(value, representation)
        {
            return text
        }
        return parse(list, place, from: first).flatMap(ask)
    }

    /// The bytes of an element's value as they stand in the file.
    func value(of element: DICOMElement) -> [UInt8]? {
        file.bytes(at: element.start, element.count).map { Array($0) }
    }

    /// Items of a sequence of the list, or of an element that DCMTK takes for one.
    func items(_ list: DICOMElementList, _ place: Int, from first: Int, _ tag: DICOMTag) -> [DICOMItem] {
        let element = list.elements[place]
        if element.kind == .sequence { return list.items(place).map { DICOMItem(self, list, $0) } }
        let isListable = element.representation == DICOMRepresentation.sequence || element.representation == 0
        if element.kind == .passed, isListable {
            guard let inner = enter(element) else { return [] }
            return inner.items(0).map { DICOMItem(self, inner, $0) }
        }
        guard element.kind == .passed || DICOMRepresentation.isBytes(element.representation) else { return [] }
        return parse(list, place, from: first).map { DCMTKFile.items($0, tag) } ?? []
    }

    /// The content of a sequence that was passed over; nil when it is malformed.
    private func enter(_ element: DICOMElement) -> DICOMElementList? {
        if let known = entered[element.start] { return known }
        var walk = DICOMElementWalk(file, at: element.start, isExplicit: isExplicit, takesPrivate: true)
        // In one piece, so that its values are read with it.
        guard file.bytes(at: element.start, element.extent.upperBound - element.start) != nil,
            walk.walkItems(of: element)
        else { return nil }
        let list = DICOMElementList(walk.elements)
        entered[element.start] = list
        return list
    }

    /// An element as a data set of its own that DCMTK has parsed, with what its value depends on.
    func parse(_ list: DICOMElementList, _ place: Int, from first: Int) -> OpaquePointer? {
        let element = list.elements[place]
        if let known = parsed[element.start] { return known }
        var bytes: [UInt8] = []
        for part in list.context(of: place, from: first) + [element] {
            guard let found = file.bytes(at: part.extent.lowerBound, part.extent.count) else { return nil }
            bytes += found
        }
        let isMeta = element.tag >> 16 == 2
        // Sequences in it that nobody has looked into may be nested too deep for DCMTK.
        let isTooDeep = bytes.withUnsafeBytes { DICOMNesting.isTooDeep($0, isExplicit: isExplicit || isMeta) }
        let handle = isTooDeep ? nil : tomos_dcm_open_elements(bytes, bytes.count, isExplicit || isMeta)
        parsed[element.start] = .some(handle)
        return handle
    }
}
