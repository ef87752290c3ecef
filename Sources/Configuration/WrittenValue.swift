/// A value on its way into a file: as JSON, which is YAML too, or as one line of YAML. Mappings keep their order.
package indirect enum WrittenValue: Sendable, Hashable {
    case text(String)
    case integer(Int)
    /// A finite number.
    case number(Double)
    case truth(Bool)
    case list([WrittenValue])
    case mapping([Entry])

    /// One `key: value` of a mapping.
    package struct Entry: Sendable, Hashable {
        package let key: String
        package let value: WrittenValue

        package init(_ key: String, _ value: WrittenValue) { (self.key, self.value) = (key, value) }
    }

    /// A path, written so that nothing in it is taken for an environment variable.
    package static func path(_ path: String) -> WrittenValue { .text(PathVariables.literal(path)) }

    /// A mapping of one key.
    package static func single(_ key: String, _ value: WrittenValue) -> WrittenValue { .mapping([Entry(key, value)]) }

    // MARK: one line of YAML

    /// The value in one line, as it is typed behind `--set key=`: a text as it is, lists and mappings in brackets.
    package var line: String {
        guard case .text(let text) = self else { return flow }
        let isBare = text.first.map { !"[{\"' ".contains($0) } ?? false
        return isBare && text.last != " " ? text : Self.quoted(text)
    }

    /// The value inside brackets.
    private var flow: String {
        switch self {
        case .text(let text): Self.isPlain(text) ? text : Self.quoted(text)
        case .integer(let number): "\(number)"
        case .number(let number): plainNumber(number)
        case .truth(let truth): "\(truth)"
        case .list(let items): "[" + items.map(\.flow).joined(separator: ", ") + "]"
        case .mapping(let entries):
            entries.isEmpty ? "{}" : "{ " + entries.map { "\($0.key): \($0.value.flow)" }.joined(separator: ", ") + " }"
        }
    }

    /// Whether a text inside brackets needs no quotes.
    private static func isPlain(_ text: String) -> Bool {
        let isWord = { (byte: UInt8) in
            switch UnicodeScalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "/": true
            default: false
            }
        }
        guard let first = text.utf8.first, let last = text.utf8.last, isWord(first), isWord(last) else { return false }
        return text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") }
    }

    // MARK: JSON

    /// JSON in lines, indented by two spaces a level; lists of a few single values stay on one. No line break at its end.
    package var json: String { json(indent: "") }

    private func json(indent: String) -> String {
        let inner = indent + "  "
        switch self {
        case .text(let text): return Self.quoted(text)
        case .integer, .number, .truth: return flow
        case .list(let items):
            let texts = items.map { $0.json(indent: inner) }
            let line = "[" + texts.joined(separator: ", ") + "]"
            if line.count <= 100, items.allSatisfy(\.isSingle) { return line }
            return "[\n" + texts.map { inner + $0 }.joined(separator: ",\n") + "\n\(indent)]"
        case .mapping(let entries):
            if entries.isEmpty { return "{}" }
            let lines = entries.map { "\(inner)\(Self.quoted($0.key)): \($0.value.json(indent: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private var isSingle: Bool {
        switch self {
        case .list, .mapping: false
        default: true
        }
    }

    /// A text in double quotes, as JSON and YAML both have it. What YAML takes for a line break or does not allow in a
    /// file at all is escaped; other letters stay, because YAML does not know JSON's pairs of escapes.
    private static func quoted(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "\"") { result, scalar in
            switch scalar.value {
            case 0x22, 0x5C: result += "\\\(scalar)"
            case 0x0A: result += "\\n"
            case 0x09: result += "\\t"
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        } + "\""
    }
}

/// A number that reads back as the same one: `20`, not `20.0`.
package func plainNumber(_ number: Double) -> String {
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

extension WrittenValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral text: String) { self = .text(text) }
    package init(integerLiteral number: Int) { self = .integer(number) }
    package init(booleanLiteral truth: Bool) { self = .truth(truth) }
    package init(arrayLiteral items: WrittenValue...) { self = .list(items) }
    package init(dictionaryLiteral pairs: (String, WrittenValue)...) { self = .mapping(pairs.map { Entry($0, $1) }) }
}
