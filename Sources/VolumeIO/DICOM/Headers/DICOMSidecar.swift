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

/// What a file name may be made of; see `DICOM.names(of:)`.
public struct DICOMNames: Sendable {
    /// Not about the patient: protocol, series description and number, ...
    public var protocolName, seriesDescription, sequenceName, manufacturer, modality: String?
    /// What may tell who the patient is.
    public var patientName, patientID, accessionNumber, studyDateAndTime: String?
}

extension DICOMVolumes {
    /// The sidecar. Throws when the first file cannot be opened any more.
    public func sidecar() throws -> DICOMSidecar {
        let first = volumes[0][0]
        let attributes = DICOMAttributes(file: try DCMTKFile(first.path, .header))
        var sidecar = DICOMSidecar()
        for (name, tag) in Self.texts {
            if let text = attributes.text(tag) { sidecar.values[name] = .text(text) }
        }
        for (name, tag) in Self.numbers {
            let text = attributes.text(tag)?.split(separator: "\\").first
            if let number = text.flatMap({ Double($0.filter { $0 != " " }) }), number.isFinite {
                sidecar.values[name] = .number(number)
            }
        }
        sidecar.values["ImageType"] = .texts(first.imageType)
        let (row, column) = (first.rowDirection, first.columnDirection)
        sidecar.values["ImageOrientationPatientDICOM"] = .numbers([row.x, row.y, row.z, column.x, column.y, column.z])
        if let thickness = first.sliceThickness { sidecar.values["SliceThickness"] = .number(thickness) }
        if let spacing = first.spacingBetweenSlices { sidecar.values["SpacingBetweenSlices"] = .number(spacing) }
        func timing(_ name: String, _ scale: Double, _ value: (DICOMAcquisition) -> Double?) {
            let values = volumes.compactMap { value($0[0].acquisition).map { $0 * scale } }
            guard values.count == count, let one = values.first else { return }
            sidecar.values[name] = Set(values).count == 1 ? .number(one) : .numbers(values)
        }
        timing("EchoTime", 1e-3) { $0.echoTime }
        timing("RepetitionTime", 1e-3) { $0.repetitionTime }
        timing("InversionTime", 1e-3) { $0.inversionTime }
        timing("FlipAngle", 1) { $0.flipAngle }
        if let times = sliceTimes { sidecar.values["SliceTiming"] = .numbers(times) }
        return sidecar
    }

    /// The parts of file names.
    public func names() throws -> DICOMNames {
        let attributes = DICOMAttributes(file: try DCMTKFile(volumes[0][0].path, .header))
        let date = attributes.text(DICOMTag(0x0008, 0x0020)) ?? ""
        let time = attributes.text(DICOMTag(0x0008, 0x0030)).map { String($0.prefix(6)) } ?? ""
        return DICOMNames(
            protocolName: attributes.text(DICOMTag(0x0018, 0x1030)),
            seriesDescription: attributes.text(.seriesDescription),
            sequenceName: attributes.text(DICOMTag(0x0018, 0x0024)),
            manufacturer: attributes.text(DICOMTag(0x0008, 0x0070)), modality: series.modality,
            patientName: attributes.text(DICOMTag(0x0010, 0x0010)),
            patientID: attributes.text(DICOMTag(0x0010, 0x0020)),
            accessionNumber: attributes.text(DICOMTag(0x0008, 0x0050)),
            studyDateAndTime: (date + time).isEmpty ? nil : date + time)
    }

    /// b-values in s/mm^2 of the volumes, and their gradients along the voxel axes as FSL wants them (first axis turned
    /// where the affine's determinant is positive); nil when there is no diffusion weighting, or no direction for some
    /// weighted volume.
    public var diffusion: (bValues: [Double], directions: [Vec3]?)? {
        let stated = volumes.map { $0[0].acquisition }
        let bValues = stated.compactMap(\.bValue)
        guard bValues.count == count, bValues.contains(where: { $0 > 0 }) else { return nil }
        guard stated.allSatisfy({ $0.gradient != nil || $0.bValue == 0 }) else { return (bValues, nil) }
        let image = volumes[0][0]
        // DICOM's axes are LPS, the affine's RAS: the determinant is the same.
        let toLPS = Vec3(-1, -1, 1)
        let across = (geometry.affine.column(2) * toLPS).normalized
        let flip: Double = geometry.affine.determinant > 0 ? -1 : 1
        let directions = stated.map { acquisition -> Vec3 in
            guard let g = acquisition.gradient, acquisition.bValue != 0 else { return .zero }
            return [flip * g.dot(image.rowDirection), g.dot(image.columnDirection), g.dot(across)]
        }
        return (bValues, directions)
    }

    /// When each slice of a volume was acquired, in seconds from the first: where a mosaic says it.
    private var sliceTimes: [Double]? {
        guard let image = volumes[0].first, let mosaic = image.mosaic,
            image.acquisition.sliceTimes.count == mosaic.slices, let first = image.acquisition.sliceTimes.min()
        else { return nil }
        return image.acquisition.sliceTimes.map { (($0 - first) * 1e3).rounded() / 1e6 }
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
