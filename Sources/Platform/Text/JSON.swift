import Foundation

/// JSON with keys in order, so that equal values give equal bytes.
package enum JSON {
    /// One line, or a line per value, with a line break at the end.
    package static func text(_ value: some Encodable, pretty: Bool = true) throws -> String {
        String(decoding: try bytes(value, pretty: pretty), as: UTF8.self)
    }

    /// On one line without a line break, so that it may stand in a script: nothing in it ends the script or a line.
    package static func script(_ value: some Encodable) throws -> String {
        var script = ""
        for scalar in try text(value, pretty: false).unicodeScalars {
            switch scalar {
            case "<": script += "\\u003c"
            case "\u{2028}": script += "\\u2028"
            case "\u{2029}": script += "\\u2029"
            case "\n": break
            default: script.unicodeScalars.append(scalar)
            }
        }
        return script
    }

    /// The text's bytes, as files have them.
    package static func bytes(_ value: some Encodable, pretty: Bool = true) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return Array(try encoder.encode(value)) + [0x0A]
    }
}
