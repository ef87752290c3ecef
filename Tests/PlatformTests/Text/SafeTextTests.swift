import Testing
@testable import Platform

// The expected texts are written by hand; the characters are those of Unicode TR 9 (direction), ECMA-48 (control) and
// RFC 4180, XML 1.0 and nifti1.h for the formats.
@Suite("Text from outside") struct SafeTextTests {
    @Test(
        "In a terminal nothing steers",
        arguments: [
            ("plain, Größe 腎臓 👩‍⚕️", "plain, Größe 腎臓 👩‍⚕️"), ("a\u{1B}[31mred", "a\\u001b[31mred"),
            ("bell\u{7}\u{8}\u{7F}", "bell\\u0007\\u0008\\u007f"), ("C1 \u{9B}2J", "C1 \\u009b2J"),
            ("left\u{202E}thgir", "left\\u202ethgir"), ("\u{2066}isolate\u{2069}", "\\u2066isolate\\u2069"),
            ("back\rover", "back\\u000dover"), ("windows\r\nline", "windows\\u000d\nline"),
            ("\u{2028}line\u{85}", "\\u2028line\\u0085"), ("\u{E0001}tag", "\\udb40\\udc01tag"), ("a\n\tb", "a\n\tb"),
        ])
    func terminal(_ text: String, _ expected: String) {
        #expect(SafeText.terminal(text) == expected)
    }

    @Test("Escapes in JSON are JSON's own") func json() {
        #expect(SafeText.terminal("{\"name\": \"\u{202E}x\"}") == "{\"name\": \"\\u202ex\"}")
    }

    @Test("No value begins a line of its own") func lines() {
        #expect(SafeText.line("a\nb\tc") == "a\\nb\\tc")
        #expect(SafeText.message("x: bad\ntomos: error: forged") == "x: bad\\ntomos: error: forged")
        #expect(SafeText.message("holds 2 images:\n  a\n  b") == "holds 2 images:\n  a\n  b")
    }

    @Test(
        "Names of files",
        arguments: [
            ("liver", "liver"), ("..", "_"), (".", "_"), ("", "_"), ("...hidden", "_...hidden"), ("a/../b", "a_.._b"),
            ("c:\\x", "c:_x"), ("-rf", "_-rf"), ("a\nb\u{1B}c", "a_b_c"), ("name. ", "name"), ("CON", "_CON"),
            ("com1.nii", "_com1.nii"), ("console", "console"), ("Nieren\u{202E}x", "Nieren_x"),
        ])
    func fileName(_ text: String, _ expected: String) {
        #expect(SafeText.fileName(text) == expected)
    }

    @Test("Names of files are cut at a character and stay within their bytes") func longNames() {
        #expect(SafeText.fileName(String(repeating: "ä", count: 300)).utf8.count == 198)
        #expect(SafeText.fileName(String(repeating: "-", count: 300)).utf8.count == 200)
        // A letter with a thousand marks is one character, and too long for any name.
        #expect(SafeText.fileName("a" + String(repeating: "\u{301}", count: 1000)) == "_")
    }

    @Test("Parts of names keep letters and digits alone") func nameParts() {
        #expect(SafeText.fileNamePart("T1 w/ contrast, Größe=2\u{200D}") == "T1_w__contrast__Größe=_")
    }

    @Test(
        "Fields of CSV",
        arguments: [
            ("liver", "liver"), ("left, \"big\"", "\"left, \"\"big\"\"\""), ("two\nlines\tx", "two lines x"),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""), ("@x", "'@x"), ("-1", "'-1"), ("", ""),
        ])
    func csv(_ text: String, _ expected: String) {
        #expect(SafeText.csv(text) == expected)
    }

    @Test("Fields of TSV and of markup") func otherFormats() {
        #expect(SafeText.csv("a", quotesAlways: true) == "\"a\"")
        #expect(SafeText.tsv("a\tb\nc ") == "a b c")
        #expect(SafeText.tsv("\u{0}") == "n/a")
        #expect(
            SafeText.markup("<script>\"a\" & 'b'\u{0}\u{FFFF}")
                == "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;\\u0000\u{FFFD}")
    }

    @Test("Fields of a NIfTI header end in a zero and are not cut inside a character") func nifti() {
        #expect(SafeText.niftiField("tomos", size: 8) == Array("tomos".utf8) + [0, 0, 0])
        #expect(SafeText.niftiField("abc\u{0}ä", size: 6) == Array("abc ".utf8) + [0, 0])
        #expect(SafeText.niftiField(String(repeating: "x", count: 100), size: 80).count == 80)
        #expect(SafeText.niftiField(String(repeating: "x", count: 100), size: 80).last == 0)
    }
}
