/// A line of the dictionary: one concept, with its names and its colour.
struct StructureRow: Sendable {
    /// In plain words and British spelling, without a side if `paired`.
    let name: String
    let concept: CodedConcept
    /// 0xRRGGBB.
    let colour: UInt32
    /// Other spellings, each kept in its least form; plurals in s, separators, case and the side of a paired structure
    /// need no spelling of their own.
    let spellings: [String]
    /// There is one on each side, and the concept does not say which.
    let paired: Bool
    var category = CodedConcept.anatomicalStructure
    /// The concept says less than the name (of a cyst of the kidney: cyst), so that the name does not follow from it.
    var isWider = false

    /// A structure that is there once, or whose concept tells its side.
    static func one(
        _ name: String, _ code: String, _ meaning: String, _ colour: UInt32, _ spellings: String...
    ) -> StructureRow {
        StructureRow(
            name: name, concept: CodedConcept("SCT", code, meaning), colour: colour, spellings: spellings,
            paired: false)
    }

    /// A structure that is there on the left and on the right.
    static func pair(
        _ name: String, _ code: String, _ meaning: String, _ colour: UInt32, _ spellings: String...
    ) -> StructureRow {
        StructureRow(
            name: name, concept: CodedConcept("SCT", code, meaning), colour: colour, spellings: spellings,
            paired: true)
    }

    /// The same with another category.
    private func of(_ category: CodedConcept) -> StructureRow {
        var row = self
        row.category = category
        return row
    }

    /// The same as a kind of tissue.
    var tissue: StructureRow { of(.tissue) }
    /// The same as something abnormal.
    var abnormal: StructureRow { of(.morphologicallyAbnormalStructure) }
    /// The same as a fluid.
    var substance: StructureRow { of(.bodySubstance) }

    /// The same with a concept that says less than the name.
    var wider: StructureRow {
        var row = self
        row.isWider = true
        return row
    }

    /// The same in another coding scheme.
    func scheme(_ scheme: String) -> StructureRow {
        StructureRow(
            name: name, concept: CodedConcept(scheme, concept.value, concept.meaning), colour: colour,
            spellings: spellings, paired: paired, category: category, isWider: isWider)
    }

    /// The structure on a side, or without one.
    func structure(_ side: BodySide?) -> KnownStructure {
        KnownStructure(
            name: side?.name(of: name) ?? name, category: category, concept: concept,
            laterality: side?.concept,
            colour: Colour(UInt8(colour >> 16 & 255), UInt8(colour >> 8 & 255), UInt8(colour & 255)))
    }

    /// All lines, head to foot.
    static let all: [StructureRow] =
        brain + cortex + headAndNeck + chest + heart + vessels + abdomen + pelvis + spine + bones + muscles
        + furtherMuscles
        + tissues + lesions
}
