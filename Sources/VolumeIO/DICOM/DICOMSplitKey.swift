import Volumes

/// What tells the images at one position apart, in the order in which it is asked. The raw value is the attribute's
/// keyword, by which `--split-by` names it.
public enum DICOMSplitKey: String, Sendable, CaseIterable {
    case imageType = "ImageType"
    case echoTime = "EchoTime"
    case echoNumber = "EchoNumbers"
    case bValue = "DiffusionBValue"
    case gradient = "DiffusionGradientOrientation"
    case directionality = "DiffusionDirectionality"
    case temporalPosition = "TemporalPositionIdentifier"
    case triggerTime = "TriggerTime"
    case acquisition = "AcquisitionNumber"
    case acquisitionTime = "AcquisitionTime"
    case contentTime = "ContentTime"
    case instance = "InstanceNumber"
    case orientation = "ImageOrientationPatient"
    case stack = "StackID"

    /// What it is called in a sentence.
    public var name: String {
        switch self {
        case .imageType: "image type"
        case .echoTime: "echo time"
        case .echoNumber: "echo number"
        case .bValue: "b-value"
        case .gradient: "gradient direction"
        case .directionality: "diffusion directionality"
        case .temporalPosition: "temporal position"
        case .triggerTime: "trigger time"
        case .acquisition: "acquisition number"
        case .acquisitionTime: "acquisition time"
        case .contentTime: "content time"
        case .instance: "instance number"
        case .orientation: "orientation"
        case .stack: "stack"
        }
    }

    /// Those that a fourth dimension may have: the same values at every position.
    static let exact: [DICOMSplitKey] = [
        .imageType, .echoTime, .echoNumber, .bValue, .gradient, .directionality, .temporalPosition, .acquisition,
    ]
    /// Times, which differ from slice to slice: only their order at each position counts.
    static let ranked: [DICOMSplitKey] = [.triggerTime, .acquisitionTime, .contentTime]
    /// Those that `--split-by` takes.
    public static let splittable: [DICOMSplitKey] = exact + [.triggerTime, .acquisitionTime, .orientation, .stack]
}

/// How an image was taken, as far as sorting and sidecars need it.
struct DICOMAcquisition: Sendable, Hashable {
    /// Frames of the file.
    var frames = 1
    var instanceNumber, acquisitionNumber: Int?
    /// Milliseconds.
    var echoTime, repetitionTime, inversionTime: Double?
    /// Degrees.
    var flipAngle: Double?
    /// s/mm^2, and the direction of the diffusion gradient, LPS, of length 1.
    var bValue: Double?
    var gradient: Vec3?
    /// When the image was acquired, as the file states it: `HHMMSS.FFFFFF`.
    var time: String?
    /// When each slice of a mosaic was acquired, ms from the first.
    var sliceTimes: [Double] = []
    /// How many images or volumes there should be, where stated.
    var imagesInAcquisition, temporalPositions: Int?
    /// (0020,9161), and which of how many files this is.
    var concatenation: DICOMConcatenation?
}

/// The place of a file in an instance that was written in parts. (PS3.3 C.7.6.16.2.2.4)
struct DICOMConcatenation: Sendable, Hashable {
    var uid: String
    var number: Int
    var total: Int?
}

extension DICOMImageHeader {
    /// Reads what tells this image from others at its place, and how it was taken.
    mutating func describe(_ attributes: borrowing DICOMAttributes) {
        func number(_ tag: DICOMTag) -> Double? {
            attributes.text(tag).flatMap { finiteNumber($0.prefix { $0 != "\\" }.filter { $0 != " " }) }
        }
        // An integer string is of 32 bits (PS3.5 6.2), so that counts can be added and doubled.
        func whole(_ tag: DICOMTag) -> Int? { number(tag).flatMap { Int32(exactly: $0) }.map { Int($0) } }
        acquisition.instanceNumber = whole(DICOMTag(0x0020, 0x0013))
        acquisition.acquisitionNumber = whole(.frameAcquisitionNumber) ?? whole(DICOMTag(0x0020, 0x0012))
        acquisition.echoTime = number(.effectiveEchoTime) ?? number(.echoTime)
        acquisition.repetitionTime = number(.repetitionTime)
        acquisition.inversionTime = number(.inversionTimes) ?? number(.inversionTime)
        acquisition.flipAngle = number(.flipAngle)
        acquisition.imagesInAcquisition = whole(DICOMTag(0x0020, 0x1002))
        acquisition.temporalPositions = whole(DICOMTag(0x0020, 0x0105))
        let frameTime = attributes.text(.frameAcquisitionTime).map { String($0.dropFirst(8)) }
        acquisition.time = frameTime ?? attributes.text(DICOMTag(0x0008, 0x0032))
        (acquisition.bValue, acquisition.gradient) = DICOMDiffusion.read(attributes)
        if let uid = attributes.text(DICOMTag(0x0020, 0x9161)), let part = whole(DICOMTag(0x0020, 0x9162)) {
            acquisition.concatenation = DICOMConcatenation(
                uid: uid, number: part, total: whole(DICOMTag(0x0020, 0x9163)))
        }
        if mosaic != nil {
            let csa = attributes.file.bytes(DICOMTag(0x0029, 0x1010)).flatMap { CSAHeader($0) }
            acquisition.sliceTimes = (csa?["MosaicRefAcqTimes"] ?? []).compactMap(finiteNumber)
        }
        keys = keys(attributes)
    }

    private func keys(_ attributes: borrowing DICOMAttributes) -> [DICOMSplitKey: String] {
        var keys: [DICOMSplitKey: String] = [:]
        keys[.imageType] = imageType.joined(separator: "\\")
        keys[.echoTime] = acquisition.echoTime.map { "\($0)" }
        keys[.echoNumber] = attributes.text(DICOMTag(0x0018, 0x0086))
        keys[.bValue] = acquisition.bValue.map { "\($0)" }
        keys[.gradient] = acquisition.gradient.map { $0.text }
        keys[.directionality] = attributes.text(.diffusionDirectionality)
        keys[.temporalPosition] = attributes.text(.temporalPositionIndex) ?? attributes.text(DICOMTag(0x0020, 0x0100))
        keys[.triggerTime] = attributes.text(.cardiacDelay) ?? attributes.text(DICOMTag(0x0018, 0x1060))
        keys[.acquisition] = acquisition.acquisitionNumber.map { "\($0)" }
        keys[.acquisitionTime] = acquisition.time
        keys[.contentTime] = attributes.text(DICOMTag(0x0008, 0x0033))
        keys[.instance] = acquisition.instanceNumber.map { "\($0)" }
        keys[.orientation] = rowDirection.text + "\\" + columnDirection.text
        keys[.stack] = attributes.text(.stackID)
        return keys
    }
}

extension Vec3 {
    /// As DICOM writes it, to six decimals.
    var text: String {
        (0..<3).map { n in
            let rounded = (self[n] * 1e6).rounded() / 1e6
            return Int32(exactly: rounded).map { "\($0)" } ?? "\(rounded)"
        }.joined(separator: "\\")
    }
}
