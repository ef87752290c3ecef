import Foundation
import Synchronization

/// Files and folders that are being made and are not yet what they are to be. A program that is told to end removes them, so
/// that nothing half-written stays.
public enum Drafts {
    private static let paths = Mutex<Set<String>>([])

    /// Remembers a draft.
    public static func begin(_ path: String) { paths.withLock { _ = $0.insert(path) } }

    /// Forgets a draft, which is finished or removed.
    public static func end(_ path: String) { paths.withLock { _ = $0.remove(path) } }

    /// Removes all drafts.
    public static func removeAll() {
        for path in paths.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
    }

    /// Removes all drafts and ends the program when the signal comes that asks it to end: from the keyboard (SIGINT) or from
    /// another program (SIGTERM).
    public static func removeWhenEnded() {
        let numbers = [SIGINT, SIGTERM].filter { !isIgnored($0) }
        if numbers.isEmpty { return }
        // Blocked here, and so in every thread that comes, they wait for the one that asks for them.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in numbers { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let awaited = signals
        Thread.detachNewThread {
            var (signals, number) = (awaited, Int32(0))
            guard sigwait(&signals, &number) == 0 else { return }
            removeAll()
            // As the signal itself would have ended it, for who waits for the program.
            signal(number, SIG_DFL)
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            raise(number)
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
