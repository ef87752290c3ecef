import Glibc

/// Waits until nobody can end the program from a terminal any more: the program that started it is gone, or the terminal
/// has hung up. What a terminal tells when it is closed (SIGHUP) does not come to everything that runs in it.
public struct TerminalWatch: Sendable {
    private let parent: pid_t
    private let terminals: [Int32]

    /// Remembers the parent and the terminals among standard input, output and error. From here on the end of a terminal
    /// (SIGHUP) is an order to end (SIGTERM), whatever whoever started the program left set.
    public init() {
        var hangUp = sigset_t()
        sigemptyset(&hangUp)
        sigaddset(&hangUp, SIGHUP)
        signal(SIGHUP) { _ in kill(getpid(), SIGTERM) }
        pthread_sigmask(SIG_UNBLOCK, &hangUp, nil)
        parent = getppid()
        terminals = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].filter { isatty($0) != 0 }
    }

    /// Returns when that is so; looks once a second.
    public func wait() {
        while getppid() == parent {
            var entries = terminals.map { pollfd(fd: $0, events: 0, revents: 0) }
            // Only an end is asked for, so an answer is one.
            if poll(&entries, nfds_t(entries.count), 1000) > 0 { return }
        }
    }
}
