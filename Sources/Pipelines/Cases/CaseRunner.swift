import Foundation
import Platform
import Segmentation
import Studies
import VolumeIO
import Volumes

/// Takes one case from its files to its results. It holds all that a case needs, so that a worker process can do the
/// same later.
public struct CaseRunner: Sendable {
    /// The task and the network.
    public let segmenter: Segmenter
    /// What to write; ``OutputKind/certainty`` only of a segmenter that keeps it.
    public let outputs: [OutputKind]
    /// What the results will say they were made by.
    public let provenance: Provenance
    /// Whether earlier results of the case are replaced.
    public let overwrite: Bool
    let results: ResultFolder

    /// Reads, segments and writes one case. An error becomes a failed outcome, and no file of the case stays behind.
    ///
    /// - Parameters:
    ///   - studyCase: The case.
    ///   - progress: Gets slices done and slices in all.
    public func run(_ studyCase: StudyCase, progress: (@Sendable (Int, Int) -> Void)? = nil) -> CaseOutcome {
        let clock = ContinuousClock()
        let start = clock.now
        var outcome: CaseOutcome
        do {
            outcome = try segment(studyCase, progress: progress, elapsed: { seconds(clock.now - start) })
        } catch {
            outcome = CaseOutcome(studyCase, failure: error)
            // What a person is told is where the file would have been, not where it was being made.
            let (made, meant) = (results.partialFolder(of: studyCase.id), results.folder(of: studyCase.id))
            outcome.reason = outcome.reason?.replacing(made, with: meant)
        }
        outcome.seconds = seconds(clock.now - start)
        return outcome
    }

    private func segment(
        _ studyCase: StudyCase, progress: (@Sendable (Int, Int) -> Void)?, elapsed: () -> Double
    ) throws -> CaseOutcome {
        // Too large is said before the image is read.
        if let outline = studyCase.outline() { _ = try segmenter.plan(for: outline) }
        let volume = try studyCase.readVolume()
        let result = try segmenter.segment(volume, progress: progress)
        var outcome = CaseOutcome(studyCase, status: .done)
        outcome.structures = result.structures.map(CaseOutcome.Structure.init)
        outcome.memory = CaseOutcome.Memory(result.plan)
        outcome.notices = volume.notices + result.notices.filter { !volume.notices.contains($0) }
        try results.commit(studyCase.id, replacing: overwrite) { folder in
            var writer = try CaseWriter(
                volume: volume, result: result, table: segmenter.task.labels,
                window: segmenter.options.window ?? segmenter.task.window, reference: try? studyCase.reference(),
                outcome: outcome)
            for kind in outputs { try writer.write(kind, to: folder) }
            outcome = writer.outcome
            outcome.outputs.append(studyCase.id + "/case.json")
            outcome.seconds = elapsed()
            let record = CaseRecord(made: provenance, outcome: outcome)
            try AtomicFile.write(try JSON.bytes(record), to: folder + "/case.json")
        }
        return outcome
    }
}

extension CaseOutcome.Structure {
    /// Takes over what segmentation found.
    public init(_ structure: SegmentedVolume.Structure) {
        self.init(
            id: structure.id, name: structure.name, voxels: structure.voxels, mm3: structure.cubicMillimetres,
            meanProbability: structure.meanProbability,
            expectedDice: structure.expectedDice, predictedDice: structure.predictedDice,
            flags: structure.flags)
    }
}

extension CaseOutcome.Memory {
    /// Takes over how a volume was segmented, and how much memory the process has held by now.
    public init(_ plan: MemoryPlan) {
        self.init(
            limit: plan.limit?.bytes, needed: plan.need.bytes, peak: MachineMemory.peak?.bytes, jobs: plan.threads,
            support: plan.support, jobsAskedFor: plan.askedThreads, supportAskedFor: plan.askedSupport)
    }
}

/// Seconds, to the millisecond.
func seconds(_ duration: Duration) -> Double { (duration / .milliseconds(1)).rounded() / 1000 }
