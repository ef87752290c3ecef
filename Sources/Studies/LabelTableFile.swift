import Foundation
import Volumes

/// Why a label table cannot be read.
public enum LabelTableFileError: TomosError, Equatable {
    /// The file cannot be opened.
    case missing(String)
    /// A line is none of a label table's.
    case malformed(path: String, line: Int, text: String)
    /// An id is there twice.
    case duplicate(path: String, line: Int, id: UInt16)
    /// There is no label in it.
    case empty(String)

    /// The kind of error.
    public var category: ErrorCategory {
        if case .missing = self { .missingInput } else { .badData }
    }

    /// The message.
    public var description: String {
        switch self {
        case .missing(let path): "\(path): cannot read the label table: there is no such file"
        case .malformed(let path, let line, let text):
            "\(path):\(line): '\(text)' is no line of a label table; expected 'id name' or 'id name red green blue'"
        case .duplicate(let path, let line, let id): "\(path):\(line): label \(id) is there twice"
        case .empty(let path): "\(path): no labels in the table"
        }
    }
}

/// Label tables as people have them: `id name`, `id name R G B` (FreeSurfer and most others), or ITK-SNAP's
/// `id R G B A VIS MSH "name"`; `#` begins a comment; id 0 is the background and left out.
public enum LabelTableFile {
    /// Reads a table.
    public static func read(_ path: String) throws -> LabelTable {
        guard let data = FileManager.default.contents(atPath: path) else { throw LabelTableFileError.missing(path) }
        var entries: [LabelEntry] = []
        var ids = Set<UInt16>()
        let lines = String(decoding: data.prefix(1 << 24), as: UTF8.self)
            .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.isEmpty || text.hasPrefix("#") { continue }
            guard let entry = entry(text, number: entries.count) else {
                throw LabelTableFileError.malformed(path: path, line: index + 1, text: String(text.prefix(60)))
            }
            if entry.id == 0 { continue }
            guard ids.insert(entry.id).inserted else {
                throw LabelTableFileError.duplicate(path: path, line: index + 1, id: entry.id)
            }
            entries.append(entry)
        }
        guard !entries.isEmpty else { throw LabelTableFileError.empty(path) }
        return LabelTable(entries)
    }

    private static func entry(_ text: String, number: Int) -> LabelEntry? {
        let quoted = text.split(separator: "\"", omittingEmptySubsequences: false)
        let words = quoted[0].split(whereSeparator: \.isWhitespace)
        guard let first = words.first, let id = UInt16(first) else { return nil }
        let name: String
        let colour: ArraySlice<Substring>
        if quoted.count > 2 {
            (name, colour) = (String(quoted[1]), words.dropFirst().prefix(3))
        } else {
            guard words.count >= 2 else { return nil }
            (name, colour) = (String(words[1]), words.dropFirst(2).prefix(3))
        }
        let values = colour.compactMap { UInt8($0) }
        let shown = values.count == 3 ? Colour(values[0], values[1], values[2]) : LabelTable.defaultColour(number)
        return LabelEntry(id: id, name: name, colour: shown)
    }
}
