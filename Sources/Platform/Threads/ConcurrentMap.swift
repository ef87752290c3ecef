import Dispatch
import Synchronization

/// The results of `body` for 0 ..< count, in that order. Each of several threads takes the next when it is free.
package func concurrentMap<Value: Sendable>(_ count: Int, threads: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
    let results = Mutex([Value?](repeating: nil, count: count))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            let value = body(index)
            results.withLock { $0[index] = value }
        }
    }
    return results.withLock { $0.compactMap(\.self) }
}

/// The results of `body` in the order of the elements, of which `threads` are handled at a time.
package func concurrentMap<Element: Sendable, Value: Sendable>(
    _ elements: [Element], threads: Int, _ body: @Sendable (Element) -> Value
) -> [Value] {
    concurrentMap(elements.count, threads: threads) { body(elements[$0]) }
}
