/// A structure as the dictionary knows it.
public struct KnownStructure: Sendable, Hashable {
    /// In plain words and British spelling, with its side: `left kidney`.
    public var name: String
    /// What kind of thing it is: DICOM's segmented property category.
    public var category: CodedConcept
    /// What it is: DICOM's segmented property type. Of some structures the nearest wider one (of a cyst of the kidney:
    /// cyst), where SNOMED CT's own could not be confirmed.
    public var concept: CodedConcept
    /// The side, where the concept alone does not tell it; nil where there is one only, or where no side was said.
    public var laterality: CodedConcept?
    /// A colour, the same on both sides and never changed by what else is in a table.
    public var colour: Colour

    /// Makes a structure.
    public init(
        name: String, category: CodedConcept, concept: CodedConcept, laterality: CodedConcept?, colour: Colour
    ) {
        (self.name, self.category, self.concept) = (name, category, concept)
        (self.laterality, self.colour) = (laterality, colour)
    }
}

/// The structures that people segment, under the names that they and their programs give them: 3D Slicer,
/// TotalSegmentator, FreeSurfer, TG-263 (radiotherapy), public data sets, and plain words.
///
/// Codes are SNOMED CT's as DICOM part 16 lists them; those that it does not list are TotalSegmentator's or mCODE's.
public enum StructureDictionary {
    /// The structure that a label's name means, whatever its case, separators, British or American spelling, and
    /// wherever its side stands: `Left-Kidney`, `kidney_left`, `Kidney_L`, `LeftKidney`.
    ///
    /// Nil when the name is not known or could mean two things (`head`, `cortex`, `ventricle`): it never guesses.
    public static func structure(named name: String) -> KnownStructure? {
        let readings = StructureName.readings(of: name)
        return (readings + readings.compactMap(\.singular)).lazy.compactMap { StructureIndex.shared.names[$0] }.first
    }

    /// The structure of a code of SNOMED CT (or of DICOM or the NCI, for the few that come from there).
    ///
    /// - Parameter laterality: the side that stands beside the code, or nil. One that the code tells already may be
    ///   repeated (left atrium, left); one that contradicts it gives nil.
    public static func structure(code: String, laterality: CodedConcept?) -> KnownStructure? {
        guard let laterality else { return StructureIndex.shared.codes[StructureCode(value: code, side: nil)] }
        guard let side = BodySide(laterality) else { return nil }
        return StructureIndex.shared.codes[StructureCode(value: code, side: side)]
    }

    /// All structures, head to foot: of a paired one first without a side, then left, then right.
    public static var all: [KnownStructure] { StructureIndex.shared.structures }
}
