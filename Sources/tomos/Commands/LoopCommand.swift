import ArgumentParser
import Batch
import Platform
import Rounds

struct LoopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loop",
        abstract:
            "Says where a study and its task pack stand: segmented, doubted, corrected, added, checked; and what is next.",
        discussion: """
            EXAMPLES
              tomos loop results
              tomos loop results --json
            """)

    @Argument(help: "The results folder of a run.")
    var results: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let state = try LoopState(of: BatchFolder(results))
        if json { return try Console.json(state) }
        var lines = [pack(state.pack), study(state.study), reviews(state.reviews)]
        lines += state.worklists.isEmpty ? ["worklist  none"] : state.worklists.map(worklist)
        Console.result(lines.map(SafeText.line).joined(separator: "\n"))
        Console.line("next      \(state.next.what)")
        if let command = state.next.command { Console.line("  \(command)") }
    }

    private func pack(_ pack: LoopState.Pack) -> String {
        var line = "pack      '\(pack.name)' of \(pack.volumes) labelled volumes, "
        line += pack.checked ? "checked" : pack.checkedBefore ? "changed since its check" : "not checked"
        if !pack.checks.isEmpty {
            let course = pack.checks.map { "\(decimal($0.dice, 4)) (\($0.volumes))" }
            line += "; leave-one-out, mean Dice (volumes): " + course.joined(separator: " -> ")
        }
        return line
    }

    private func study(_ study: LoopState.Study) -> String {
        let counts = [
            (study.done, "done"), (study.failed, "failed"), (study.stale, "stale"), (study.waiting, "waiting"),
            (study.running, "running"),
        ]
        return "study     \(study.planned) cases: "
            + counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
            + (study.expected.map { "; a mean Dice of \(decimal($0, 3)) is expected" } ?? "")
    }

    private func reviews(_ reviews: LoopState.Reviews) -> String {
        let counts = [(reviews.good, "good"), (reviews.fix, "to fix"), (reviews.exclude, "excluded")].filter {
            $0.0 > 0
        }
        return "reviews   " + (counts.isEmpty ? "none" : counts.map { "\($0.0) \($0.1)" }.joined(separator: ", "))
    }

    private func worklist(_ list: LoopState.List) -> String {
        let counts = [(list.corrected, "corrected"), (list.added, "added"), (list.unclear, "to clear up")]
        return "worklist  \(list.path): \(list.chosen) chosen"
            + counts.filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
    }
}
