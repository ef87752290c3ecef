import ArgumentParser
import Evaluation
import Foundation
import Pipelines
import Platform
import Segmentation
import Studies
import VolumeIO
import Volumes

extension SurfaceConvention: ExpressibleByArgument {}
extension BothEmptyPolicy: ExpressibleByArgument {}
extension OneEmptyPolicy: ExpressibleByArgument {}

extension MetricColumns: ExpressibleByArgument {
    package var defaultValueDescription: String { metrics.map(\.rawValue).joined(separator: ",") }

    package init?(argument: String) {
        let metrics = argument.split(separator: ",", omittingEmptySubsequences: false).map {
            Metric(rawValue: String($0))
        }
        guard !metrics.contains(nil), Set(metrics).count == metrics.count else { return nil }
        self.init()
        self.metrics = metrics.compactMap(\.self)
    }
}

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Compares label maps with the truth: overlap, volumes and surface distances of each label.",
        discussion: """
            Two folders are paired by case: RESULTS may be the folder of a run (<case>/<case>_labels.nii.gz) or one of \
            label maps, TRUTH one of <case>.nii.gz.

            The table shows Dice, the 95th percentile of the surface distances (hd95, mm), their mean (assd, mm), the \
            normalised surface Dice (nsd) and the volumes; --csv and --json have more. Of several cases it shows mean, \
            median and the 95 % confidence interval of the mean (bootstrap over cases). docs/evaluation.md defines all.

            EXAMPLES
              tomos evaluate t1_labels.nii.gz truth.nii.gz
              tomos evaluate results/ truth/ --csv metrics.csv --plot dice.svg
              tomos evaluate results/ truth/ --tolerance 2 --both-empty one
              tomos evaluate results/ truth/ --task packs/hippocampus --json
              tomos evaluate results/ truth/ --reviews results/reviews.tsv
            """)

    @Argument(help: "A label map, or a folder of them.")
    var results: String

    @Argument(help: "The truth: a label map, or a folder of them.")
    var truth: String

    @Option(help: "A task pack, for the labels' names.")
    var task: String?

    @Option(help: "Label ids to compare, such as 1,2; all that occur by default.")
    var labels: LabelIDs?

    @Option(help: ArgumentHelp("How far apart surfaces may lie and still agree in nsd.", valueName: "mm"))
    var tolerance = 1.0

    @Option(help: "The surface: outermost voxels (as medpy, MONAI), or the area between voxels (as surface-distance).")
    var surface = SurfaceConvention.voxels

    @Option(help: "A label that neither map of a case holds: not counted (skip), or full agreement (one).")
    var bothEmpty = BothEmptyPolicy.skip

    @Option(help: "A label that one map of a case holds: no agreement and no distance (zero), or not counted (skip).")
    var oneEmpty = OneEmptyPolicy.zero

    @Option(
        help: ArgumentHelp(
            "Columns of the table: any of \(Metric.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "names"))
    var metrics = MetricColumns()

    @Flag(help: "Print JSON, with all metrics.")
    var json = false

    @Option(help: "Write a line per case and label, with all metrics, to this file as well.")
    var csv: String?

    @Option(help: ArgumentHelp("Draw the Dice of each label, a dot per case, into this file.", valueName: "file.svg"))
    var plot: String?

    @Option(help: "A file of reviews (reviews.tsv): cases and labels that are rated exclude are left out.")
    var reviews: String?

    @Option(help: "Cases (of one case, labels) to compare at the same time.")
    var jobs = ThreadBudget.available

    func validate() throws {
        guard tolerance.isFinite, tolerance >= 0 else {
            throw ValidationError("--tolerance \(tolerance): use a number of millimetres, 0 or more")
        }
        if let plot, !plot.lowercased().hasSuffix(".svg") {
            throw ValidationError("--plot \(plot): the picture is SVG; give a file name that ends in .svg")
        }
        try requireJobs(jobs)
    }

    func run() throws {
        ThreadBudget.limit(to: jobs)
        for path in [csv, plot].compactMap(\.self) { try requireWritable(path) }
        let found = try ResultPairs.find(results: results, truth: truth)
        var names = found.labelNames
        if let task { for entry in try TaskPack.load(task).labels.entries { names[entry.id] = entry.name } }
        let reviews = try self.reviews.map { try Reviews.load($0) }
        let left = found.pairs.filter { reviews?.isExcluded(case: $0.id) ?? false }.map(\.id)
        let pairs = found.pairs.filter { !left.contains($0.id) }
        if pairs.isEmpty {
            throw UsageError("\(self.reviews ?? ""): every case is rated exclude, so that none is left")
        }
        let (cases, failures) = try compareAll(pairs, reviews)
        let excluded = reviews.map { _ in
            ExcludedResults(cases: left, labels: cases.reduce(0) { $0 + $1.leftOut })
        }
        let report = EvaluationReport(
            cases, names: names, options: options, withoutTruth: found.withoutTruth, withoutResult: found.withoutResult,
            excluded: excluded)
        if let csv { try AtomicFile.write(Array(report.csv.utf8), to: csv) }
        if let plot { try AtomicFile.write(Array(report.plot.svg.utf8), to: plot) }
        if json { try Console.json(report) } else { Console.result(report.table(metrics)) }
        for note in report.notes { Console.note(note) }
        if let excluded {
            Console.note(ReviewText.leftOut(cases: excluded.cases.count, labels: excluded.labels))
        }
        for id in found.withoutTruth { Console.note("\(id): not compared, there is no truth for it in \(truth)") }
        for id in found.withoutResult { Console.note("\(id): not compared, there is no result for it in \(results)") }
        if failures > 0 { throw ExitStatusError(status: .someFailed) }
    }

    private var options: ComparisonOptions {
        var options = ComparisonOptions()
        (options.labels, options.surface) = (labels?.ids, surface)
        (options.tolerance, options.bothEmpty, options.oneEmpty) = (tolerance, bothEmpty, oneEmpty)
        return options
    }

    /// Compares the pairs, several at a time; says which failed and counts them. A single pair's error is thrown.
    private func compareAll(
        _ pairs: [ResultPair], _ reviews: Reviews?
    ) throws -> (cases: [EvaluatedCase], failures: Int) {
        let workers = max(1, min(jobs, pairs.count))
        var options = options
        options.threads = max(1, jobs / workers)
        let outcomes = concurrentMap(pairs, threads: workers) { [options] pair in
            Result { try Self.compare(pair, options, reviews) }
        }
        if pairs.count == 1, let outcome = outcomes.first { return ([try outcome.get()], 0) }
        var cases: [EvaluatedCase] = []
        for (pair, outcome) in zip(pairs, outcomes) {
            switch outcome {
            case .success(let evaluated): cases.append(evaluated)
            case .failure(let error):
                Console.error("\(pair.id): \((error as? any TomosError)?.description ?? "\(error)")")
            }
        }
        return (cases, pairs.count - cases.count)
    }

    private static func compare(
        _ pair: ResultPair, _ options: ComparisonOptions, _ reviews: Reviews?
    ) throws -> EvaluatedCase {
        // A DICOM object may hold some slices of an image only: it is laid onto the other's grid.
        let other = FileKind(of: pair.truth) == .dicom ? nil : try LabelMaps.readLabels(pair.truth)
        let result = try LabelMaps.readLabels(pair.result, on: other?.geometry)
        let truth = try other ?? LabelMaps.readLabels(pair.truth, on: result.geometry)
        let comparisons = try Evaluation.compare(
            result, with: truth, options: options, resultName: pair.result, truthName: pair.truth)
        return EvaluatedCase(
            id: pair.id, labels: comparisons, excluded: reviews?.excludedLabels(of: pair.id) ?? [])
    }
}
