import Volumes

/// What the fields of a sidecar are read from: the file of the first image, and the headers of all of them.
///
/// It lives while one sidecar is read, by one thread.
final class SidecarSource {
    /// Makers of scanners whose private elements are read.
    enum Vendor: Sendable { case siemens, ge, philips, uih, canon, other }

    /// The file of the first image, open.
    let attributes: DICOMAttributes
    /// Images of each volume that the sidecar describes, in the order of the slices.
    let volumes: [[DICOMImageHeader]]
    /// The grid of the volumes as decoded.
    let geometry: Geometry
    /// The order of axes in the file that the sidecar goes with; nil for the grid's own.
    let orientation: Orientation?
    /// Slice times that mosaics state.
    let mosaicTiming: DICOMSliceTiming
    /// What is added to names of files made of the series' part.
    let suffix: String
    /// Functional groups of the first image's frame, then those of all frames; none of a single-frame image.
    let groups: [DICOMItem]
    /// The data set's items that state attributes of the first image alone: those of its functional groups, the frame's
    /// own before those of all frames.
    private let holders: [DICOMItem]
    /// Items of private sequences that repeat attributes of an enhanced image (Philips), or hold a vendor's own.
    private let privateItems: [DICOMItem]
    private(set) lazy var vendor = Self.vendor(of: text(DICOMTag(0x0008, 0x0070)))
    /// Siemens' CSA headers of the image and of the series.
    private(set) lazy var csa = csaHeader(DICOMTag(0x0029, 0x1010))
    private(set) lazy var csaSeries = csaHeader(DICOMTag(0x0029, 0x1020))
    /// Siemens' measurement protocol.
    private(set) lazy var siemensProtocol = readSiemensProtocol()
    /// GE's scan protocol.
    private(set) lazy var geProtocol = readGEProtocol()

    /// Opens the file of the first of `volumes`, of which there must be one. Throws when it cannot be opened any more.
    init(
        _ volumes: [[DICOMImageHeader]], of series: DICOMSeries, geometry: Geometry, orientation: Orientation?,
        mosaicTiming: DICOMSliceTiming
    ) throws {
        (self.volumes, self.geometry, self.orientation) = (volumes, geometry, orientation)
        (self.mosaicTiming, suffix) = (mosaicTiming, series.suffix)
        let image = volumes[0][0]
        let file = try DCMTKFile(image.path, .header)
        let frames = file.items(.perFrameGroups)
        let own = frames.indices.contains(image.frame) ? [frames[image.frame]] : []
        groups = own + file.items(.sharedGroups)
        holders = groups.flatMap { group in Self.macros.compactMap { group.items($0).first } }
        let inGroups = groups.flatMap { group in Self.privateSequences.flatMap { group.items($0).prefix(1) } }
        var inFile: [DICOMItem] = []
        for tag in Self.privateSequences { inFile += file.items(tag).prefix(1) }
        privateItems = inGroups + inFile
        attributes = DICOMAttributes(file: file)
    }

    /// The first image.
    var image: DICOMImageHeader { volumes[0][0] }
    /// The first image of each volume.
    var images: [DICOMImageHeader] { volumes.map { $0[0] } }
    /// Slices of a volume.
    var sliceCount: Int { image.mosaic?.slices ?? volumes[0].count }

    // MARK: Values

    /// A value as text: of the frame, else of the data set, else of what Philips repeats privately.
    func text(_ tag: DICOMTag) -> String? {
        for holder in holders { if let text = holder.text(tag) { return text } }
        if let text = attributes.file.text(tag) { return text }
        for item in privateItems where tag.group & 1 == 0 { if let text = item.text(tag) { return text } }
        return nil
    }

    /// The values of a text.
    func words(_ tag: DICOMTag) -> [String] { text(tag).map(DICOMFileReader.words) ?? [] }

    /// The numbers of a value; none where one of them is no number.
    func numbers(_ tag: DICOMTag) -> [Double] { text(tag).map(Self.numbers) ?? [] }

    /// The first number of a value.
    func number(_ tag: DICOMTag) -> Double? { text(tag).flatMap(Self.number) }

    /// The first number of a text; nil for those that vendors write for "unknown" (1.7e38, 7.23e75).
    static func number(_ text: String) -> Double? {
        finiteNumber(text.prefix { $0 != "\\" }.filter { $0 != " " }).flatMap { abs($0) < 1e30 ? $0 : nil }
    }

    /// All numbers of a text; none where one of them is no number.
    static func numbers(_ text: String) -> [Double] {
        let words = text.split(separator: "\\", omittingEmptySubsequences: false)
        let numbers = words.compactMap { number(String($0)) }
        return numbers.count == words.count ? numbers : []
    }

