import Batch
import Foundation
import Pipelines
import Platform
import Synchronization

/// Tells a person, or a log, how a batch goes on.
protocol BatchTeller: Sendable {
    func tell(_ event: BatchEvent)
    func tell(_ event: PlanningEvent)
    /// Something a person should know.
    func note(_ text: String)
    /// Something that is wrong and is no case's failure.
    func fault(_ text: String)
    /// Leaves nothing on the terminal of what is shown while it goes on.
    func clear()
}

/// One line that is rewritten on a terminal, whole lines in a log, errors only when quiet.
final class BatchProgress: BatchTeller {
    private struct State {
        var (total, done, failed) = (0, 0, 0)
        var began = ContinuousClock.now
        var running: [String: String] = [:]
        var order: [String] = []
    }

    private let quiet: Bool
    private let line: Progress
    private let state = Mutex(State())

    init(quiet: Bool) { (self.quiet, line) = (quiet, Progress(quiet: quiet)) }

    func tell(_ event: PlanningEvent) {
        switch event {
        case .searching: line.show("searching the study")
        case .hashed(let done, let total): line.show("reading the images' hashes \(done)/\(total)")
        }
    }

    func tell(_ event: BatchEvent) {
        switch event {
        case .began(let cases, let planned, let workers, let threads):
            state.withLock { ($0.total, $0.began) = (cases, .now) }
            line.clear()
            if quiet || cases == 0 { return }
            let others = planned == cases ? "" : " of \(planned)"
            Console.note(
                "\(cases)\(others) case\(planned == 1 ? "" : "s"), \(workers) worker process\(workers == 1 ? "" : "es") with \(threads) "
                    + "thread\(threads == 1 ? "" : "s") each")
        case .started(let id):
            state.withLock {
                $0.running[id] = "starting"
                $0.order.append(id)
            }
            showLine()
        case .progressed(let id, .stage(let stage)):
            state.withLock { $0.running[id] = stage.rawValue }
            showLine()
        case .progressed(let id, .advanced(let done, let total)):
            state.withLock { $0.running[id] = "\(100 * done / max(1, total)) %" }
            showLine()
        case .finished(let outcome): finish(outcome)
        }
    }

    private func finish(_ outcome: CaseOutcome) {
        let (number, total) = state.withLock { state in
            state.running[outcome.id] = nil
            state.order.removeAll { $0 == outcome.id }
            if outcome.status == .failed { state.failed += 1 } else { state.done += 1 }
            return (state.done + state.failed, state.total)
        }
        line.clear()
        if outcome.status == .failed {
            Console.error("\(outcome.id): \(outcome.reason ?? "failed")")
        } else if !quiet {
            Console.note("\(number)/\(total) \(outcome.id): done in \(decimal(outcome.seconds, 1)) s")
            outcome.notices.forEach { Console.note("\(outcome.id): \($0)") }
        }
        showLine()
    }

    /// Done, failed, what is running, the rate and the time left.
    private func showLine() {
        let text = state.withLock { state -> String in
            let ended = state.done + state.failed
            var parts = ["\(ended)/\(state.total)" + (state.failed > 0 ? ", \(state.failed) failed" : "")]
            let seconds = (ContinuousClock.now - state.began) / .seconds(1)
            if ended > 0, seconds > 1 {
                let left = seconds / Double(ended) * Double(state.total - ended)
                parts.append("\(decimal(60 * Double(ended) / seconds, 1)) a minute, \(Self.time(left)) left")
            }
            parts += state.order.prefix(4).map { "\($0) \(state.running[$0] ?? "")" }
            if state.order.count > 4 { parts.append("and \(state.order.count - 4) more") }
            return parts.joined(separator: " | ")
        }
        line.show(text)
    }

    private static func time(_ seconds: Double) -> String {
        if seconds < 90 { return "\(decimal(seconds, 0)) s" }
        return seconds < 5400 ? "\(decimal(seconds / 60, 0)) min" : "\(decimal(seconds / 3600, 1)) h"
    }

    func note(_ text: String) {
        if quiet { return }
        line.clear()
        Console.note(text)
    }

    func fault(_ text: String) {
        line.clear()
        Console.error(text)
    }

    func clear() { line.clear() }
}
