import Volumes

/// Images without copies. One SOPInstanceUID (and frame) with equal content is used once; with other content it is an
/// error.
struct DICOMDuplicates {
    /// What is left, in the order given.
    private(set) var images: [DICOMImageHeader] = []
    /// The copies.
    private(set) var duplicates: [DICOMFileFate] = []

    init(_ all: [DICOMImageHeader], series: String) throws {
        struct Key: Hashable { let instance: String, frame: Int }
        var firsts: [Key: Int] = [:]
        for image in all {
            let key = Key(instance: image.sopInstance, frame: image.frame)
            guard let first = firsts[key] else {
                firsts[key] = images.count
                images.append(image)
                continue
            }
            guard try Self.isCopy(images[first], image) else {
                throw DICOMError.conflictingDuplicates(
                    series: series, instance: image.sopInstance, files: [images[first].path, image.path])
            }
            if duplicates.last?.path != image.path {
                duplicates.append(
                    DICOMFileFate(path: image.path, reason: "a copy of \(images[first].path)"))
            }
        }
    }

    /// What a person should know of the copies.
    var notices: [String] {
        let copies = duplicates.count
        if copies == 0 { return [] }
        return [
            "\(copies) \(copies == 1 ? "file is a copy" : "files are copies") of other images of the series "
                + "(same SOPInstanceUID, same content) and \(copies == 1 ? "was" : "were") left out"
        ]
    }

    private static func isCopy(_ a: DICOMImageHeader, _ b: DICOMImageHeader) throws -> Bool {
        guard a.position == b.position, a.rowDirection == b.rowDirection, a.columnDirection == b.columnDirection,
            (a.rows, a.columns) == (b.rows, b.columns), a.format == b.format, a.samples == b.samples,
            a.scaling == b.scaling, a.modalityLUT == b.modalityLUT,
            (a.rowSpacing, a.columnSpacing) == (b.rowSpacing, b.columnSpacing)
        else { return false }
        func cells(_ image: DICOMImageHeader) throws -> [UInt8] {
            let pixels = try DICOMPixels(image.path)
            var cells = [UInt8](repeating: 0, count: pixels.layout.frameBytes)
            try cells.withUnsafeMutableBytes { try pixels.decode(frame: image.frame, into: $0) }
            return cells
        }
        guard UInt64(a.rows * a.columns * a.samples * a.format.bytes) <= DICOMPixels.imageLimit else { return false }
        return try cells(a) == cells(b)
    }
}
