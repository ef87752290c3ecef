import Evaluation
import PackChecks
import Platform
import Segmentation

extension PackCheck {
    /// Mean Dice of each label and of all.
    var table: String {
        var table = TextTable([">label", "name", ">mean Dice", ">95 % interval", ">volumes"])
        func row(_ id: String, _ name: String, _ summary: Summary?) {
            let mean = summary.map { decimal($0.mean, 4) } ?? "-"
            table.add([id, name, mean, Self.interval(summary), String(summary?.cases ?? 0)])
        }
        for (n, label) in labels.enumerated() { row(String(label.id), label.name, dice(label: n)) }
        if labels.count > 1 { row("", "all", mean()) }
        return table.text
    }

    static func interval(_ summary: Summary?) -> String {
        summary?.interval.map { "\(decimal($0.lowerBound, 3)) to \(decimal($0.upperBound, 3))" } ?? "-"
    }
}

extension PackProgress {
    /// What was changed since the check before, and what that brought, in one line.
    var text: String {
        let changes = [("added", added), ("corrected", corrected), ("removed", removed)].filter { !$0.1.isEmpty }
        let said = changes.map {
            "\($0.1.count) \($0.0) (\($0.1.prefix(5).joined(separator: ", "))"
                + "\($0.1.count > 5 ? ", ..." : ""))"
        }
        var text = "since the check before: " + (said.isEmpty ? "the same volumes" : said.joined(separator: ", "))
        if let before, let now {
            text += "; mean Dice of the \(shared.count) that both have \(decimal(before, 4)) -> \(decimal(now, 4))"
            text += " (\(now < before ? "" : "+")\(decimal(now - before, 4)))"
        }
        return text + (isSameWay ? "" : "; not with the same options")
    }
}
