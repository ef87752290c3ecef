import Foundation
import Pipelines
import Platform
import Volumes

/// `index.html`.
enum CohortPage {
    /// The page's text.
    static func text(_ report: StudyReport, order: CaseOrder, methods: String) throws -> String {
        var values: [String: Any] = [
            "key": report.key, "name": report.name, "task": report.task.name, "tomos": report.made.tomos,
            "done": order.counts.done, "failed": order.counts.failed, "waiting": order.counts.waiting,
            "total": order.outcomes.count, "methods": methods,
            "provenance": report.provenance.map { ["field": $0.field, "value": $0.value] },
            "cases": order.outcomes.map { outcome in
                [
                    "id": outcome.id, "href": "cases/\(ReportText.link(outcome.id)).html",
                    "status": CasePages.status(outcome),
                ]
            },
        ]
        values["ended"] = report.ended.map(ReportText.date)
        return try ReportAssets.cohortPage().filled(values)
    }
}

/// The pages of the cases.
struct CasePages {
    private let report: StudyReport
    private let order: CaseOrder
    private let methods: String
    /// The way from the report to the results.
    private let results: String
    private let names: [UInt16: LabelEntry]
    private let template: PageTemplate

    init(_ report: StudyReport, order: CaseOrder, methods: String, results: String) throws {
        (self.report, self.order, self.methods, self.results) = (report, order, methods, results)
        names = Dictionary(report.task.labels.entries.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a })
        template = try ReportAssets.casePage()
    }

    static func status(_ outcome: CaseOutcome) -> String {
        outcome.isDone ? "done" : outcome.status == .failed ? "failed" : "waiting"
    }

    /// Names and links, from the report's folder, of what a case's folder holds beside its view.
    func files(of outcome: CaseOutcome) -> [[String]]? {
        guard outcome.isDone else { return nil }
        let start = outcome.id + "/"
        let files = outcome.outputs.filter { $0.hasPrefix(start) && !$0.hasPrefix(start + "report/") }
        return files.map { [String($0.dropFirst(start.count)), results + "/" + ReportText.link(path: $0)] }
    }

    /// The page of the n-th case.
    func page(_ n: Int, _ outcome: CaseOutcome, _ entry: CaseEntry, _ view: ReportViews.Found) throws -> String {
        let status = Self.status(outcome)
        var values: [String: Any] = [
            "key": report.key, "tomos": report.made.tomos, "study": report.name, "methods": methods,
            "id": outcome.id, "folder": ReportText.link(outcome.id), "status": status, "done": outcome.isDone,
            "failed": status == "failed", "waiting": status == "waiting", "view": entry.view,
            "checked": report.isChecked, "reasons": texts(entry.reasons), "stale": texts(entry.stale),
            "notices": texts(entry.notices), "labels": outcome.structures.map { label($0, entry) },
            "files": (entry.files ?? []).map { ["name": $0[0], "href": "../" + $0[1]] }, "made": made(outcome),
            "data": try data(n, outcome, entry),
        ]
        if let rank = entry.rank { (values["rank"], values["of"]) = (String(rank), String(order.counts.done)) }
        values["source"] = entry.source
        values["seconds"] = entry.seconds.map { decimal($0, 1) + " s" }
        values["previous"] = neighbour(n - 1)
        values["next"] = neighbour(n + 1)
        if case .there(let size?) = view {
            values["picture"] = ["width": String(size.width), "height": String(size.height)]
        }
        if outcome.status == .failed {
            var failure = ["reason": entry.reason ?? "no reason is known", "category": entry.category ?? "failed"]
            (failure["stage"], failure["log"]) = (entry.stage, entry.log)
            values["failure"] = failure
        }
        return template.filled(values)
    }

    private func texts(_ list: [String]?) -> [[String: String]] { (list ?? []).map { ["text": $0] } }

    private func neighbour(_ n: Int) -> [String: String]? {
        guard order.outcomes.indices.contains(n) else { return nil }
        let id = order.outcomes[n].id
        return ["id": id, "href": ReportText.link(id) + ".html"]
    }

    private func label(_ structure: CaseOutcome.Structure, _ entry: CaseEntry) -> [String: Any] {
        var values: [String: Any] = [
            "id": String(structure.id), "name": structure.name,
            "colour": (names[structure.id]?.colour ?? LabelTable.defaultColour(Int(structure.id) - 1)).hexadecimal,
            "volume": ReportText.millilitres(structure.mm3), "mm3": decimal(structure.mm3, 1),
            "voxels": String(structure.voxels), "flags": texts(structure.flags.map(\.rawValue)),
        ]
        values["mean"] = structure.meanIntensity.map { decimal($0, 1) }
        if let predicted = structure.predictedDice {
            values["predicted"] = [
                "dice": decimal(predicted.dice, 3), "lower": decimal(predicted.lower, 3),
                "upper": decimal(predicted.upper, 3),
            ]
        }
        values["outlier"] = entry.labels?.first { $0.id == structure.id }?.outlier
        return values
    }

    private func made(_ outcome: CaseOutcome) -> [[String: String]] {
        let made = report.made
        var facts: [(String, String?)] = [("image", outcome.path), ("image's SHA-256", outcome.contentSHA256)]
        facts += [("program", "Tomos \(made.tomos)"), ("pipeline", made.pipeline), ("task pack", made.task)]
        facts += [("weights", made.weights), ("networks of the pack", made.learned.map(MethodsText.sentence))]
        if let peak = outcome.memory?.peak {
            facts.append(("most memory", "\(decimal(Double(peak) / 1_048_576, 0)) MiB"))
        }
        return facts.compactMap { field, value in
            value.flatMap { $0.isEmpty ? nil : ["field": field, "value": $0] }
        }
    }

    private struct Data: Encodable {
        var id: String
        var rank: Int?
        var status: String
        var previous, next: String?
        var labels: [Label]
        var review: [CaseEntry.Rating]

        struct Label: Encodable {
            var id: UInt16
            var name, colour: String
        }
    }

    private func data(_ n: Int, _ outcome: CaseOutcome, _ entry: CaseEntry) throws -> String {
        let near = { (n: Int) in order.outcomes.indices.contains(n) ? order.outcomes[n].id : nil }
        return try JSON.script(
            Data(
                id: outcome.id, rank: entry.rank, status: Self.status(outcome), previous: near(n - 1),
                next: near(n + 1),
                labels: report.task.labels.entries.map {
                    .init(id: $0.id, name: $0.name, colour: $0.colour.hexadecimal)
                }, review: entry.review ?? []))
    }
}
