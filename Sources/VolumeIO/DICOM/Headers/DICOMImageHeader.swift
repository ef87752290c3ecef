import Volumes

/// What the reader needs to know of one image (a frame of a multi-frame file) before its pixels are decoded: the
/// properties of `DICOMImageFields`. A copy shares them until it is changed, because thousands of images are sorted,
/// grouped and parted many times.
@dynamicMemberLookup
struct DICOMImageHeader: Sendable {
    private var shared: Shared

    init(_ fields: DICOMImageFields) { shared = Shared(fields) }

    subscript<Value>(dynamicMember field: KeyPath<DICOMImageFields, Value>) -> Value {
        @inline(__always) get { shared.fields[keyPath: field] }
    }

    subscript<Value>(dynamicMember field: WritableKeyPath<DICOMImageFields, Value>) -> Value {
        @inline(__always) get { shared.fields[keyPath: field] }
        @inline(__always) _modify {
            if !isKnownUniquelyReferenced(&shared) { shared = Shared(shared.fields) }
            yield &shared.fields[keyPath: field]
        }
    }

    // What is worked out of the fields is not found by a key path at compile time, so that it takes longer.

    /// The direction across the slice, of length 1, LPS.
    var normal: Vec3 { shared.fields.normal }

    /// The place of the image among those of its series as they were numbered.
    var instanceOrder: Double { shared.fields.instanceOrder }

    /// Changed by its only holder alone.
    private final class Shared: @unchecked Sendable {
        var fields: DICOMImageFields
        init(_ fields: DICOMImageFields) { self.fields = fields }
    }
}

extension DICOMImageFields {
    /// The image as a text shows it: its file, and its frame where the file has several.
    var name: String { acquisition.frames > 1 ? "\(path) (frame \(frame + 1))" : path }

    /// Whether pixels are colours and not measured values.
    var isColour: Bool { samples == 3 || !photometric.hasPrefix("MONOCHROME") }

    /// The direction across the slice, of length 1, LPS.
    var normal: Vec3 { rowDirection.cross(columnDirection).normalized }
}

/// What a header says; see `DICOMImageHeader`.
struct DICOMImageFields: Sendable {
    var path: String
    /// Frame of the file, from 0.
    var frame = 0
    var transferSyntax: String
    var sopClass: String
    var sopInstance: String
    var study: String
    var series: String
    var seriesNumber: Int?
    var seriesDescription: String?
    var modality: String
    var frameOfReference: String?
    var imageType: [String]
    var rows: Int
    var columns: Int
    var format: StoredFormat
    var photometric: String
    /// Values per pixel: 1, or 3 for colour. (0028,0002)
    var samples = 1
    /// Centre of the first voxel in mm, LPS. (0020,0032)
    var position: Vec3
    /// Directions in which columns and rows are walked, LPS. (0020,0037)
    var rowDirection, columnDirection: Vec3
    /// Distance between rows, and between columns, in mm. (0028,0030)
    var rowSpacing, columnSpacing: Double
    /// (0018,0050), (0018,0088)
    var sliceThickness, spacingBetweenSlices: Double?
    var scaling: ValueScaling
    /// Stored values that mean "no measurement".
    var padding: ClosedRange<Int64>?
    /// The same for floating-point pixels.
    var floatPadding: ClosedRange<Double>?
    /// What was odd about the padding, for the notices.
    var paddingNotice: String?
    /// That values were lost in compression, for the notices.
    var lossNotice: String?
    /// What tells images at one position apart; an attribute that the image lacks has no entry.
    var keys = DICOMKeyed<String>()
    /// Numbers by which images of one series follow each other; see `DICOMTimeline`.
    var order = DICOMKeyed<Double>()
    /// How the image was taken.
    var acquisition = DICOMAcquisition()
    /// What the image is beside others of its series; nil for most.
    var variant: DICOMVariant?
    /// The slices of a mosaic.
    var mosaic: Mosaic?
    /// Where the pixels stand, where that is known: then the file is not parsed again.
    var pixels: DICOMPixelPlace?
    /// The table that stored values go through; the rescale is then none.
    var modalityLUT: DICOMModalityLUT?
    var patient = DICOMPatient()
    /// What a person should know of the image.
    var notices: [String] = []
}

/// Stands for the patient of an image, for comparing alone: hashes, from which nobody can be told.
struct DICOMPatient: Sendable, Hashable {
    /// Of PatientID (0010,0020) and PatientName (0010,0010), where stated.
    var id, name: Int?

