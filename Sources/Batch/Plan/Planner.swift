import Foundation
import Pipelines
import Platform
import Segmentation
import Studies
import Synchronization
import VolumeIO
import Volumes

/// How far a plan is.
public enum PlanningEvent: Sendable {
    /// The study is being searched.
    case searching
    /// Files of so many cases are read, so that what is done can be told from what changes later.
    case hashed(Int, of: Int)
}

/// What a plan is made from. It crosses to the process that makes it.
public struct PlanRequest: Codable, Sendable {
    /// The pipeline as ``PipelineFile/resolvedText()`` has it.
    public var pipeline: String
    /// ``PipelineFile/sha256`` of the file that a person wrote.
    public var pipelineSHA256: String
    /// The study as it was named.
    public var study: String
    /// The results folder.
    public var results: String
    /// The version that results shall name.
    public var version: String
    /// Whether headers of files are looked into. Without it, what a case takes is not known before it is done.
    public var looksInside = true
    /// Whether every image is read for its hash. Without it only those that have results are, which is all that a look ahead
    /// needs.
    public var hashesAll = true

    /// A request.
    ///
    /// - Throws: ``TeachingError/twoPasses`` where the study is to teach the pack, which is no one plan.
    public init(_ pipeline: PipelineFile, study: String, results: BatchFolder, version: String) throws {
        if pipeline.isTaughtByStudy { throw TeachingError.twoPasses(pipeline: pipeline.name) }
        (self.pipeline, pipelineSHA256, self.study) = (try pipeline.resolvedText(), pipeline.sha256, study)
        (self.results, self.version) = (results.path, version)
    }
}

/// Makes the plan of a run: finds the cases of a study, keeps the names that they had, tells by hashes what they hold, and
/// looks at what they will take.
public struct Planner: Sendable {
    private let request: PlanRequest
    private let pipeline: PipelineFile
    private let folder: BatchFolder
    private var study: String { request.study }

    init(_ request: PlanRequest) throws {
        (self.request, folder) = (request, BatchFolder(request.results))
        var pipeline = try PipelineFile.load(resolvedText: request.pipeline)
        pipeline.sha256 = request.pipelineSHA256
        self.pipeline = pipeline
    }

    /// Makes the plan in a process of its own, which takes with it what reading thousands of headers leaves in memory.
    ///
    /// - Throws: `StudyError` when nothing is there, what stops every case (task, weights, memory), ``PlanError``, as
    ///   ``WorkerRefusal``.
    public static func plan(
        _ request: PlanRequest, program: WorkerProgram, _ report: @escaping @Sendable (PlanningEvent) -> Void
    ) async throws -> BatchPlan {
        var request = request
        report(.searching)
        var tries = 0
        while true {
            let (reply, end, errors) = try await ask(request, program, report)
            switch reply {
            case .planned(var plan):
                if !request.looksInside { plan.notices.append(blindly) }
                return plan
            case .refused(let reason, let category): throw WorkerRefusal(description: reason, category: category)
            default: tries += 1
            }
            // Somebody who ended it says nothing of the study; an image that it cannot bear shall cost itself alone.
            guard case .signalled = end, tries < mostTries else {
                throw PlanError.workerFailed(reason: "\(end.text)\(errors.isEmpty ? "" : ": \(errors)")")
            }
            if !end.isFromOutside { request.looksInside = false }
        }
    }

    private static let mostTries = 3
    private static let blindly =
        "an image's header crashed the reader while the plan was made: it was made without looking into files, so that "
        + "grids and memory are not known beforehand; the run will name the image"

    private static func ask(
        _ request: PlanRequest, _ program: WorkerProgram, _ report: @escaping @Sendable (PlanningEvent) -> Void
    ) async throws -> (WorkerReply?, WorkerEnd, String) {
        try await WorkerProcess.with(program) { worker, replies in
            try await worker.send(.plan(request))
            while let reply = try await replies.next() {
                guard case .hashed(let done, let total) = reply else { return reply }
                report(.hashed(done, of: total))
            }
            return nil
        }
    }

