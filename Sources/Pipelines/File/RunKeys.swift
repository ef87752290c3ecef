import Configuration
import Platform
import Segmentation

extension PipelineSchema {
    /// What is written for each case.
    static let outputKeys: [PipelineKey] = [
        PipelineKey(
            "outputs",
            "What is written for each case; the NIfTI label map always is. `report` is a page of the whole study, "
                + "`RESULTS/report/index.html`; a case's share of it lies in `RESULTS/CASE/report`.",
            .list(.words(OutputKind.all.map(\.name))), standard: .value(),
            write: { .list($0.outputs.map { .text($0.name) }) }
        ) { value, pipeline in
            let kinds = OutputKind.all.map(\.name)
            var outputs: Set<OutputKind> = [.labels]
            for item in try value.list() {
                let name = try item.oneOf(kinds)
                outputs.formUnion(OutputKind.all.filter { $0.name == name })
            }
            pipeline.outputs = OutputKind.all.filter(outputs.contains)
        }
    ]

    /// How cases are run.
    static let runKeys: [PipelineKey] = [
        PipelineKey(
            "run.jobs", "Processors that are kept busy (threads), in all.", .automatic(or: ThreadBudget.allowed),
            standard: .value(note: "one per processor"), effect: .none,
            write: { $0.jobs.map { .integer($0) } ?? "auto" }
        ) { value, pipeline in pipeline.jobs = try value.automaticOrNumber(in: ThreadBudget.allowed) },
        PipelineKey(
            "run.workers", "Cases that are worked on at a time, each by a process with its share of the jobs.",
            .automatic(or: ThreadBudget.allowed), standard: .value(note: "as many as jobs and memory allow"),
            effect: .none, write: { $0.workers.map { .integer($0) } ?? "auto" }
        ) { value, pipeline in pipeline.workers = try value.automaticOrNumber(in: ThreadBudget.allowed) },
        PipelineKey(
            "run.memory",
            "Memory a case may take. What it needs is computed before it begins, and too much is refused.",
            .pattern(memory, words: MemoryLimit.allowed), standard: .otherwise("the machine's memory"),
            effect: .none, examples: ["2 GiB", "none"], write: { write($0.options.memory) }
        ) { value, pipeline in
            guard let limit = MemoryLimit(try value.text()) else { throw value.bad() }
            pipeline.options.memory = limit
        },
        PipelineKey(
            "run.reduce",
            "Whether a case that needs more is done with fewer jobs and then, which changes the result, with fewer "
                + "support slices. A notice and case.json tell.",
            .words(["never", "allowed"]), standard: .value(), effect: .none,
            write: { .text($0.options.allowsReduction ? "allowed" : "never") }
        ) { value, pipeline in pipeline.options.allowsReduction = try value.oneOf(["never", "allowed"]) == "allowed" },
        PipelineKey(
            "run.timeout", "Time that a case may take before it is ended and counts as failed.",
            .pattern(CaseTimeLimit.pattern, words: CaseTimeLimit.allowed), standard: .value(), effect: .none,
            examples: ["90 s", "30 min", "2 h"], write: { .text(CaseTimeLimit($0.timeout).description) }
        ) { value, pipeline in
            guard let limit = CaseTimeLimit(try value.text()) else { throw value.bad() }
            pipeline.timeout = limit.duration
        },
    ]

    /// What `MemorySize` reads, and `none`.
    private static let memory = #"^(none|([0-9]+(\.[0-9]*)?|\.[0-9]+) *[kKmMgGtT][iI]?[bB])$"#

    /// A limit in the largest unit that makes it a whole number, or else in exact parts of a KiB: `MemorySize` itself is
    /// shown rounded up.
    private static func write(_ limit: MemoryLimit) -> WrittenValue? {
        switch limit {
        case .machine: return nil
        case .none: return "none"
        case .size(let size):
            let units = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
            guard let (name, bytes) = units.first(where: { size.bytes.isMultiple(of: $0.1) }) else {
                return .text("\(plainNumber(Double(size.bytes) / 1024)) KiB")
            }
            return .text("\(size.bytes / bytes) \(name)")
        }
    }
}

extension ConfigurationValue {
    /// A whole number in a range; nil for `auto`.
    fileprivate func automaticOrNumber(in range: ClosedRange<Int>) throws -> Int? {
        try text() == "auto" ? nil : try integer(in: range)
    }
}
