import Foundation
import Inference
import Preparation
import VolumeIO
import Volumes

/// What is known of a way of segmenting before the pack's volumes are read: the options with all that pack and check say,
/// the network, the networks that the pack has learned, and the memory that it will take.
public struct SegmentationOutlook: Sendable {
    /// The task.
    public let task: TaskPack
    /// How, with the pack's planes and with what being fast means.
    public let options: SegmentOptions
    /// The planes that volumes are cut in.
    public let planes: [SlicePlane]
    /// The weights in use.
    public var weights: Weights { network.weights }

    let network: UniverSeg
    let labels: [LabelEntry]
    /// Rows and columns of the slices that the network sees.
    let side: Int
    let window: IntensityWindow
    let threshold: Float
    let memory: MemoryDemand
    /// What a check of the pack must have been made with to hold.
    let checked: CheckedOptions
    /// What the check of the pack found, where it holds for the way of segmenting.
    let findings: PackFindings?
    /// What turns expected into predicted Dice, where the check's hold.
    let calibrations: [DiceCalibration]
    /// The networks that the pack has learned, where they are put to use, and their weight.
    let learned: LearnedUse?

    /// Reads the weights, what the pack has learned, and the headers of its volumes.
    ///
    /// - Throws: ``TaskPackError``, ``SegmentationError``, ``WeightsError`` or what reading the headers throws.
    public init(task: TaskPack, options: SegmentOptions) throws {
        let options = options.resolved(for: task)
        planes = options.planes ?? [task.plane]
        (self.task, self.options) = (task, options)
        guard SegmentSettings.support.allows(options.support) else {
            throw SegmentationError.supportOutOfRange(options.support)
        }
        guard SegmentSettings.ensemble.allows(options.ensemble) else {
            throw SegmentationError.ensembleOutOfRange(options.ensemble)
        }
        side = try options.side ?? PackGrids(task).side
        guard UniverSeg.supports(side: side) else { throw SegmentationError.sideOutOfRange(side) }
        labels = try task.selected(options.labels)
        window = options.window ?? task.window
        network = try UniverSeg(weights: Weights(options.weights))
        let hash = network.weights.sha256
        checked = CheckedOptions(options, planes: planes, side: side, window: window)
        findings = task.findings?.held(by: checked, weightsSHA256: hash)
        learned = try options.usesLearned ? LearnedUse(findings?.learned, of: task) : nil
        // Threshold and calibrations hold with the networks that they were found with.
        let found = findings?.learned == nil || learned != nil ? findings : nil
        calibrations = found?.calibrations ?? []
        threshold = Float(options.threshold ?? found?.threshold ?? task.threshold)
        memory = try MemoryDemand(
            task, labels: labels, planes: planes, side: side, options: options, network: network, learned: learned)
    }

    /// What the networks were trained on and with, where they are put to use.
    public var learnedRecord: LearnedRecord? { learned == nil ? nil : findings?.learned }

    /// What a person may do to get more out of the pack; nil when there is nothing.
    public var advice: String? {
        guard task.examples.count > 1, !options.isFast else { return nil }
        guard let found = task.findings else {
            return
                "task '\(task.name)' was not checked: 'tomos task check \(task.folder)' says what Dice to expect "
                + "and finds what does better"
        }
        if findings != nil {
            if checked == found.options { return nil }
            return "no Dice is predicted: the check of task '\(task.name)' holds for \(found.options.decision) "
                + "('tomos task check --pipeline' checks what a pipeline does)"
        }
        return "what the check of task '\(task.name)' found is not used: it holds for "
            + "\(found.options), and the weights that it was made with"
    }

    /// The workers and support slices that an image will be segmented with; what segmenting it takes.
    ///
    /// - Throws: ``MemoryError`` when it does not fit.
    public func plan(for image: ImageOutline) throws(MemoryError) -> MemoryPlan { try memory.plan(for: image) }

    /// What segmenting an image on so many threads takes.
    public func need(for image: ImageOutline, threads: Int) -> MemoryNeed {
        memory.need(image, threads: threads, support: options.support)
    }

    /// Throws unless the pack, and at least one of the images if there are any, can be worked on within the memory.
    public func require(anyOf images: [ImageOutline]) throws(MemoryError) { try memory.require(anyOf: images) }
}
