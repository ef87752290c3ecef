import Foundation
import TestSupport

/// A `tomos` that goes on while a test does something to it.
final class RunningProgram {
    private let process = Process()
    private let log: String

    /// Starts `tomos` with these arguments and `--log-json` in the folder.
    init(_ arguments: [String], in folder: TemporaryFolder) throws {
        log = folder.file("log-\(UUID().uuidString).jsonl")
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = arguments + ["--log-json"]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.environment = ProcessInfo.processInfo.environment.merging(["XDG_DATA_HOME": folder.file("data")]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: log)
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// What it has told so far.
    var told: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// Waits until it has told a text, or has ended; says whether it told it.
    func tells(_ text: String) -> Bool {
        while !told.contains(text), process.isRunning { usleep(5000) }
        return told.contains(text)
    }

    /// Its worker processes.
    var workers: [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                let parent = status.split(separator: ")").last?.split(separator: " ").dropFirst().first
            else { return false }
            let line = (try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)) ?? ""
            return pid_t(parent) == process.processIdentifier && line.contains("worker")
        }
    }

    /// Sends it a signal.
    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for its end: the exit code, or the number of the signal that ended it with a minus sign.
    func end() -> Int32 {
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
}
