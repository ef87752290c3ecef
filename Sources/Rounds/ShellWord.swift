import Platform

/// Words of a command line that a person pastes into a shell.
public enum ShellWord {
    /// The word as a shell reads it back from a terminal. Control characters and marks that turn the direction of writing,
    /// which nobody should paste unseen, stand there as bash, zsh and ksh write them; all else as any POSIX shell does.
    public static func quoted(_ word: String) -> String {
        let isVisible = SafeText.line(word) == word
        return isVisible ? inScript(word) : "$'" + word.utf8.map(escaped).joined() + "'"
    }

    /// The word as any POSIX shell reads it back from a file.
    public static func inScript(_ word: String) -> String {
        if !word.isEmpty, word.utf8.allSatisfy(isPlain) { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// A command line of words.
    public static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "_-./=+,:@%".utf8.contains(byte)
        }
    }

    /// A byte within `$'...'`.
    private static func escaped(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "'"), UInt8(ascii: "\\"): return "\\" + String(UnicodeScalar(byte))
        case 0x20...0x7E: return String(UnicodeScalar(byte))
        default:
            // Always three digits, so that a digit that follows is none of them.
            let digits = String(byte, radix: 8)
            return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }
    }
}
