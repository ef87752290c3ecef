import Platform
import VolumeIO
import Volumes

/// Label tables beside a label map.
public enum ViewerExport {
    /// Writes the tables of `formats` beside the label map at `niftiPath`, each whole or not at all, and returns their
    /// paths in the order of `formats`. Ids that occur in `labels` but not in `table` get an entry `label N`.
    ///
    /// - Throws: what `AtomicFile.write` throws; files written before stay.
    @discardableResult
    public static func write(
        labels: LabelVolume, table: LabelTable, formats: [LabelTableFormat], besides niftiPath: String
    ) throws -> [String] {
        let (folder, name) = split(niftiPath)
        let table = complete(table, for: labels)
        var paths: [String] = []
        for file in formats.flatMap({ $0.render(table, name: name) }) {
            try AtomicFile.write(Array(file.text.utf8), to: folder + file.fileName)
            paths.append(folder + file.fileName)
        }
        return paths
    }

    /// The table with an entry `label N`, in a default colour, for every id of the label map that it lacks.
    public static func complete(_ table: LabelTable, for labels: LabelVolume) -> LabelTable {
        let known = Set(table.entries.map(\.id))
        let missing = labels.histogram().keys.filter { $0 != 0 && !known.contains($0) }.sorted()
        guard !missing.isEmpty else { return table }
        return LabelTable(
            table.entries
                + missing.map {
                    LabelEntry(id: $0, name: "label \($0)", colour: LabelTable.defaultColour(Int($0) - 1))
                })
    }

    /// The folder with its slash (or nothing), and the file's name without `.nii.gz`, `.nii` and the like.
    static func split(_ path: String) -> (folder: String, name: String) {
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let name = String(path[slash...])
        let stem = NIfTIName(name)?.stem ?? (name.lowercased().hasSuffix(".nrrd") ? String(name.dropLast(5)) : name)
        return (String(path[..<slash]), stem.isEmpty ? name : stem)
    }
}
