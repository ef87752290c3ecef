import Export
import Foundation
import Platform
import Volumes

/// Label tables whose first line titles their columns, separated by commas or tabs: BIDS (`index`, `name`, `color`),
/// 3D Slicer (`LabelValue`, `Name`, `Color_R`...) and others. Without titles the columns are id, name and, if there are
/// more, red, green, blue and opacity.
struct LabelColumns {
    private let path: String
    private let rowsOfText: [DelimitedText.Row]
    private let titles: [String]

    private static let ids = ["index", "labelvalue", "label_value", "id", "value", "no", "no.", "label"]
    private static let names = ["name", "labelname", "label_name", "label name", "structure", "region", "label"]

    /// Takes a text that is such a table; nil when it is none.
    init?(_ text: String, path: String) throws {
        self.path = path
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let isComment = { (line: Substring) in line.allSatisfy(\.isWhitespace) || line.hasPrefix("#") }
        guard let first = lines.first(where: { !isComment($0) }) else { return nil }
        guard let separator = [DelimitedText.Separator.tab, .comma].first(where: { first.contains($0.rawValue) }),
            let head = try? DelimitedText.rows(String(first), separator: separator).get().first
        else { return nil }
        let titles = head.fields.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        let isTitled = titles.contains(where: Self.ids.contains) && titles.contains(where: Self.names.contains)
        guard isTitled || Self.id(head.fields[0]) != nil else { return nil }
        let all: [DelimitedText.Row]
        do {
            all = try DelimitedText.rows(text, separator: separator).get()
        } catch {
            throw LabelTableFileError.refused(
                path: path, line: error.line, text: LabelTableFile.shortened(lines[error.line - 1]),
                reason: "the quote at a field is never closed")
        }
        let rows = all.filter { !$0.fields[0].hasPrefix("#") }
        // Tabs may as well be the white space of a table of lines.
        let fits = rows.allSatisfy { [2, 5, 6].contains($0.fields.count) && Self.id($0.fields[0]) != nil }
        guard isTitled || separator == .comma || fits else { return nil }
        let bare = ["index", "name", "r", "g", "b", "a"]
        self.titles = isTitled ? titles : Array(bare.prefix([5, 6].contains(titles.count) ? titles.count : 2))
        rowsOfText = isTitled ? Array(rows.dropFirst()) : rows
    }

    /// The labels.
    func rows() throws -> [LabelRow] {
        guard let id = Self.ids.lazy.compactMap({ titles.firstIndex(of: $0) }).first,
            let name = Self.names.lazy.compactMap({ titles.firstIndex(of: $0) }).first(where: { $0 != id })
        else {
            throw LabelTableFileError.notATable(path, reason: "its title line names no column of ids and one of names")
        }
        return try rowsOfText.map { row in
            guard row.fields.count == titles.count else {
                throw refusal(row, "\(row.fields.count) columns where the table has \(titles.count)")
            }
            guard let number = Self.id(row.fields[id]) else {
                throw refusal(row, "'\(row.fields[id])' is no label id (0 to 65535)")
            }
            let text = row.fields[name].trimmingCharacters(in: .whitespaces)
            guard !text.isEmpty || number == 0 else { throw refusal(row, "the name is empty") }
            return LabelRow(
                line: row.line, id: number, name: text, colour: try colour(row), snomed: snomed(row))
        }
    }

    private func colour(_ row: DelimitedText.Row) throws -> Colour? {
        if let text = value(row, ["color", "colour", "hex"]) {
            guard let colour = ColourText.hex(text) else {
                throw refusal(row, "'\(text)' is no colour; expected #RRGGBB or n/a")
            }
            return colour
        }
        let parts = [("r", "red"), ("g", "green"), ("b", "blue")].map { short, long in
            value(row, ["color_\(short)", "colour_\(short)", short, long])
        }
        if parts.allSatisfy({ $0 == nil }) { return nil }
        let words = parts.compactMap(\.self)
        guard let colour = ColourText.rgb(words, isUnit: words.contains { $0.contains(".") }) else {
            throw refusal(
                row,
                "'\(words.joined(separator: " "))' is no colour: red, green and blue are whole numbers from 0 to 255")
        }
        return colour
    }

    /// Our own column, or the type of 3D Slicer's terminology.
    private func snomed(_ row: DelimitedText.Row) -> String? {
        if let code = value(row, ["snomed_ct"]) { return code }
        guard value(row, ["type_codingscheme"])?.uppercased() == "SCT" else { return nil }
        return value(row, ["type_codevalue"])
    }

    /// The first of these columns that says something.
    private func value(_ row: DelimitedText.Row, _ names: [String]) -> String? {
        names.lazy.compactMap { titles.firstIndex(of: $0) }.map { row.fields[$0].trimmingCharacters(in: .whitespaces) }
            .first { !$0.isEmpty && $0.lowercased() != "n/a" }
    }

    /// `3`, or `3.0` as some programs write it.
    private static func id(_ text: String) -> UInt16? {
        let text = text.trimmingCharacters(in: .whitespaces)
        return UInt16(text) ?? Double(text).flatMap { UInt16(exactly: $0) }
    }

    private func refusal(_ row: DelimitedText.Row, _ reason: String) -> LabelTableFileError {
        .refused(
            path: path, line: row.line, text: LabelTableFile.shortened(row.fields.joined(separator: " ")),
            reason: reason)
    }
}
