import Platform
import Volumes

/// 3D Slicer's colour tables (Slicer's developer guide, modules, colors).
enum SlicerTable {
    /// `.ctbl`: `index name red green blue opacity`, 0 to 255; names are one word, Slicer reads `_` as a space.
    static func render(_ table: LabelTable) -> String {
        let header = ["# Color table file", "# \(table.entries.count + 1) values"]
        return textFile(
            header + WholeNames.comments(table) { $0.contains { "_\"".contains($0) } } + ["0 Background 0 0 0 0"]
                + table.entries.map {
                    "\($0.id) \($0.oneWordName) \($0.colour.red) \($0.colour.green) \($0.colour.blue) 255"
                })
    }

    /// `.csv` with the terminology columns: the label's category, its concept as type and its side as modifier. The background is left out and quotation marks are not allowed in values.
    static func renderCSV(_ table: LabelTable) -> String {
        let coded = ["Category", "Type", "TypeModifier", "Region", "RegionModifier"]
        let header =
            ["LabelValue", "Name", "Color_R", "Color_G", "Color_B", "Color_A"]
            + coded.flatMap { ["\($0)_CodingScheme", "\($0)_CodeValue", "\($0)_CodeMeaning"] }
        let rows = table.entries.map { entry in
            let colour = ["\(entry.colour.red)", "\(entry.colour.green)", "\(entry.colour.blue)", "255"]
            let terms = entry.conceptCode.map { code in
                let (category, type, side) = (entry.terms.category, entry.terms.type, entry.terms.laterality)
                return fields(category) + ["SCT", code, quotable(type.meaning)] + (side.map(fields) ?? [])
            }
            let padding = [String](repeating: "", count: 15 - (terms?.count ?? 0))
            return ["\(entry.id)", entry.quotableName] + colour + (terms ?? []) + padding
        }
        return textFile(([header] + rows).map { DelimitedText.line($0) })
    }

    private static func fields(_ concept: CodedConcept) -> [String] {
        [concept.scheme, concept.value, concept.meaning].map(quotable)
    }

    /// On one line and without double quotes, as the format's values are.
    private static func quotable(_ text: String) -> String { SafeText.words(text).replacing("\"", with: "'") }
}
