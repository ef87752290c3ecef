import ArgumentParser
import Evaluation
import Foundation
import Pipelines
import Segmentation
import VolumeIO
import Volumes

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Compares label maps with the truth: Dice's coefficient of each label.",
        discussion: """
            Two folders are paired by case: RESULTS may be the folder of a run (<case>/<case>_labels.nii.gz) or one of \
            label maps, TRUTH one of <case>.nii.gz.

            EXAMPLES
              tomos evaluate t1_labels.nii.gz truth.nii.gz
              tomos evaluate results/ truth/ --csv dice.csv
              tomos evaluate results/ truth/ --task packs/hippocampus --json
            """)

    @Argument(help: "A label map, or a folder of them.")
    var results: String

    @Argument(help: "The truth: a label map, or a folder of them.")
    var truth: String

    @Option(help: "A task pack, for the labels' names.")
    var task: String?

    @Option(help: "Label ids to compare, such as 1,2; all that occur by default.")
    var labels: LabelIDs?

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: "Write a line per case and label to this file as well.")
    var csv: String?

    func run() throws {
        if let csv { try requireWritable(csv) }
        let found = try ResultPairs.find(results: results, truth: truth)
        var names = found.labelNames
        if let task { for entry in try TaskPack.load(task).labels.entries { names[entry.id] = entry.name } }
        var rows: [OverlapRow] = []
        var failures = 0
        for pair in found.pairs {
            do {
                rows += try compare(pair, names)
            } catch  where found.pairs.count > 1 {
                failures += 1
                Console.error("\(pair.id): \((error as? any TomosError)?.description ?? "\(error)")")
            }
        }
        let report = OverlapReport(rows, withoutTruth: found.withoutTruth, withoutResult: found.withoutResult)
        if let csv { try AtomicFile.write(Array(report.csv.utf8), to: csv) }
        if json { try Console.json(report) } else { Console.result(report.table) }
        for id in found.withoutTruth { Console.note("\(id): not compared, there is no truth for it in \(truth)") }
        for id in found.withoutResult { Console.note("\(id): not compared, there is no result for it in \(results)") }
        if failures > 0 { throw ExitStatusError(status: .someFailed) }
    }

    private func compare(_ pair: ResultPair, _ names: [UInt16: String]) throws -> [OverlapRow] {
        let overlaps = try overlap(
            of: NIfTI.readLabels(pair.result), with: NIfTI.readLabels(pair.truth), labels: labels?.ids,
            resultName: pair.result, truthName: pair.truth)
        return overlaps.map { OverlapRow(pair.id, $0, name: names[$0.label]) }
    }
}

/// Dice of one label of one case.
struct OverlapRow: Encodable {
    let id: String
    let label: UInt16
    let name: String?
    /// Nil when the label is in neither map.
    let dice: Double?
    let resultVoxels, truthVoxels, intersection: Int

    init(_ id: String, _ overlap: LabelOverlap, name: String?) {
        (self.id, label, self.name, dice) = (id, overlap.label, name, overlap.dice)
        (resultVoxels, truthVoxels, intersection) = (overlap.resultVoxels, overlap.truthVoxels, overlap.intersection)
    }
}

/// All comparisons with their means.
struct OverlapReport: Encodable {
    /// The mean over the cases in which the label occurs.
    struct LabelMean: Encodable {
        let label: UInt16
        let name: String?
        let cases: Int
        let dice: Double
    }

    let rows: [OverlapRow]
    let labels: [LabelMean]
    /// The mean over all cases and labels; nil when there is no label at all.
    let mean: Double?
    let withoutTruth, withoutResult: [String]

    init(_ rows: [OverlapRow], withoutTruth: [String] = [], withoutResult: [String] = []) {
        self.rows = rows
        let mean = { (rows: [OverlapRow]) -> Double? in
            let values = rows.compactMap(\.dice)
            return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        self.mean = mean(rows)
        labels = Dictionary(grouping: rows, by: \.label).sorted { $0.key < $1.key }.compactMap { label, rows in
            mean(rows).map {
                LabelMean(label: label, name: rows[0].name, cases: rows.filter { $0.dice != nil }.count, dice: $0)
            }
        }
        (self.withoutTruth, self.withoutResult) = (withoutTruth, withoutResult)
    }

    /// A line per case and label, then the means.
    var table: String {
        var table = TextTable(["case", ">label", "name", ">dice", ">result voxels", ">truth voxels"])
        for row in rows {
            table.add([
                row.id, String(row.label), row.name ?? "", row.dice.map { decimal($0, 4) } ?? "-",
                String(row.resultVoxels),
                String(row.truthVoxels),
            ])
        }
        if Set(rows.map(\.id)).count > 1 {
            for item in labels {
                table.add(["mean of \(item.cases)", String(item.label), item.name ?? "", decimal(item.dice, 4)])
            }
        }
        if let mean { table.add(["mean", "", "", decimal(mean, 4)]) }
        return table.text
    }

    /// The rows as comma-separated values.
    var csv: String {
        var text = "case,label,name,dice,result_voxels,truth_voxels,intersection\n"
        for row in rows {
            let name = (row.name ?? "").replacing("\"", with: "\"\"")
            let dice = row.dice.map { decimal($0, 6) } ?? ""
            text +=
                "\"\(row.id)\",\(row.label),\"\(name)\",\(dice),\(row.resultVoxels),\(row.truthVoxels),\(row.intersection)\n"
        }
        return text
    }
}
