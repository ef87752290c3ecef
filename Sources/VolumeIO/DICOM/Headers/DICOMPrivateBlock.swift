/// A block of private elements, as its creator names it, and where it stands when that name was taken off.
struct DICOMPrivateBlock: Sendable {
    let creator: String
    let group: UInt16
    /// Part of the manufacturer's name, in capitals.
    let vendor: String

    static let siemensMR = DICOMPrivateBlock(creator: "SIEMENS MR HEADER", group: 0x0019, vendor: "SIEMENS")
    static let siemensText = DICOMPrivateBlock(creator: "SIEMENS MR HEADER", group: 0x0051, vendor: "SIEMENS")
    static let siemensSDS = DICOMPrivateBlock(creator: "SIEMENS MR SDS 01", group: 0x0021, vendor: "SIEMENS")
    static let siemensSDI = DICOMPrivateBlock(creator: "SIEMENS MR SDI 02", group: 0x0021, vendor: "SIEMENS")
    static let geAcquisition = DICOMPrivateBlock(creator: "GEMS_ACQU_01", group: 0x0019, vendor: "GE")
    static let geRelation = DICOMPrivateBlock(creator: "GEMS_RELA_01", group: 0x0021, vendor: "GE")
    static let geSeries = DICOMPrivateBlock(creator: "GEMS_SERS_01", group: 0x0025, vendor: "GE")
    static let geImage = DICOMPrivateBlock(creator: "GEMS_IMAG_01", group: 0x0027, vendor: "GE")
    static let geParameters = DICOMPrivateBlock(creator: "GEMS_PARM_01", group: 0x0043, vendor: "GE")
    static let philipsImaging = DICOMPrivateBlock(creator: "Philips Imaging DD 001", group: 0x2001, vendor: "PHILIPS")
    static let philipsMR = DICOMPrivateBlock(creator: "Philips MR Imaging DD 001", group: 0x2005, vendor: "PHILIPS")
    static let philipsMR5 = DICOMPrivateBlock(
        creator: "Philips MR Imaging DD 005", group: 0x2005, vendor: "PHILIPS")
    static let uih = DICOMPrivateBlock(creator: "Image Private Header", group: 0x0065, vendor: "UIH")

    /// The number of the block by the names that creators left in a data set or an item; nil where it has none.
    func place(_ text: (DICOMTag) -> String?) -> UInt16? {
        (UInt16(0x10)...0x1F).first { text(DICOMTag(group, $0)) == creator }
    }
}

extension DICOMAttributes {
    /// The tag of a private element; nil where the data set has no block of its creator.
    func tag(private element: UInt8, _ block: DICOMPrivateBlock) -> DICOMTag? {
        if file.head?.holds(group: block.group) == false { return nil }
        var place = block.place { file.text($0) }
        if place == nil, file.text(DICOMTag(block.group, 0x10)) == nil, isMade(by: block.vendor) { place = 0x10 }
        return place.map { DICOMTag(block.group, $0 << 8 | UInt16(element)) }
    }

    /// Whether the manufacturer's name, in capitals, holds `vendor`.
    func isMade(by vendor: String) -> Bool {
        file.text(DICOMTag(0x0008, 0x0070))?.uppercased().contains(vendor) == true
    }

    /// The value of a private element, found by its creator's name; in a data set that lost the names of its creators
    /// (anonymised), by its usual place where the manufacturer is the block's.
    func text(private element: UInt8, _ block: DICOMPrivateBlock) -> String? {
        guard let tag = tag(private: element, block), let text = file.text(tag) else { return nil }
        // In an implicit data set the element may be without a type: then its bytes are the text.
        guard let bytes = file.bytes(tag) else { return text }
        return String(decoding: bytes.filter { $0 != 0 && $0 != 0x20 }, as: UTF8.self)
    }

    /// The numbers of a private element, or none unless they are `count` and finite. In an implicit data set the element
    /// may be without a type: then they are read as doubles or floats, lowest byte first.
    func numbers(private element: UInt8, _ block: DICOMPrivateBlock, count: Int) -> [Double] {
        guard let tag = tag(private: element, block) else { return [] }
        let numbers = text(private: element, block).map(DICOMDiffusion.numbers) ?? []
        if numbers.count == count { return numbers }
        guard let bytes = file.bytes(tag), bytes.count == 8 * count || bytes.count == 4 * count else { return [] }
        let size = bytes.count / count
        let values = (0..<count).map { n -> Double in
            let word = (0..<size).reduce(UInt64(0)) { $0 | UInt64(bytes[n * size + $1]) << UInt64(8 * $1) }
            return size == 8 ? Double(bitPattern: word) : Double(Float(bitPattern: UInt32(truncatingIfNeeded: word)))
        }
        return values.allSatisfy(\.isFinite) ? values : []
    }
}
