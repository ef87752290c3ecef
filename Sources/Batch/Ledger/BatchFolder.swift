import Foundation
import Pipelines
import Platform
import Volumes

/// A results folder: where plan, results, records of failures and tables lie.
public struct BatchFolder: Sendable {
    /// The folder.
    public let path: String

    /// Names the folder; nothing is made.
    public init(_ path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// Where what is no result lies.
    public var hidden: String { path + "/.tomos" }
    var planFile: String { path + "/plan.json" }
    var plans: String { hidden + "/plans" }
    var failed: String { hidden + "/failed" }
    var logs: String { path + "/logs" }

    func logFile(of id: String) -> String { logs + "/\(id).log" }

    func failureFile(of id: String) -> String { failed + "/\(id).json" }

    func recordFile(of id: String) -> String { path + "/\(id)/case.json" }

    /// The plan of a hash, or the latest.
    ///
    /// - Throws: ``PlanError``.
    public func plan(_ hash: String? = nil) throws(PlanError) -> BatchPlan {
        guard let hash else {
            if let plan = try BatchPlan.read(planFile) { return plan }
            throw .noPlan(folder: path)
        }
        if let plan = try BatchPlan.read(plans + "/\(hash).json") { return plan }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: plans)) ?? []
        let known = names.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
        throw known.isEmpty ? .noPlan(folder: path) : .unknownPlan(hash: hash, folder: path, known: known)
    }

    /// Writes a plan, by its hash and as the latest. The same plan again changes nothing.
    public func freeze(_ plan: BatchPlan) throws {
        let bytes = try JSON.bytes(plan)
        try AtomicFile.write(bytes, to: plans + "/\(plan.hash).json")
        try AtomicFile.write(bytes, to: planFile)
    }

    /// What an earlier run said of a case: that it failed, or else that it is done; nil when neither. A failure counts as
    /// long as no results were put in place after it.
    public func record(of id: String) -> CaseRecord? {
        if let failure = ResultFolder.record(failureFile(of: id)), failure.before == doneMark(of: id) { return failure }
        return ResultFolder.record(recordFile(of: id))
    }

    /// Tells one writing of a case's results from the next; nil when there are none.
    func doneMark(of id: String) -> String? { SourceContent.stamp([recordFile(of: id)])?.stamp }

    /// Tells one state of a case from the next: its results, and its failure.
    func mark(of id: String) -> String {
        (doneMark(of: id) ?? "") + " " + (SourceContent.stamp([failureFile(of: id)])?.stamp ?? "")
    }

    /// Writes down that a case failed, with what was said on standard error.
    func note(failure record: CaseRecord, errors: String) throws {
        let id = record.outcome.id
        var record = record
        record.before = doneMark(of: id)
        try AtomicFile.write(try JSON.bytes(record), to: failureFile(of: id))
        let stage = record.outcome.stage.map { "stage: \($0.rawValue)\n" } ?? ""
        let reason =
            "case: \(id)\nkind: \(record.outcome.category ?? "")\n\(stage)reason: \(record.outcome.reason ?? "")\n"
        let said = errors.isEmpty ? "" : "\nstandard error:\n\(errors)"
        try AtomicFile.write(Array((reason + said).utf8), to: logFile(of: id))
    }

    /// Takes back that a case failed, when it is done.
    func forgetFailure(of id: String) {
        unlink(failureFile(of: id))
        unlink(logFile(of: id))
    }

    /// Cases of which something tells a failure that is none any more, since a run ended between putting results in place and
    /// taking the failure back.
    var outdatedFailures: [String] {
        func ids(_ folder: String, _ suffix: String) -> [String] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.filter { !$0.hasPrefix(".") && $0.hasSuffix(suffix) }.map {
                String($0.dropLast(suffix.count))
            }
        }
        return Set(ids(failed, ".json") + ids(logs, ".log")).filter(isFailureOutdated).sorted()
    }

    /// Whether nothing of a failure is left but its log, or the case was done after it.
    func isFailureOutdated(of id: String) -> Bool {
        guard FileManager.default.fileExists(atPath: failureFile(of: id)) else {
            return FileManager.default.fileExists(atPath: logFile(of: id))
        }
        guard let failure = ResultFolder.record(failureFile(of: id)) else { return false }
        return failure.before != doneMark(of: id)
    }
}
