import Volumes

/// FreeSurfer's colour look-up table: `No Name R G B A`, where A counts transparency, so 0 is opaque; names are one word.
enum FreeSurferTable {
    static func render(_ table: LabelTable) -> String {
        let width = max(table.entries.map(\.oneWordName.count).max() ?? 0, 24)
        func line(_ number: String, _ name: String, _ colour: [String]) -> String {
            number.left(7) + " " + name.left(width) + colour.map { $0.right(4) }.joined()
        }
        let rows = table.entries.map {
            line("\($0.id)", $0.oneWordName, [$0.colour.red, $0.colour.green, $0.colour.blue, 0].map { "\($0)" })
        }
        return textFile(
            [line("#No.", "Label Name:", ["R", "G", "B", "A"])]
                + WholeNames.comments(table) { $0.contains { " \"".contains($0) } } + [
                    line("0", "Unknown", ["0", "0", "0", "0"])
                ] + rows)
    }
}
