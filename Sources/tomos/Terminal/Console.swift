import Foundation
import Platform
import Synchronization

/// Standard output for results, standard error for everything else.
enum Console {
    /// Prints a result line.
    static func result(_ text: String) { write(text + "\n", to: .standardOutput) }

    /// Prints an error.
    static func error(_ text: String) { write("tomos: error: \(text)\n", to: .standardError) }

    /// Prints something a person should know.
    static func note(_ text: String) { write("tomos: \(text)\n", to: .standardError) }

    static func write(_ text: String, to handle: FileHandle) {
        // A reader that went away is no error of ours.
        try? handle.write(contentsOf: Data(text.utf8))
    }

    /// Prints a value as JSON with sorted keys.
    static func json(_ value: some Encodable) throws {
        write(try JSON.text(value), to: .standardOutput)
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
        if onTerminal { show(title) } else { Console.write("tomos: \(title)\n", to: .standardError) }
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
        Console.write("tomos: \(text)\n", to: .standardError)
    }

    /// Removes the line that is being rewritten.
    func clear() {
        if quiet || !onTerminal { return }
        state.withLock {
            if !$0.shown.isEmpty { Console.write("\r\u{1B}[K", to: .standardError) }
            $0.shown = ""
        }
    }

    private func show(_ text: String) {
        state.withLock {
            if $0.shown == text { return }
            $0.shown = text
            Console.write("\r\u{1B}[K\(text)", to: .standardError)
        }
    }
}
