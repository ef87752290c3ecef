import Foundation
import Platform
import Synchronization
import Volumes

/// Standard output for results, standard error for everything else. What is printed may hold names and values from files:
/// nothing in it steers the terminal, and no value passes for a message of its own.
enum Console {
    /// Prints lines of a result.
    static func result(_ text: String) { write(SafeText.terminal(text) + "\n", to: .standardOutput) }

    /// Prints a result of one line.
    static func line(_ text: String) { result(SafeText.line(text)) }

    /// Prints an error; lists in it go on in lines that begin with two spaces.
    static func error(_ text: String) { write("tomos: error: \(SafeText.message(text))\n", to: .standardError) }

    /// Prints why a command line is wrong, and how it goes: the text is the program's and what was typed.
    static func usage(_ text: String) { write("tomos: error: \(SafeText.terminal(text))\n", to: .standardError) }

    /// Prints something a person should know; lists in it go on as in an error.
    static func note(_ text: String) { write("tomos: \(SafeText.message(text))\n", to: .standardError) }

    private static func write(_ text: String, to handle: FileHandle) {
        // A reader that went away is no error of ours.
        try? handle.write(contentsOf: Data(text.utf8))
    }

    /// Puts a text in place of the terminal's current line.
    static func rewriteLine(_ text: String) { write("\r\u{1B}[K" + SafeText.line(text), to: .standardError) }

    /// Prints a line of a log that programs read: it is JSON, which holds nothing that steers a terminal.
    static func logLine(_ text: String) { write(text, to: .standardError) }

    /// Prints a value as JSON with sorted keys.
    static func json(_ value: some Encodable) throws {
        write(try JSON.text(value), to: .standardOutput)
    }

    /// Prints a file of JSON as it is.
    static func jsonFile(_ path: String) throws {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
            try? FileHandle.standardOutput.write(contentsOf: part)
        }
    }
}

/// Progress: one line that is rewritten on a terminal, whole lines in a log, nothing when quiet.
final class Progress: Sendable {
    private let quiet: Bool
    private let onTerminal = isatty(STDERR_FILENO) != 0
    /// The text that stands on the terminal's current line; of what goes on, the title and the most that was done.
    private let state = Mutex((shown: "", title: "", done: 0))

    init(quiet: Bool) { self.quiet = quiet }

    /// Says what begins.
    func begin(_ title: String) {
        if quiet { return }
        state.withLock { ($0.title, $0.done) = (title, 0) }
        if onTerminal { show(title) } else { Console.note(title) }
    }

    /// Says how far it is; only on a terminal, and only when the percentage changed.
    func advance(_ done: Int, of total: Int) {
        if quiet || !onTerminal || total <= 0 { return }
        // Threads report in any order; what is shown never goes back.
        let (title, most) = state.withLock { state in
            state.done = max(state.done, done)
            return (state.title, state.done)
        }
        show("\(title)  \(100 * most / total) %")
    }

    /// Says how it ended, in a line that stays.
    func end(_ text: String) {
        if quiet { return }
        clear()
        Console.note(text)
    }

    /// Removes the line that is being rewritten.
    func clear() {
        if quiet || !onTerminal { return }
        state.withLock {
            if !$0.shown.isEmpty { Console.rewriteLine("") }
            $0.shown = ""
        }
    }

    /// Puts a text in place of the line that is being rewritten; in a log nothing.
    func show(_ text: String) {
        if quiet || !onTerminal { return }
        state.withLock {
            if $0.shown == text { return }
            $0.shown = text
            Console.rewriteLine(text)
        }
    }
}
