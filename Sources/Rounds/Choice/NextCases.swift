import Batch
import Foundation
import Pipelines
import Platform
import Segmentation
import VolumeIO
import Volumes

/// A case that should be corrected next, and why.
public struct NextCase: Sendable, Codable, Equatable {
    /// Its place, from 1.
    public var rank: Int
    /// The case.
    public var id: String
    /// How likely its label map is wrong, 0 to 1.
    public var doubt: Double
    /// How far it is from the likest volume of the pack, in spreads of the study.
    public var unlikeness: Double
    /// Why, in words.
    public var why: [String]
}

/// The cases of a results folder whose correction would teach its pack most.
public struct NextCases: Sendable {
    /// In the order in which they should be corrected.
    public let chosen: [NextCase]
    /// Cases that are done and were not to be chosen from, with the reason.
    public let leftOut: [(id: String, reason: String)]
    /// What a person should know.
    public let notices: [String]
    /// The pack that the results are made with, as it is now.
    public let pack: TaskPack
    /// The results folder and its plan.
    public let folder: BatchFolder, plan: BatchPlan

    /// Looks at a results folder and at its pack.
    ///
    /// - Parameter count: How many cases to name, at most.
    /// - Throws: `PlanError` where there is no plan, `TaskPackError`, ``RoundsError``, and what reading the pack's volumes
    ///   throws.
    public init(_ folder: BatchFolder, count: Int) throws {
        let plan = try folder.plan()
        let pipeline = try PipelineFile.load(resolvedText: plan.pipeline)
        let pack = try TaskPack.load(pipeline.task)
        let ratings = try CaseRatings(results: folder.path)
        var study = StudyForTeaching(folder, plan, pack: pack, ratings: ratings, policies: pipeline.input.policies)
        let known = try pack.examples.map { try CaseTraits($0, labels: pack.labels) }
        let images = PackImages(pack)
        var picks: [(pick: TeachingOrder.Pick, order: TeachingOrder)] = []
        // That an image is one of the pack's is only looked at where it would be chosen: it means reading it.
        while true {
            let order = TeachingOrder(study.candidates, pack: known)
            picks = order.choose(count).map { ($0, order) }
            let twins = try picks.map(\.pick.index).filter { try study.isTwin($0, images) }
            if twins.isEmpty { break }
            for index in twins { study.leaveOut(index, Self.isInPack) }
        }
        chosen = picks.enumerated().map { n, found in
            let candidate = study.candidates[found.pick.index]
            return NextCase(
                rank: n + 1, id: candidate.id, doubt: candidate.doubt, unlikeness: found.pick.unlikeness,
                why: study.why(found.pick, found.order, ratings))
        }
        (leftOut, notices) = (study.leftOut, study.notices(isChecked: pack.findings?.calibrations.isEmpty == false))
        (self.folder, self.plan, self.pack) = (folder, plan, pack)
        if chosen.isEmpty { throw RoundsError.nothingToChoose(folder: folder.path, reasons: study.reasons) }
    }

    static let isInPack = "the pack holds it"
}

/// The images of a pack, to tell a case that is among them under another name.
final class PackImages {
    private let pack: TaskPack
    private var voxels: [Int: VoxelBuffer] = [:]
    private lazy var grids: [Geometry?] = pack.examples.map { try? Images.info($0.image).geometry }

    init(_ pack: TaskPack) { self.pack = pack }

    /// Whether an image of the pack has the same voxels.
    func contains(_ volume: Volume) throws -> Bool {
        for (n, grid) in grids.enumerated() where grid?.shape == volume.geometry.shape {
            if voxels[n] == nil { voxels[n] = try Images.readVolume(pack.examples[n].image, volumeIndex: 0).voxels }
            if voxels[n] == volume.voxels { return true }
        }
        return false
    }

    /// Whether one of them has so many voxels along each axis.
    func hasGrid(_ shape: [Int]?) -> Bool {
        guard let shape else { return true }
        return grids.contains { $0.map { [$0.shape.i, $0.shape.j, $0.shape.k] == shape } ?? false }
    }
}