    /// Whether nothing says that these are two patients: names, which people spell in many ways, count only where a
    /// PatientID is missing.
    func mayBe(_ other: DICOMPatient) -> Bool {
        if let id, let otherID = other.id { return id == otherID }
        guard let name, let otherName = other.name else { return true }
        return name == otherName
    }
}

extension DICOMTag {
    static let sopClass = DICOMTag(0x0008, 0x0016), sopInstance = DICOMTag(0x0008, 0x0018)
    static let mediaSOPClass = DICOMTag(0x0002, 0x0002), mediaSOPInstance = DICOMTag(0x0002, 0x0003)
    static let study = DICOMTag(0x0020, 0x000D), series = DICOMTag(0x0020, 0x000E)
    static let seriesNumber = DICOMTag(0x0020, 0x0011), seriesDescription = DICOMTag(0x0008, 0x103E)
    static let modality = DICOMTag(0x0008, 0x0060), imageType = DICOMTag(0x0008, 0x0008)
    static let frameOfReference = DICOMTag(0x0020, 0x0052)
    static let rows = DICOMTag(0x0028, 0x0010), columns = DICOMTag(0x0028, 0x0011)
    static let frames = DICOMTag(0x0028, 0x0008), samples = DICOMTag(0x0028, 0x0002)
    static let photometric = DICOMTag(0x0028, 0x0004), planar = DICOMTag(0x0028, 0x0006)
    static let bitsAllocated = DICOMTag(0x0028, 0x0100), bitsStored = DICOMTag(0x0028, 0x0101)
    static let highBit = DICOMTag(0x0028, 0x0102), representation = DICOMTag(0x0028, 0x0103)
    static let position = DICOMTag(0x0020, 0x0032), orientation = DICOMTag(0x0020, 0x0037)
    static let pixelSpacing = DICOMTag(0x0028, 0x0030)
    static let sliceThickness = DICOMTag(0x0018, 0x0050), spacingBetweenSlices = DICOMTag(0x0018, 0x0088)
    static let slope = DICOMTag(0x0028, 0x1053), intercept = DICOMTag(0x0028, 0x1052)
    static let modalityLUT = DICOMTag(0x0028, 0x3000)
    static let padding = DICOMTag(0x0028, 0x0120), paddingLimit = DICOMTag(0x0028, 0x0121)
}

/// Reads attributes of one file strictly: absent is nil, present but malformed is an error that shows the value.
struct DICOMAttributes: ~Copyable {
    let file: DCMTKFile
    /// The functional groups of the frame that is asked about; nil in a single-frame image.
    var groups: DICOMFunctionalGroups?

    init(file: consuming DCMTKFile) { self.file = file }

    func text(_ tag: DICOMTag) -> String? { groups?.text(tag) ?? file.text(tag) }

    func integer(_ tag: DICOMTag, _ name: String) throws -> Int? {
        guard let text = text(tag) else { return nil }
        guard let value = Int(text) else { throw bad(name, text, "a whole number") }
        return value
    }

    func required(_ tag: DICOMTag, _ name: String) throws -> Int {
        guard let value = try integer(tag, name) else {
            throw DICOMError.file(path: file.path, reason: "has no \(name)")
        }
        return value
    }

    /// Finite numbers; nil when absent.
    func numbers(_ tag: DICOMTag, _ name: String, count: Int) throws -> [Double]? {
        guard let text = text(tag) else { return nil }
        let values = text.utf8.split(separator: 0x5C, omittingEmptySubsequences: false).map { part in
            Double(Substring(part).unpadded)
        }
        let finite = values.compactMap { $0 }.filter(\.isFinite)
        guard finite.count == values.count, finite.count == count else {
            throw bad(name, text, count == 1 ? "a number" : "\(count) numbers")
        }
        return finite
    }

    func number(_ tag: DICOMTag, _ name: String) throws -> Double? { try numbers(tag, name, count: 1)?[0] }

    func bad(_ name: String, _ value: String, _ expected: String) -> DICOMError {
        .value(path: file.path, attribute: name, value: value, expected: expected)
    }
}

/// A text as a number; nil where it is none, or none that one can calculate with.
func finiteNumber(_ text: some StringProtocol) -> Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }

extension Substring {
    /// Without blanks and zeros, of which there are hardly ever any.
    var unpadded: Substring {
        utf8.contains { $0 == 0x20 || $0 == 0 } ? Substring(filter { $0 != " " && $0 != "\0" }) : self
    }
}
