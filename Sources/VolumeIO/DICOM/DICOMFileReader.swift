import Volumes

/// What one DICOM file is to a volume reader.
enum DICOMFileOutcome {
    /// A slice (or mosaic) with its place in space.
    case image(DICOMImageHeader)
    /// An image of a series that cannot be decoded.
    case undecodable(DICOMSeriesIdentity, reason: String)
    /// Nothing a volume is made of.
    case ignored(reason: String)
    /// Broken.
    case unreadable(reason: String)
}

/// The series an image belongs to.
struct DICOMSeriesIdentity: Sendable, Hashable {
    var study, series, modality: String
    var number: Int?
    var description: String?
}

/// Reads the header of one file and says what it is.
enum DICOMFileReader {
    /// Reads up to the pixel data.
    static func read(_ path: String) throws -> DICOMFileOutcome {
        do {
            let attributes = DICOMAttributes(file: try DCMTKFile(path, .header))
            return classify(attributes)
        } catch let error as DICOMError {
            if case .library = error { throw error }
            return .unreadable(reason: error.reason)
        }
    }

    private static func classify(_ attributes: borrowing DICOMAttributes) -> DICOMFileOutcome {
        let sopClass = attributes.text(.sopClass) ?? attributes.text(.mediaSOPClass) ?? ""
        let className = DCMTKFile.name(ofUID: sopClass) ?? (sopClass.isEmpty ? "no SOP class" : sopClass)
        if sopClass == "1.2.840.10008.1.3.10" || attributes.text(.mediaSOPClass) == "1.2.840.10008.1.3.10" {
            return .ignored(reason: "DICOMDIR: an index of files, no image")
        }
        if isNoImageClass(sopClass) { return .ignored(reason: "\(className): not an image series") }
        if attributes.text(.rows) == nil { return .ignored(reason: "\(className): holds no image") }
        guard let series = attributes.text(.series) else {
            return .unreadable(reason: "has no SeriesInstanceUID (export it again)")
        }
        let imageType = attributes.text(.imageType)?.split(separator: "\\").map { $0.filter { $0 != " " } } ?? []
        if imageType.contains("LOCALIZER") { return .ignored(reason: "a localizer (ImageType)") }
        let identity = DICOMSeriesIdentity(
            study: attributes.text(.study) ?? "", series: series, modality: attributes.text(.modality) ?? "OT",
            number: attributes.text(.seriesNumber).flatMap { Int($0) }, description: attributes.text(.seriesDescription)
        )
        if let reason = notReadYet(attributes, sopClass: sopClass, className: className) {
            return .undecodable(identity, reason: reason)
        }
        if let missing = missingGeometry(attributes) {
            let reason = "\(className): has no \(missing), so it has no place in a volume"
            return sliceClasses.contains(sopClass) ? .undecodable(identity, reason: reason) : .ignored(reason: reason)
        }
        do {
            return .image(try header(attributes, identity, sopClass: sopClass, imageType: imageType))
        } catch {
            return .undecodable(identity, reason: (error as? DICOMError)?.reason ?? "\(error)")
        }
    }

    /// CT, MR, PET: a file of these without a position is a hole in its series, not a picture beside it.
    private static let sliceClasses: Set<String> = [
        "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128",
    ]

    /// SOP classes that have no image, or whose image is a result and not a study.
    private static func isNoImageClass(_ uid: String) -> Bool {
        let root = "1.2.840.10008.5.1.4.1.1."
        guard uid.hasPrefix(root) else { return false }
        let tail = uid.dropFirst(root.count)
        if ["4.2", "66", "67", "481.2"].contains(tail) { return true }
        let families = ["9.", "11.", "66.", "68.", "78.", "79.", "80.", "88.", "90.", "104.", "200.", "481."]
        return tail != "481.1" && families.contains { tail.hasPrefix($0) }
    }

    private static let enhancedClasses: Set<String> = [
        "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2", "1.2.840.10008.5.1.4.1.1.4.1",
        "1.2.840.10008.5.1.4.1.1.4.3", "1.2.840.10008.5.1.4.1.1.4.4", "1.2.840.10008.5.1.4.1.1.130",
        "1.2.840.10008.5.1.4.1.1.128.1", "1.2.840.10008.5.1.4.1.1.30", "1.2.840.10008.5.1.4.1.1.6.2",
    ]

