import Batch
import Foundation
import PackChecks
import Pipelines
import Platform
import Segmentation
import Volumes

extension StudyExample {
    /// The cases of a results folder that teach a pack; why others do not is said.
    static func all(
        in folder: BatchFolder, of task: TaskPack, most: Int, _ note: (String) -> Void
    ) throws -> [StudyExample] {
        let finished = try FinishedCases(folder, of: task, most: most)
        for (id, reason) in finished.leftOut.prefix(10) { note("\(id) does not teach: \(reason)") }
        if finished.leftOut.count > 10 { note("\(finished.leftOut.count - 10) more cases do not teach") }
        note("\(finished.cases.count) cases of \(folder.path) teach")
        return finished.cases.map { one in
            StudyExample(
                name: one.id, weight: one.confidence, image: { try one.readVolume() },
                labels: { try one.readLabels(on: $0) })
        }
    }
}

/// A run in which the study teaches its pack (`segment.study: learn`): all cases are segmented, out of sight; the surest of
/// them teach a copy of the pack, which stays with the results; and with that pack the run goes on.
///
/// Each of the three is taken up where it was stopped.
struct TaughtRun {
    let file: PipelineFile
    let study: String
    let results: BatchFolder
    let training: TaskTraining.Options
    let teller: any BatchTeller

    /// How many cases teach, at most.
    static let mostCases = 40

    /// Does what comes first; returns the pipeline with which the run goes on.
    func prepare() throws -> PipelineFile {
        let task = try TaskPack.load(file.task)
        let folder = results.path + "/pack"
        var taught = file
        (taught.task, taught.isTaughtByStudy) = (folder, false)
        if FileManager.default.fileExists(atPath: folder) {
            let pack = try TaskPack.load(folder)
            guard pack.packSHA256 == task.packSHA256, pack.findings?.learned?.taught != nil else {
                throw UsageError(
                    "\(folder): is not the pack \(file.task) as the study has taught it: remove it, or write to another "
                        + "folder")
            }
            return taught
        }
        let first = try segment()
        try teach(task, by: first, at: folder)
        return taught
    }

    /// The first pass; cases that fail are left to the second one to name.
    private func segment() throws -> BatchFolder {
        let folder = BatchFolder(results.hidden + "/first")
        var pipeline = file
        (pipeline.isTaughtByStudy, pipeline.outputs) = (false, [.labels])
        let request = try PlanRequest(pipeline, study: study, results: folder, version: Version.text)
        let plan = try waiting { try await Planner.plan(request, program: .this, teller.tell) }
        teller.clear()
        var run = try BatchRun(
            plan, in: folder, pipeline: pipeline, study: Planner.root(of: study), program: .this)
        run.freezes = true
        run.lastWords = { [teller] in
            teller.clear()
            teller.fault("stopped; nothing is half-done: the same command goes on")
        }
        teller.note("first pass, which teaches the pack")
        _ = try waiting { [run, teller] in try await run.run(teller.tell) }
        teller.clear()
        return folder
    }

    /// Trains networks on a copy of the pack, which is put in place when that is done.
    private func teach(_ task: TaskPack, by first: BatchFolder, at folder: String) throws {
        let examples = try StudyExample.all(in: first, of: task, most: Self.mostCases, teller.note)
        if let lack = TaskTraining.lack(task, volumes: task.examples.count, study: examples.count) {
            throw UsageError("\(file.task): \(lack) (segment.study: alone goes without)")
        }
        let draft = results.hidden + "/pack"
        // One that was begun with the pack as it was before is of no use.
        if (try? TaskPack.load(draft))?.packSHA256 != task.packSHA256 {
            try? FileManager.default.removeItem(atPath: draft)
            try copy(file.task, to: draft)
        }
        var training = training
        (training.compares, training.keepsNetworks, training.threads) = (false, true, file.options.threads)
        let check = try PackCheck(
            TaskPack.load(draft), options: file.options, training: training, study: examples,
            trainingProgress: { teller.note(TrainingOptions.line($0)) })
        try check.save(in: draft)
        guard rename(draft, folder) == 0 else {
            throw ResultError.cannotCreate(folder, reason: String(cString: strerror(errno)))
        }
    }

    /// Copies a pack's folder, which appears whole.
    private func copy(_ pack: String, to folder: String) throws {
        let part = folder + ".part"
        if FileManager.default.fileExists(atPath: part) { try FileManager.default.removeItem(atPath: part) }
        try FileManager.default.copyItem(atPath: pack, toPath: part)
        try FileManager.default.moveItem(atPath: part, toPath: folder)
    }
}
