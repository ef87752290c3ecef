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
    case spinLabel = "ASLContext"
    case triggerTime = "TriggerTime"
    case frameReferenceTime = "FrameReferenceTime"
    case acquisition = "AcquisitionNumber"
    case acquisitionTime = "AcquisitionTime"
    case contentTime = "ContentTime"
    case instance = "InstanceNumber"
    case orientation = "ImageOrientationPatient"
    case stack = "StackID"
    /// What a vendor keeps in one series though it is not one image; see `DICOMVariant`. No attribute states it.
    case variant = "Variant"

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
        case .spinLabel: "spin label"
        case .triggerTime: "trigger time"
        case .frameReferenceTime: "frame reference time"
        case .acquisition: "acquisition number"
        case .acquisitionTime: "acquisition time"
        case .contentTime: "content time"
        case .instance: "instance number"
        case .orientation: "orientation"
        case .stack: "stack"
        case .variant: "kind of image"
        }
    }

    /// Those that a fourth dimension may have: the same values at every position.
    static let exact: [DICOMSplitKey] = [
        .imageType, .echoTime, .echoNumber, .bValue, .gradient, .directionality, .temporalPosition, .spinLabel,
        .acquisition,
    ]
    /// Those that may differ from slice to slice, so that only their order at each position counts; the better first.
    static let ranked: [DICOMSplitKey] = [
        .triggerTime, .frameReferenceTime, .acquisitionTime, .instance, .contentTime,
    ]
    /// Those that `--split-by` takes.
    public static let splittable: [DICOMSplitKey] =
        exact + [.triggerTime, .frameReferenceTime, .acquisitionTime, .orientation, .stack]
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
    /// (0018,1030), for comparing alone: a person may have typed anything.
    var protocolName: String?
    /// Its diffusion weighting.
    var diffusion = DICOMDiffusion()
    /// When the image was acquired, as the file states it: `HHMMSS.FFFFFF`.
    var time: String?
    /// The same, and when it was made, with the date.
    var moments = DICOMKeyed<DICOMMoment>()
    /// When each slice of a mosaic was acquired, ms from the first.
    var sliceTimes: [Double] = []
    /// How many images or volumes there should be, where stated.
    var imagesInAcquisition, temporalPositions: Int?
    /// The same of PET: slices of a volume (0054,0081) and volumes over time (0054,0101).
    var slices, timeSlices: Int?
    /// (0020,9161), and which of how many files this is.
    var concatenation: DICOMConcatenation?
}

/// The place of a file in an instance that was written in parts. (PS3.3 C.7.6.16.2.2.4)
struct DICOMConcatenation: Sendable, Hashable {
    var uid: String
    var number: Int
    var total: Int?
}

extension DICOMImageFields {
    /// Reads what tells this image from others at its place, and how it was taken. Throws on what is
    /// known to be stored otherwise than its header says, and not which way.
    /// - Parameter last: The frame before it, most of whose texts are the same.
    mutating func describe(_ attributes: borrowing DICOMAttributes, after last: DICOMImageHeader?) throws {
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
        acquisition.protocolName = attributes.text(DICOMTag(0x0018, 0x1030))
        acquisition.imagesInAcquisition = whole(DICOMTag(0x0020, 0x1002))
        acquisition.temporalPositions = whole(DICOMTag(0x0020, 0x0105))
        if modality == "PT" {
            acquisition.slices = whole(DICOMTag(0x0054, 0x0081))
            acquisition.timeSlices = whole(DICOMTag(0x0054, 0x0101))
        }
        describeTime(attributes)
        acquisition.diffusion = DICOMDiffusion(attributes, row: rowDirection, column: columnDirection)
        if let uid = attributes.text(DICOMTag(0x0020, 0x9161)), let part = whole(DICOMTag(0x0020, 0x9162)) {
            acquisition.concatenation = DICOMConcatenation(
                uid: uid, number: part, total: whole(DICOMTag(0x0020, 0x9163)))
        }
        if mosaic != nil {
            let csa = attributes.file.bytes(DICOMTag(0x0029, 0x1010)).flatMap { CSAHeader($0) }
            acquisition.sliceTimes = (csa?["MosaicRefAcqTimes"] ?? []).compactMap(finiteNumber)
        }
        if let variant = try DICOMVariant(attributes, instance: acquisition.instanceNumber) {
            self.variant = variant
            imageType += variant.imageType
        } else if let component = DICOMVariant.complexComponent(attributes), !imageType.contains(component) {
            imageType.append(component)
        }
        keys = keys(attributes, after: last)
    }

    /// The time of a frame counts more than that of the file, of which each of a file's frames has the same.
    private mutating func describeTime(_ attributes: borrowing DICOMAttributes) {
        let (date, time) = (attributes.text(DICOMTag(0x0008, 0x0022)), attributes.text(DICOMTag(0x0008, 0x0032)))
        let frame = attributes.text(.frameAcquisitionTime) ?? attributes.text(.frameReferenceDateTime)
        let whole = attributes.text(DICOMTag(0x0008, 0x002A))
        acquisition.time = (frame ?? (time == nil ? whole : nil)).map { String($0.dropFirst(8)) } ?? time
        // The date may stand in the one that the time does not stand in.
        let stated = DICOMMoment(date: date ?? whole.map { String($0.prefix(8)) }, time: time)
        acquisition.moments[.acquisitionTime] =
            frame.flatMap { DICOMMoment(dateTime: $0) } ?? stated ?? whole.flatMap { DICOMMoment(dateTime: $0) }
        acquisition.moments[.contentTime] = DICOMMoment(
            date: attributes.text(DICOMTag(0x0008, 0x0023)), time: attributes.text(DICOMTag(0x0008, 0x0033)))
    }

    private func keys(
        _ attributes: borrowing DICOMAttributes, after last: DICOMImageHeader?
    ) -> DICOMKeyed<String> {
        var keys = DICOMKeyed<String>()
        keys[.imageType] = last?.imageType == imageType ? last?.keys[.imageType] : imageType.joined(separator: "\\")
        keys[.echoTime] = acquisition.echoTime.map { "\($0)" }
        keys[.echoNumber] = attributes.text(DICOMTag(0x0018, 0x0086))
        keys[.bValue] = acquisition.diffusion.bValue.map { "\($0)" }
        keys[.gradient] = acquisition.diffusion.distinction
        keys[.directionality] = attributes.text(.diffusionDirectionality)
        keys[.temporalPosition] = attributes.text(.temporalPositionIndex) ?? attributes.text(DICOMTag(0x0020, 0x0100))
        keys[.spinLabel] = DICOMVariant.spinLabel(attributes)
        keys[.frameReferenceTime] = attributes.text(DICOMTag(0x0054, 0x1300))
        keys[.variant] = variant?.part
        keys[.triggerTime] = attributes.text(.cardiacDelay) ?? attributes.text(DICOMTag(0x0018, 0x1060))
        keys[.acquisition] = acquisition.acquisitionNumber.map { "\($0)" }
        keys[.acquisitionTime] = acquisition.time
        keys[.contentTime] = attributes.text(DICOMTag(0x0008, 0x0033))
        keys[.instance] = acquisition.instanceNumber.map { "\($0)" }
        let isTurned = last?.rowDirection != rowDirection || last?.columnDirection != columnDirection
        keys[.orientation] = isTurned ? rowDirection.text + "\\" + columnDirection.text : last?.keys[.orientation]
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
