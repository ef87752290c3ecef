import Volumes

/// The frames of one file and where each lies: one of a single-frame image, many of an enhanced image (functional
/// groups) or of a nuclear medicine reconstruction (frame vectors).
struct DICOMFrames {
    /// Frames in the file.
    let count: Int
    /// Functional groups of each frame, then the shared ones; empty when there are none.
    private let groups: [DICOMFunctionalGroups]
    /// Of a nuclear medicine image.
    private let vectors: DICOMFrameVectors?

    /// Whether the file places its frames by functional groups.
    var isEnhanced: Bool { !groups.isEmpty }

    /// Reads the number of frames and finds the attributes of each.
    init(_ attributes: borrowing DICOMAttributes) throws {
        let path = attributes.file.path
        let stated = try attributes.integer(.frames, "NumberOfFrames")
        count = stated ?? 1
        guard (1...1_000_000).contains(count) else {
            throw attributes.bad("NumberOfFrames", "\(count)", "1 to 1000000")
        }
        let shared = attributes.file.items(.sharedGroups)
        let perFrame = attributes.file.items(.perFrameGroups)
        if !perFrame.isEmpty, perFrame.count != count {
            throw DICOMError.file(
                path: path,
                reason: "states \(count) frames, but functional groups for \(perFrame.count) (export the file again)")
        }
        if perFrame.isEmpty, shared.isEmpty {
            groups = []
        } else {
            groups = (0..<count).map { n in
                DICOMFunctionalGroups(items: (perFrame.isEmpty ? [] : [perFrame[n]]) + shared)
            }
        }
        vectors = groups.isEmpty && count > 1 ? try DICOMFrameVectors(attributes, frames: count) : nil
    }

    /// The first attribute that a frame lacks to be placed; nil when every frame can be.
    func missingGeometry(_ attributes: inout DICOMAttributes) -> String? {
        let isGrid = count == 1 && Mosaic.isUIHGrid(attributes)
        if count > 1, groups.isEmpty, vectors == nil { return "position of its \(count) frames" }
        defer { attributes.groups = nil }
        for frame in groups.indices.isEmpty ? 0..<1 : groups.indices {
            attributes.groups = groups.isEmpty ? nil : groups[frame]
            if vectors == nil {
                if attributes.text(.position) == nil, !isGrid { return "ImagePositionPatient" }
                if attributes.text(.orientation) == nil { return "ImageOrientationPatient" }
            }
            if attributes.text(.pixelSpacing) == nil { return "PixelSpacing" }
        }
        return nil
    }

    /// A header for each frame. Throws on what cannot be read.
    func headers(
        _ attributes: inout DICOMAttributes, _ identity: DICOMSeriesIdentity, sopClass: String, imageType: [String]
    ) throws -> [DICOMImageHeader] {
        defer { attributes.groups = nil }
        attributes.groups = groups.first
        let common = try DICOMFileReader.header(attributes, identity, sopClass: sopClass, imageType: imageType)
        var headers: [DICOMImageHeader] = []
        headers.reserveCapacity(count)
        for frame in 0..<count {
            attributes.groups = groups.isEmpty ? nil : groups[frame]
            var header = common
            header.frame = frame
            header.acquisition.frames = count
            if let type = attributes.text(.frameType) {
                header.imageType = DICOMFileReader.words(type)
                if let part = attributes.text(.complexComponent) { header.imageType.append(part) }
            }
            if let vectors {
                vectors.place(frame, &header)
            } else {
                try DICOMFileReader.place(&header, attributes)
            }
            header.scaling = try DICOMFileReader.scaling(attributes)
            if !header.isColour { try header.takeModalityLUT(attributes) }
            try header.describe(attributes, after: headers.last)
            header.acquisition.frames = count
            if let vectors { vectors.describe(frame, &header) }
            headers.append(DICOMImageHeader(header))
        }
        return headers
    }
}

extension DICOMFileReader {
    /// Values of a text with several, without blanks.
    static func words(_ text: String) -> [String] {
        text.utf8.split(separator: 0x5C).map { part in
            part.contains(0x20) ? Substring(part).filter { $0 != " " } : String(Substring(part))
        }
    }

