/// Text in XML, SVG and HTML documents.
package enum XML {
    /// The text with the characters that mean something there written out.
    package static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
