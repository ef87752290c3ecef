import Batch
import Pipelines
import Platform
import Segmentation

/// A plan for people: every case, its grid, what is to be done and what it will take.
struct PlanTable {
    private let run: BatchRun

    init(_ run: BatchRun) { self.run = run }

    var text: String {
        var table = TextTable(["case", "state", "voxels", "spacing mm", ">memory", "source"])
        let states = run.states()
        for (planned, state) in zip(run.plan.cases, states) {
            let shape = planned.shape.map { $0.map { String($0) }.joined(separator: "x") } ?? "-"
            let spacing = planned.spacing.map { $0.map { decimal($0, 2) }.joined(separator: " x ") } ?? "-"
            let memory = planned.memory.map { MemorySize(bytes: $0).description } ?? "-"
            table.add([
                planned.id, Self.word(planned, state), shape, spacing, memory,
                planned.source.path.isEmpty ? run.study : planned.source.path,
            ])
        }
        let problems = run.plan.cases.compactMap { planned in
            planned.problem.map { "  \(planned.id): \($0.reason)" }
        }
        let stale = zip(run.plan.cases, states).compactMap { planned, state -> String? in
            guard case .stale(let changes) = state else { return nil }
            return "  \(planned.id): \(changes.joined(separator: "; "))"
        }
        return ([table.text, "", summary(states)] + section("cannot be done", problems) + section("stale", stale))
            .joined(separator: "\n")
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", "\(title):"] + lines
    }

    private func summary(_ states: [CaseState]) -> String {
        let open = zip(run.plan.cases, states).filter { planned, state in
            planned.problem == nil && (state == .waiting || state == .brokenOff)
        }.count
        let outputs = run.pipeline.outputs.map(\.name).joined(separator: ", ")
        var text = "\(open) of \(states.count) cases to do; for each: \(outputs)"
        if let seconds = run.folder.secondsPerCase(run.plan) {
            text +=
                "\nabout \(decimal(seconds * Double(open) / 60, 1)) minutes of one worker, by the cases that are done"
        }
        if !run.plan.ignored.isEmpty, let ignored = run.plan.ignored.summary { text += "\n\(ignored)" }
        return text
    }

    private static func word(_ planned: PlannedCase, _ state: CaseState) -> String {
        if planned.problem != nil { return "refused" }
        return switch state {
        case .waiting, .brokenOff: "to do"
        case .done: "done"
        case .failed: "failed"
        case .stale: "stale"
        }
    }
}
