import Foundation
import Pipelines
import Platform
import Studies

/// What a run will do, written down before it begins: whatever happens to the study's folder later, what is done is what
/// was planned.
public struct BatchPlan: Codable, Sendable {
    /// The format's version.
    public var version = 1
    /// The study's folder, a full path.
    public var study: String
    /// The pipeline with every option as it is in force, from which it is read again.
    public var pipeline: String
    /// What the results will say they were made by.
    public var provenance: Provenance
    /// The cases in order of id.
    public var cases: [PlannedCase]
    /// Everything else that was found in the study.
    public var ignored: [IgnoredItem]
    /// What a person should know before the run.
    public var notices: [String]

    /// What the plan is named by: 16 hexadecimal digits of the SHA-256 of what is to be done, with what, and of which
    /// content. Estimates and what changes no result have no part in it.
    public var hash: String {
        struct Essence: Encodable {
            var provenance: Provenance
            var cases: [[String?]]
        }
        let cases = cases.map { [$0.id, $0.source.path, $0.source.seriesInstanceUID, $0.sha256] }
        var provenance = provenance
        (provenance.pipeline, provenance.pipelineSHA256) = ("", "")
        let bytes = (try? JSON.bytes(Essence(provenance: provenance, cases: cases))) ?? []
        return String(Digest.sha256(bytes).prefix(16))
    }

    /// Bytes that the case takes which takes most; nil where none is known.
    public var largestNeed: Int? { cases.compactMap(\.memory).max() }

    /// Reads a plan.
    ///
    /// - Throws: ``PlanError/broken(path:reason:)``.
    static func read(_ path: String) throws(PlanError) -> BatchPlan? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        do {
            let plan = try JSONDecoder().decode(BatchPlan.self, from: data)
            guard plan.version == 1 else {
                throw PlanError.broken(path: path, reason: "it is of version \(plan.version), and 1 is known")
            }
            return plan
        } catch let error as PlanError {
            throw error
        } catch {
            throw .broken(path: path, reason: "it is not what this program writes")
        }
    }
}
