import Glibc

/// Waiting by the clock that nobody can set: a semaphore's time limit, for one, goes by the time of day on Linux, and setting
/// that back would make a heart stand still.
enum Pause {
    /// Lets the thread sleep.
    static func wait(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        var wanted = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        var rest = timespec()
        while clock_nanosleep(CLOCK_MONOTONIC, 0, &wanted, &rest) == EINTR { wanted = rest }
    }
}
