/// Holds back texts that are small and become huge, or fill the stack, when they are read as YAML: values nested in each
/// other without end, and aliases (`*name`) of values made of aliases, whose size doubles with every line.
enum YAMLLimits {
    /// Brackets in brackets; a pipeline or a pack has three.
    private static let mostBrackets = 64
    /// Column at which a line's content may begin, counting the dashes before it.
    private static let deepestIndent = 256
    /// Aliases in a text. With so few, what they stand for grows some hundredfold at most.
    private static let mostAliases = 16

    /// What is beyond a limit, and the line (from 1) where; nil when nothing is. What stands in quotes or comments counts
    /// too, which a text as people write it never notices.
    static func fault(_ text: String) -> (problem: String, line: Int)? {
        var (brackets, aliases) = (0, 0)
        var anchors = false
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (number, line) in lines.map(\.utf8).enumerated() {
            if indent(line) > deepestIndent {
                return ("values are nested in each other further than \(deepestIndent) columns", number + 1)
            }
            var before = UInt8(ascii: " ")
            for (byte, next) in zip(line, line.dropFirst().map(Optional.some) + [nil]) {
                switch byte {
                case UInt8(ascii: "["), UInt8(ascii: "{"): brackets += 1
                case UInt8(ascii: "]"), UInt8(ascii: "}"): brackets = max(0, brackets - 1)
                case UInt8(ascii: "&") where startsName(before, next): anchors = true
                case UInt8(ascii: "*") where startsName(before, next): aliases += 1
                default: break
                }
                before = byte
            }
            if brackets > mostBrackets {
                return ("lists and mappings are nested deeper than \(mostBrackets) levels", number + 1)
            }
            if anchors, aliases > mostAliases {
                return ("there are more than \(mostAliases) aliases (*name); write the values out", number + 1)
            }
        }
        return nil
    }

    /// Where the content of a line begins: each dash, question mark or colon with a blank behind it nests it further.
    private static func indent(_ line: Substring.UTF8View) -> Int {
        var bytes = line.makeIterator()
        var (column, pending) = (0, 0)
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): (column, pending) = (column + pending + 1, 0)
            case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
                if pending > 0 { return column }
                pending = 1
            default: return column
            }
        }
        return column
    }

    /// Whether the mark between these bytes begins the name of an anchor or alias.
    private static func startsName(_ before: UInt8, _ next: UInt8?) -> Bool {
        guard let next, !" \t\r*&,[]{}".utf8.contains(next) else { return false }
        return " \t[{,:?-".utf8.contains(before)
    }
}
