import Foundation
import Platform
import Segmentation
import Studies
import VolumeIO
import Volumes

/// What a run tells while it goes on.
public enum RunEvent: Sendable {
    /// A case begins; `number` counts from 1.
    case started(StudyCase, number: Int, of: Int)
    /// Slices of the current case are done.
    case advanced(done: Int, of: Int)
    /// A case ended.
    case finished(CaseOutcome, number: Int, of: Int)
}

/// A pipeline over a study, one case after another. A case that fails does not stop the others.
public struct PipelineRun: Sendable {
    /// What to do with results that are there already.
    public enum Existing: Sendable {
        /// Stop before anything is done.
        case refuse
        /// Replace them.
        case overwrite
        /// Keep the cases that are done, if the same pipeline made them.
        case resume
    }

    /// The study.
    public let study: Study
    /// ``Segmenter/advice``.
    public var advice: String? { runner.segmenter.advice }
    private let runner: CaseRunner
    private let results: ResultFolder
    private let existing: Existing

    /// Prepares a run: finds the cases, reads task and weights, and makes the results folder. Everything that would
    /// stop every case stops here, before any is begun.
    ///
    /// - Throws: `StudyError`, `ResultError`, `MemoryError` when no case fits into memory, and what reading task and weights throws.
    public init(_ pipeline: PipelineFile, study path: String, results folder: String, existing: Existing) throws {
        study = try StudyDiscovery.discover(path, selection: pipeline.input, excluding: folder)
        let task = try TaskPack.load(pipeline.task)
        let images = study.cases.filter { existing != .resume || !ResultFolder.isCase(folder + "/" + $0.id) }
            .compactMap { $0.outline() }
        var options = pipeline.options
        options.keepsCertainty = pipeline.outputs.contains { [.certainty, .fractional].contains($0) }
        let segmenter = try Segmenter(task: task, options: options, images: images)
        let provenance = Provenance(
            pipeline: pipeline.name, pipelineSHA256: pipeline.sha256, task: task.name, taskSHA256: task.sha256,
            weights: segmenter.weights.name + ": " + segmenter.weights.licence, weightsSHA256: segmenter.weights.sha256,
            learned: segmenter.learnedRecord)
        results = try ResultFolder(creating: folder)
        runner = CaseRunner(
            segmenter: segmenter, outputs: pipeline.outputs, provenance: provenance, overwrite: existing == .overwrite,
            results: results)
        self.existing = existing
        try checkExisting()
    }

    private func checkExisting() throws(ResultError) {
        let there = study.cases.map(\.id).filter(results.holdsResults)
        switch existing {
        case .overwrite: return
        case .refuse:
            if !there.isEmpty { throw .exists(folder: results.path, cases: there) }
        case .resume:
            let others = there.filter { results.record(of: $0)?.made != runner.provenance }
            if !others.isEmpty { throw .madeDifferently(folder: results.path, cases: others) }
        }
    }

    /// Does every case and writes `cases.json` and `volumes.csv`.
    /// - Throws: Only when those two files cannot be written.
    public func run(_ report: @escaping @Sendable (RunEvent) -> Void = { _ in }) throws -> RunReport {
        var outcomes: [CaseOutcome] = []
        for (index, studyCase) in study.cases.enumerated() {
            report(.started(studyCase, number: index + 1, of: study.cases.count))
            let outcome = kept(studyCase) ?? runner.run(studyCase) { report(.advanced(done: $0, of: $1)) }
            outcomes.append(outcome)
            report(.finished(outcome, number: index + 1, of: study.cases.count))
        }
        let whole = RunReport(made: runner.provenance, study: study.path, cases: outcomes, ignored: study.ignored)
        if runner.outputs.contains(.volumes) {
            try AtomicFile.write(Array(whole.volumesCSV().utf8), to: results.path + "/volumes.csv")
        }
        try AtomicFile.write(try whole.json(), to: results.path + "/cases.json")
        return whole
    }

    private func kept(_ studyCase: StudyCase) -> CaseOutcome? {
        guard existing == .resume, var outcome = results.record(of: studyCase.id)?.outcome else { return nil }
        outcome.status = .kept
        return outcome
    }
}
