import Foundation
import Testing

@testable import Rounds

/// Words that are pasted into a shell; shells that we did not write read them back.
@Suite("ShellWord")
struct ShellWordTests {
    static let words = [
        "plain-name_1.nii.gz", "", "two  spaces", "it's", "''", "\"double\"", "$HOME", "`id`", "$(touch x)", "a;b|c&d",
        "*?[a]", "~", "-n", "#", "back\\slash", "<script>alert('x')</script>", "größe 肝臓", "!!", "{a,b}", "=x",
    ]
    static let hidden = ["a\nb", "tab\there", "\u{202E}gpj.exe", "bell\u{07}5", "\r", "it's\n$(id)", "\u{2028}7"]

    @Test("bash reads back what was quoted", arguments: words + hidden)
    func bash(_ word: String) throws {
        #expect(try Self.read(ShellWord.quoted(word), "/bin/bash") == word)
    }

    @Test("Any POSIX shell reads back what a script holds", arguments: words + hidden)
    func script(_ word: String) throws {
        #expect(try Self.read(ShellWord.inScript(word), "/bin/sh") == word)
    }

    @Test("Nothing in a pasted word steers the terminal", arguments: hidden)
    func isVisible(_ word: String) {
        let quoted = ShellWord.quoted(word)
        #expect(quoted.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(quoted)")
    }

    @Test("What needs no quotes has none")
    func plain() {
        #expect(ShellWord.line(["tomos", "next", "out/a", "-o", "b c"]) == "tomos next out/a -o 'b c'")
    }

    private static func read(_ word: String, _ shell: String) throws -> String {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: shell)
        process.arguments = ["-c", "printf '%s|' \(word)"]
        process.environment = ["HOME": "/nowhere", "LC_ALL": "C.UTF-8"]
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        // The bar shows that it was one word, and where it ended.
        let text = String(decoding: data, as: UTF8.self)
        return text.hasSuffix("|") ? String(text.dropLast()) : text + " (no end)"
    }
}
