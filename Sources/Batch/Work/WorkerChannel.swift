import Foundation
import Glibc
import Platform
import Synchronization

/// A worker's line to its runner: requests come in on the standard input, replies go out on what was the standard output.
final class WorkerChannel: Sendable {
    private let output: Int32
    private let writing = Mutex(())
    private let waiting = Mutex<[WorkerRequest]>([])
    private let arrived = DispatchSemaphore(value: 0)

    /// Takes the standard output for replies; whatever a library prints goes to the standard error. From now on the end of
    /// the input, which comes when the runner is gone, ends this process at once, and nothing half-made stays.
    init() {
        output = dup(STDOUT_FILENO)
        _ = fcntl(output, F_SETFD, FD_CLOEXEC)
        dup2(STDERR_FILENO, STDOUT_FILENO)
        Thread.detachNewThread { [self] in
            receive()
            Drafts.removeAll()
            _exit(0)
        }
    }

    /// Takes requests until the input ends. `readLine` would not do: it goes round for ever at the end of its input when some
    /// call before it was interrupted.
    private func receive() {
        var (line, part) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
        while true {
            let count = read(STDIN_FILENO, &part, part.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return }
            for byte in part[..<count] {
                if byte != 0x0A {
                    line.append(byte)
                    continue
                }
                guard let request = try? JSONDecoder().decode(WorkerRequest.self, from: Data(line)) else { return }
                line.removeAll(keepingCapacity: true)
                waiting.withLock { $0.append(request) }
                arrived.signal()
            }
        }
    }

    /// Waits for the next request. The end of the input never comes here: it ends the process.
    func next() -> WorkerRequest {
        arrived.wait()
        return waiting.withLock { $0.removeFirst() }
    }

    /// Sends a reply. A runner that is gone is told by the end of the input.
    func send(_ reply: WorkerReply) {
        guard var bytes = try? JSON.bytes(reply, pretty: false)[...] else { return }
        writing.withLock { _ in
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                if count <= 0 { return }
                bytes = bytes.dropFirst(count)
            }
        }
    }
}
