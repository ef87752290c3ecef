import Foundation
import Synchronization

/// What asynchronous work has come to.
private final class Outcome<Value: Sendable>: Sendable {
    let result = Mutex<Result<Value, any Error>?>(nil)
    let ended = DispatchSemaphore(value: 0)

    func end(_ result: Result<Value, any Error>) {
        self.result.withLock { $0 = result }
        ended.signal()
    }
}

/// Runs asynchronous work and waits for it: commands begin and end on the main thread.
func waiting<Value: Sendable>(for work: @escaping @Sendable () async throws -> Value) throws -> Value {
    let outcome = Outcome<Value>()
    Task.detached {
        do { outcome.end(.success(try await work())) } catch { outcome.end(.failure(error)) }
    }
    outcome.ended.wait()
    guard let result = outcome.result.withLock({ $0 }) else { preconditionFailure("it ended without a result") }
    return try result.get()
}
