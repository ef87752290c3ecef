import Platform

/// A case and what was found of its labels.
package struct EvaluatedCase: Sendable {
    package let id: String
    package var labels: [LabelComparison]
    /// Labels that do not count.
    package let excluded: Set<UInt16>
    /// How many of them there are.
    package let leftOut: Int

    package init(id: String, labels: [LabelComparison], excluded: Set<UInt16> = []) {
        (self.id, self.excluded) = (id, excluded)
        self.labels = labels.filter { !excluded.contains($0.overlap.label) }
        leftOut = labels.count - self.labels.count
    }
}

/// One label of one case.
struct EvaluationRow: Encodable, Sendable {
    let id: String
    let label: UInt16
    let name: String?
    let comparison: LabelComparison

    private enum Keys: String, CodingKey {
        case id, label, name, resultVoxels, truthVoxels, intersection, resultVolume, truthVolume
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Keys.self)
        try fields.encode(id, forKey: .id)
        try fields.encode(label, forKey: .label)
        try fields.encodeIfPresent(name, forKey: .name)
        try fields.encode(comparison.overlap.resultVoxels, forKey: .resultVoxels)
        try fields.encode(comparison.overlap.truthVoxels, forKey: .truthVoxels)
        try fields.encode(comparison.overlap.intersection, forKey: .intersection)
        try fields.encode(comparison.resultVolume, forKey: .resultVolume)
        try fields.encode(comparison.truthVolume, forKey: .truthVolume)
        var metrics = encoder.container(keyedBy: Metric.self)
        for metric in Metric.allCases { try metrics.encodeIfPresent(comparison[metric], forKey: metric) }
    }
}

/// Each metric over several cases; metrics without any value are left out.
struct MetricSummaries: Encodable, Sendable {
    private let summaries: [Metric: Summary]

    /// Summarises rows; rows of one case go together.
    init(_ rows: [EvaluationRow]) {
        let cases = Dictionary(grouping: rows, by: \.id).sorted { $0.key < $1.key }.map(\.value)
        var summaries: [Metric: Summary] = [:]
        for metric in Metric.allCases {
            summaries[metric] = Summary(byCase: cases.map { $0.compactMap { $0.comparison[metric] } })
        }
        self.summaries = summaries
    }

    subscript(metric: Metric) -> Summary? { summaries[metric] }

    func encode(to encoder: any Encoder) throws {
        var metrics = encoder.container(keyedBy: Metric.self)
        for (metric, summary) in summaries {
            let entry = Entry(
                mean: summary.mean, median: summary.median, low: summary.interval?.lowerBound,
                high: summary.interval?.upperBound, cases: summary.cases)
            try metrics.encode(entry, forKey: metric)
        }
    }

    private struct Entry: Encodable {
        let mean, median: Double
        let low, high: Double?
        let cases: Int
    }
}

/// One label over all cases.
struct LabelSummary: Encodable, Sendable {
    let label: UInt16
    let name: String?
    /// Cases whose Dice counts, and their mean Dice.
    let cases: Int
    let dice: Double
    let metrics: MetricSummaries
    /// Cases of which only one map holds the label.
    let oneEmpty: Int

    init?(_ rows: [EvaluationRow]) {
        metrics = MetricSummaries(rows)
        guard let first = rows.first, let dice = metrics[.dice] else { return nil }
        (label, name, cases, self.dice) = (first.label, first.name, dice.cases, dice.mean)
        oneEmpty = rows.count { $0.comparison.presence == .one }
    }
}

/// What was left out of a comparison because people rated it so.
package struct ExcludedResults: Encodable, Sendable, Equatable {
    /// Cases.
    package let cases: [String]
    /// How many labels of other cases.
    package let labels: Int

    package init(cases: [String], labels: Int) { (self.cases, self.labels) = (cases, labels) }
}

