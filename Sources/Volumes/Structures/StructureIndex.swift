/// A code and the side that stands beside it.
struct StructureCode: Hashable, Sendable {
    var value: String
    var side: BodySide?
}

/// The dictionary's lines, to be found by name and by code.
struct StructureIndex: Sendable {
    /// For the list: without those of both sides.
    private(set) var structures: [KnownStructure] = []
    /// By each spelling's least form.
    private(set) var names: [StructureName: KnownStructure] = [:]
    /// By code and side.
    private(set) var codes: [StructureCode: KnownStructure] = [:]
    /// What was said twice, or cannot be read: empty, or the table is wrong.
    private(set) var conflicts: [String] = []

    static let shared = StructureIndex(StructureRow.all)

    init(_ rows: [StructureRow]) {
        for row in rows { add(row) }
        for other in Self.otherCodes { add(other) }
    }

    private mutating func add(_ row: StructureRow) {
        let sides: [BodySide?] = row.paired ? [nil, .left, .right, .both] : [nil]
        structures += sides.filter { $0 != .both }.map(row.structure)
        for spelling in [row.name] + row.spellings {
            guard let kept = StructureName.kept(spelling), kept.side == nil || !row.paired else {
                conflicts.append("\(spelling): cannot be kept as a spelling of \(row.name)")
                continue
            }
            for side in sides {
                add(row.structure(side), StructureName(base: kept.base, side: side ?? kept.side))
            }
        }
        guard !row.isWider else { return }
        for side in sides { add(row.structure(side), StructureCode(value: row.concept.value, side: side)) }
        // The side that the name tells may stand beside the code too.
        if !row.paired, let side = StructureName.kept(row.name)?.side {
            add(row.structure(nil), StructureCode(value: row.concept.value, side: side))
        }
    }

    private mutating func add(_ structure: KnownStructure, _ name: StructureName) {
        if let other = names[name], other != structure {
            conflicts.append("\(name.base): both \(other.name) and \(structure.name)")
        }
        names[name] = structure
    }

    private mutating func add(_ structure: KnownStructure, _ code: StructureCode) {
        if let other = codes[code], other != structure {
            conflicts.append("\(code.value): both \(other.name) and \(structure.name)")
        }
        codes[code] = structure
    }

    /// Another code by which programs and lists call a structure.
    struct OtherCode: Sendable {
        let value: String
        /// Of a structure that is found with its side, if the code stands for one side.
        let name: String
        /// The code stands for a paired structure without its side.
        let paired: Bool

        init(_ value: String, _ name: String, paired: Bool = false) {
            (self.value, self.name, self.paired) = (value, name, paired)
        }
    }

    private mutating func add(_ other: OtherCode) {
        let sides: [BodySide?] = other.paired ? [nil, .left, .right, .both] : [nil]
        for side in sides {
            guard let kept = StructureName.kept(other.name),
                let structure = names[StructureName(base: kept.base, side: side ?? kept.side)]
            else {
                conflicts.append("\(other.value): \(other.name) is not in the table")
                continue
            }
            add(structure, StructureCode(value: other.value, side: side))
            if side == nil, let told = kept.side { add(structure, StructureCode(value: other.value, side: told)) }
        }
    }
}
