import CDCMTKBridge

/// An open DICOM file; closed when the value goes. One thread at a time may use it.
///
/// Of the header of a plain file DCMTK is given only the elements that are asked for and that take a parser; any other
/// file it parses whole.
struct DCMTKFile: ~Copyable {
    let path: String
    /// The header's elements where they were found without DCMTK.
    let head: DICOMHead?
    /// The file in DCMTK; there when `head` is not.
    fileprivate let handle: OpaquePointer?

    /// How much of the file is parsed.
    enum Extent {
        /// Up to the pixel data.
        case header
        /// Everything; long values stay in the file until asked for.
        case whole
    }

    /// Opens a file that is known to look like DICOM.
    init(_ path: String, _ extent: Extent) throws {
        if extent == .header, let head = DICOMFileWindows(path).flatMap({ DICOMHead($0) }) {
            try self.init(head)
        } else {
            try self.init(parsing: path, extent)
        }
    }

    /// A header whose elements were found already.
    init(_ head: DICOMHead) throws {
        try Self.setUp()
        (self.head, handle, path) = (head, nil, head.path)
    }

    /// Has DCMTK parse a file.
    init(parsing path: String, _ extent: Extent) throws {
        try Self.setUp()
        if let fault = DICOMNesting.fault(path) {
            throw DICOMError.file(path: path, reason: "cannot be read as DICOM: \(fault)")
        }
        var reason = ErrorText()
        var opened = tomos_dcm_open(path, extent == .header, &reason.buffer, reason.buffer.count)
        if opened == nil, extent == .whole {
            switch DICOMFragments.closing(path) {
            case .open(let end)?:
                opened = tomos_dcm_open_delimited(path, end, &reason.buffer, reason.buffer.count)
            case .cut(let fragment, let bytes, let needed)?:
                throw DICOMError.file(
                    path: path,
                    reason: "the compressed pixel data breaks off in fragment \(fragment), of which \(bytes) of "
                        + "\(needed) bytes are there (copy or export the file again)")
            default: break
            }
        }
        guard let handle = opened else {
            throw DICOMError.file(
                path: path, reason: "cannot be read as DICOM: \(reason.text) (copy or export the file again)")
        }
        (self.handle, self.path, head) = (handle, path, nil)
    }

    deinit { if let handle { tomos_dcm_close(handle) } }

    /// Registers the decoders and checks that the data dictionary is there.
    static func setUp() throws {
        var reason = ErrorText()
        guard tomos_dcm_setup(&reason.buffer, reason.buffer.count) else {
            throw DICOMError.library(reason: reason.text)
        }
    }

    /// Transfer syntax UID as the file states it, nil when neither stated nor guessed.
    var transferSyntax: String? {
        head?.transferSyntax ?? handle.flatMap { handle in Self.text { tomos_dcm_transfer_syntax(handle, $0, $1) } }
    }

    /// All values of an element as text, parted by backslashes; nil when absent or empty.
    func text(_ tag: DICOMTag) -> String? {
        if let head { return head.text(tag) }
        return handle.flatMap { Self.text($0, tag) }
    }

    static func text(_ handle: OpaquePointer, _ tag: DICOMTag) -> String? {
        text { tomos_dcm_text(handle, tag.group, tag.element, $0, $1) }
    }

