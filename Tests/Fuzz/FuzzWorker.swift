import Foundation
import Glibc

/// What a worker has done so far, kept in a file so that it outlives a crash.
final class ProgressFile {
    /// The numbers kept.
    struct Counts: BitwiseCopyable {
        /// The input being read.
        var input = -1
        /// Inputs, and how the reads of them ended.
        var inputs = 0, volumes = 0, refusals = 0
        /// Processor time of the slowest input, in milliseconds.
        var slowest = 0
        /// Largest resident size, in KiB.
        var memory = 0
    }

    private let descriptor: Int32

    /// Opens the file, or makes it.
    init(_ path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BrokenPromise(description: "\(path): \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    /// The numbers last written.
    var counts: Counts {
        get {
            var counts = Counts()
            _ = withUnsafeMutableBytes(of: &counts) { pread(descriptor, $0.baseAddress, $0.count, 0) }
            return counts
        }
        set {
            let written = withUnsafeBytes(of: newValue) { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
            precondition(written == MemoryLayout<Counts>.size, "the progress file cannot be written")
        }
    }
}

/// Reads inputs one after the other in this process.
struct FuzzWorker {
    /// An input that takes more processor time, or much more time, is a finding. The machine may be busy with other
    /// things, so time by the clock says little.
    static let (secondsAllowed, clockSecondsAllowed) = (10, UInt32(60))

    let source: InputSource
    let progress: ProgressFile

    /// Reads the inputs of these numbers. A crash ends the process, as does a read that takes too long.
    func run(_ numbers: [Int]) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tomos-fuzz-\(getpid())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var counts = progress.counts
        for number in numbers {
            counts.input = number
            progress.counts = counts
            try? FileManager.default.removeItem(atPath: folder)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let input = source.input(number)
            try input.write(to: folder)
            let start = clock()
            Self.setTimers(seconds: Self.secondsAllowed, clockSeconds: Self.clockSecondsAllowed)
            let outcomes = try InputReader.read(input.files.map(\.name), in: folder)
            Self.setTimers(seconds: 0, clockSeconds: 0)
            counts.slowest = max(counts.slowest, Int(clock() - start) / (Int(CLOCKS_PER_SEC) / 1000))
            counts.inputs += 1
            for outcome in outcomes {
                if case .volume = outcome { counts.volumes += 1 } else { counts.refusals += 1 }
            }
            var usage = rusage()
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            counts.memory = max(counts.memory, usage.ru_maxrss)
        }
        counts.input = -1
        progress.counts = counts
    }

    /// The default action of SIGPROF and SIGALRM ends the process; the supervisor sees the signal.
    private static func setTimers(seconds: Int, clockSeconds: UInt32) {
        var timer = itimerval()
        timer.it_value.tv_sec = seconds
        setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
        alarm(clockSeconds)
    }
}
