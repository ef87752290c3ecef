import Platform
import Volumes

/// Brings label maps that name their labels to one numbering: what is called alike is one label, whatever its id in each
/// file.
struct LabelNaming {
    /// The labels known so far.
    private(set) var entries: [LabelEntry]
    /// Whether others are left out rather than added.
    private let isClosed: Bool

    /// Begins with the labels that are wanted, which are then the only ones; or with none.
    init(wanted: LabelTable, known: LabelTable) {
        isClosed = !wanted.entries.isEmpty
        entries = isClosed ? wanted.entries : known.entries
    }

    /// From the ids of a label map to those of the numbering; labels that are not wanted have none.
    mutating func ids(of names: LabelTable) -> [UInt16: UInt16] {
        var ids: [UInt16: UInt16] = [:]
        for entry in names.entries {
            if let known = entries.first(where: { Self.isOne($0, entry) }) {
                ids[entry.id] = known.id
            } else if !isClosed, let id = freeID(entry.id) {
                var added = entry
                added.id = id
                entries.append(added)
                ids[entry.id] = id
            }
        }
        return ids
    }

    private static func isOne(_ one: LabelEntry, _ other: LabelEntry) -> Bool {
        SafeText.words(one.name).lowercased() == SafeText.words(other.name).lowercased()
    }

    /// The id itself where no other label has it, or the first one that is free.
    private func freeID(_ id: UInt16) -> UInt16? {
        let taken = Set(entries.map(\.id))
        return taken.contains(id) ? (1...UInt16.max).first { !taken.contains($0) } : id
    }
}

extension LabelVolume {
    /// The same labels with other ids; those that have none become background.
    func renumbered(_ ids: [UInt16: UInt16]) -> LabelVolume {
        var table = [UInt16](repeating: 0, count: 65536)
        for (id, new) in ids { table[Int(id)] = new }
        return LabelVolume(geometry: geometry, voxels: voxels.map { table[Int($0)] })
    }
}