    // MARK: Private values

    /// A private element of the data set.
    func text(private element: UInt8, _ block: DICOMPrivateBlock) -> String? {
        attributes.text(private: element, block)
    }

    /// The first number of a private element of the data set.
    func number(private element: UInt8, _ block: DICOMPrivateBlock) -> Double? {
        text(private: element, block).flatMap(Self.number)
    }

    /// A private element of an item that Siemens' XA software puts beside a frame's functional groups.
    func itemText(private element: UInt8, _ block: DICOMPrivateBlock) -> String? {
        for item in privateItems {
            if let tag = Self.tag(element, block, in: item), let text = item.text(tag) { return text }
        }
        return nil
    }

    /// The bytes of such an element.
    func itemBytes(private element: UInt8, _ block: DICOMPrivateBlock) -> [UInt8]? {
        for item in privateItems {
            if let tag = Self.tag(element, block, in: item), let bytes = item.bytes(tag), !bytes.isEmpty {
                return bytes
            }
        }
        return nil
    }

    private static func tag(_ element: UInt8, _ block: DICOMPrivateBlock, in item: DICOMItem) -> DICOMTag? {
        block.place { item.text($0) }.map { DICOMTag(block.group, $0 << 8 | UInt16(element)) }
    }

    private func csaHeader(_ tag: DICOMTag) -> CSAHeader? {
        guard vendor == .siemens || vendor == .other else { return nil }
        return attributes.file.bytes(tag).flatMap { CSAHeader($0) }
    }

    private func readSiemensProtocol() -> SiemensProtocol? {
        if let bytes = itemBytes(private: 0x19, .siemensSDS) {
            return SiemensProtocol(String(decoding: bytes, as: UTF8.self))
        }
        let text = csaSeries?["MrPhoenixProtocol"]?.first ?? csaSeries?["MrProtocol"]?.first
        return text.flatMap { SiemensProtocol($0) }
    }

    private func readGEProtocol() -> GEProtocol? {
        guard vendor == .ge, let tag = attributes.tag(private: 0x1B, .geSeries) else { return nil }
        return attributes.file.bytes(tag).flatMap { GEProtocol($0) }
    }

    /// By the manufacturer's name. What lost it may still be told by its private elements.
    private static func vendor(of name: String?) -> Vendor {
        let name = (name ?? "").uppercased()
        for (part, vendor) in [
            ("SIEMENS", Vendor.siemens), ("PHILIPS", .philips), ("UIH", .uih), ("UNITED IMAGING", .uih),
            ("CANON", .canon), ("TOSHIBA", .canon),
        ] where name.contains(part) { return vendor }
        return name.hasPrefix("GE") ? .ge : .other
    }

    /// The sequences of functional groups whose attributes are read. (PS3.3 C.7.6.16, C.8.13.5, C.8.15.3)
    private static let macros: [DICOMTag] = [
        DICOMTag(0x0018, 0x9114), DICOMTag(0x0018, 0x9112), DICOMTag(0x0018, 0x9115), DICOMTag(0x0018, 0x9125),
        DICOMTag(0x0018, 0x9006), DICOMTag(0x0018, 0x9042), DICOMTag(0x0018, 0x9049), DICOMTag(0x0018, 0x9119),
        DICOMTag(0x0018, 0x9226), DICOMTag(0x0018, 0x9117), DICOMTag(0x0018, 0x9251), DICOMTag(0x0018, 0x9239),
        DICOMTag(0x0020, 0x9111), DICOMTag(0x0020, 0x9116), DICOMTag(0x0028, 0x9110), DICOMTag(0x0028, 0x9145),
        DICOMTag(0x0018, 0x9321),
        DICOMTag(0x0018, 0x9301), DICOMTag(0x0018, 0x9304), DICOMTag(0x0018, 0x9314), DICOMTag(0x0018, 0x9325),
        DICOMTag(0x0018, 0x9329), DICOMTag(0x0018, 0x9751),
    ]

    /// Private sequences whose items are read: attributes that Philips repeats of a frame (2005,xx0F) and of all frames
    /// (2005,xx0E), Siemens' own (0021,xxFE).
    static let privateSequences: [DICOMTag] =
        (UInt16(0x10)...0x15).flatMap { [DICOMTag(0x2005, $0 << 8 | 0x0F), DICOMTag(0x2005, $0 << 8 | 0x0E)] }
        + (UInt16(0x10)...0x12).map { DICOMTag(0x0021, $0 << 8 | 0xFE) }
}
