import Export
import Platform
import Volumes

/// The table `_dseg.tsv` of a label map.
struct BIDSLookup {
    /// UTF-8 text with a header line.
    let text: String
    /// Whether it has a column of SNOMED CT concepts.
    let hasCodes: Bool

    /// The table of ``LabelTableFormat/bids`` with a column `mapping` where some label is one of the standard's own.
    init(_ table: LabelTable) {
        let rendered = LabelTableFormat.bids.render(table, name: "x").first { $0.fileName.hasSuffix(".tsv") }
        var lines = (rendered?.text ?? "").split(separator: "\n").map(String.init)
        hasCodes = lines.first?.split(separator: "\t").contains("snomed_ct") ?? false
        let mapping = table.entries.map { Self.standard[Self.key($0.name)] }
        if mapping.contains(where: { $0 != nil }) {
            let column = ["mapping"] + mapping.map { $0.map(String.init) ?? "n/a" }
            lines = zip(lines, column).map { $0 + "\t" + $1 }
        }
        text = lines.map { $0 + "\n" }.joined()
    }

    /// Labels that the standard knows (BIDS specification, derivatives, imaging, common image-derived labels).
    private static let standard: [String: Int] = [
        "graymatter": 1, "greymatter": 1, "whitematter": 2, "cerebrospinalfluid": 3, "csf": 3, "bone": 4,
        "softtissue": 5, "nonbrain": 6, "lesion": 7, "corticalgraymatter": 8, "corticalgreymatter": 8,
        "subcorticalgraymatter": 9, "subcorticalgreymatter": 9, "brainstem": 10, "cerebellum": 11,
    ]

    private static func key(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }
}
