import Platform
import Volumes

/// The lines of an NRRD header (teem's format definition, versions 1 to 5): fields and key/value pairs. Nothing is judged.
struct NRRDHeader {
    /// Fields by their names, in lower case and without spaces: `space directions` is `spacedirections`.
    private(set) var fields: [String: String] = [:]
    /// Key/value pairs, unescaped.
    private(set) var pairs: [String: String] = [:]
    /// Headers of segmentations with hundreds of segments stay far below this.
    private static let mostBytes = 1 << 24

    /// Reads the header that begins a file, and says where the voxels of an attached one begin: after the blank line; nil
    /// where no blank line comes, as in a detached header.
    static func read(_ path: String) throws(VolumeFileError) -> (header: NRRDHeader, end: Int?) {
        let file = try InputFile(path)
        var size = 1 << 16
        while true {
            let bytes = try file.bytes(at: 0, count: size)
            if let end = blankLine(bytes) { return (try NRRDHeader(bytes[..<end], path: path), end) }
            if bytes.count < size { return (try NRRDHeader(bytes[...], path: path), nil) }
            guard size < mostBytes else {
                throw .badField(
                    path: path, field: "header", value: "longer than \(mostBytes) bytes",
                    expected: "a blank line to end it")
            }
            size *= 4
        }
    }

    /// The place after the first blank line.
    private static func blankLine(_ bytes: [UInt8]) -> Int? {
        var start = 0
        while let stop = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if stop == start || stop == start + 1 && bytes[start] == UInt8(ascii: "\r") { return stop + 1 }
            start = stop + 1
        }
        return nil
    }

    /// Takes a header's lines apart.
    private init(_ bytes: ArraySlice<UInt8>, path: String) throws(VolumeFileError) {
        guard bytes.starts(with: Array("NRRD000".utf8)), bytes.count > 8 else {
            throw .badField(path: path, field: "magic", value: "another", expected: "NRRD0001 to NRRD0005")
        }
        guard (UInt8(ascii: "1")...UInt8(ascii: "5")).contains(bytes[7]) else {
            throw .unsupportedFormat(
                path: path, format: "an NRRD of a later version than 5", wayOut: "save it as NRRD0005 or before")
        }
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if !line.isEmpty { try take(String(decoding: line, as: UTF8.self), path) }
        }
    }

    /// A field's text; `names` are the spellings that the definition allows.
    func field(_ names: String...) -> String? {
        for name in names { if let text = fields[name] { return text } }
        return nil
    }

    private mutating func take(_ line: String, _ path: String) throws(VolumeFileError) {
        if line.hasPrefix("#") || line.hasPrefix("NRRD000") { return }
        // A key may hold a colon, a field's name neither colon nor equals sign.
        guard let colon = line.firstIndex(of: ":") else {
            throw .badField(
                path: path, field: "line", value: "'\(SafeText.words(line).prefix(40))'",
                expected: "'field: value' or 'key:=value'")
        }
        let after = line[line.index(after: colon)...]
        if after.hasPrefix("=") {
            pairs[Self.unescaped(line[..<colon])] = Self.unescaped(after.dropFirst())
            return
        }
        let name = line[..<colon].lowercased().filter { $0 != " " && $0 != "\t" && $0 != "-" }
        guard fields[name] == nil else {
            throw .badField(path: path, field: name, value: "said twice", expected: "to be said once")
        }
        fields[name] = String(after.drop { $0 == " " || $0 == "\t" })
    }

    /// `\n` stands for a new line, `\\` for a backslash.
    private static func unescaped(_ text: Substring) -> String {
        var result = ""
        var isEscaped = false
        for character in text {
            switch (isEscaped, character) {
            case (false, "\\"): isEscaped = true
            case (true, "n"):
                result.append("\n")
                isEscaped = false
            case (true, _):
                result += character == "\\" ? "\\" : "\\\(character)"
                isEscaped = false
            default: result.append(character)
            }
        }
        return isEscaped ? result + "\\" : result
    }

    /// A key or value as a header can hold it.
    static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\r\n", with: "\\n").replacing("\n", with: "\\n")
            .replacing("\r", with: "\\n")
    }
}
