import Volumes

/// What a series' headers say of how it was taken, under the names and in the units (seconds, degrees, tesla) of BIDS
/// and dcm2niix. It names no patient, no person, no institution, and no date.
public struct DICOMSidecar: Sendable, Encodable {
    /// A value of the sidecar.
    public enum Value: Sendable, Equatable, Encodable {
        case text(String), number(Double), texts([String]), numbers([Double])

        /// Writes the bare value.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .texts(let value): try container.encode(value)
            case .numbers(let value): try container.encode(value)
            }
        }
    }

    /// By name.
    public var values: [String: Value] = [:]

    /// Writes the values by their names.
    public func encode(to encoder: any Encoder) throws { try values.encode(to: encoder) }
}

extension DICOMVolumes {
    /// The sidecar of some of the volumes (from 0), or of all. Throws when the first file cannot be opened any more.
    public func sidecar(of chosen: [Int]? = nil) throws -> DICOMSidecar {
        let images = (chosen ?? Array(0..<count)).map { volumes[$0][0] }
        let first = images.first ?? volumes[0][0]
        let attributes = DICOMAttributes(file: try DCMTKFile(first.path, .header))
        var sidecar = DICOMSidecar()
        for (name, tag) in Self.texts {
            if let text = attributes.text(tag) { sidecar.values[name] = .text(text) }
        }
        for (name, tag) in Self.numbers {
            let text = attributes.text(tag)?.split(separator: "\\").first
            if let number = text.flatMap({ finiteNumber($0.filter { $0 != " " }) }) {
                sidecar.values[name] = .number(number)
            }
        }
        sidecar.values["ImageType"] = .texts(first.imageType)
        let (row, column) = (first.rowDirection, first.columnDirection)
        sidecar.values["ImageOrientationPatientDICOM"] = .numbers([row.x, row.y, row.z, column.x, column.y, column.z])
        if let thickness = first.sliceThickness { sidecar.values["SliceThickness"] = .number(thickness) }
        if let spacing = first.spacingBetweenSlices { sidecar.values["SpacingBetweenSlices"] = .number(spacing) }
        func timing(_ name: String, _ scale: Double, _ value: (DICOMAcquisition) -> Double?) {
            let values = images.compactMap { value($0.acquisition).map { $0 * scale } }
            guard values.count == images.count, let one = values.first else { return }
            sidecar.values[name] = Set(values).count == 1 ? .number(one) : .numbers(values)
        }
        timing("EchoTime", 1e-3) { $0.echoTime }
        timing("RepetitionTime", 1e-3) { $0.repetitionTime }
        timing("InversionTime", 1e-3) { $0.inversionTime }
        timing("FlipAngle", 1) { $0.flipAngle }
        Self.describe(images, &sidecar)
        if let times = sliceTiming.times { sidecar.values["SliceTiming"] = .numbers(times) }
        return sidecar
    }

    /// b-values in s/mm^2 of the volumes, and their gradients along the voxel axes as FSL wants them (first axis turned
    /// where the affine's determinant is positive, zero where there is none); nil when there is no diffusion weighting,
    /// no directions when they are not known. `notices` say what is left out.
    public var diffusion: (bValues: [Double], directions: [Vec3]?)? {
        gradients.bValues.isEmpty ? nil : (gradients.bValues, gradients.directions)
    }

    /// What tells of volumes that are of several kinds: the type of each, whether its spins were labelled.
    private static func describe(_ images: [DICOMImageHeader], _ sidecar: inout DICOMSidecar) {
        if let units = images.first?.variant?.units { sidecar.values["Units"] = .text(units) }
        if let direction = images.first?.variant?.phaseEncoding {
            sidecar.values["PhaseEncodingDirection"] = .text(direction)
        }
        let labels = images.compactMap { $0.keys[.spinLabel] }
        if labels.count == images.count, Set(labels).count > 1 { sidecar.values["ASLContext"] = .texts(labels) }
        let types = images.map { $0.keys[.imageType] ?? "" }
        if Set(types).count > 1 { sidecar.values["VolumeImageType"] = .texts(types) }
    }

    private static let texts: [(String, DICOMTag)] = [
        ("Modality", .modality), ("Manufacturer", DICOMTag(0x0008, 0x0070)),
        ("ManufacturersModelName", DICOMTag(0x0008, 0x1090)), ("SoftwareVersions", DICOMTag(0x0018, 0x1020)),
        ("BodyPart", DICOMTag(0x0018, 0x0015)), ("PatientPosition", DICOMTag(0x0018, 0x5100)),
        ("SeriesDescription", .seriesDescription), ("ProtocolName", DICOMTag(0x0018, 0x1030)),
        ("MRAcquisitionType", DICOMTag(0x0018, 0x0023)), ("ScanningSequence", DICOMTag(0x0018, 0x0020)),
        ("SequenceVariant", DICOMTag(0x0018, 0x0021)), ("ScanOptions", DICOMTag(0x0018, 0x0022)),
        ("SequenceName", DICOMTag(0x0018, 0x0024)), ("ConvolutionKernel", DICOMTag(0x0018, 0x1210)),
        ("InPlanePhaseEncodingDirectionDICOM", DICOMTag(0x0018, 0x1312)), ("Units", DICOMTag(0x0054, 0x1001)),
        ("DecayCorrection", DICOMTag(0x0054, 0x1102)),
    ]
    private static let numbers: [(String, DICOMTag)] = [
        ("SeriesNumber", .seriesNumber), ("MagneticFieldStrength", DICOMTag(0x0018, 0x0087)),
        ("ImagingFrequency", DICOMTag(0x0018, 0x0084)), ("EchoTrainLength", DICOMTag(0x0018, 0x0091)),
        ("PixelBandwidth", DICOMTag(0x0018, 0x0095)), ("PercentSampling", DICOMTag(0x0018, 0x0093)),
        ("PercentPhaseFOV", DICOMTag(0x0018, 0x0094)), ("KVP", DICOMTag(0x0018, 0x0060)),
        ("XRayTubeCurrent", DICOMTag(0x0018, 0x1151)), ("XRayExposure", DICOMTag(0x0018, 0x1152)),
    ]
}
