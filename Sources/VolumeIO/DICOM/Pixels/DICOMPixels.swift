/// The pixel data of one open file: hands out the decoded cells of any of its frames.
///
/// ```
/// let pixels = try DICOMPixels(path)
/// var cells = [UInt8](repeating: 0, count: pixels.layout.frameBytes)
/// try cells.withUnsafeMutableBytes { try pixels.decode(frame: 4, into: $0) }
/// ```
/// Only the frame asked for is read from the file. One thread at a time may use the value; several values may be open.
struct DICOMPixels: ~Copyable {
    /// Largest single frame decoded, in bytes.
    static let imageLimit: UInt64 = 512 << 20

    /// What the file says of its frames.
    let layout: DICOMPixelLayout
    let attributes: DICOMAttributes
    private let storage: Storage

    private enum Storage {
        case native(DCMTKFile.NativePixels)
        case encapsulated(DICOMFrameIndex)
    }

    /// The file.
    var path: String { attributes.file.path }

    /// Opens a file and judges its pixel data against its attributes: everything that would make a decoder allocate, or
    /// hand back less than was asked for. Throws `DICOMError`.
    init(_ path: String) throws {
        let opened = DICOMAttributes(file: try DCMTKFile(path, .whole))
        let layout = try DICOMPixelLayout(opened)
        storage = try Self.storage(opened.file, layout)
        self.layout = layout
        attributes = opened
    }

    private static func storage(_ file: borrowing DCMTKFile, _ layout: DICOMPixelLayout) throws -> Storage {
        let (path, syntax) = (file.path, layout.syntax)
        guard UInt64(layout.frameBytes) <= imageLimit else {
            throw DICOMError.tooLarge(
                what: "\(path): an image of \(layout.columns)x\(layout.rows)", bytes: UInt64(layout.frameBytes),
                limit: imageLimit)
        }
        switch file.pixels {
        case .none: throw DICOMError.file(path: path, reason: "has no pixel data (export it again)")
        case .native(let native):
            guard syntax.coding == .native else {
                throw DICOMError.file(
                    path: path, reason: "pixel data is not encapsulated, though the transfer syntax is \(syntax.name)")
            }
            try checkLength(native, layout, path)
            return .native(native)
        case .encapsulated(let fragments):
            guard syntax.coding != .native, syntax.coding != .notRead else {
                throw DICOMError.file(
                    path: path, reason: "encapsulated pixel data in a transfer syntax that has none (\(syntax.name))")
            }
            return .encapsulated(try file.frameIndex(fragments, layout))
        }
    }

    /// Decodes frame `frame` (from 0) into `cells`: `layout.frameBytes` bytes, row after row, in machine byte order,
    /// packed cells (1 and 12 bits) one to a cell of `layout.format.bytes`. `unpack` makes values of them.
    ///
    /// The samples of a colour pixel stand side by side. Throws `DICOMError` that names the file, and the frame where
    /// there are several.
    func decode(frame: Int = 0, into cells: UnsafeMutableRawBufferPointer) throws {
        _ = try decodeColour(frame: frame, into: cells)
    }

    /// As `decode`; returns the photometric interpretation of the cells, because decoders turn YBR into RGB.
    func decodeColour(frame: Int, into cells: UnsafeMutableRawBufferPointer) throws -> String {
        precondition(cells.count == layout.frameBytes, "\(cells.count) bytes for \(layout.frameBytes)")
        guard (0..<layout.frames).contains(frame) else {
            throw DICOMError.file(path: path, reason: "has no frame \(frame + 1), NumberOfFrames is \(layout.frames)")
        }
        switch storage {
        case .native(let native):
            try Self.readNative(native, layout, frame, isBigEndian: attributes.file.isBigEndian, into: cells) {
                try attributes.file.read(native.element, at: UInt64($0), into: $1)
            }
            return layout.photometric
        case .encapsulated(let index):
            do {
                let codestream = try attributes.file.codestream(index.fragments[frame])
                return try codestream.withUnsafeBufferPointer { bytes in
                    try DICOMCodestream.decode(bytes, layout, into: cells)
                }
            } catch let fault as CodestreamFault {
                let place = layout.frames > 1 ? "frame \(frame + 1): " : ""
                throw DICOMError.file(path: path, reason: place + fault.reason)
            }
        }
    }

    // MARK: Values

