/// Text from outside (a file's name, a DICOM string, a label's name) made safe for where it goes. Whatever is written for
/// a person or for another program passes one of these; JSON is written by `JSONEncoder` alone, which escapes.
package enum SafeText {
    // MARK: what a person reads

    /// Text for a terminal or a log: whatever would steer it or turn the direction of writing stands there as an escape
    /// of JSON (`\u001b`), so that JSON stays what it is. Line feeds and tabs are kept.
    package static func terminal(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: steers) else { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            if steers(scalar) { result += escaped(scalar) } else { result.unicodeScalars.append(scalar) }
        }
    }

    /// Text on one line, for a terminal: line breaks and tabs are escaped too.
    package static func line(_ text: String) -> String {
        terminal(text).unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    /// A message for a terminal or a log. A line break stays only where two spaces follow it, which is how lists in our
    /// own messages go on; any other came with a value and could pass for a message of its own.
    package static func message(_ text: String) -> String {
        let lines = terminal(text).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.dropFirst().reduce(into: String(lines.first ?? "")) { result, line in
            result += (line.hasPrefix("  ") ? "\n" : "\\n") + line
        }
    }

    // MARK: names

    /// A name of words: every run of white space and of characters without a shape of their own (control, direction,
    /// line separators) is one space, none at the ends. May be empty.
    package static func words(_ text: String) -> String {
        text.unicodeScalars.split { $0.properties.isWhitespace || steers($0) || $0 == "\t" || $0 == "\n" }
            .map { String($0) }.joined(separator: " ")
    }

    /// What a value may put into a file name: letters and digits of any script, `.`, `_`, `-` and `=`; all else is `_`.
    /// One such value alone is not a safe file name: see ``fileName(_:longest:)``.
    package static func fileNamePart(_ text: String) -> String {
        String(
            text.map { character in
                let isKept = character.isLetter || character.isNumber || "._-=".contains(character)
                let hasHidden = character.unicodeScalars.contains { $0.properties.generalCategory == .format }
                return isKept && !hasHidden ? character : "_"
            })
    }

    /// A safe name of one file or folder: no slash, no control character, at most `longest` bytes of UTF-8, neither
    /// hidden nor `..`, no option to a program, no device of Windows, and no dot or space at its end; `_` where nothing is left.
    package static func fileName(_ text: String, longest: Int = 200) -> String {
        var name = ""
        for character in text {
            let isBad = character == "/" || character == "\\" || character.unicodeScalars.contains(where: steers)
            let kept: Character = isBad || character.isNewline || character == "\t" ? "_" : character
            guard name.utf8.count + kept.utf8.count <= longest - 1 else { break }
            name.append(kept)
        }
        while let last = name.last, last == "." || last == " " { name.removeLast() }
        let stem = name.prefix { $0 != "." }.lowercased()
        if name.isEmpty || name.hasPrefix(".") || name.hasPrefix("-") || windowsDevices.contains(stem) {
            name = "_" + name
        }
        return name
    }

    // MARK: files

    /// A field of comma-separated values (RFC 4180), on one line and quoted where it must be, or always. Programs for
    /// tables run what begins with `=`, `+`, `-` or `@`: there an apostrophe stands before it.
    package static func csv(_ text: String, quotesAlways: Bool = false) -> String {
        var field = words(text)
        if let first = field.first, "=+-@".contains(first) { field = "'" + field }
        return quotesAlways ? DelimitedText.quoted(field) : DelimitedText.field(field)
    }

    /// A field of tab-separated values as BIDS has them: on one line, without tabs, `n/a` where nothing is left.
    package static func tsv(_ text: String) -> String {
        let field = words(text)
        return field.isEmpty ? "n/a" : field
    }

    /// Text or an attribute's value in XML, SVG or HTML; characters that XML does not allow are replaced.
    package static func markup(_ text: String) -> String {
        line(text).unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    /// A text field of a NIfTI header: UTF-8 on one line, cut at a character, `size` bytes with at least one zero at its
    /// end (`descrip` 80, `aux_file` 24, `intent_name` 16).
    package static func niftiField(_ text: String, size: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for character in words(text) {
            let next = Array(String(character).utf8)
            guard bytes.count + next.count < size else { break }
            bytes += next
        }
        return bytes + Array(repeating: 0, count: size - bytes.count)
    }

    // MARK: characters

    /// Whether a character steers a terminal or the direction of writing rather than being seen: control characters of
    /// both blocks (but line feed and tab), bidirectional marks (Unicode TR 9), line separators, invisible tags.
    private static func steers(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF,
            0xFFF9...0xFFFB, 0xE0001:
            true
        default: false
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        String(scalar).utf16.reduce(into: "") { result, unit in
            let digits = String(unit, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }

    private static let windowsDevices: Set<String> = Set(
        ["con", "prn", "aux", "nul"] + (1...9).flatMap { ["com\($0)", "lpt\($0)"] })
}
