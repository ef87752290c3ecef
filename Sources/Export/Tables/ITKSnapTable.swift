import Volumes

/// ITK-SNAP label descriptions: one line per label, `IDX R G B A VIS MSH "LABEL"`, line 0 being the clear label.
/// The name stands between double quotes and cannot hold one.
enum ITKSnapTable {
    static func render(_ table: LabelTable) -> String {
        let rule = String(repeating: "#", count: 48)
        let header = [
            rule, "# ITK-SnAP Label Description File", "# File format:", "# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL",
            "# Fields:", "#    IDX:   Zero-based index", "#    -R-:   Red color component (0..255)",
            "#    -G-:   Green color component (0..255)", "#    -B-:   Blue color component (0..255)",
            "#    -A-:   Label transparency (0.00 .. 1.00)", "#    VIS:   Label visibility (0 or 1)",
            "#    MSH:   Label mesh visibility (0 or 1)", "#  LABEL:   Label description", rule,
        ]
        let clear = line(0, Colour(0, 0, 0), shown: 0, "Clear Label")
        let names = WholeNames.comments(table) { $0.contains("\"") }
        return textFile(
            header + names + [clear] + table.entries.map { line($0.id, $0.colour, shown: 1, $0.quotableName) })
    }

    private static func line(_ id: UInt16, _ colour: Colour, shown: Int, _ name: String) -> String {
        let columns = [
            "\(id)".right(5), "\(colour.red)".right(5), "\(colour.green)".right(4), "\(colour.blue)".right(4),
        ]
        return columns.joined(separator: " ") + "\(shown)".right(9) + "\(shown)".right(3) + "\(shown)".right(3)
            + "    \"\(name)\""
    }
}
