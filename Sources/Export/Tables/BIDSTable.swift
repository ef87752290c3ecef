import Platform
import Volumes

/// BIDS: a discrete segmentation `_dseg.nii.gz` has a table `_dseg.tsv` (index, name and, optionally, color and further
/// columns; BIDS specification, derivatives, imaging data types) and a sidecar `_dseg.json` that describes the columns.
enum BIDSTable {
    private struct Sidecar: Encodable {
        var manual = false
        var columns: [String: String]

        private struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(_ text: String) { stringValue = text }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(manual, forKey: Key("Manual"))
            for (column, text) in columns { try container.encode(["Description": text], forKey: Key(column)) }
        }
    }

    static func render(_ table: LabelTable, name: String) -> [RenderedTable] {
        let stem = name.hasSuffix("_dseg") ? name : name + "_dseg"
        let coded = table.entries.contains { $0.conceptCode != nil }
        let header = ["index", "name", "color"] + (coded ? ["snomed_ct"] : [])
        let rows = table.entries.map { entry in
            ["\(entry.id)", SafeText.tsv(entry.oneLineName), hex(entry.colour)]
                + (coded ? [entry.conceptCode ?? "n/a"] : [])
        }
        var columns = [
            "index": "Value of the label in the label map", "name": "Name of the structure",
            "color": "Colour of the label, hexadecimal sRGB",
        ]
        if coded { columns["snomed_ct"] = "SNOMED CT concept of the structure" }
        // Strings and dictionaries of them always encode.
        let json = (try? JSON.text(Sidecar(columns: columns))) ?? ""
        return [
            RenderedTable(
                fileName: stem + ".tsv",
                text: textFile(([header] + rows).map { DelimitedText.line($0, separator: .tab) })),
            RenderedTable(fileName: stem + ".json", text: json),
        ]
    }

    private static func hex(_ colour: Colour) -> String {
        let digits = Array("0123456789ABCDEF")
        return [colour.red, colour.green, colour.blue]
            .reduce(into: "#") { $0 += [digits[Int($1 >> 4)], digits[Int($1 & 15)]] }
    }
}
