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

    static var item: UInt32 { 0xFFFE_E000 }
    static var itemEnd: UInt32 { 0xFFFE_E00D }
    static var sequenceEnd: UInt32 { 0xFFFE_E0DD }
    static var pixels: UInt32 { 0x7FE0_0010 }
}

/// The two letters of a value representation as they stand in a file, the first in the high byte.
enum DICOMRepresentation {
    static var sequence: UInt16 { 0x5351 }  // SQ
    static var unknown: UInt16 { 0x554E }  // UN
    static var bytes: UInt16 { 0x4F42 }  // OB
    static var words: UInt16 { 0x4F57 }  // OW
    static var short: UInt16 { 0x5553 }  // US
    static var signedShort: UInt16 { 0x5353 }  // SS
    static var long: UInt16 { 0x554C }  // UL
    static var signedLong: UInt16 { 0x534C }  // SL
    static var float: UInt16 { 0x464C }  // FL
    static var double: UInt16 { 0x4644 }  // FD

    /// Whether the header of an element of this representation has a length of 32 bits; nil when it is none.
    static func hasLongHeader(_ code: UInt16) -> Bool? {
        switch code {
        // OB OD OF OL OV OW SQ SV UC UN UR UT UV
        case 0x4F42, 0x4F44, 0x4F46, 0x4F4C, 0x4F56, 0x4F57, 0x5351, 0x5356, 0x5543, 0x554E, 0x5552, 0x5554, 0x5556:
            true
        // AT FD FL SL SS UL US
        case 0x4154, 0x4644, 0x464C, 0x534C, 0x5353, 0x554C, 0x5553: false
        default: isText(code) ? false : nil
        }
    }

    /// Whether its value is text.
    static func isText(_ code: UInt16) -> Bool {
        switch code {
        // AE AS CS DA DS DT IS LO LT PN SH ST TM UI, and UC UR UT of long headers
        case 0x4145, 0x4153, 0x4353, 0x4441, 0x4453, 0x4454, 0x4953, 0x4C4F, 0x4C54, 0x504E, 0x5348, 0x5354, 0x544D,
            0x5549, 0x5543, 0x5552, 0x5554:
            true
        default: false
        }
    }

    /// Whether its value is bytes that only who asks for them understands, or is not known (0).
    static func isBytes(_ code: UInt16) -> Bool { code == 0 || code == unknown || code >> 8 == 0x4F }
}
