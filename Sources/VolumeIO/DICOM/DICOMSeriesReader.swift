import Glibc
import Volumes

/// Turns one series into a volume.
struct DICOMSeriesReader {
    /// Largest volume read, in bytes of voxels.
    static let volumeLimit: UInt64 = 16 << 30

    private let series: DICOMSeries
    private var name: String { series.seriesInstanceUID }

    init(_ series: DICOMSeries) { self.series = series }

    /// Reads and checks the headers, then decodes slice after slice into the volume's one array.
    func read() throws -> Volume {
        if let first = series.unreadable.first {
            throw undecodable(series.unreadable.count, first.path, first.reason)
        }
        var (images, notices) = try withoutDuplicates(try headers())
        let stack = try DICOMSliceStack(images, series: name)
        images = stack.images
        notices += stack.notices
        try checkSize(stack)
        let values = DICOMVoxelReader(images, mosaic: images[0].mosaic)
        let (voxels, scaling, padding, valueNotices) = try values.read()
        notices += valueNotices
        let modality = images[0].modality
        if images.contains(where: { $0.photometric == "MONOCHROME1" }), !["CT", "MR", "PT"].contains(modality) {
            notices.append("MONOCHROME1 (small values are shown bright): values are kept as stored, not inverted")
        }
        return Volume(
            geometry: stack.geometry, voxels: voxels, scaling: scaling, modality: modality, padding: padding,
            origins: origins(images), notices: notices)
    }

    private func undecodable(_ files: Int, _ first: String, _ reason: String) -> DICOMError {
        .undecodable(series: name, files: files, first: first, reason: reason)
    }

    /// Headers are read again: files may have changed since the scan, and the caller may have chosen among them.
    private func headers() throws -> [DICOMImageHeader] {
        guard !series.files.isEmpty else { throw DICOMError.empty(series: name) }
        return try series.files.map { path in
            switch try DICOMFileReader.read(path) {
            case .image(let header): return header
            case .undecodable(_, let reason), .ignored(let reason), .unreadable(let reason):
                throw undecodable(1, path, reason)
            }
        }
    }

    private func checkSize(_ stack: DICOMSliceStack) throws {
        let image = stack.images[0]
        let imageBytes = UInt64(image.rows) * UInt64(image.columns) * UInt64(image.format.bytes)
        guard imageBytes <= DICOMPixels.imageLimit else {
            throw DICOMError.tooLarge(
                what: "\(image.path): an image of \(image.columns)x\(image.rows)", bytes: imageBytes,
                limit: DICOMPixels.imageLimit)
        }
        // A voxel is kept in four bytes at most.
        let bytes = UInt64(image.rows) * UInt64(image.columns) * 4 * UInt64(stack.images.count)
        guard bytes <= Self.volumeLimit else {
            throw DICOMError.tooLarge(
                what: "series \(name): a volume of \(stack.geometry.shape)", bytes: bytes, limit: Self.volumeLimit)
        }
    }

    private func origins(_ images: [DICOMImageHeader]) -> [SliceOrigin] {
        if let mosaic = images[0].mosaic {
            return Array(repeating: SliceOrigin(sopInstanceUID: images[0].sopInstance), count: mosaic.slices)
        }
        return images.map { SliceOrigin(sopInstanceUID: $0.sopInstance) }
    }

    // MARK: Duplicates

    /// Drops copies: the same SOPInstanceUID with the same content. The same UID with other content is an error.
    private func withoutDuplicates(_ images: [DICOMImageHeader]) throws -> ([DICOMImageHeader], [String]) {
        var firsts: [String: Int] = [:]
        var kept: [DICOMImageHeader] = []
        for image in images {
            guard let first = firsts[image.sopInstance] else {
                firsts[image.sopInstance] = kept.count
                kept.append(image)
                continue
            }
            guard try isCopy(kept[first], image) else {
                throw DICOMError.conflictingDuplicates(
                    series: name, instance: image.sopInstance, files: [kept[first].path, image.path])
            }
        }
        let copies = images.count - kept.count
        let notice =
            "\(copies) \(copies == 1 ? "file is a copy" : "files are copies") of other images of the series "
            + "(same SOPInstanceUID, same content) and \(copies == 1 ? "was" : "were") left out"
        return (kept, copies == 0 ? [] : [notice])
    }

    private func isCopy(_ a: DICOMImageHeader, _ b: DICOMImageHeader) throws -> Bool {
        guard a.position == b.position, a.rowDirection == b.rowDirection, a.columnDirection == b.columnDirection,
            (a.rows, a.columns) == (b.rows, b.columns), a.format == b.format, a.scaling == b.scaling,
            (a.rowSpacing, a.columnSpacing) == (b.rowSpacing, b.columnSpacing)
        else { return false }
        func cells(_ image: DICOMImageHeader) throws -> [UInt8] {
            var cells = [UInt8](repeating: 0, count: image.rows * image.columns * image.format.bytes)
            let pixels = try DICOMPixels(image.path)
            try cells.withUnsafeMutableBytes { try pixels.decode(frame: image.frame, into: $0) }
            return cells
        }
        guard UInt64(a.rows * a.columns * a.format.bytes) <= DICOMPixels.imageLimit else { return false }
        return try cells(a) == cells(b)
    }
}

/// The angle of a cosine, in degrees.
func acosDegrees(_ cosine: Double) -> Double { acos(min(1, max(-1, cosine))) * 180 / Double.pi }