    /// Takes the stored values out of their cells: the bits above HighBit and below the stored ones are dropped, the
    /// sign is extended from the highest stored bit.
    static func unpack<Value: FixedWidthInteger>(
        _ cells: UnsafeRawBufferPointer, _ format: StoredFormat, into values: UnsafeMutableBufferPointer<Value>
    ) {
        switch (format.bytes, format.isSigned) {
        case (1, false): unpack(cells, as: UInt8.self, format, into: values)
        case (1, true): unpack(cells, as: Int8.self, format, into: values)
        case (2, false): unpack(cells, as: UInt16.self, format, into: values)
        case (2, true): unpack(cells, as: Int16.self, format, into: values)
        case (_, false): unpack(cells, as: UInt32.self, format, into: values)
        case (_, true): unpack(cells, as: Int32.self, format, into: values)
        }
    }

    private static func unpack<Cell: FixedWidthInteger, Value: FixedWidthInteger>(
        _ cells: UnsafeRawBufferPointer, as type: Cell.Type, _ format: StoredFormat,
        into values: UnsafeMutableBufferPointer<Value>
    ) {
        // Left to the top of the cell, then right with (Int) or without (UInt) the sign.
        let left = Cell(Cell.bitWidth - 1 - format.highBit)
        let right = Cell(Cell.bitWidth - format.bitsStored)
        let cells = cells.bindMemory(to: Cell.self)
        for n in 0..<min(cells.count, values.count) {
            values.initializeElement(at: n, to: Value(truncatingIfNeeded: (cells[n] &<< left) &>> right))
        }
    }
}

extension StoredFormat {
    /// Whether cells share bytes in the file.
    var isPacked: Bool { bitsAllocated == 1 || bitsAllocated == 12 }
}

extension DCMTKFile {
    /// Frames of encapsulated pixel data. Throws `DICOMError`.
    fileprivate func frameIndex(_ fragments: Int, _ layout: DICOMPixelLayout) throws -> DICOMFrameIndex {
        let lengths = try (0..<fragments).map { try itemLength($0 + 1) }
        let begins = try (0..<fragments).compactMap { n -> Bool? in
            var head = [UInt8](repeating: 0, count: min(12, lengths[n]))
            try head.withUnsafeMutableBytes { try readItem(n + 1, into: $0) }
            return DICOMCodestream.begins(head, layout.syntax.coding)
        }
        do {
            return try DICOMFrameIndex(
                DICOMFrameIndex.Evidence(
                    lengths: lengths, frames: layout.frames, tables: try offsetTables(fragments), begins: begins))
        } catch let fault as CodestreamFault {
            throw DICOMError.file(path: path, reason: fault.reason)
        }
    }

    /// The extended (64-bit) and the basic (32-bit) offset table, those that are there. (PS3.3 C.7.6.3.1.8, PS3.5 A.4)
    private func offsetTables(_ fragments: Int) throws -> [[UInt64]] {
        // A frame has a fragment at least: longer tables are wrong, and not worth reading.
        func table(_ length: Int, _ width: Int, _ read: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows
            -> [UInt64]?
        {
            guard length > 0, length % width == 0, length / width <= fragments else { return nil }
            var bytes = [UInt8](repeating: 0, count: length)
            try bytes.withUnsafeMutableBytes { try read($0) }
            return stride(from: 0, to: length, by: width).map { at in
                (0..<width).reduce(UInt64(0)) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
            }
        }
        let extended = try length(of: .extendedOffsets).flatMap { length in
            try table(length, 8) { try read(.extendedOffsets, into: $0) }
        }
        let basic = try table(try itemLength(0), 4) { try readItem(0, into: $0) }
        return [extended, basic].compactMap { $0 }
    }

    /// The bytes of some fragments behind each other.
    fileprivate func codestream(_ fragments: Range<Int>) throws -> [UInt8] {
        let lengths = try fragments.map { try itemLength($0 + 1) }
        var bytes = [UInt8](repeating: 0, count: lengths.reduce(0, +))
        var at = 0
        for (fragment, length) in zip(fragments, lengths) {
            try bytes.withUnsafeMutableBytes { buffer in
                try readItem(fragment + 1, into: UnsafeMutableRawBufferPointer(rebasing: buffer[at..<at + length]))
            }
            at += length
        }
        return bytes
    }
}
