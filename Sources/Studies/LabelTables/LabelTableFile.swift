import Foundation
import Volumes

/// Why a label table cannot be read.
public enum LabelTableFileError: TomosError, Equatable {
    /// The file cannot be opened.
    case missing(String)
    /// A line is none of a label table's.
    case malformed(path: String, line: Int, text: String)
    /// A line is one of a label table's, but cannot be taken as it is.
    case refused(path: String, line: Int, text: String, reason: String)
    /// An id is there twice.
    case duplicate(path: String, line: Int, id: UInt16)
    /// There is no label in it.
    case empty(String)
    /// The file as a whole is no label table.
    case notATable(String, reason: String)

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
        case .refused(let path, let line, let text, let reason): "\(path):\(line): '\(text)': \(reason)"
        case .duplicate(let path, let line, let id): "\(path):\(line): label \(id) is there twice"
        case .empty(let path): "\(path): no labels in the table"
        case .notATable(let path, let reason): "\(path): no label table: \(reason)"
        }
    }
}

/// Label tables as people and programs have them: lines of `id name` or `id name R G B` (FreeSurfer, 3D Slicer and most
/// others), ITK-SNAP's label descriptions, FSLeyes' look-up tables, tables with titles (BIDS, 3D Slicer, other `.csv` and
/// `.tsv`), and JSON (NiiVue, and the labels of a Decathlon or nnU-Net `dataset.json`). The content says which, not the
/// name; id 0 is the background and left out. Every other line is read whole or refused.
public enum LabelTableFile {
    /// The most bytes that a table may have.
    private static let limit = 16 << 20

    /// Reads a table.
    ///
    /// - Throws: ``LabelTableFileError``.
    public static func read(_ path: String) throws -> LabelTable {
        let text = try text(path)
        let rows: [LabelRow]
        if text.first(where: { !$0.isWhitespace }) == "{" {
            rows = try LabelJSON.rows(text, path: path)
        } else if let columns = try LabelColumns(text, path: path) {
            rows = try columns.rows()
        } else {
            rows = try LabelLines(text, path: path).rows()
        }
        return try table(rows, path: path)
    }

    /// The rows as a table: without the background, each id once, with a colour of its own where none is given.
    private static func table(_ rows: [LabelRow], path: String) throws -> LabelTable {
        var entries: [LabelEntry] = []
        var ids = Set<UInt16>()
        for row in rows where row.id != 0 {
            guard ids.insert(row.id).inserted else {
                throw LabelTableFileError.duplicate(path: path, line: row.line, id: row.id)
            }
            let colour = row.colour ?? LabelTable.defaultColour(entries.count)
            entries.append(LabelEntry(id: row.id, name: row.name, colour: colour, snomed: row.snomed))
        }
        guard !entries.isEmpty else { throw LabelTableFileError.empty(path) }
        return LabelTable(entries)
    }

    /// The file's text without a byte order mark.
    private static func text(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else { throw LabelTableFileError.missing(path) }
        guard data.count <= limit else {
            throw LabelTableFileError.notATable(path, reason: "it has \(data.count) bytes, more than 16 MiB")
        }
        let bytes = data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data[...]
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        if data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF]) {
            throw LabelTableFileError.notATable(path, reason: "its text is UTF-16; save it as UTF-8")
        }
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
        throw LabelTableFileError.refused(
            path: path, line: line + 1, text: shortened(String(decoding: lines[line], as: UTF8.self)),
            reason: "not UTF-8; save the table as UTF-8")
    }

    /// A line for a message.
    static func shortened(_ line: some StringProtocol) -> String {
        String(line.trimmingCharacters(in: .whitespacesAndNewlines).prefix(60))
    }
}

/// One label as a table has it.
struct LabelRow {
    /// Line of the file, from 1; of JSON, place in the list.
    var line: Int
    /// Id, 0 for the background.
    var id: UInt16
    /// Name, not empty.
    var name: String
    /// Colour, where there is one.
    var colour: Colour?
    /// SNOMED CT concept, where there is one.
    var snomed: String?
}

/// Colours as tables write them.
enum ColourText {
    /// Red, green and blue as whole numbers to 255, or as parts of 1; nil when they are neither.
    static func rgb(_ words: some Collection<some StringProtocol>, isUnit: Bool) -> Colour? {
        let values = words.compactMap { Double($0) }
        guard words.count == 3, values.count == 3 else { return nil }
        let scaled = isUnit ? values.map { ($0 * 255).rounded() } : values
        let channels = scaled.compactMap { UInt8(exactly: $0) }
        return channels.count == 3 ? Colour(channels[0], channels[1], channels[2]) : nil
    }

    /// `#E64B3C`, with opacity or without.
    static func hex(_ text: String) -> Colour? {
        let digits = text.hasPrefix("#") ? text.dropFirst() : text[...]
        guard digits.count == 6 || digits.count == 8, digits.allSatisfy(\.isHexDigit),
            let number = UInt32(digits.prefix(6), radix: 16)
        else { return nil }
        return Colour(UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255))
    }
}
