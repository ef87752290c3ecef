/// What becomes of a label whose probabilities promise a Dice below ``SegmentedVolume/leastPromise``. It is flagged
/// ``StructureFlag/doubtful`` in any case, and a notice says so.
public enum DoubtPolicy: String, Sendable, Hashable, CaseIterable, Codable {
    /// It is kept, unless some volume of the pack is without the label: only there is absence something to expect.
    case automatic = "auto"
    /// It is kept.
    case keep
    /// It is taken for absent.
    case remove

    /// Whether such a label is taken for absent.
    func removes(_ label: UInt16, known: KnownSizes) -> Bool {
        switch self {
        case .automatic: known.isAbsentSomewhere(label)
        case .keep: false
        case .remove: true
        }
    }
}