    /// The name of what is in the file and not read yet; nil when all of it is read.
    private static func notReadYet(
        _ attributes: borrowing DICOMAttributes, sopClass: String, className: String
    ) -> String? {
        guard let uid = attributes.file.transferSyntax else { return "states no transfer syntax (export it again)" }
        guard let syntax = DICOMTransferSyntax.find(uid) else {
            return "transfer syntax \(uid) is not known (export it uncompressed, e.g. with dcmconv)"
        }
        if enhancedClasses.contains(sopClass) {
            return "\(className) is not read yet (export the series as single-frame images)"
        }
        if let frames = attributes.text(.frames), frames != "1" {
            return "an image of \(frames) frames is not read yet (export the series as single-frame images)"
        }
        if syntax.coding == .notRead {
            return "\(syntax.name) (\(uid)) is not read (export it uncompressed)"
        }
        let photometric = attributes.text(.photometric) ?? "MONOCHROME2"
        if !photometric.hasPrefix("MONOCHROME") || (attributes.text(.samples) ?? "1") != "1" {
            return "a colour image (\(photometric)) is not read (export the grey-scale series)"
        }
        return nil
    }

    private static func missingGeometry(_ attributes: borrowing DICOMAttributes) -> String? {
        if attributes.text(.position) == nil { return "ImagePositionPatient" }
        if attributes.text(.orientation) == nil { return "ImageOrientationPatient" }
        if attributes.text(.pixelSpacing) == nil { return "PixelSpacing" }
        return nil
    }
}

extension DICOMFileReader {
    /// Reads everything a slice needs; throws on what cannot be.
    private static func header(
        _ attributes: borrowing DICOMAttributes, _ identity: DICOMSeriesIdentity, sopClass: String, imageType: [String]
    ) throws -> DICOMImageHeader {
        let path = attributes.file.path
        guard let instance = attributes.text(.sopInstance) ?? attributes.text(.mediaSOPInstance) else {
            throw DICOMError.file(path: path, reason: "has no SOPInstanceUID (export it again)")
        }
        if attributes.text(.modalityLUT) != nil {
            throw DICOMError.file(path: path, reason: "values through a Modality LUT table are not read yet")
        }
        let layout = try DICOMPixelLayout(attributes)
        let (rowDirection, columnDirection) = try directions(attributes)
        let spacing = try attributes.numbers(.pixelSpacing, "PixelSpacing", count: 2) ?? []
        let position = try attributes.numbers(.position, "ImagePositionPatient", count: 3) ?? []
        guard spacing.count == 2, spacing.allSatisfy({ $0 > 0 }), position.count == 3 else {
            throw attributes.bad("PixelSpacing", attributes.text(.pixelSpacing) ?? "", "two positive numbers")
        }
        let (padding, notice) = try padding(attributes, layout.format)
        return DICOMImageHeader(
            path: path, transferSyntax: attributes.file.transferSyntax ?? "", sopClass: sopClass, sopInstance: instance,
            study: identity.study, series: identity.series, seriesNumber: identity.number,
            seriesDescription: identity.description, modality: identity.modality,
            frameOfReference: attributes.text(.frameOfReference), imageType: imageType, rows: layout.rows,
            columns: layout.columns, format: layout.format, photometric: layout.photometric,
            position: Vec3(position[0], position[1], position[2]), rowDirection: rowDirection,
            columnDirection: columnDirection, rowSpacing: spacing[0], columnSpacing: spacing[1],
            sliceThickness: attributes.text(.sliceThickness).flatMap { Double($0) },
            spacingBetweenSlices: attributes.text(.spacingBetweenSlices).flatMap { Double($0) },
            scaling: try scaling(attributes), padding: padding,
            floatPadding: try floatPadding(attributes, layout.format), paddingNotice: notice,
            lossNotice: layout.lossNotice,
            distinguishing: distinguishing(attributes),
            mosaic: try Mosaic(attributes, imageType: imageType, rows: layout.rows, columns: layout.columns))
    }

