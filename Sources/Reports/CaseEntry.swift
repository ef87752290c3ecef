import Export
import Foundation
import Pipelines
import Platform
import Segmentation
import Volumes

/// What `cases.js` says of a case. What is nil is left out.
struct CaseEntry: Encodable {
    /// A label of the case.
    struct Label: Encodable {
        var id: UInt16
        var mm3: Double
        var voxels: Int
        /// Predicted Dice and its interval.
        var dice: [Double]?
        /// Mean of the image's values.
        var mean: Double?
        var flags: [String]?
        var outlier: String?
    }

    /// What a person said.
    struct Rating: Encodable {
        /// Nil for the whole case.
        var label: UInt16?
        var rating: String
        var note: String?
        var time: String

        init(_ review: Review) {
            (label, rating, time) = (review.subject.label, review.rating.rawValue, review.timeText)
            note = review.note.isEmpty ? nil : review.note
        }
    }

    var id: String
    var status: String
    var source: String?
    var seconds: Double?
    var doubt: Double?
    var rank: Int?
    var reasons: [String]?
    /// Lowest predicted Dice of its labels, and the interval of that label.
    var dice, lower, upper: Double?
    var view = false
    var stale: [String]?
    var labels: [Label]?
    var notices: [String]?
    var reason, category, stage, log: String?
    /// Names and links.
    var files: [[String]]?
    var review: [Rating]?

    init(_ outcome: CaseOutcome, of report: StudyReport, doubt: CaseDoubt?, rank: Int?, reviews: [Review]) {
        id = outcome.id
        status = CasePages.status(outcome)
        source = outcome.path.flatMap { $0.isEmpty ? nil : $0 }
        seconds = outcome.seconds > 0 ? Self.rounded(outcome.seconds, 1) : nil
        (self.doubt, self.rank, reasons) = (doubt.map { Self.rounded($0.score, 4) }, rank, doubt?.reasons)
        let lowest = outcome.structures.compactMap(\.predictedDice).min { $0.dice < $1.dice }
        (dice, lower) = (lowest.map { Self.rounded($0.dice, 4) }, lowest.map { Self.rounded($0.lower, 4) })
        upper = lowest.map { Self.rounded($0.upper, 4) }
        stale = report.stale[outcome.id]
        labels = Self.filled(outcome.structures.map { Label($0, outlier: doubt?.outliers[$0.id]) })
        // Why a case is unlike the task is said among the reasons.
        notices = Self.filled(outcome.notices.filter { doubt?.reasons.contains($0) != true })
        if outcome.status == .failed {
            (reason, category, stage) = (outcome.reason, outcome.category, outcome.stage?.rawValue)
            log = report.logTail(outcome.id)
        }
        review = Self.filled(reviews.map(Rating.init))
    }

    static func rounded(_ value: Double, _ digits: Int) -> Double {
        let scale = pow(10, Double(digits))
        return (value * scale).rounded() / scale
    }

    private static func filled<Value>(_ list: [Value]) -> [Value]? { list.isEmpty ? nil : list }
}

extension CaseEntry.Label {
    init(_ structure: CaseOutcome.Structure, outlier: VolumeOutliers.Side?) {
        (id, voxels) = (structure.id, structure.voxels)
        mm3 = CaseEntry.rounded(structure.mm3, 1)
        dice = structure.predictedDice.map { [$0.dice, $0.lower, $0.upper].map { CaseEntry.rounded($0, 4) } }
        mean = structure.meanIntensity.map { CaseEntry.rounded($0, 2) }
        flags = structure.flags.isEmpty ? nil : structure.flags.map(\.rawValue)
        self.outlier = outlier?.rawValue
    }
}

/// What `cases.js` begins with: everything that is not of one case.
enum CasesScript {
    private struct Made: Encodable {
        var tomos, pipeline, weights: String
        var ended: String?
    }

    private struct Counts: Encodable {
        var done, failed, waiting: Int
    }

    private struct Volumes: Encodable {
        var median, low, high, lower, upper: Double

        init(_ known: VolumeOutliers.Distribution) {
            (median, low) = (CaseEntry.rounded(known.median, 1), CaseEntry.rounded(known.low, 1))
            (high, lower) = (CaseEntry.rounded(known.high, 1), CaseEntry.rounded(known.lower, 1))
            upper = CaseEntry.rounded(known.upper, 1)
        }
    }

    private struct Label: Encodable {
        var id: UInt16
        var name, colour: String
        var volumes: Volumes?
    }

    private struct Study: Encodable {
        var name, task, methods: String
        var made: Made
        var provenance: [[String]]
        var checked: Bool
        var labels: [Label]
        var counts: Counts
        var ignored: [[String]]
        var ignoredCount: Int
    }

    /// Ignored files beyond these are counted.
    private static let mostIgnored = 100

    /// The text up to the first case.
    static func begin(_ report: StudyReport, order: CaseOrder, methods: String) throws -> String {
        let ignored = report.ignored.filter(\.isPassedOver)
        let study = Study(
            name: report.name, task: report.task.name, methods: methods,
            made: Made(
                tomos: report.made.tomos, pipeline: report.made.pipeline, weights: report.made.weights,
                ended: report.endedText),
            provenance: report.provenance.map { [$0.field, $0.value] }, checked: report.isChecked,
            labels: report.task.labels.entries.map { entry in
                Label(
                    id: entry.id, name: entry.name, colour: entry.colour.hexadecimal,
                    volumes: order.doubts.volumes.distributions[entry.id].map(Volumes.init))
            },
            counts: Counts(
                done: order.counts.done, failed: order.counts.failed, waiting: order.counts.waiting),
            ignored: ignored.prefix(mostIgnored).map { [$0.path, $0.reason] },
            ignoredCount: ignored.reduce(0) { $0 + $1.files })
        let text = try JSON.script(study)
        return StudyReport.call + text.dropLast() + ",\"cases\":["
    }
}

extension StudyReport {
    /// Whether the Dice of results is predicted.
    var isChecked: Bool { cases.contains { $0.structures.contains { $0.predictedDice != nil } } }

    /// What made the results, for people.
    var provenance: [(field: String, value: String)] {
        var facts = [
            ("program", "Tomos \(made.tomos)"), ("pipeline", made.pipeline),
            ("pipeline's SHA-256", made.pipelineSHA256), ("task pack", made.task),
            ("task pack's SHA-256", made.taskSHA256),
        ]
        if let volumes = task.volumes { facts.append(("labelled volumes", String(volumes))) }
        facts += [("weights", made.weights), ("weights' SHA-256", made.weightsSHA256)]
        if let learned = made.learned {
            facts.append(("networks of the pack", MethodsText.sentence(learned)))
            facts.append(("networks' SHA-256", learned.sha256))
        }
        if let ended { facts.append(("run ended", ReportText.date(ended))) }
        return facts + (made.options ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
