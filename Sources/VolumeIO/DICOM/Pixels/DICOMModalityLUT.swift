import Volumes

/// The table that makes measured values of stored ones where no slope and intercept do. (PS3.3 C.11.1.1)
struct DICOMModalityLUT: Sendable, Hashable {
    /// The stored value of the first entry. Smaller ones take the first entry, ones behind the table the last.
    var first: Int64
    /// Measured values.
    var entries: [UInt16]
    /// What the values are: `HU`, `unspecified units`, ...
    var type: String

    /// The measured value of a stored one.
    func value(_ stored: Int64) -> Double {
        Double(entries[Int(max(0, min(Int64(entries.count - 1), stored - first)))])
    }

    /// The smallest measured value there is.
    var lowest: Double { Double(entries.min() ?? 0) }

    var notice: String {
        "values go through the file's Modality LUT (\(type)) to float32"
    }
}

extension DICOMModalityLUT {
    /// Reads the table of the frame that is asked about, or the file's; nil when there is none. Throws when it is there
    /// and cannot be read.
    init?(_ attributes: borrowing DICOMAttributes, _ format: StoredFormat) throws {
        let ofFrame = attributes.groups?.modalityLUTs ?? []
        let items = ofFrame.isEmpty ? attributes.file.items(.modalityLUT) : ofFrame
        guard let item = items.first else { return nil }
        func fault(_ reason: String) -> DICOMError {
            .file(path: attributes.file.path, reason: "its Modality LUT \(reason) (export the file again)")
        }
        guard items.count == 1 else { throw fault("has \(items.count) tables, 1 expected") }
        let words = item.text(.lutDescriptor) ?? ""
        let descriptor = words.split(separator: "\\").compactMap { Int($0.filter { $0 != " " }) }
        guard descriptor.count == 3, descriptor.allSatisfy({ (-32768...65535).contains($0) }),
            (8...16).contains(descriptor[2])
        else { throw fault("has the descriptor '\(words)', expected entries, first value and 8 to 16 bits") }
        // A length of 65536 does not fit its field.
        let count = descriptor[0] == 0 ? 65536 : descriptor[0] & 0xFFFF
        let bytes = item.bytes(.lutData) ?? []
        switch bytes.count {
        case 2 * count: entries = (0..<count).map { UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8 }
        case count + count % 2 where descriptor[2] == 8: entries = bytes.prefix(count).map { UInt16($0) }
        default: throw fault("of \(count) entries holds \(bytes.count) bytes")
        }
        guard !format.isFloat else { throw fault("is for integers, the pixels are floating-point numbers") }
        // Writers mix up US and SS here: the 16 bits are read by PixelRepresentation.
        let word = UInt16(truncatingIfNeeded: descriptor[1])
        first = format.isSigned ? Int64(Int16(bitPattern: word)) : Int64(word)
        let stated = item.text(.lutType)?.filter { $0.isASCII && ($0.isLetter || $0.isNumber) } ?? "US"
        // US is the standard's word for it.
        type = stated == "US" ? "unspecified units" : stated
    }
}

extension DICOMImageFields {
    /// Reads the Modality LUT, if there is one. Throws where a rescale stands beside it: only one of them can hold.
    mutating func takeModalityLUT(_ attributes: borrowing DICOMAttributes) throws {
        modalityLUT = try DICOMModalityLUT(attributes, format)
        guard modalityLUT != nil, scaling != .identity else { return }
        throw DICOMError.file(
            path: path,
            reason:
                "states both a Modality LUT and a rescale (slope \(scaling.slope), intercept \(scaling.intercept)): "
                + "only one of them can hold (export the file again)")
    }
}

extension DICOMTag {
    fileprivate static let lutDescriptor = DICOMTag(0x0028, 0x3002), lutType = DICOMTag(0x0028, 0x3004)
    fileprivate static let lutData = DICOMTag(0x0028, 0x3006)
}
