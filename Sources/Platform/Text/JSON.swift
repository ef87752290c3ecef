import Foundation

/// JSON with keys in order, so that equal values give equal bytes.
package enum JSON {
    /// One line, or a line per value, with a line break at the end.
    package static func text(_ value: some Encodable, pretty: Bool = true) throws -> String {
        String(decoding: try bytes(value, pretty: pretty), as: UTF8.self)
    }

    /// The text's bytes, as files have them.
    package static func bytes(_ value: some Encodable, pretty: Bool = true) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return Array(try encoder.encode(value)) + [0x0A]
    }
}
