import Foundation
import Glibc
import Pipelines
import Platform
import Segmentation
import Studies
import Synchronization
import Volumes

/// A worker process: does one case after another for the runner that started it, and dies alone.
public enum Worker {
    /// Serves the runner until it ends the input.
    public static func serve() -> Never {
        preferForKilling()
        let channel = WorkerChannel()
        do {
            try answer(channel)
        } catch let error as any TomosError {
            channel.send(.refused(reason: error.description, category: error.category))
        } catch {
            channel.send(.refused(reason: "internal error: \(error)", category: .internalFailure))
        }
        // The runner ends the input when it has read the reply.
        while true { _ = channel.next() }
    }

    private static func answer(_ channel: WorkerChannel) throws {
        var shift: WorkerShift?
        while true {
            switch channel.next() {
            case .plan(let request): channel.send(.planned(try plan(request, channel)))
            case .begin(let setup):
                shift = try WorkerShift(setup)
                channel.send(.ready)
            case .ticket(let ticket): if let shift { channel.send(.finished(shift.work(on: ticket, channel))) }
            }
        }
    }

    private static func plan(_ request: PlanRequest, _ channel: WorkerChannel) throws -> BatchPlan {
        let told = Mutex(ContinuousClock.now)
        return try Planner(request).plan { done, total in
            if told.withLock({ $0.isDue() }) { channel.send(.hashed(done, total)) }
        }
    }

    /// Of all processes of a run the system shall end a worker first when memory runs out: that costs one case.
    private static func preferForKilling() {
        guard let file = fopen("/proc/self/oom_score_adj", "w") else { return }
        fputs("500\n", file)
        fclose(file)
    }
}

extension PipelineFile {
    /// ``PipelineFile/options`` with what its outputs ask for.
    var segmentOptions: SegmentOptions {
        var options = options
        options.keepsCertainty = outputs.contains { [.certainty, .export("dicom-fractional")].contains($0) }
        return options
    }
}

/// A worker that is ready: task and network are loaded.
private struct WorkerShift {
    let setup: WorkerSetup
    let pipeline: PipelineFile
    let runner: CaseRunner

    /// Loads task and network, and holds the process to its share of the memory.
    ///
    /// - Throws: ``PlanError/madeDifferently(changes:)`` when they are not those of the plan, and what loading throws.
    init(_ setup: WorkerSetup) throws {
        var pipeline = try PipelineFile.load(resolvedText: setup.pipeline)
        pipeline.options.threads = setup.threads
        if let memory = setup.memory { pipeline.options.memory = .size(MemorySize(bytes: memory)) }
        ThreadBudget.limit(to: setup.threads)
        let outlook = try SegmentationOutlook(task: TaskPack.load(pipeline.task), options: pipeline.segmentOptions)
        let provenance = Provenance(of: pipeline, outlook: outlook, version: setup.provenance.tomos)
        let changes = provenance.changes(since: setup.provenance)
        if !changes.isEmpty { throw PlanError.madeDifferently(changes: changes) }
        let making = BatchFolder(setup.results).makingFolder(of: setup.run)
        runner = CaseRunner(
            segmenter: try Segmenter(outlook), outputs: pipeline.outputs, provenance: setup.provenance,
            results: ResultFolder(setup.results, making: making))
        (self.setup, self.pipeline) = (setup, pipeline)
        if let memory = setup.memory { MemoryCeiling.hold(to: memory, threads: setup.threads) }
    }

    func work(on ticket: WorkerTicket, _ channel: WorkerChannel) -> CaseOutcome {
        let planned = ticket.planned
        let (study, claims) = (setup.study, BatchFolder(setup.results).claims(of: setup.run))
        let studyCase: StudyCase
        do {
            channel.send(.stage(.reading))
            try SourceContent.confirm(planned, below: study)
            studyCase = try planned.source.studyCase(planned.id, below: study, policies: pipeline.input.policies)
        } catch {
            return CaseOutcome(planned, below: study, failure: error)
        }
        var caseTicket = CaseTicket(studyCase)
        (caseTicket.path, caseTicket.contentSHA256) = (planned.source.path, planned.sha256)
        caseTicket.replaces = ticket.replaces
        caseTicket.confirmImage = { try SourceContent.confirm(planned, below: study) }
        let results = runner.results
        caseTicket.confirmClaim = {
            if try !claims.confirm(planned.id) { throw ResultError.takenOver(results.folder(of: planned.id)) }
        }
        let told = Mutex(ContinuousClock.now - .seconds(1))
        return runner.run(caseTicket) { progress in
            switch progress {
            case .stage(let stage): channel.send(.stage(stage))
            case .advanced(let done, let total):
                // A few times a second is enough for people.
                if told.withLock({ $0.isDue() }) { channel.send(.advanced(done, total)) }
            }
        }
    }
}

/// Holds this process to an amount of memory.
enum MemoryCeiling {
    /// Addresses beyond what is counted: what the run-time keeps for itself, and the allocator for each thread.
    private static let (slack, slackPerThread) = (1 << 30, 160 << 20)

    /// From now on the process can take so many bytes more than it has addresses now, and what asks for more fails.
    static func hold(to bytes: Int, threads: Int) {
        guard let status = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = status.split(separator: " ").first.flatMap({ Int($0) })
        else { return }
        let now = pages * Int(sysconf(Int32(_SC_PAGESIZE)))
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return }
        let ceiling = rlim_t(now + bytes + slack + threads * slackPerThread)
        limit.rlim_cur = min(ceiling, limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    }
}

extension CaseOutcome {
    /// A failed outcome of a planned case.
    init(_ planned: PlannedCase, below study: String, failure: any Error) {
        let shown = planned.source.path.isEmpty ? study : CaseSource.full(planned.source.path, below: study)
        self.init(
            StudyCase(id: planned.id, source: .file(path: shown), path: planned.source.path), failure: failure)
        (path, contentSHA256) = (planned.source.path, planned.sha256)
        seriesInstanceUID = planned.source.seriesInstanceUID
    }
}

extension ContinuousClock.Instant {
    /// Whether people should be told again, a few times a second at most; then this becomes now.
    fileprivate mutating func isDue() -> Bool {
        let now = ContinuousClock.now
        guard now - self > .milliseconds(250) else { return false }
        self = now
        return true
    }
}
