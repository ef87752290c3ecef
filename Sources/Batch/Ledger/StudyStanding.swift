import Foundation
import Pipelines
import VolumeIO
import Volumes

/// How every case of a plan stands in a results folder.
public struct StudyStanding: Sendable {
    /// What became of each, in the order of the plan; those with which nothing was done yet are waiting.
    public private(set) var cases: [CaseOutcome] = []
    /// Those whose results were made from something else or in another way, and what changed.
    public private(set) var stale: [String: [String]] = [:]

    /// Looks at a folder; nothing is changed.
    public init(_ folder: BatchFolder, of plan: BatchPlan) {
        for planned in plan.cases {
            let record = folder.record(of: planned.id)
            if case .stale(let changes) = CaseState.of(planned, record: record, provenance: plan.provenance) {
                stale[planned.id] = changes
            }
            cases.append(record?.outcome ?? CaseOutcome(waiting: planned, below: plan.study))
        }
    }
}

/// The images and label maps of a plan's cases, as long as they are those that were segmented.
public struct CaseImages: Sendable {
    private let folder: BatchFolder
    private let study: String
    private let policies: DICOMPolicies
    private let planned: [String: PlannedCase]

    /// Takes a folder and a plan of it.
    ///
    /// - Throws: Where the plan's pipeline cannot be read.
    public init(_ folder: BatchFolder, of plan: BatchPlan) throws {
        (self.folder, study) = (folder, plan.study)
        policies = try PipelineFile.load(resolvedText: plan.pipeline).input.policies
        planned = Dictionary(plan.cases.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a })
    }

    /// Reads the image of a case and its label map, in the image's storage order.
    ///
    /// - Throws: ``PlanError`` where the image is gone or another, and what reading throws, a label map on another grid
    ///   included.
    public func read(_ id: String) throws -> (volume: Volume, labels: LabelVolume) {
        guard let planned = planned[id] else { throw PlanError.unknownCases([id], known: self.planned.keys.sorted()) }
        try SourceContent.confirm(planned, below: study)
        let volume = try planned.source.studyCase(id, below: study, policies: policies).readVolume()
        let file = folder.path + "/\(id)/\(id)_labels.nii.gz"
        guard let labels = try LabelMaps.readLabels(file, on: volume.geometry).stored(like: volume.geometry) else {
            throw RemeasuringError(file: file, results: folder.path, id: id)
        }
        return (volume, labels)
    }
}

extension BatchFolder {
    /// The last lines of what was written down of a case that failed; nil where nothing was.
    ///
    /// - Parameter most: How many lines, of so many bytes in all at most.
    public func logTail(of id: String, most: Int = 30, bytes: Int = 8192) -> String? {
        guard let file = FileHandle(forReadingAtPath: logFile(of: id)), let size = try? file.seekToEnd() else {
            return nil
        }
        let start = size > UInt64(bytes) ? size - UInt64(bytes) : 0
        guard (try? file.seek(toOffset: start)) != nil, let data = try? file.readToEnd() else { return nil }
        var lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        if start > 0 { lines.removeFirst() }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.suffix(most).joined(separator: "\n")
    }
}
