/// A concept of a coding scheme, as DICOM's code sequences and Slicer's terminology entries hold it.
public struct CodedConcept: Sendable, Hashable, Codable {
    /// The coding scheme's designator: `SCT` for SNOMED CT, `DCM` for DICOM's own, `NCIt`.
    public var scheme: String
    /// The code within the scheme.
    public var value: String
    /// What it says in English. Two concepts are the same when scheme and value are; `==` compares all three.
    public var meaning: String

    /// Makes a concept.
    public init(_ scheme: String, _ value: String, _ meaning: String) {
        (self.scheme, self.value, self.meaning) = (scheme, value, meaning)
    }
}

/// Categories of segments. `anatomicalStructure` is the code that 3D Slicer, dcmqi and TotalSegmentator write; DICOM's
/// own list (CID 7150) has 91723000 under the same meaning.
extension CodedConcept {
    /// An organ or a part of the body.
    public static let anatomicalStructure = CodedConcept("SCT", "123037004", "Anatomical Structure")
    /// A kind of tissue.
    public static let tissue = CodedConcept("SCT", "85756007", "Tissue")
    /// A tumour, a cyst, an oedema, ...
    public static let morphologicallyAbnormalStructure = CodedConcept(
        "SCT", "49755003", "Morphologically Abnormal Structure")
    /// Blood, cerebrospinal fluid, ...
    public static let bodySubstance = CodedConcept("SCT", "91720002", "Body Substance")
}

/// Laterality, as seen by the patient.
extension CodedConcept {
    /// The patient's right.
    public static let right = CodedConcept("SCT", "24028007", "Right")
    /// The patient's left.
    public static let left = CodedConcept("SCT", "7771000", "Left")
    /// Both sides in one segment.
    public static let rightAndLeft = CodedConcept("SCT", "51440002", "Right and left")
}

/// Concepts of the objects that hold segments.
extension CodedConcept {
    /// What no segment covers.
    public static let background = CodedConcept("DCM", "125040", "Background")
    /// Why one image refers to another: it was segmented from it.
    public static let segmentation = CodedConcept("DCM", "113076", "Segmentation")
}
