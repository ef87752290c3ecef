import Volumes

/// The grid of United Imaging (UIH): slices as tiles of one image, in a layout as square as their number allows. The
/// private MRVFrameSequence (0065,xx51) has an item with its position for each tile; the image itself has none.
extension Mosaic {
    /// Whether the file is one: by its ImageType, or by its sequence.
    static func isUIHGrid(_ attributes: borrowing DICOMAttributes) -> Bool {
        let isNamed = DICOMFileReader.words(attributes.text(.imageType) ?? "").contains("VFRAME")
        return isNamed && attributes.isMade(by: "UIH") || frames(attributes).count > 1
    }

    private static func frames(_ attributes: borrowing DICOMAttributes) -> [DICOMItem] {
        guard let tag = attributes.tag(private: 0x51, .uih) else { return [] }
        return attributes.file.items(tag)
    }

    /// What the file says of its grid; nil when the image is none. Throws when it is one that cannot be laid out.
    init?(uihGrid attributes: borrowing DICOMAttributes, rows: Int, columns: Int) throws {
        guard Self.isUIHGrid(attributes) else { return nil }
        let frames = Self.frames(attributes)
        // An image with a place of its own and at most one frame is a slice like any other.
        if frames.count < 2, attributes.text(.position) != nil { return nil }
        func fault(_ reason: String) -> DICOMError {
            .file(
                path: attributes.file.path,
                reason: "a UIH grid (ImageType VFRAME) \(reason) (export the series again with private elements, or as "
                    + "single slices)")
        }
        guard !frames.isEmpty else { throw fault("without its private MRVFrameSequence has no place for its slices") }
        let stated = attributes.text(private: 0x50, .uih)
        if let number = stated.flatMap(finiteNumber), number != Double(frames.count) {
            throw fault("states \(stated ?? "") slices and places \(frames.count)")
        }
        let positions = frames.compactMap { frame -> Vec3? in
            let p = DICOMFileReader.words(frame.text(.position) ?? "").compactMap(finiteNumber)
            return p.count == 3 ? Vec3(p[0], p[1], p[2]) : nil
        }
        guard positions.count == frames.count else {
            throw fault("places \(positions.count) of \(frames.count) slices")
        }
        let across = Int(clamping: Double(frames.count).squareRoot().rounded(.up))
        let down = (frames.count + across - 1) / across
        guard columns % across == 0, rows % down == 0 else {
            throw fault("of \(frames.count) slices does not fit \(columns)x\(rows) pixels as \(across)x\(down) tiles")
        }
        self.init(slices: frames.count, across: across, down: down, positions: positions)
    }
}
