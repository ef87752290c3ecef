import Foundation
import Platform
import Segmentation
import Studies
import VolumeIO
import Volumes

/// What a case tells while it goes on.
public enum CaseProgress: Sendable, Equatable {
    /// Something else begins.
    case stage(CaseStage)
    /// Slices done, and slices in all; by networks of the pack alone, patches.
    case advanced(done: Int, of: Int)
}

/// Which case it is, whatever the others are, and what must hold while it is done.
public struct CaseTicket: Sendable {
    /// The image.
    public var studyCase: StudyCase
    /// Its path below the study.
    public var path: String?
    /// SHA-256 of its content.
    public var contentSHA256: String?
    /// Whether earlier results of the case are replaced.
    public var replaces = false
    /// Throws when the image is not, or is no longer, the one that is meant. Asked when it has been read.
    public var confirmImage: @Sendable () throws -> Void = {}
    /// Throws when somebody else has the case by now. Asked before its results are put in place.
    public var confirmClaim: @Sendable () throws -> Void = {}

    /// A ticket for an image.
    public init(_ studyCase: StudyCase) { self.studyCase = studyCase }
}

/// Takes one case from its files to its results: what a worker process does, case after case.
public struct CaseRunner: Sendable {
    /// The task and the network.
    public let segmenter: Segmenter
    /// What to write; ``OutputKind/certainty`` only of a segmenter that keeps it.
    public let outputs: [OutputKind]
    /// What the results will say they were made by.
    public let provenance: Provenance
    /// Where its results go.
    public let results: ResultFolder

    /// Makes a runner that writes into a results folder.
    public init(segmenter: Segmenter, outputs: [OutputKind], provenance: Provenance, results: ResultFolder) {
        (self.segmenter, self.outputs, self.provenance, self.results) = (segmenter, outputs, provenance, results)
    }

    /// Reads, segments and writes one case. An error becomes a failed outcome, and no file of the case stays behind.
    ///
    /// - Parameters:
    ///   - ticket: The case.
    ///   - report: Gets what goes on, from any thread.
    public func run(_ ticket: CaseTicket, report: @escaping @Sendable (CaseProgress) -> Void = { _ in }) -> CaseOutcome
    {
        let clock = ContinuousClock()
        let start = clock.now
        var stage = CaseStage.reading
        var outcome: CaseOutcome
        do {
            outcome = try segment(ticket, report: report, elapsed: { seconds(clock.now - start) }) {
                stage = $0
                report(.stage($0))
            }
        } catch {
            outcome = CaseOutcome(ticket, failure: error)
            outcome.stage = stage
            // What a person is told is where the file would have been, not where it was being made.
            let id = ticket.studyCase.id
            let (made, meant) = (results.makingFolder(of: id), results.folder(of: id))
            outcome.reason = outcome.reason?.replacing(made, with: meant)
        }
        outcome.seconds = seconds(clock.now - start)
        return outcome
    }

    private func segment(
        _ ticket: CaseTicket, report: @escaping @Sendable (CaseProgress) -> Void, elapsed: () -> Double,
        enter: (CaseStage) -> Void
    ) throws -> CaseOutcome {
        let studyCase = ticket.studyCase
        enter(.reading)
        // Too large is said before the image is read.
        if let outline = studyCase.outline() { _ = try segmenter.plan(for: outline) }
        let volume = try studyCase.readVolume()
        try ticket.confirmImage()
        enter(.segmenting)
        let result = try segmenter.segment(volume) { report(.advanced(done: $0, of: $1)) }
        var outcome = CaseOutcome(ticket, status: .done)
        let intensities = LabelIntensities(of: volume, under: result.labels)
        outcome.structures = result.structures.map { .init($0, intensities) }
        outcome.memory = CaseOutcome.Memory(result.plan)
        outcome.notices = volume.notices + result.notices.filter { !volume.notices.contains($0) }
        enter(.writing)
        try results.commit(studyCase.id, replacing: ticket.replaces, confirm: ticket.confirmClaim) { folder in
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

extension CaseOutcome {
    /// Makes an outcome without results.
    public init(_ ticket: CaseTicket, status: Status) {
        self.init(ticket.studyCase, status: status)
        (path, contentSHA256) = (ticket.path, ticket.contentSHA256)
    }

    /// Makes a failed outcome of an error.
    public init(_ ticket: CaseTicket, failure: any Error) {
        self.init(ticket.studyCase, failure: failure)
        (path, contentSHA256) = (ticket.path, ticket.contentSHA256)
    }
}

extension CaseOutcome.Structure {
    /// Takes over what segmentation found, and what the image shows there.
    public init(_ structure: SegmentedVolume.Structure, _ intensities: LabelIntensities) {
        let values = intensities.byLabel[structure.id]
        self.init(
            id: structure.id, name: structure.name, voxels: structure.voxels, mm3: structure.cubicMillimetres,
            meanProbability: structure.meanProbability, expectedDice: structure.expectedDice,
            predictedDice: structure.predictedDice, meanIntensity: values?.mean,
            intensityDeviation: values?.deviation, flags: structure.flags)
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
