/// An element of a data set, or an item of a sequence, as it stands in a file.
struct DICOMElement {
    /// Group and element; `FFFEE000` for an item.
    var tag: UInt32
    /// The two letters of its value representation, the first in the high byte; 0 where the data set has none.
    var representation: UInt16
    /// Bytes of its header.
    var header: UInt8
    var kind: Kind
    /// Whether a delimiter ends its value.
    var isDelimited = false
    /// Place, in the list that it stands in, of what follows it: its own items and their elements stand between.
    var next: Int32 = 0
    /// Where its value begins and ends in the file, the delimiter left out.
    var start, end: Int

    enum Kind: UInt8 {
        /// A value, which may be a sequence that was not looked into.
        case value
        /// A sequence whose items follow it in the list.
        case sequence
        /// A sequence that was passed over, whose items are not in the list.
        case passed
        case item
    }

    /// Bytes of its value.
    var count: Int { end - start }
    /// All of it in the file, from its header to its delimiter.
    var extent: Range<Int> { start - Int(header)..<end + (isDelimited ? 8 : 0) }

    /// Odd groups are the vendors'.
    var isPrivate: Bool { tag >> 16 & 1 == 1 }

    static let item: UInt32 = 0xFFFE_E000, itemEnd: UInt32 = 0xFFFE_E00D, sequenceEnd: UInt32 = 0xFFFE_E0DD
    static let pixels: UInt32 = 0x7FE0_0010
}

/// The two letters of a value representation as they stand in a file.
enum DICOMRepresentation {
    static let sequence = code("SQ"), unknown = code("UN"), bytes = code("OB"), words = code("OW")
    static let short = code("US"), signedShort = code("SS"), long = code("UL"), signedLong = code("SL")
    static let float = code("FL"), double = code("FD")

    static func code(_ letters: StaticString) -> UInt16 {
        UInt16(letters.utf8Start[0]) << 8 | UInt16(letters.utf8Start[1])
    }

    /// Whether the header of an element of this representation has a length of 32 bits; nil when it is none.
    static func hasLongHeader(_ code: UInt16) -> Bool? {
        let (first, second) = (Int(code >> 8) - 0x41, Int(code & 0xFF) - 0x41)
        guard (0..<26).contains(first), (0..<26).contains(second) else { return nil }
        return switch table[first * 26 + second] {
        case 1: false
        case 2: true
        default: nil
        }
    }

    /// Whether its value is text.
    static func isText(_ code: UInt16) -> Bool {
        let (first, second) = (Int(code >> 8) - 0x41, Int(code & 0xFF) - 0x41)
        return (0..<26).contains(first) && (0..<26).contains(second) && texts[first * 26 + second]
    }

    /// Whether its value is bytes that only who asks for them understands, or is not known (0).
    static func isBytes(_ code: UInt16) -> Bool {
        code == 0 || code == unknown || code >> 8 == 0x4F
    }

    private static let table: [UInt8] = {
        var table = [UInt8](repeating: 0, count: 26 * 26)
        let short = "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US"
        let long = "OB OD OF OL OV OW SQ SV UC UN UR UT UV"
        for (names, width) in [(short, UInt8(1)), (long, 2)] {
            for name in names.split(separator: " ") { table[place(name)] = width }
        }
        return table
    }()

    private static let texts: [Bool] = {
        var texts = [Bool](repeating: false, count: 26 * 26)
        for name in "AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split(separator: " ") {
            texts[place(name)] = true
        }
        return texts
    }()

    private static func place(_ name: Substring) -> Int {
        let letters = Array(name.utf8)
        return (Int(letters[0]) - 0x41) * 26 + Int(letters[1]) - 0x41
    }
}
