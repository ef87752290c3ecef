import Platform

/// What the table shows of the metrics, in this order: `--metrics dice,hd95` as typed.
package struct MetricColumns: Sendable {
    package var metrics: [Metric] = [.dice, .hd95, .assd, .nsd]

    package init() {}

    /// A column's title, with the unit.
    static func title(_ metric: Metric) -> String {
        switch metric {
        case .dice, .iou, .precision, .recall, .nsd: metric.rawValue
        case .volumeDifference: "difference mm3"
        case .relativeVolumeDifference: "relative difference"
        case .hd, .hd95, .assd: metric.rawValue + " mm"
        }
    }

    /// A number with as many decimals as say something; `-` when there is none.
    static func cell(_ metric: Metric, _ value: Double?) -> String {
        let digits =
            switch metric {
            case .dice, .iou, .precision, .recall, .nsd, .relativeVolumeDifference: 4
            case .hd, .hd95, .assd: 3
            case .volumeDifference: 1
            }
        return value.map { decimal($0, digits) } ?? "-"
    }
}

// The table for people.
extension EvaluationReport {
    /// A line per case and label, then the statistics of each label and of all; the last line is the mean Dice.
    package func table(_ columns: MetricColumns) -> String {
        var table = TextTable(
            ["case", ">label", "name"] + columns.metrics.map { ">" + MetricColumns.title($0) }
                + [">result mm3", ">truth mm3"])
        for row in rows {
            let values = columns.metrics.map { MetricColumns.cell($0, row.comparison[$0]) }
            let volumes = [row.comparison.resultVolume, row.comparison.truthVolume].map { decimal($0, 1) }
            table.add([row.id, String(row.label), row.name ?? ""] + values + volumes)
        }
        if hasSeveralCases {
            for item in labels { add(item.metrics, String(item.label), item.name ?? "", columns, to: &table) }
            if labels.count > 1 { add(all, "all", "", columns, to: &table) }
        }
        if let mean {
            let values = columns.metrics.map { $0 == .dice ? MetricColumns.cell(.dice, mean) : "" }
            table.add(["mean", "", ""] + values)
        }
        return table.text
    }

    private func add(
        _ summaries: MetricSummaries, _ label: String, _ name: String, _ columns: MetricColumns,
        to table: inout TextTable
    ) {
        let line = { (title: String, value: (Summary) -> Double?) in
            [title, label, name] + columns.metrics.map { MetricColumns.cell($0, summaries[$0].flatMap(value)) }
        }
        table.add(line("mean of \(summaries[.dice]?.cases ?? 0)") { $0.mean })
        // Of fewer the median and the spread say nothing that the rows above do not; --json has them all the same.
        guard summaries[.dice]?.cases ?? 0 >= 5 else { return }
        table.add(line("median") { $0.median })
        table.add(line("95 % from") { $0.interval?.lowerBound })
        table.add(line("95 % to") { $0.interval?.upperBound })
    }
}
