/// A table for people: columns padded to their widest cell, two spaces between them.
package struct TextTable {
    /// On which side a column's cells are padded.
    private enum Alignment { case left, right }

    private let header: [String]
    private let alignment: [Alignment]
    private var rows: [[String]] = []

    /// Makes a table; a title that begins with `>` makes a column whose cells stand to the right.
    package init(_ titles: [String]) {
        header = titles.map { $0.hasPrefix(">") ? String($0.dropFirst()) : $0 }
        alignment = titles.map { $0.hasPrefix(">") ? .right : .left }
    }

    /// Adds a row; missing cells at the end are empty. Line breaks in a cell become spaces, and nothing in it steers the
    /// terminal.
    package mutating func add(_ cells: [String]) {
        let cells = cells + Array(repeating: "", count: max(0, header.count - cells.count))
        rows.append(
            cells.prefix(header.count).map {
                SafeText.line($0.split(whereSeparator: \.isNewline).joined(separator: " "))
            })
    }

    /// The lines: header, rule, rows; no spaces at line ends.
    package var text: String {
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        let line = { (cells: [String]) -> String in
            let padded = cells.indices.map { column -> String in
                let space = String(repeating: " ", count: widths[column] - cells[column].count)
                return alignment[column] == .left ? cells[column] + space : space + cells[column]
            }
            let joined = padded.joined(separator: "  ")
            return String(joined.reversed().drop { $0 == " " }.reversed())
        }
        return ([header, widths.map { String(repeating: "-", count: $0) }] + rows).map(line).joined(separator: "\n")
    }
}