/// All comparisons with their statistics.
package struct EvaluationReport: Encodable {
    let rows: [EvaluationRow]
    let labels: [LabelSummary]
    /// All cases and labels.
    let all: MetricSummaries
    /// Mean Dice of all cases and labels; nil when there is no label at all.
    let mean: Double?
    let tolerance: Double
    let surface, bothEmpty, oneEmpty: String
    let withoutTruth, withoutResult: [String]
    /// What was left out after review; nil where no reviews were taken into account.
    let excluded: ExcludedResults?

    package init(
        _ cases: [EvaluatedCase], names: [UInt16: String], options: ComparisonOptions, withoutTruth: [String] = [],
        withoutResult: [String] = [], excluded: ExcludedResults? = nil
    ) {
        self.excluded = excluded
        rows = Self.complete(cases, options).flatMap { evaluated in
            evaluated.labels.map {
                EvaluationRow(id: evaluated.id, label: $0.overlap.label, name: names[$0.overlap.label], comparison: $0)
            }
        }
        let byLabel = Dictionary(grouping: rows, by: \.label).sorted { $0.key < $1.key }.map(\.value)
        labels = concurrentMap(byLabel, threads: ThreadBudget.count) { LabelSummary($0) }.compactMap(\.self)
        all = MetricSummaries(rows)
        mean = all[.dice]?.mean
        (tolerance, surface) = (options.tolerance, options.surface.rawValue)
        (bothEmpty, oneEmpty) = (options.bothEmpty.rawValue, options.oneEmpty.rawValue)
        (self.withoutTruth, self.withoutResult) = (withoutTruth, withoutResult)
    }

    /// Where absence in both maps counts as agreement, each case gets every label that occurs in any.
    private static func complete(_ cases: [EvaluatedCase], _ options: ComparisonOptions) -> [EvaluatedCase] {
        guard options.bothEmpty == .one else { return cases }
        let labels = Set(cases.flatMap { $0.labels.map(\.overlap.label) }).sorted()
        return cases.map { evaluated in
            var evaluated = evaluated
            let present = Set(evaluated.labels.map(\.overlap.label))
            for label in labels where !present.contains(label) && !evaluated.excluded.contains(label) {
                let none = LabelOverlap(label: label, resultVoxels: 0, truthVoxels: 0, intersection: 0)
                evaluated.labels.append(LabelComparison(none, voxelVolume: 0, options: options))
            }
            evaluated.labels.sort { $0.overlap.label < $1.overlap.label }
            return evaluated
        }
    }

    /// Whether there is anything to average.
    package var hasSeveralCases: Bool { Set(rows.map(\.id)).count > 1 }

    /// What a person should know to read the numbers.
    package var notes: [String] {
        labels.filter { $0.oneEmpty > 0 && hasSeveralCases }.map { item in
            let title = "label \(item.label)" + (item.name.map { " (\($0))" } ?? "")
            let count = "\(item.oneEmpty) case\(item.oneEmpty == 1 ? "" : "s")"
            let meaning =
                oneEmpty == OneEmptyPolicy.zero.rawValue
                ? "dice and nsd count as 0 there, distances are not averaged" : "not counted there"
            return "\(title): only one of the two maps holds it in \(count); \(meaning)"
        }
    }

    /// Dice of every case and label, to draw.
    package var plot: StripPlot {
        StripPlot(
            title: "Dice by label", axis: "Dice",
            rows: labels.map { item in
                StripPlot.Row(
                    name: item.name ?? "label \(item.label)",
                    values: rows.filter { $0.label == item.label }.compactMap { $0.comparison[.dice] },
                    median: item.metrics[.dice]?.median ?? item.dice)
            })
    }

    /// The rows as comma-separated values; an empty cell is no value.
    package var csv: String {
        let titles = [
            "case", "label", "name", "dice", "result_voxels", "truth_voxels", "intersection", "iou", "precision",
            "recall", "result_mm3", "truth_mm3", "difference_mm3", "relative_difference", "hd_mm", "hd95_mm", "assd_mm",
            "nsd",
        ]
        let quoted = { (text: String) in SafeText.csv(text, quotesAlways: true) }
        let lines = rows.map { row in
            let comparison = row.comparison
            let number = { (metric: Metric) in comparison[metric].map { decimal($0, 6) } ?? "" }
            let overlap = comparison.overlap
            var cells = [quoted(row.id), String(row.label), quoted(row.name ?? "")]
            cells.append(number(.dice))
            cells += [overlap.resultVoxels, overlap.truthVoxels, overlap.intersection].map { String($0) }
            cells += [Metric.iou, .precision, .recall].map(number)
            cells += [comparison.resultVolume, comparison.truthVolume].map { decimal($0, 6) }
            cells += [Metric.volumeDifference, .relativeVolumeDifference, .hd, .hd95, .assd, .nsd].map(number)
            return cells.joined(separator: ",")
        }
        return ([titles.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
    }
}
