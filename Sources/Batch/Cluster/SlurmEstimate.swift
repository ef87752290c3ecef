import Volumes

/// What to ask a cluster for where nobody says it.
public enum SlurmEstimate {
    /// Tasks of an array where no number is given: so many that each has about half an hour to do, or 20 cases where it
    /// is not known how long a case takes; 1 to 100.
    ///
    /// - Parameters:
    ///   - cases: cases of the plan.
    ///   - secondsPerCase: what a case takes, on the processors of a task.
    ///   - largestArray: the most tasks that the cluster allows (`MaxArraySize`).
    public static func tasks(cases: Int, secondsPerCase: Double?, largestArray: Int) -> Int {
        let work = secondsPerCase.map { Double(cases) * $0 / 1800 } ?? Double(cases) / 20
        return bounded(min(100, Int(clamping: work.rounded(.up))), cases: cases, largestArray: largestArray)
    }

    /// A number of tasks that makes sense: none without a case, no more than the cluster allows.
    public static func bounded(_ tasks: Int, cases: Int, largestArray: Int) -> Int {
        max(1, min(tasks, cases, largestArray))
    }

    /// Bytes that a task should ask for: the need of the largest case in its worker, a tenth on top of it because a
    /// cluster ends at once what takes more than it asked for, and half a GiB for the program that hands out the cases.
    public static func memory(largestNeed: Int) -> Int {
        let (need, isTooLarge) = largestNeed.addingReportingOverflow(largestNeed / 10 + (512 << 20))
        // In steps of a quarter of a GiB.
        let step = 256 << 20
        return isTooLarge || need > .max - step ? .max : (need + step - 1) / step * step
    }

    /// The time that a task should ask for: that of its cases three times over, since nodes differ, and a quarter of an hour
    /// to begin with; in steps of five minutes, a year and a little at most.
    public static func time(cases: Int, secondsPerCase: Double) -> SlurmTime {
        let work = min(max(0, Double(cases) * secondsPerCase * 3), 365 * 86_400)
        return SlurmTime(seconds: (Int(clamping: work.rounded(.up)) + 900 + 299) / 300 * 300)
    }

    /// Seconds for reading the label maps of all cases once more.
    static func reportSeconds(cases: Int) -> Int { (600 + 2 * min(cases, 10_000_000) + 599) / 600 * 600 }

    /// MiB, rounded up.
    static func mebibytes(_ bytes: Int) -> Int { max(1, bytes / (1 << 20) + (bytes % (1 << 20) == 0 ? 0 : 1)) }
}
