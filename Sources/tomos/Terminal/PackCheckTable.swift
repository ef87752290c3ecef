import Evaluation
import PackChecks
import Platform

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
