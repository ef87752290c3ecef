import Platform
import Volumes

extension LabelEntry {
    /// The name on one line: control characters and runs of white space are one space; `label 7` when nothing is left.
    var oneLineName: String {
        let words = SafeText.words(name)
        return words.isEmpty ? "label \(id)" : words
    }

    /// The SNOMED CT concept, its own or the one of its name, as one word without quotes and commas; nil when there is none.
    var conceptCode: String? {
        let type = terms.type
        guard type.scheme == "SCT", type != .tissue || concept == .tissue else { return nil }
        let code = SafeText.words(type.value).filter { !"\",; \t".contains($0) }
        return code.isEmpty ? nil : code
    }

    /// The name on one line without double quotes, for formats that quote with them and know no escape.
    var quotableName: String { String(oneLineName.map { $0 == "\"" ? "'" : $0 }) }

    /// The name as one word, for formats whose columns are separated by spaces.
    var oneWordName: String { String(oneLineName.map { $0 == " " ? "_" : $0 }) }
}

extension String {
    /// Padded with spaces on the left to `width` characters.
    func right(_ width: Int) -> String { String(repeating: " ", count: max(width - count, 0)) + self }

    /// Padded with spaces on the right to `width` characters.
    func left(_ width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }
}

/// Lines as a text file.
func textFile(_ lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }
