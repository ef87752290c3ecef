import Pipelines
import Studies

extension BatchPlan {
    /// The image of a case as it was planned.
    ///
    /// - Throws: ``PlanError/unknownCases(_:known:)``, or ``PlanError/changed(id:path:)`` where the image is another one now.
    public func image(of id: String) throws -> StudyCase {
        guard let planned = cases.first(where: { $0.id == id }) else {
            throw PlanError.unknownCases([id], known: cases.map(\.id))
        }
        let policies = try PipelineFile.load(resolvedText: pipeline).input.policies
        try SourceContent.confirm(planned, below: study)
        return try planned.source.studyCase(id, below: study, policies: policies)
    }
}