    /// The folder that the paths of a study are below, as it was named: the study, or the folder that the one image is in.
    public static func root(of study: String) -> String {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: study, isDirectory: &isFolder)
        var path = study
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        if isFolder.boolValue { return path }
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the plan here.
    func plan(_ report: @escaping @Sendable (Int, Int) -> Void) throws -> BatchPlan {
        let outlook = try SegmentationOutlook(task: TaskPack.load(pipeline.task), options: pipeline.segmentOptions)
        let last = try? folder.plan()
        let known = (last?.cases ?? []).map { ($0.source.key, $0.id) }
        let found = try StudyDiscovery.discover(
            study, selection: pipeline.input, excluding: folder.path,
            known: Dictionary(known, uniquingKeysWith: { a, _ in a }))
        let root = Self.root(of: study)
        var drafts = concurrentMap(found.cases, threads: ThreadBudget.count) { [looksInside = request.looksInside] in
            PlanDraft($0, root: root, looksInside: looksInside)
        }
        try outlook.require(anyOf: drafts.compactMap(\.outline))
        for n in drafts.indices { drafts[n].judge(outlook) }
        hash(&drafts, root: root, last: last, report)
        return BatchPlan(
            study: URL(fileURLWithPath: root.isEmpty ? "." : root).standardizedFileURL.path,
            pipeline: request.pipeline,
            provenance: Provenance(of: pipeline, outlook: outlook, version: request.version),
            cases: drafts.map(\.planned), ignored: found.ignored,
            notices: [outlook.advice, found.channelNotice].compactMap(\.self))
    }

    /// Hashes the files of the cases; those that nobody has touched since the last plan keep its hash.
    private func hash(
        _ drafts: inout [PlanDraft], root: String, last: BatchPlan?,
        _ report: @escaping @Sendable (Int, Int) -> Void
    ) {
        let earlier = Dictionary(
            (last?.cases ?? []).map { ($0.source.key, $0) }, uniquingKeysWith: { a, _ in a })
        let wanted = drafts.indices.filter { n in
            let planned = drafts[n].planned
            guard planned.problem == nil, planned.stamp != nil else { return false }
            if let before = earlier[planned.source.key], before.stamp == planned.stamp, before.sha256 != nil {
                drafts[n].planned.sha256 = before.sha256
                return false
            }
            return request.hashesAll || folder.record(of: planned.id) != nil
        }
        let sources = wanted.map { drafts[$0].planned.source.paths(below: root) }
        let done = Atomic(0)
        let hashes = concurrentMap(sources, threads: ThreadBudget.count) { paths in
            let result = Result { () throws(PlanError) in try SourceContent.sha256(paths) }
            report(done.add(1, ordering: .relaxed).newValue, sources.count)
            return result
        }
        for (n, hash) in zip(wanted, hashes) {
            switch hash {
            case .success(let hash): drafts[n].planned.sha256 = hash
            case .failure(let error):
                drafts[n].planned.problem = CaseProblem(reason: error.description, category: error.category.rawValue)
            }
        }
    }
}

extension CaseSource {
    /// ``StudyCase/key`` of the case.
    var key: String {
        guard let seriesInstanceUID else { return path }
        return StudyCase.key(path, series: seriesInstanceUID, number: seriesNumber, part: part, variant: variant)
    }
}

/// A case while it is being planned.
private struct PlanDraft: Sendable {
    var planned: PlannedCase
    var outline: ImageOutline?

    init(_ studyCase: StudyCase, root: String, looksInside: Bool) {
        let source = CaseSource(studyCase, root: root, looksInside: looksInside)
        let stamp = SourceContent.stamp(source.paths(below: root))
        planned = PlannedCase(id: studyCase.id, source: source, stamp: stamp?.stamp, bytes: stamp?.bytes ?? 0)
        switch studyCase.source {
        case .broken, .ambiguous:
            // Reading it says why it cannot be read.
            do { _ = try studyCase.readVolume() } catch { planned.problem = CaseProblem(error) }
        case .file, .dicom:
            outline = looksInside ? studyCase.outline() : nil
            if let outline {
                planned.shape = [outline.shape.i, outline.shape.j, outline.shape.k]
                planned.spacing = outline.geometry.map { [$0.spacing.x, $0.spacing.y, $0.spacing.z] }
            }
        }
    }

    /// Looks at the memory that it will take.
    mutating func judge(_ outlook: SegmentationOutlook) {
        guard let outline else { return }
        planned.memory = outlook.need(for: outline, threads: outlook.options.threads).bytes
        do throws(MemoryError) {
            _ = try outlook.plan(for: outline)
        } catch {
            planned.problem = CaseProblem(error)
        }
    }
}

extension CaseProblem {
    init(_ error: any Error) {
        let known = error as? any TomosError
        self.init(
            reason: known?.description ?? "internal error: \(error)",
            category: (known?.category ?? .internalFailure).rawValue)
    }
}