    /// Everything that a file's frames share; the place is set for each of them.
    static func header(
        _ attributes: borrowing DICOMAttributes, _ identity: DICOMSeriesIdentity, sopClass: String, imageType: [String]
    ) throws -> DICOMImageFields {
        let path = attributes.file.path
        guard let instance = attributes.text(.sopInstance) ?? attributes.text(.mediaSOPInstance) else {
            throw DICOMError.file(path: path, reason: "has no SOPInstanceUID (export it again)")
        }
        let layout = try DICOMPixelLayout(attributes)
        let (padding, notice) = try padding(attributes, layout.format)
        var header = DICOMImageFields(
            path: path, transferSyntax: attributes.file.transferSyntax ?? "", sopClass: sopClass, sopInstance: instance,
            study: identity.study, series: identity.series, seriesNumber: identity.number,
            seriesDescription: identity.description, modality: identity.modality,
            frameOfReference: attributes.text(.frameOfReference), imageType: imageType, rows: layout.rows,
            columns: layout.columns, format: layout.format, photometric: layout.photometric, samples: layout.samples,
            position: .zero,
            rowDirection: .zero, columnDirection: .zero, rowSpacing: 1, columnSpacing: 1, scaling: .identity,
            padding: padding, floatPadding: try floatPadding(attributes, layout.format), paddingNotice: notice,
            lossNotice: layout.lossNotice,
            mosaic: try Mosaic(attributes, imageType: imageType, rows: layout.rows, columns: layout.columns)
                ?? Mosaic(uihGrid: attributes, rows: layout.rows, columns: layout.columns))
        header.pixels = attributes.file.head.flatMap { DICOMPixelPlace($0, layout) }
        header.patient = DICOMPatient(
            id: attributes.text(DICOMTag(0x0010, 0x0020))?.hashValue,
            name: attributes.text(DICOMTag(0x0010, 0x0010))?.hashValue)
        if layout.syntax.isEncapsulated, case .open? = DICOMFragments.closing(path) {
            header.notices.append(DICOMFragments.openNotice)
        }
        return header
    }

    /// Reads where an image lies and how far its voxels are apart.
    static func place(_ header: inout DICOMImageFields, _ attributes: borrowing DICOMAttributes) throws {
        let directions = try directions(attributes)
        (header.rowDirection, header.columnDirection) = (directions.row, directions.column)
        if let notice = directions.notice { header.notices.append(notice) }
        if let first = header.mosaic?.positions.first {
            header.position = first
            return try measure(&header, attributes)
        }
        let position = try attributes.numbers(.position, "ImagePositionPatient", count: 3) ?? []
        guard position.count == 3 else {
            throw attributes.bad("ImagePositionPatient", attributes.text(.position) ?? "", "3 numbers")
        }
        header.position = Vec3(position[0], position[1], position[2])
        guard position.allSatisfy({ abs($0) <= GeometryLimits.offset }) else {
            throw attributes.bad(
                "ImagePositionPatient", attributes.text(.position) ?? "", GeometryLimits.offsetText)
        }
        try measure(&header, attributes)
    }

    /// Reads how far voxels and slices are apart.
    static func measure(_ header: inout DICOMImageFields, _ attributes: borrowing DICOMAttributes) throws {
        (header.rowSpacing, header.columnSpacing) = try pixelSpacing(attributes)
        header.sliceThickness = attributes.text(.sliceThickness).flatMap(finiteNumber)
        header.spacingBetweenSlices = attributes.text(.spacingBetweenSlices).flatMap(finiteNumber)
    }

    /// Distances in mm between rows and between columns.
    static func pixelSpacing(_ attributes: borrowing DICOMAttributes) throws -> (rows: Double, columns: Double) {
        let spacing = try attributes.numbers(.pixelSpacing, "PixelSpacing", count: 2) ?? []
        guard spacing.count == 2, spacing.allSatisfy({ $0 > 0 }) else {
            throw attributes.bad("PixelSpacing", attributes.text(.pixelSpacing) ?? "", "two positive numbers")
        }
        guard spacing.allSatisfy(GeometryLimits.spacing.contains) else {
            throw attributes.bad(
                "PixelSpacing", attributes.text(.pixelSpacing) ?? "", "two of \(GeometryLimits.spacingText)")
        }
        return (spacing[0], spacing[1])
    }
}