    static func text(_ read: (UnsafeMutablePointer<CChar>, Int) -> Int) -> String? {
        // Nearly all values are short, and thousands of files are asked for dozens of them.
        var length = -1
        let short = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer -> String? in
            guard let base = buffer.baseAddress else { return nil }
            length = read(base, buffer.count)
            return (0..<buffer.count).contains(length) ? trimmed(UnsafeRawBufferPointer(buffer)[..<length]) : nil
        }
        guard length >= 256 else { return short }
        let capacity = length + 1
        let bytes = [CChar](unsafeUninitializedCapacity: capacity) { buffer, count in
            count = buffer.baseAddress.map { max(0, min(read($0, capacity), length)) } ?? 0
        }
        return bytes.withUnsafeBytes { trimmed($0[...]) }
    }

    /// The text without spaces and zeros at its ends; nil when nothing else is in it.
    private static func trimmed(_ bytes: Swift.Slice<UnsafeRawBufferPointer>) -> String? {
        let isFiller: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0 }
        guard let first = bytes.firstIndex(where: { !isFiller($0) }),
            let last = bytes.lastIndex(where: { !isFiller($0) })
        else { return nil }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }

    /// Bytes of an OB or UN element.
    func bytes(_ tag: DICOMTag) -> [UInt8]? {
        if let head { return head.bytes(tag) }
        return handle.flatMap { Self.bytes($0, tag) }
    }

    static func bytes(_ handle: OpaquePointer, _ tag: DICOMTag) -> [UInt8]? {
        var start: UnsafePointer<UInt8>?
        var count = 0
        guard tomos_dcm_bytes(handle, tag.group, tag.element, &start, &count), let start else { return nil }
        return Array(UnsafeBufferPointer(start: start, count: count))
    }

    /// How the pixel data is kept.
    enum Pixels: Sendable, Equatable {
        case none
        case native(NativePixels)
        /// Number of fragments.
        case encapsulated(Int)
    }

    /// Pixel data that is not compressed.
    struct NativePixels: Sendable, Equatable {
        /// PixelData, FloatPixelData or DoubleFloatPixelData.
        var element: DICOMTag
        /// In bytes.
        var length: UInt64
        /// Whether the value is a row of 16-bit words (OW), which matters to the order of bytes.
        var isWords: Bool
    }

    /// Kind and size of the pixel data; none in a header.
    var pixels: Pixels {
        guard let handle else { return .none }
        let info = tomos_dcm_pixel_info(handle)
        switch info.kind {
        case tomos_dcm_pixels_native:
            let isWords = info.representation == 0x4F57
            return .native(
                NativePixels(
                    element: DICOMTag(0x7FE0, info.element), length: info.length, isWords: isWords))
        case tomos_dcm_pixels_encapsulated: return .encapsulated(info.fragments)
        default: return .none
        }
    }

    /// Whether numbers of the data set stand in the file with the highest byte first.
    var isBigEndian: Bool { handle.map { tomos_dcm_is_big_endian($0) } ?? false }

    /// Length of an element's value in bytes, nil when absent.
    func length(of tag: DICOMTag) -> Int? {
        guard let handle else { return head?.length(of: tag) }
        let length = tomos_dcm_value_length(handle, tag.group, tag.element)
        return length < 0 ? nil : length
    }

    /// Fills `bytes` from an element's value, from an offset on, in the file's byte order.
    func read(_ tag: DICOMTag, at offset: UInt64 = 0, into bytes: UnsafeMutableRawBufferPointer) throws {
        guard let handle else {
            if head?.read(tag, at: offset, into: bytes) == true { return }
            throw DICOMError.file(path: path, reason: "pixel data cannot be read: value is shorter than asked for")
        }
        var reason = ErrorText()
        guard
            tomos_dcm_value_bytes(
                handle, tag.group, tag.element, offset, bytes.baseAddress, bytes.count, &reason.buffer,
                reason.buffer.count)
        else { throw DICOMError.file(path: path, reason: "pixel data cannot be read: \(reason.text)") }
    }

    /// Length of an item of encapsulated pixel data in bytes: 0 is the offset table, 1 the first fragment.
    func itemLength(_ item: Int) throws -> Int {
        let length = handle.map { tomos_dcm_item_length($0, item) } ?? -1
        guard length >= 0 else { throw DICOMError.file(path: path, reason: "pixel data has no item \(item)") }
        return length
    }

    /// Fills `bytes` from the beginning of an item of encapsulated pixel data.
    func readItem(_ item: Int, into bytes: UnsafeMutableRawBufferPointer) throws {
        var reason = ErrorText()
        guard let handle,
            tomos_dcm_item_bytes(handle, item, bytes.baseAddress, bytes.count, &reason.buffer, reason.buffer.count)
        else { throw DICOMError.file(path: path, reason: "pixel data cannot be read: \(reason.text)") }
    }
}

extension DCMTKFile {
    /// Items of a sequence of the data set.
    func items(_ tag: DICOMTag) -> [DICOMItem] {
        if let head { return head.items(tag) }
        return handle.map { Self.items($0, tag) } ?? []
    }

    static func items(_ handle: OpaquePointer, _ tag: DICOMTag) -> [DICOMItem] {
        DICOMItem(tomos_dcm_dataset(handle))?.items(tag) ?? []
    }
}

/// Room for a text that a library hands back.
struct ErrorText {
    var buffer = [CChar](repeating: 0, count: 512)
    var text: String { String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) }
}

/// A data element tag.
struct DICOMTag: Sendable, Hashable {
    var group, element: UInt16
    init(_ group: UInt16, _ element: UInt16) { (self.group, self.element) = (group, element) }

    /// Group and element in one number, by which tags are ordered.
    var key: UInt32 { UInt32(group) << 16 | UInt32(element) }

    func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
