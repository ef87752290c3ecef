import Volumes

/// From a file's pixel data to stored values.
enum DICOMPixels {
    /// Largest single image decoded, in bytes.
    static let imageLimit: UInt64 = 512 << 20

    /// Decodes the image of a file into `cells`: `rows * columns` cells of `format.bytes`, in machine byte order.
    ///
    /// Everything that would make the decoder allocate, or hand back less than an image, is judged first.
    static func decode(_ header: DICOMImageHeader, into cells: UnsafeMutableRawBufferPointer) throws {
        let file = try DCMTKFile(header.path, .whole)
        let needed = UInt64(cells.count)
        guard let syntax = DICOMTransferSyntax.find(header.transferSyntax) else {
            throw DICOMError.file(path: header.path, reason: "transfer syntax \(header.transferSyntax) is not known")
        }
        switch file.pixels {
        case .none: throw DICOMError.file(path: header.path, reason: "has no pixel data (export it again)")
        case .floatingPoint:
            throw DICOMError.file(path: header.path, reason: "floating-point pixel data is not read yet")
        case .native(let length):
            guard syntax.coding == .native else {
                throw DICOMError.file(
                    path: header.path,
                    reason: "pixel data is not encapsulated, though the transfer syntax is \(syntax.name)")
            }
            guard length >= needed else {
                throw DICOMError.truncated(path: header.path, bytes: length, needed: needed)
            }
            guard length < 2 * max(needed, 2) else {
                throw DICOMError.file(
                    path: header.path,
                    reason: "pixel data of \(length) bytes holds more than one image of \(needed) (multi-frame without "
                        + "NumberOfFrames is not read)")
            }
        case .encapsulated(let fragments):
            let expected = DICOMCodestream.Expected(rows: header.rows, columns: header.columns, format: header.format)
            if let fault = try DICOMCodestream.fault(file, fragments: fragments, coding: syntax.coding, expected) {
                throw DICOMError.file(path: header.path, reason: fault)
            }
        }
        try file.decode(into: cells)
    }

    /// Takes the stored values out of their cells: the bits above HighBit and below the stored ones are dropped, the
    /// sign is extended from the highest stored bit.
    static func unpack<Value: FixedWidthInteger>(
        _ cells: UnsafeRawBufferPointer, _ format: StoredFormat, into values: UnsafeMutableBufferPointer<Value>
    ) {
        switch (format.bitsAllocated, format.isSigned) {
        case (8, false): unpack(cells, as: UInt8.self, format, into: values)
        case (8, true): unpack(cells, as: Int8.self, format, into: values)
        case (16, false): unpack(cells, as: UInt16.self, format, into: values)
        case (16, true): unpack(cells, as: Int16.self, format, into: values)
        case (_, false): unpack(cells, as: UInt32.self, format, into: values)
        case (_, true): unpack(cells, as: Int32.self, format, into: values)
        }
    }

    private static func unpack<Cell: FixedWidthInteger, Value: FixedWidthInteger>(
        _ cells: UnsafeRawBufferPointer, as type: Cell.Type, _ format: StoredFormat,
        into values: UnsafeMutableBufferPointer<Value>
    ) {
        // Left to the top of the cell, then right with (Int) or without (UInt) the sign.
        let left = Cell(format.bitsAllocated - 1 - format.highBit)
        let right = Cell(format.bitsAllocated - format.bitsStored)
        let cells = cells.bindMemory(to: Cell.self)
        for n in 0..<min(cells.count, values.count) {
            values.initializeElement(at: n, to: Value(truncatingIfNeeded: (cells[n] &<< left) &>> right))
        }
    }
}
