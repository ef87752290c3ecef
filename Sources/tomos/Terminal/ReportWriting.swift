import Batch
import Export
import Foundation
import Pipelines
import Platform
import Preparation
import Reports
import Segmentation
import Volumes

extension StudyReport {
    /// Gathers what a results folder holds.
    ///
    /// - Parameter makesViews: Whether views that are missing are made from images and label maps.
    init(of folder: BatchFolder, plan: BatchPlan, makesViews: Bool) throws {
        let standing = StudyStanding(folder, of: plan)
        let pipeline = try PipelineFile.load(resolvedText: plan.pipeline)
        let pack = try? TaskPack.load(pipeline.task)
        let place = canonicalPath(folder.path)
        self.init(
            name: plan.provenance.pipeline,
            key: "\(plan.provenance.pipeline) \(Digest.sha256(Array(place.utf8)).prefix(12))",
            task: Task(pack, of: plan.provenance, in: standing.cases), made: plan.provenance, cases: standing.cases,
            results: folder.path)
        (stale, ignored, ended) = (standing.stale, plan.ignored, RunEnd(of: folder)?.date)
        let reviews = folder.path + "/" + Reviews.fileName
        if FileManager.default.fileExists(atPath: reviews) { self.reviews = try Reviews.load(reviews) }
        logTail = { folder.logTail(of: $0) }
        if makesViews {
            let window = pipeline.options.window ?? pack?.window ?? .automatic
            makeView = try Self.maker(CaseImages(folder, of: plan), window, task.labels, study: plan.study)
        }
    }

    /// Makes views as the run itself does.
    private static func maker(
        _ images: CaseImages, _ window: IntensityWindow, _ table: LabelTable, study: String
    ) throws -> ViewMaker {
        { outcome, folder in
            do {
                let (volume, labels) = try images.read(outcome.id)
                let scale = try window.scale(for: volume)
                let shown = (lower: Float(scale.lower), upper: Float(scale.upper))
                let view = CaseView(volume: volume, labels: labels, table: table, window: shown, id: outcome.id)
                _ = try view.write(to: folder)
            } catch let error as any TomosError {
                if error is AtomicFileError { throw error }
                // The report travels: it says where in the study, not where on this machine.
                throw NoView(description: error.description.replacing(study + "/", with: ""))
            }
        }
    }
}

/// Why a case has no pictures.
private struct NoView: Error, CustomStringConvertible {
    let description: String
}

extension StudyReport.Task {
    /// What a pack says of itself where it is there; of one that has changed since, names and colours only. Labels that no
    /// case was asked for are left out.
    init(_ pack: TaskPack?, of made: Provenance, in cases: [CaseOutcome]) {
        let found = Dictionary(
            cases.flatMap(\.structures).map { ($0.id, $0.name) }, uniquingKeysWith: { a, _ in a })
        let isSame = pack?.packSHA256 == made.packSHA256 ?? made.taskSHA256
        var entries = (pack?.labels.entries ?? []).filter { found.isEmpty || found[$0.id] == $0.name }
        let known = Set(entries.map(\.id))
        entries += found.filter { !known.contains($0.key) }.map { id, name in
            LabelEntry(id: id, name: name, colour: LabelTable.defaultColour(Int(id) - 1))
        }
        self.init(name: made.task, labels: LabelTable(entries))
        guard let pack, isSame else { return }
        volumes = pack.examples.count
        planes = (pack.findings?.options.planes ?? [pack.plane]).map(\.rawValue)
        window = pack.window.description
    }
}

/// When the last run ended, as `run.json` has it.
private struct RunEnd: Decodable {
    private let ended: String

    init?(of folder: BatchFolder) {
        guard let data = FileManager.default.contents(atPath: folder.path + "/run.json"),
            let end = try? JSONDecoder().decode(RunEnd.self, from: data)
        else { return nil }
        self = end
    }

    var date: Date? { try? Date(ended, strategy: .iso8601) }
}

extension BatchRun {
    /// Writes `RESULTS/report` where the pipeline asks for it, of all cases as they stand now.
    func writeReport() throws -> StudyReport.Written? {
        guard pipeline.outputs.contains(.report) else { return nil }
        return try StudyReport(of: folder, plan: plan, makesViews: false).write(to: folder.path + "/report")
    }
}
