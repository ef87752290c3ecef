import Batch
import Foundation
import Logging
import Pipelines
import Platform

/// Log lines as JSON on standard error, one object a line: `time` (UTC), `level`, `message`, and what the event tells.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = ["time": Date().formatted(.iso8601), "level": event.level.rawValue]
        line["message"] = event.message.description
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
            line[key] = "\(value)"
        }
        if let text = try? JSON.text(line, pretty: false) { Console.logLine(text) }
    }
}

/// Tells how a batch goes on in lines of JSON.
struct BatchLog: BatchTeller {
    private let logger: Logger

    init() { logger = Logger(label: "tomos") { _ in JSONLogHandler() } }

    func note(_ text: String) { logger.info("note", metadata: ["text": "\(text)"]) }

    func fault(_ text: String) { logger.error("fault", metadata: ["text": "\(text)"]) }

    func clear() {}

    func tell(_ event: PlanningEvent) {
        if case .searching = event { logger.info("searching") }
    }

    func tell(_ event: BatchEvent) {
        switch event {
        case .began(let cases, let planned, let workers, let threads):
            logger.info(
                "began",
                metadata: [
                    "cases": "\(cases)", "planned": "\(planned)", "workers": "\(workers)", "threads": "\(threads)",
                ])
        case .started(let id): logger.info("started", metadata: ["case": "\(id)"])
        case .progressed(let id, .stage(let stage)):
            logger.info("stage", metadata: ["case": "\(id)", "stage": "\(stage.rawValue)"])
        case .progressed: break
        case .finished(let outcome):
            var metadata: Logger.Metadata = [
                "case": "\(outcome.id)", "status": "\(outcome.status.rawValue)",
                "seconds": "\(decimal(outcome.seconds, 3))",
            ]
            if let reason = outcome.reason { metadata["reason"] = "\(reason)" }
            if let category = outcome.category { metadata["category"] = "\(category)" }
            logger.log(level: outcome.status == .failed ? .error : .info, "finished", metadata: metadata)
        }
    }
}
