import Testing

@testable import Platform

/// RFC 4180, and its habit for tabs.
@Suite("Comma- and tab-separated values")
struct DelimitedTextTests {
    @Test(
        "A field is quoted where it could be misread",
        arguments: [
            ("a b", "a b", "a b"), ("a,b", "\"a,b\"", "a,b"), ("a\tb", "a\tb", "\"a\tb\""),
            ("a \"b\" c", "\"a \"\"b\"\" c\"", "a \"b\" c"), ("\"a\"", "\"\"\"a\"\"\"", "\"\"\"a\"\"\""),
            ("a\nb", "\"a\nb\"", "\"a\nb\""), ("", "", ""),
        ])
    func fields(_ text: String, _ comma: String, _ tab: String) throws {
        #expect(DelimitedText.field(text) == comma)
        #expect(DelimitedText.field(text, separator: .tab) == tab)
        for separator in [DelimitedText.Separator.comma, .tab] where !text.isEmpty {
            let line = DelimitedText.line([text, "x", text], separator: separator)
            #expect(try DelimitedText.rows(line, separator: separator).get().map(\.fields) == [[text, "x", text]])
        }
    }

    @Test("Rows know their lines, empty lines are none")
    func rows() throws {
        let text = "a,b\r\n\r\n\"x\ny\",\"\"\n,\n"
        let rows = try DelimitedText.rows(text, separator: .comma).get()
        #expect(rows.map(\.line) == [1, 3, 5])
        #expect(rows.map(\.fields) == [["a", "b"], ["x\ny", ""], ["", ""]])
        #expect(DelimitedText.rows("a\n\"b", separator: .comma) == .failure(.init(line: 2)))
    }
}
