import Foundation
import Synchronization

/// Where the handler of signals writes what came.
nonisolated(unsafe) private var alarmBell: Int32 = -1

/// Files and folders that are being made and are not yet what they are to be. A program that is told to end removes them, so
/// that nothing half-written stays.
public enum Drafts {
    private static let state = Mutex<(paths: Set<String>, isEnding: Bool)>(([], false))
    private static let lastWords = Mutex<(@Sendable () -> Void)?>(nil)

    /// Sets what is done, on a thread of its own, when the program is told to end, before drafts are removed: what others
    /// wait for is given up, and a person is told how to go on. Nil for nothing.
    public static func beforeEnd(_ action: (@Sendable () -> Void)?) { lastWords.withLock { $0 = action } }

    /// Remembers a draft, before it is made. Does not return once the program removes its drafts because it was told to end.
    public static func begin(_ path: String) { change { _ = $0.insert(path) } }

    /// Forgets a draft, which is finished or removed. Does not return once the program was told to end, so that nobody
    /// reports as an error that the draft is gone.
    public static func end(_ path: String) { change { _ = $0.remove(path) } }

    /// Does not return once the program removes its drafts because it was told to end: whoever makes many files in a draft
    /// asks before each.
    public static func goOn() { change { _ in } }

    private static func change(_ body: (inout Set<String>) -> Void) {
        let isEnding = state.withLock { state in
            if !state.isEnding { body(&state.paths) }
            return state.isEnding
        }
        while isEnding { sleep(1) }
    }

    /// Removes all drafts.
    public static func removeAll() {
        for path in state.withLock({ $0.paths }) { try? FileManager.default.removeItem(atPath: path) }
    }

    /// Removes all drafts for good: whatever another thread adds to one meanwhile goes too.
    private static func removeFinally() {
        let paths = state.withLock { state in
            state.isEnding = true
            return state.paths
        }
        for path in paths {
            for _ in 0..<50 {
                try? FileManager.default.removeItem(atPath: path)
                if !FileManager.default.fileExists(atPath: path) { break }
                usleep(2000)
            }
        }
    }

    /// Removes all drafts and ends the program when the signal comes that asks it to end: from the keyboard (SIGINT) or from
    /// another program (SIGTERM).
    public static func removeWhenEnded() {
        let numbers = [SIGINT, SIGTERM].filter { !isIgnored($0) }
        var ends: [Int32] = [-1, -1]
        guard !numbers.isEmpty, pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        alarmBell = ends[1]
        var action = sigaction()
        // Whatever thread gets it, of whatever library, it only passes the number on: little is allowed here.
        action.__sigaction_handler.sa_handler = { number in
            let before = errno
            var byte = UInt8(truncatingIfNeeded: number)
            _ = write(alarmBell, &byte, 1)
            errno = before
        }
        action.sa_flags = SA_RESTART
        // Whoever started the program may have left them blocked, as threads of Dispatch do.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in numbers {
            sigaction(number, &action, nil)
            sigaddset(&signals, number)
        }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        let listening = ends[0]
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while read(listening, &byte, 1) != 1 { if errno != EINTR { return } }
            lastWords.withLock { $0 }?()
            removeFinally()
            // As the signal itself would have ended it, for who waits for the program.
            signal(Int32(byte), SIG_DFL)
            kill(getpid(), Int32(byte))
        }
    }

    /// Whether whoever started the program did not want it to hear the signal, as a shell does for what runs behind it.
    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        // SIG_IGN is the address 1, and no function to be compared.
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
