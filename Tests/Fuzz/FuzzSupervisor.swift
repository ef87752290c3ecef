import Foundation
import Glibc
import Synchronization

/// An input that broke a reader.
struct Finding: Sendable {
    let input: Int
    /// How the child ended.
    let end: String
    /// Where the files are. What the child said stands beside it, in a file of the same name ending in `.txt`.
    let folder: String
}

/// Runs workers, starts the next one where one died, and keeps what it died of.
struct FuzzSupervisor {
    /// Largest single allocation and largest resident size of a worker, in MB. The readers' own cap for one image is
    /// 512 MiB, and the sanitizer's bookkeeping comes on top of the resident size.
    private static let (allocationCap, memoryCap) = (600, 3000)
    /// With more findings the run ends.
    private static let mostFindings = 40

    let source: InputSource
    let run: UInt64
    let inputs: Int
    let jobs: Int
    let findings: String
    let minutes: Double

    /// Whether every input was read in time and none broke a reader.
    func search() throws -> Bool {
        let work = FileManager.default.temporaryDirectory.appendingPathComponent("tomos-fuzz-run-\(getpid())").path
        try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: work) }
        let isSanitized = dlsym(nil, "__asan_init") != nil
        print(
            "run \(run): \(inputs) inputs from \(source.seedCount) seeds, \(jobs) at a time, "
                + (isSanitized ? "with the address sanitizer" : "without the address sanitizer: bad accesses may pass"))
        let start = Date()
        let found = Mutex<[Finding]>([])
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: jobs) { job in
            do {
                try supervise(job, progress: "\(work)/\(job)", until: start + minutes * 60, found)
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        let counts = try (0..<jobs).map { try ProgressFile("\(work)/\($0)").counts }
        return report(counts, found.withLock { $0 }, seconds: Date().timeIntervalSince(start))
    }

    /// Every `jobs`-th input from `job` on.
    private func supervise(_ job: Int, progress path: String, until end: Date, _ found: borrowing Mutex<[Finding]>)
        throws
    {
        let progress = try ProgressFile(path)
        var counts = progress.counts
        counts.input = -1
        progress.counts = counts
        var first = job
        while first < inputs {
            let process = try start(first, progress: path, said: path + ".said")
            let isLate = wait(for: process, until: end)
            if isLate { return }
            if process.terminationReason == .exit, process.terminationStatus == 0 { return }
            var counts = progress.counts
            guard counts.input >= first else {
                throw BrokenPromise(
                    description: "a worker did not start:\n"
                        + ((try? String(contentsOfFile: path + ".said", encoding: .utf8)) ?? ""))
            }
            let finding = try keep(counts.input, process, said: path + ".said")
            print("input \(finding.input): \(finding.end); kept in \(finding.folder)")
            let isEnough = found.withLock {
                $0.append(finding)
                return $0.count >= Self.mostFindings
            }
            if isEnough { return }
            first = counts.input + jobs
            counts.inputs += 1
            progress.counts = counts
        }
    }

    private func start(_ first: Int, progress: String, said: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments =
            ["--run", "\(run)", "--inputs", "\(inputs)", "--jobs", "\(jobs)", "--first-input", "\(first)"]
            + ["--progress-file", progress] + source.roots
        let options = [
            "abort_on_error=1", "detect_leaks=0", "allocator_may_return_null=0", "quarantine_size_mb=64",
            "max_allocation_size_mb=\(Self.allocationCap)", "hard_rss_limit_mb=\(Self.memoryCap)",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["ASAN_OPTIONS": options.joined(separator: ":")]
        ) { $1 }
        _ = FileManager.default.createFile(atPath: said, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: said)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Waits for the end; whether the time was over before.
    private func wait(for process: Process, until end: Date) -> Bool {
        while process.isRunning, Date() < end { usleep(50_000) }
        guard process.isRunning else { return false }
        process.terminate()
        process.waitUntilExit()
        return true
    }

    private func keep(_ input: Int, _ process: Process, said: String) throws -> Finding {
        let folder = "\(findings)/\(run)-\(input)"
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try source.input(input).write(to: folder)
        try? FileManager.default.removeItem(atPath: folder + ".txt")
        try FileManager.default.copyItem(atPath: said, toPath: folder + ".txt")
        let status = process.terminationStatus
        let end =
            switch (process.terminationReason, status) {
            case (.uncaughtSignal, SIGPROF): "not done after \(FuzzWorker.secondsAllowed) s of processor time"
            case (.uncaughtSignal, SIGALRM): "not done after \(FuzzWorker.clockSecondsAllowed) s"
            case (.uncaughtSignal, _): "signal \(status)"
            default: "exit status \(status)"
            }
        return Finding(input: input, end: end, folder: folder)
    }

    private func report(_ counts: [ProgressFile.Counts], _ findings: [Finding], seconds: Double) -> Bool {
        let read = counts.reduce(0) { $0 + $1.inputs }
        print(
            "\(read) inputs in \(Int(seconds)) s: \(counts.reduce(0) { $0 + $1.volumes }) volumes, "
                + "\(counts.reduce(0) { $0 + $1.refusals }) refusals, \(findings.count) findings; "
                + "slowest \(counts.map(\.slowest).max() ?? 0) ms, "
                + "largest resident size \((counts.map(\.memory).max() ?? 0) / 1024) MiB")
        if read < inputs { print("\(inputs - read) inputs were not read: the time was over, or too much was found") }
        return findings.isEmpty && read == inputs
    }
}
