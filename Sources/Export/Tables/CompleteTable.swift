import VolumeIO
import Volumes

extension LabelTable {
    /// The table with an entry `label N`, in a default colour, for every id of the label map that it lacks.
    public func completed(for labels: LabelVolume) -> LabelTable {
        completed(for: labels.histogram().keys.filter { $0 != 0 })
    }

    /// The table with an entry `label N`, in a default colour, for each of these ids that it lacks.
    func completed(for ids: some Sequence<UInt16>) -> LabelTable {
        let known = Set(entries.map(\.id))
        let missing = ids.filter { !known.contains($0) }.sorted()
        guard !missing.isEmpty else { return self }
        return LabelTable(
            entries
                + missing.map {
                    LabelEntry(id: $0, name: "label \($0)", colour: LabelTable.defaultColour(Int($0) - 1))
                })
    }
}
