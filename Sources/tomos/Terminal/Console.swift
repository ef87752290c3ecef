import Foundation
import Platform
import Synchronization
import Volumes

/// Standard output for results, standard error for everything else. What is printed may hold names and values from files:
/// nothing in it steers the terminal, and no value passes for a message of its own.
enum Console {
    /// Prints lines of a result.
    static func result(_ text: String) { write(SafeText.terminal(told(text)) + "\n", to: .output) }

    /// Prints a result of one line.
    static func line(_ text: String) { write(SafeText.line(told(text)) + "\n", to: .output) }

    /// Prints an error; lists in it go on in lines that begin with two spaces.
    static func error(_ text: String) { write("tomos: error: \(SafeText.message(told(text)))\n", to: .error) }

    /// Prints why a command line is wrong, and how it goes: the text is the program's and what was typed.
    static func usage(_ text: String) { write("tomos: error: \(SafeText.terminal(text))\n", to: .error) }

    /// Prints something a person should know; lists in it go on as in an error.
    static func note(_ text: String) { write("tomos: \(SafeText.message(told(text)))\n", to: .error) }

    /// The system's errno of the first write to standard output that failed; nil while all is written.
    private static let fault = Mutex<Int32?>(nil)
    /// Paths that a person does not know, and what is shown for them.
    private static let shown = Mutex<[(path: String, name: String)]>([])

    /// Shows `name` wherever a text holds `path`: for what was unpacked, the archive that it came from.
    static func show(_ path: String, as name: String) { shown.withLock { $0.append((path, name)) } }

    /// Why standard output did not get all that was printed; nil when it did.
    static var outputError: OutputError? { fault.withLock { $0 }.map(OutputError.init) }

    /// Results were lost: standard output took no more.
    struct OutputError: TomosError {
        /// The system's errno.
        let code: Int32

        var category: ErrorCategory { .inputOutput }
        var description: String {
            "standard output: writing failed: \(String(cString: strerror(code))) (free space or write to another place)"
        }
    }

    private enum Stream: Int32 { case output = 1, error = 2 }

    private static func write(_ text: String, to stream: Stream) { write(bytes: Array(text.utf8), to: stream) }

    /// A reader that went away (EPIPE) is no error of ours; of whatever else keeps a result from standard output the
    /// program tells when it ends. Nobody can be told of what standard error does not take.
    private static func write(bytes: [UInt8], to stream: Stream) {
        if stream == .output, fault.withLock({ $0 != nil }) { return }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(stream.rawValue, $0.baseAddress, $0.count) }
            let code = errno
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, code == EAGAIN {
                var waiting = pollfd(fd: stream.rawValue, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            } else if count < 0, code != EINTR {
                if stream == .output, code != EPIPE { fault.withLock { $0 = $0 ?? code } }
                return
            }
        }
    }

    /// The text with what is shown for paths that a person does not know.
    private static func told(_ text: String, _ escaped: (String) -> String = SafeText.line) -> String {
        shown.withLock { $0 }.reduce(text) { $0.replacing(escaped($1.path), with: escaped($1.name)) }
    }

    /// Puts a text in place of the terminal's current line.
    static func rewriteLine(_ text: String) { write("\r\u{1B}[K" + SafeText.line(text), to: .error) }

    /// Prints a line of a log that programs read: it is JSON, which holds nothing that steers a terminal.
    static func logLine(_ text: String) { write(text, to: .error) }

    /// Prints a value as JSON with sorted keys.
    static func json(_ value: some Encodable) throws {
        write(told(try JSON.text(value)) { inJSON($0) }, to: .output)
    }

    /// Prints a file of JSON as it is.
    static func jsonFile(_ path: String) throws {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
            write(bytes: Array(part), to: .output)
        }
    }

    /// A text as it stands inside the quotes of JSON.
    private static func inJSON(_ text: String) -> String {
        guard let quoted = try? JSON.text(text, pretty: false) else { return text }
        return String(quoted.dropFirst().dropLast(2))
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
