import Glibc

/// A value that anyone can read: plain ASCII, or whole numbers. Everything else (other letters, blanks within a text with
/// several values, fractions, bytes) is DCMTK's to read, so that there is one opinion of it.
enum DICOMPlainValue: Equatable {
    /// As `DCMTKFile.text` gives it; nil when there is nothing in it.
    case text(String?)
    case other

    /// Reads a value of a representation.
    init(_ bytes: UnsafeRawBufferPointer, _ representation: UInt16) {
        if DICOMRepresentation.isText(representation) {
            self = Self.plainText(bytes)
            return
        }
        self =
            switch representation {
            case DICOMRepresentation.short: Self.whole(bytes, UInt16.self)
            case DICOMRepresentation.signedShort: Self.whole(bytes, Int16.self)
            case DICOMRepresentation.long: Self.whole(bytes, UInt32.self)
            case DICOMRepresentation.signedLong: Self.whole(bytes, Int32.self)
            case DICOMRepresentation.float: Self.floating(bytes, Float.self)
            case DICOMRepresentation.double: Self.floating(bytes, Double.self)
            default: .other
            }
    }

    private static func plainText(_ bytes: UnsafeRawBufferPointer) -> DICOMPlainValue {
        var (first, last) = (0, bytes.count)
        while first < last, bytes[first] == 0x20 { first += 1 }
        while last > first, bytes[last - 1] == 0x20 || bytes[last - 1] == 0 { last -= 1 }
        guard first < last else { return .text(nil) }
        var before: UInt8 = 0
        for n in first..<last {
            let byte = bytes[n]
            if byte < 0x20 || byte > 0x7E { return .other }
            if byte == 0x20 && before == 0x5C || byte == 0x5C && before == 0x20 { return .other }
            before = byte
        }
        return .text(String(decoding: bytes[first..<last], as: UTF8.self))
    }

    private static func whole<Number: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, _: Number.Type
    ) -> DICOMPlainValue {
        let width = MemoryLayout<Number>.size
        guard bytes.count % width == 0 else { return .other }
        if bytes.isEmpty { return .text(nil) }
        var text = String(bytes.loadUnaligned(as: Number.self))
        for at in stride(from: width, to: bytes.count, by: width) {
            text += "\\\(bytes.loadUnaligned(fromByteOffset: at, as: Number.self))"
        }
        return .text(text)
    }

    /// Small whole numbers, of which there is one way to write them.
    private static func floating<Number: BinaryFloatingPoint>(
        _ bytes: UnsafeRawBufferPointer, _: Number.Type
    ) -> DICOMPlainValue {
        let width = MemoryLayout<Number>.size
        guard bytes.count % width == 0 else { return .other }
        var text: String?
        for at in stride(from: 0, to: bytes.count, by: width) {
            let number = bytes.loadUnaligned(fromByteOffset: at, as: Number.self)
            guard abs(number) < 1e6, let whole = Int(exactly: number) else { return .other }
            text = (text.map { $0 + "\\" } ?? "") + String(whole)
        }
        return .text(text)
    }
}
