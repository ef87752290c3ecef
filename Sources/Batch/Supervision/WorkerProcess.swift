import Foundation
import Glibc
import Platform
import Subprocess
import Synchronization
import SystemPackage
import Volumes

/// How a worker process ended.
enum WorkerEnd: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)

    init(_ status: TerminationStatus) {
        switch status {
        case .exited(let code): self = .exited(code)
        case .signaled(let number): self = .signalled(number)
        }
    }

    /// Whether somebody else ended it: a person, or the system when memory ran out.
    var isFromOutside: Bool { [SIGKILL, SIGTERM, SIGINT, SIGHUP].map { .signalled($0) }.contains(self) }

    /// For people.
    var text: String {
        switch self {
        case .exited(let code): "it ended with exit code \(code)"
        case .signalled(let number): "it was ended by signal \(number) (\(String(cString: strsignal(number))))"
        }
    }
}

/// What a worker process has said on its standard error since the case began, the last of it.
final class ErrorTail: Sendable {
    private static let mostLines = 200
    private let lines = Mutex<[String]>([])

    func add(_ line: String) {
        lines.withLock { lines in
            if lines.count >= Self.mostLines { lines.removeFirst(lines.count - Self.mostLines + 1) }
            lines.append(String(line.prefix(2000)))
        }
    }

    func forget() { lines.withLock { $0 = [] } }

    var text: String { lines.withLock { $0.map { $0 + "\n" }.joined() } }
}

/// A running worker process, seen from its runner.
struct WorkerProcess: Sendable {
    typealias Running = Execution<CustomWriteInput, SequenceOutput, SequenceOutput>

    private let running: Running
    /// What it said on its standard error.
    let errors: ErrorTail
    /// Its process.
    var pid: pid_t { running.processIdentifier.value }

    /// Starts a worker process and ends it with its input when `body` is done.
    ///
    /// - Returns: What `body` returned, how the process ended, and what it said last on its standard error.
    static func with<Result: Sendable>(
        _ program: WorkerProgram, _ body: @escaping @Sendable (WorkerProcess, inout Replies) async throws -> Result
    ) async throws -> (result: Result, end: WorkerEnd, errors: String) {
        var options = PlatformOptions()
        // A group of its own: Ctrl-C is for the runner, which ends its workers in its own way.
        options.processGroupID = 0
        let errors = ErrorTail()
        let outcome = try await Subprocess.run(
            .path(FilePath(program.path)),
            arguments: Arguments(executablePathOverride: "tomos", remainingValues: program.arguments),
            // A process that crashes shall be gone at once, and not be looked at by a debugger for a minute first.
            environment: .inherit.updating(["SWIFT_BACKTRACE": "enable=no"]), platformOptions: options,
            input: .inputWriter, output: .sequence, error: .sequence
        ) { running in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let said = running.standardError
                group.addTask {
                    let lines = said.strings(
                        separatedBy: .unicodeScalarSequence("\n".unicodeScalars), bufferingPolicy: .unbounded)
                    for try await line in lines { errors.add(line.trimmingCharacters(in: .newlines)) }
                }
                let worker = WorkerProcess(running: running, errors: errors)
                var replies = Replies(running)
                let result = try await body(worker, &replies)
                try? await running.standardInputWriter.finish()
                try await replies.drain()
                try await group.waitForAll()
                return result
            }
        }
        return (outcome.closureResult, WorkerEnd(outcome.terminationStatus), errors.text)
    }

    /// Sends a request. A worker that is gone is told by the end of its replies.
    func send(_ request: WorkerRequest) async throws {
        let line = try JSON.bytes(request, pretty: false)
        _ = try? await running.standardInputWriter.write(line)
    }

    /// What a worker says, reply by reply.
    struct Replies: ~Copyable {
        private var lines: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator

        init(_ running: Running) {
            lines = running.standardOutput.strings(
                separatedBy: .unicodeScalarSequence("\n".unicodeScalars), bufferingPolicy: .unbounded
            ).makeAsyncIterator()
        }

        /// The next reply; nil when the process says no more.
        mutating func next() async throws -> WorkerReply? {
            while let line = try await lines.next() {
                // What is no reply is a line that a crash cut off.
                if let reply = try? JSONDecoder().decode(WorkerReply.self, from: Data(line.utf8)) { return reply }
            }
            return nil
        }

        mutating func drain() async throws { while try await lines.next() != nil {} }
    }
}

/// The error that stopped a worker process before any case, as it told it.
public struct WorkerRefusal: TomosError, Equatable {
    /// The message.
    public let description: String
    /// The kind of error.
    public let category: ErrorCategory
}
