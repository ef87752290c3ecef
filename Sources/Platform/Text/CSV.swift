/// Cells of comma-separated values (RFC 4180).
package enum CSV {
    /// The cell, in quotes where it needs them.
    package static func cell(_ text: String) -> String {
        text.contains { ",\"\n\r".contains($0) } ? quoted(text) : text
    }

    /// The cell in quotes, as a column of names has it throughout.
    package static func quoted(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }
}
