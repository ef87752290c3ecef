import Export
import Foundation
import Volumes

/// Label tables of lines: an id, then a name with colours after it or before it. A name may stand in double quotes; else
/// it is everything that is not the id or a colour.
struct LabelLines {
    /// One line, taken apart at its white space.
    private struct Line {
        let number: Int
        let text: String
        let id: UInt16
        /// Words after the id.
        let words: [Substring]
        /// Numbers that these begin and end with.
        let leading, trailing: Int

        var isDotted: Bool { words.prefix(3).allSatisfy { $0.contains(".") } }
    }

    private let path: String
    private var lines: [Line] = []
    /// Names that a line cannot hold as they are, from comments that ``WholeNames`` wrote.
    private var wholeNames: [UInt16: String] = [:]
    /// Colour columns that a comment promises.
    private var columns: Int?
    private var isSlicer: Bool

    init(_ text: String, path: String) throws {
        self.path = path
        isSlicer = path.lowercased().hasSuffix(".ctbl")
        columns = isSlicer ? 4 : nil
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.hasPrefix("#") { comment(line) } else if !line.isEmpty { try add(line, number: index + 1) }
        }
    }

    private mutating func comment(_ text: String) {
        if let (id, name) = WholeNames.read(text) { wholeNames[id] = name }
        if text.hasPrefix("# Color table file") { (isSlicer, columns) = (true, 4) }
        let titles = text.dropFirst().split { $0.isWhitespace || "-:".contains($0) }.map { $0.lowercased() }
        if titles.suffix(4) == ["r", "g", "b", "a"] { columns = 4 }
        if titles.suffix(3) == ["r", "g", "b"] { columns = 3 }
    }

    private mutating func add(_ text: String, number: Int) throws {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let id = words.first.flatMap({ UInt16($0) }), words.count > 1 else {
            throw LabelTableFileError.malformed(path: path, line: number, text: LabelTableFile.shortened(text))
        }
        let rest = Array(words.dropFirst())
        let isNumber = { (word: Substring) in Double(word)?.isFinite == true }
        lines.append(
            Line(
                number: number, text: text, id: id, words: rest, leading: rest.prefix(while: isNumber).count,
                trailing: rest.reversed().prefix(while: isNumber).count))
    }

    /// The labels.
    func rows() throws -> [LabelRow] {
        let after = colourColumnsAfter()
        let before = colourColumnsBefore()
        var rows: [LabelRow] = []
        var namesCut: [String: Int] = [:]
        for line in lines {
            if let row = try quoted(line) {
                rows.append(row)
            } else if columns == nil, line.leading >= 3 {
                rows.append(try coloursFirst(line, columns: before))
            } else {
                let row = try coloursLast(line, columns: after)
                rows.append(row)
                if columns == nil, after == 4, line.trailing > 3, line.id != 0 { namesCut[row.name, default: 0] += 1 }
            }
        }
        try requireUnambiguous(namesCut)
        return rows.map(withWholeName)
    }

    // MARK: the layout of the table

    /// Columns of colour after the names: what a title says, or else 3 if any line leaves room for no more.
    private func colourColumnsAfter() -> Int {
        if let columns { return columns }
        let counts = lines.filter { $0.leading < 3 && $0.trailing < $0.words.count }.map(\.trailing)
        return counts.contains(3) || !counts.contains { $0 > 3 } ? 3 : 4
    }

    private func colourColumnsBefore() -> Int {
        lines.contains { $0.leading == 3 } ? 3 : lines.contains { $0.leading == 4 } ? 4 : 6
    }

    /// Whether colours are parts of 1: any has a point, or none is above 1.
    private func isUnit(_ words: some Sequence<Substring>) -> Bool { words.contains { $0.contains(".") } }

    /// Without a title, four numbers are colour and opacity only if nothing speaks for a name that ends in a number.
    private func requireUnambiguous(_ names: [String: Int]) throws {
        guard !names.isEmpty else { return }
        let cut = lines.filter { $0.id != 0 && $0.leading < 3 && $0.trailing >= 4 }
        let isTwice = names.contains { $0.value > 1 }
        guard let first = cut.first, isTwice || Set(cut.compactMap(\.words.last)).count > 1 else { return }
        throw refusal(
            first,
            "the name may end in a number or be followed by four colour columns; put names in double quotes, or "
                + "begin the table with the line '# id name R G B A'")
    }

    // MARK: lines

    /// `id 255 0 0 1 1 1 "name"` or `id "name" 255 0 0`; nil when no name is in quotes.
    private func quoted(_ line: Line) throws -> LabelRow? {
        guard line.words.count > line.leading, line.words[line.leading].hasPrefix("\""),
            !(line.leading == 3 && line.isDotted)
        else { return nil }
        let text = line.text[line.words[line.leading].startIndex...].dropFirst()
        guard let end = text.lastIndex(of: "\"") else { throw refusal(line, "the quote at the name is never closed") }
        let numbers = text[text.index(after: end)...].split(whereSeparator: \.isWhitespace)
        // Quotes that only part of the name stands in belong to it.
        guard numbers.allSatisfy({ Double($0) != nil }) else { return nil }
        let colours = line.leading > 0 ? line.words.prefix(line.leading) : numbers[...]
        guard [0, 3, 4, 6].contains(colours.count), line.leading == 0 || numbers.isEmpty else {
            throw refusal(line, "\(line.leading + numbers.count) numbers beside the name; expected red green blue")
        }
        let colour = colours.isEmpty ? nil : try self.colour(colours.prefix(3), line)
        return try row(line, name: String(text[..<end]), colour)
    }

    /// `id 0.90196 0.29412 0.23529 name of any kind`
    private func coloursFirst(_ line: Line, columns: Int) throws -> LabelRow {
        let columns = line.isDotted ? 3 : columns
        guard line.leading >= columns, line.words.count > columns else {
            throw refusal(line, "no name beside the numbers")
        }
        let name = line.text[line.words[columns].startIndex...]
        return try row(line, name: String(name), try colour(line.words.prefix(3), line))
    }

    /// `id name of any kind`, `id name of any kind 255 0 0`
    private func coloursLast(_ line: Line, columns: Int) throws -> LabelRow {
        let name: ArraySlice<Substring>
        var colour: Colour?
        let numbers = min(line.trailing, line.words.count - 1)
        if numbers >= 3 {
            let count = min(columns, numbers)
            name = line.words.dropLast(count)
            colour = try self.colour(line.words.suffix(count).prefix(3), line)
        } else {
            name = line.words[...]
        }
        guard let first = name.first, let last = name.last else { throw refusal(line, "no name beside the numbers") }
        let text = String(line.text[first.startIndex..<last.endIndex])
        // 3D Slicer's names are one word, in which `_` stands for a space.
        return try row(line, name: isSlicer ? text.replacing("_", with: " ") : text, colour)
    }

    private func row(_ line: Line, name: String, _ colour: Colour?) throws -> LabelRow {
        let name = name.trimmingCharacters(in: .whitespaces)
        guard !name.isEmpty else { throw refusal(line, "the name is empty") }
        return LabelRow(line: line.number, id: line.id, name: name, colour: colour)
    }

    private func colour(_ words: ArraySlice<Substring>, _ line: Line) throws -> Colour {
        guard let colour = ColourText.rgb(words, isUnit: isUnit(words)) else {
            throw refusal(
                line,
                "'\(words.joined(separator: " "))' is no colour: red, green and blue are whole numbers from 0 to 255 "
                    + "or parts of 1 (put a name that ends in numbers in double quotes)")
        }
        return colour
    }

    private func withWholeName(_ row: LabelRow) -> LabelRow {
        guard let whole = wholeNames[row.id], WholeNames.isForm(row.name, of: whole) else { return row }
        var row = row
        row.name = whole
        return row
    }

    private func refusal(_ line: Line, _ reason: String) -> LabelTableFileError {
        .refused(path: path, line: line.number, text: LabelTableFile.shortened(line.text), reason: reason)
    }
}
