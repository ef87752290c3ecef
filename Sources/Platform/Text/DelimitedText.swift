/// Tables of comma- or tab-separated values, read and written in one way (RFC 4180).
package enum DelimitedText {
    /// What stands between two fields.
    package enum Separator: Character, Sendable {
        /// `.csv`
        case comma = ","
        /// `.tsv`
        case tab = "\t"
    }

    /// A row and the line on which it begins, from 1.
    package struct Row: Sendable, Equatable {
        /// The line.
        package var line: Int
        /// Its fields, without quotes.
        package var fields: [String]
    }

    /// A field of a table: within double quotes, those in it doubled, where it could be misread without.
    package static func field(_ text: String, separator: Separator = .comma) -> String {
        // A quote within a field of a tab-separated table is one like any other character.
        let quotes = separator == .comma ? text.contains("\"") : text.hasPrefix("\"")
        guard quotes || text.contains(where: { $0 == separator.rawValue || $0.isNewline }) else { return text }
        return quoted(text)
    }

    /// A field within double quotes, those in it doubled.
    package static func quoted(_ text: String) -> String {
        "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// A line of a table.
    package static func line(_ fields: [String], separator: Separator = .comma) -> String {
        fields.map { field($0, separator: separator) }.joined(separator: String(separator.rawValue))
    }

    /// Reads a table; empty lines are left out. A field that begins with a double quote ends with the next single one,
    /// and may hold separators and line ends.
    ///
    /// - Returns: The rows, or the line on which a quoted field begins that never ends.
    package static func rows(_ text: String, separator: Separator) -> Result<[Row], UnendedField> {
        var reader = Reader(text, separator.rawValue)
        return reader.rows()
    }

    /// A quoted field without its closing quote.
    package struct UnendedField: Error, Equatable {
        /// The line on which it begins, from 1.
        package let line: Int
    }

    private struct Reader {
        let characters: [Character]
        let separator: Character
        var place = 0
        var line = 1

        init(_ text: String, _ separator: Character) { (characters, self.separator) = (Array(text), separator) }

        mutating func rows() -> Result<[Row], UnendedField> {
            var rows: [Row] = []
            while place < characters.count {
                var row = Row(line: line, fields: [])
                while true {
                    guard let field = field() else { return .failure(UnendedField(line: line)) }
                    row.fields.append(field)
                    guard place < characters.count, characters[place] == separator else { break }
                    place += 1
                }
                // The line's end.
                place += 1
                line += 1
                if row.fields != [""] { rows.append(row) }
            }
            return .success(rows)
        }

        private mutating func field() -> String? {
            guard place < characters.count, characters[place] == "\"" else { return plain() }
            place += 1
            var (text, lines) = ("", 0)
            while place < characters.count {
                let character = characters[place]
                place += 1
                if character == "\"" {
                    guard place < characters.count, characters[place] == "\"" else {
                        line += lines
                        return text + plain()
                    }
                    place += 1
                }
                if character.isNewline { lines += 1 }
                text.append(character)
            }
            return nil
        }

        /// Up to the next separator or line end.
        private mutating func plain() -> String {
            let start = place
            while place < characters.count, characters[place] != separator, !characters[place].isNewline { place += 1 }
            return String(characters[start..<place])
        }
    }
}
