/// What a file name may be made of: of the image of a series with the lowest instance number, which dcm2niix calls the
/// first.
public struct DICOMNames: Sendable {
    /// The image's file.
    public var path = ""
    /// What scanner and sequence say: coil, sequence, manufacturer, modality, and the instance's UID.
    public var coil, sequenceName, scanningSequence, manufacturer, modality, mediaInstanceUID: String?
    /// Numbers: echo (0018,0086), instance (0020,0013), acquisition (0020,0012), and GE's raw data run (0019,10A2) or else
    /// the temporal position (0020,0100).
    public var echoNumber, instanceNumber, acquisitionNumber, runNumber: String?
    /// What a person typed, and may have put a name into.
    public var protocolName, seriesDescription, comments, procedureStep: String?
    /// What may tell who the patient is.
    public var patientName, patientID, accessionNumber, studyID, studyDateAndTime: String?

    /// No part is known.
    public init() {}
}

extension DICOMVolumes {
    /// The parts of file names. Throws when the first file cannot be opened any more.
    public func names() throws -> DICOMNames {
        let numbers = volumes.joined().map { ($0.keys[.instance].flatMap { finiteNumber($0) } ?? .infinity, $0.path) }
        let path = numbers.min { $0 < $1 }?.1 ?? volumes[0][0].path
        let attributes = DICOMAttributes(file: try DCMTKFile(path, .header))
        func text(_ group: UInt16, _ element: UInt16) -> String? { attributes.text(DICOMTag(group, element)) }
        var names = DICOMNames()
        names.path = path
        names.coil =
            attributes.text(private: 0x0F, .siemensText)
            ?? text(0x0018, 0x1250)
        names.sequenceName = text(0x0018, 0x0024) ?? text(0x0018, 0x9005)
        (names.scanningSequence, names.manufacturer) = (text(0x0018, 0x0020), text(0x0008, 0x0070))
        names.modality = series.modality
        names.mediaInstanceUID = attributes.text(.mediaSOPInstance) ?? attributes.text(.sopInstance)
        (names.echoNumber, names.instanceNumber) = (text(0x0018, 0x0086), text(0x0020, 0x0013))
        names.acquisitionNumber = text(0x0020, 0x0012)
        names.runNumber =
            attributes.text(private: 0xA2, .geAcquisition) ?? text(0x0020, 0x0100)
        (names.protocolName, names.seriesDescription) = (text(0x0018, 0x1030), attributes.text(.seriesDescription))
        (names.comments, names.procedureStep) = (text(0x0020, 0x4000), text(0x0040, 0x0254))
        (names.patientName, names.patientID) = (text(0x0010, 0x0010), text(0x0010, 0x0020))
        (names.accessionNumber, names.studyID) = (text(0x0008, 0x0050), text(0x0020, 0x0010))
        let moment = (text(0x0008, 0x0020) ?? "") + (text(0x0008, 0x0030).map { String($0.prefix(6)) } ?? "")
        names.studyDateAndTime = moment.isEmpty ? nil : moment
        return names
    }
}
