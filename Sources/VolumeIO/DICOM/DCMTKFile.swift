import CDCMTKBridge

/// A DICOM file open in DCMTK; closed when the value goes. One thread at a time may use it.
struct DCMTKFile: ~Copyable {
    let handle: OpaquePointer
    let path: String

    /// How much of the file is parsed.
    enum Extent {
        /// Up to the pixel data.
        case header
        /// Everything; long values stay in the file until asked for.
        case whole
    }

    /// Opens a file that is known to look like DICOM.
    init(_ path: String, _ extent: Extent) throws {
        try Self.setUp()
        if let fault = DICOMNesting.fault(path) {
            throw DICOMError.file(path: path, reason: "cannot be read as DICOM: \(fault)")
        }
        var reason = ErrorText()
        guard let handle = tomos_dcm_open(path, extent == .header, &reason.buffer, reason.buffer.count) else {
            throw DICOMError.file(
                path: path, reason: "cannot be read as DICOM: \(reason.text) (copy or export the file again)")
        }
        self.handle = handle
        self.path = path
    }

    deinit { tomos_dcm_close(handle) }

    /// Registers the decoders and checks that the data dictionary is there.
    static func setUp() throws {
        var reason = ErrorText()
        guard tomos_dcm_setup(&reason.buffer, reason.buffer.count) else {
            throw DICOMError.library(reason: reason.text)
        }
    }

    /// Transfer syntax UID as the file states it, nil when neither stated nor guessed.
    var transferSyntax: String? { Self.text { tomos_dcm_transfer_syntax(handle, $0, $1) } }

    /// All values of an element as text, parted by backslashes; nil when absent or empty.
    func text(_ tag: DICOMTag) -> String? { Self.text { tomos_dcm_text(handle, tag.group, tag.element, $0, $1) } }

    static func text(_ read: (UnsafeMutablePointer<CChar>, Int) -> Int) -> String? {
        var capacity = 256
        while true {
            var length = -1
            let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                buffer.withMemoryRebound(to: CChar.self) { chars in
                    if let base = chars.baseAddress { length = read(base, capacity) }
                }
                count = max(0, min(length, capacity - 1))
            }
            guard length >= 0 else { return nil }
            if length < capacity { return trimmed(String(decoding: bytes, as: UTF8.self)) }
            capacity = length + 1
        }
    }

    private static func trimmed(_ text: String) -> String? {
        let isFiller: (Character) -> Bool = { $0 == " " || $0 == "\0" }
        let trimmed = text.drop(while: isFiller).reversed().drop(while: isFiller).reversed()
        return trimmed.isEmpty ? nil : String(trimmed)
    }

    /// Bytes of an OB or UN element.
    func bytes(_ tag: DICOMTag) -> [UInt8]? {
        var start: UnsafePointer<UInt8>?
        var count = 0
        guard tomos_dcm_bytes(handle, tag.group, tag.element, &start, &count), let start else { return nil }
        return Array(UnsafeBufferPointer(start: start, count: count))
    }

    /// What the pixel data is.
    enum Pixels: Equatable {
        case none, floatingPoint
        /// Length in bytes.
        case native(UInt64)
        /// Number of fragments.
        case encapsulated(Int)
    }

    /// Kind and size of the pixel data.
    var pixels: Pixels {
        var length: UInt64 = 0
        var fragments = 0
        return switch tomos_dcm_pixel_info(handle, &length, &fragments) {
        case tomos_dcm_pixels_native: .native(length)
        case tomos_dcm_pixels_encapsulated: .encapsulated(fragments)
        case tomos_dcm_pixels_float: .floatingPoint
        default: .none
        }
    }

    /// Calls `body` with the bytes of a fragment of encapsulated pixel data.
    func withFragment<Result>(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) throws -> Result {
        var start: UnsafePointer<UInt8>?
        var count = 0
        var reason = ErrorText()
        guard tomos_dcm_fragment(handle, index, &start, &count, &reason.buffer, reason.buffer.count) else {
            throw DICOMError.file(path: path, reason: "pixel data cannot be read: \(reason.text)")
        }
        return try body(UnsafeBufferPointer(start: start, count: count))
    }

    /// Decodes the image into `cells` (machine byte order), which must be exactly one image.
    func decode(into cells: UnsafeMutableRawBufferPointer) throws {
        var reason = ErrorText()
        guard let count = UInt32(exactly: cells.count),
            tomos_dcm_decode(handle, cells.baseAddress, count, &reason.buffer, reason.buffer.count)
        else { throw DICOMError.file(path: path, reason: "pixel data cannot be decoded: \(reason.text)") }
    }

    /// The standard's name of a UID, nil when unknown. DCMTK writes it in one word: `MRImageStorage` is `MR Image Storage`.
    static func name(ofUID uid: String) -> String? {
        var name = ErrorText()
        tomos_dcm_uid_name(uid, &name.buffer, name.buffer.count)
        let letters = Array(name.text)
        var spaced = ""
        for (n, letter) in letters.enumerated() {
            let startsWord =
                n > 0 && letter.isUppercase
                && (letters[n - 1].isLowercase || n + 1 < letters.count && letters[n + 1].isLowercase)
            spaced += startsWord && letters[n - 1] != " " ? " \(letter)" : "\(letter)"
        }
        return spaced.isEmpty ? nil : spaced
    }
}

/// Room for a text that the bridge hands back.
private struct ErrorText {
    var buffer = [CChar](repeating: 0, count: 512)
    var text: String { String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) }
}

/// A data element tag.
struct DICOMTag: Sendable, Hashable {
    var group, element: UInt16
    init(_ group: UInt16, _ element: UInt16) { (self.group, self.element) = (group, element) }
}