    /// The directions of rows and columns, which must be perpendicular and of length 1 as far as rounding allows.
    private static func directions(_ attributes: borrowing DICOMAttributes) throws -> (Vec3, Vec3) {
        let name = "ImageOrientationPatient"
        let v = try attributes.numbers(.orientation, name, count: 6) ?? []
        guard v.count == 6 else { throw attributes.bad(name, "", "6 numbers") }
        let (row, column) = (Vec3(v[0], v[1], v[2]), Vec3(v[3], v[4], v[5]))
        guard abs(row.length - 1) < 1e-2, abs(column.length - 1) < 1e-2, abs(row.dot(column)) < 1e-2 else {
            throw attributes.bad(name, attributes.text(.orientation) ?? "", "two perpendicular vectors of length 1")
        }
        return (row, column)
    }

    private static func scaling(_ attributes: borrowing DICOMAttributes) throws -> ValueScaling {
        let slope = try attributes.number(.slope, "RescaleSlope") ?? 1
        guard slope != 0 else { throw attributes.bad("RescaleSlope", "0", "a factor other than 0") }
        return ValueScaling(slope: slope, intercept: try attributes.number(.intercept, "RescaleIntercept") ?? 0)
    }

    /// Padding in stored values. Writers mix up US and SS here, so the 16 bits are read by PixelRepresentation.
    private static func padding(
        _ attributes: borrowing DICOMAttributes, _ format: StoredFormat
    ) throws -> (ClosedRange<Int64>?, String?) {
        guard !format.isFloat, let text = attributes.text(.padding) else { return (nil, nil) }
        func stored(_ value: Int) -> Int64 {
            let bits = min(format.bitsAllocated, 16)
            if format.isSigned, value >= 1 << (bits - 1), value < 1 << bits { return Int64(value - 1 << bits) }
            if !format.isSigned, value < 0 { return Int64(value + 1 << bits) }
            return Int64(value)
        }
        guard let value = Int(text).map(stored) else {
            return (nil, "PixelPaddingValue '\(text)' is no number: no voxel is treated as padding")
        }
        let limit = try attributes.integer(.paddingLimit, "PixelPaddingRangeLimit").map(stored) ?? value
        let range = min(value, limit)...max(value, limit)
        guard range.overlaps(format.range) else {
            return (
                nil,
                "PixelPaddingValue \(text) cannot occur in \(format.bitsStored) stored bits: no voxel is treated as padding"
            )
        }
        return (range, nil)
    }

    /// FloatPixelPaddingValue and its limit, or DoubleFloatPixelPaddingValue and its limit. (0028,0122) to (0028,0125)
    private static func floatPadding(
        _ attributes: borrowing DICOMAttributes, _ format: StoredFormat
    ) throws -> ClosedRange<Double>? {
        guard format.isFloat else { return nil }
        let (name, first): (String, UInt16) =
            format.bytes == 4 ? ("FloatPixelPaddingValue", 0x0122) : ("DoubleFloatPixelPaddingValue", 0x0123)
        guard let value = try attributes.number(DICOMTag(0x0028, first), name) else { return nil }
        let limit = try attributes.number(DICOMTag(0x0028, first + 2), name + " limit") ?? value
        return min(value, limit)...max(value, limit)
    }

    private static func distinguishing(_ attributes: borrowing DICOMAttributes) -> [(name: String, value: String)] {
        let tags: [(String, DICOMTag)] = [
            ("echo time", DICOMTag(0x0018, 0x0081)), ("echo number", DICOMTag(0x0018, 0x0086)),
            ("b-value", DICOMTag(0x0018, 0x9087)), ("b-value", DICOMTag(0x0019, 0x100C)),
            ("b-value", DICOMTag(0x0043, 0x1039)), ("b-value", DICOMTag(0x2001, 0x1003)),
            ("temporal position", DICOMTag(0x0020, 0x0100)), ("trigger time", DICOMTag(0x0018, 0x1060)),
            ("acquisition number", DICOMTag(0x0020, 0x0012)), ("image type", .imageType),
            ("acquisition time", DICOMTag(0x0008, 0x0032)), ("content time", DICOMTag(0x0008, 0x0033)),
            ("instance number", DICOMTag(0x0020, 0x0013)),
        ]
        return tags.map { ($0.0, attributes.text($0.1) ?? "") }
    }
}
