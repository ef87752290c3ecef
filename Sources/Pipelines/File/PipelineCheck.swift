import Configuration
import Foundation
import Inference
import Segmentation
import Volumes

/// What a pipeline stands on, looked at without a study.
public struct PipelineCheck: Sendable {
    /// The task pack.
    public let task: TaskPack
    /// The network's weights.
    public let weights: Weights

    /// Reads the task pack and the weights that a pipeline names, and looks whether the pack's volumes can be read and
    /// whether it has the labels that are asked for. The volumes themselves are not read.
    ///
    /// - Throws: `ConfigurationError` with the place of the value in the pipeline that names what is missing or wrong.
    public init(_ pipeline: PipelineFile) throws {
        task = try Self.at("task", of: pipeline) {
            let task = try TaskPack.load(pipeline.task)
            for file in task.examples.flatMap({ [$0.image, $0.labels] })
            where !FileManager.default.isReadableFile(atPath: file) {
                throw UnreadableVolume(path: file)
            }
            return task
        }
        weights = try Self.at("segment.weights", of: pipeline) { try Weights(pipeline.options.weights) }
        let labels = task.labels
        for id in pipeline.options.labels ?? [] where labels[id] == nil {
            let error = TaskPackError.unknownLabel(id, pack: task.name, known: labels.entries.map(\.id))
            try Self.at("segment.labels", of: pipeline) { throw error }
        }
    }

    /// Gives errors the place of the value that led to them, where there is one.
    private static func at<Result>(
        _ key: String, of pipeline: PipelineFile, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch let error as any TomosError {
            guard let place = pipeline.places[key] else { throw error }
            throw ConfigurationError.unusable(place, key: key, reason: error.description)
        }
    }
}

/// A volume of a task pack that is not there.
private struct UnreadableVolume: TomosError {
    let path: String
    var category: ErrorCategory { .missingInput }
    var description: String {
        "\(path): a volume of the task pack that is not there or may not be read (restore it, or remove it with "
            + "'tomos task remove')"
    }
}
