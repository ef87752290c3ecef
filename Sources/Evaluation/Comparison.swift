import Platform
import Volumes

/// How label maps are compared.
public struct ComparisonOptions: Sendable {
    /// Labels to compare, in this order; nil for all above 0 that occur in either map, ascending.
    public var labels: [UInt16]?
    /// How far apart surfaces may lie, in mm, and still agree in the normalised surface Dice.
    public var tolerance = 1.0
    /// What counts as the surface.
    public var surface = SurfaceConvention.voxels
    /// What a label counts that both maps lack.
    public var bothEmpty = BothEmptyPolicy.skip
    /// What a label counts that one of the maps lacks.
    public var oneEmpty = OneEmptyPolicy.zero
    /// How many labels are measured at the same time.
    public var threads = 1

    /// Makes the default options.
    public init() {}
}

/// How well one structure of a result agrees with the truth, in volume and surface.
public struct LabelComparison: Sendable {
    /// Which of the maps hold the label.
    public enum Presence: Sendable {
        // Both, only one of them, none.
        case both, one, neither
    }

    /// Voxels of the label.
    public let overlap: LabelOverlap
    /// Volume of one voxel in mm^3.
    public let voxelVolume: Double
    /// Distances between the surfaces; nil unless both maps hold the label.
    public let surface: SurfaceDistances?
    private let bothEmpty: BothEmptyPolicy
    private let oneEmpty: OneEmptyPolicy

    /// Makes a comparison; of the options only the policies matter.
    public init(
        _ overlap: LabelOverlap, voxelVolume: Double, surface: SurfaceDistances? = nil, options: ComparisonOptions
    ) {
        (self.overlap, self.voxelVolume, self.surface) = (overlap, voxelVolume, surface)
        (bothEmpty, oneEmpty) = (options.bothEmpty, options.oneEmpty)
    }

    /// Volume of the label in the result, in mm^3.
    public var resultVolume: Double { Double(overlap.resultVoxels) * voxelVolume }

    /// Volume of the label in the truth, in mm^3.
    public var truthVolume: Double { Double(overlap.truthVoxels) * voxelVolume }

    /// Which of the maps hold the label.
    public var presence: Presence {
        switch (overlap.resultVoxels > 0, overlap.truthVoxels > 0) {
        case (true, true): .both
        case (false, false): .neither
        default: .one
        }
    }

    /// A metric's value under the policies for empty masks; nil where there is none.
    public subscript(metric: Metric) -> Double? {
        switch presence {
        case .both: measured(metric)
        case .neither: bothEmpty == .skip ? nil : metric.kind == .agreement ? 1 : 0
        case .one where oneEmpty == .skip: nil
        case .one: metric.kind == .agreement ? 0 : measured(metric)
        }
    }

    private func measured(_ metric: Metric) -> Double? {
        switch metric {
        case .dice: overlap.dice
        case .iou: overlap.iou
        case .precision: overlap.precision
        case .recall: overlap.recall
        case .volumeDifference: resultVolume - truthVolume
        case .relativeVolumeDifference:
            overlap.truthVoxels > 0
                ? Double(overlap.resultVoxels - overlap.truthVoxels) / Double(overlap.truthVoxels) : nil
        case .hd: surface?.hd
        case .hd95: surface?.hd95
        case .assd: surface?.assd
        case .nsd: surface?.nsd
        }
    }
}

/// Compares two label maps on the same grid, label by label: overlap, volumes, and distances between surfaces. The same
/// grid may be stored in another order.
///
/// Distances are measured along the voxel axes with the truth's spacing; where a grid is sheared (gantry tilt) the axes
/// count as orthogonal, as in medpy and MONAI. `resultName` and `truthName` go into the error's text.
///
/// - Throws: `EvaluationError.differentGrids` unless the grids are the same (`Geometry.axes(onto:)`).
public func compare(
    _ result: LabelVolume, with truth: LabelVolume, options: ComparisonOptions = ComparisonOptions(),
    resultName: String = "result", truthName: String = "truth"
) throws -> [LabelComparison] {
    let result = try stored(result, like: truth, resultName: resultName, truthName: truthName)
    let overlaps = try overlap(
        of: result, with: truth, labels: options.labels, resultName: resultName, truthName: truthName)
    let boxes = boundingBoxes(of: [result, truth])
    let geometry = truth.geometry
    return concurrentMap(overlaps, threads: options.threads) { overlap in
        var surface: SurfaceDistances?
        if overlap.resultVoxels > 0, overlap.truthVoxels > 0, let box = boxes[overlap.label] {
            let masks = MaskPair(overlap.label, in: result, and: truth, box: box)
            surface = SurfaceDistances(
                masks, spacing: geometry.spacing, tolerance: options.tolerance, convention: options.surface)
        }
        return LabelComparison(overlap, voxelVolume: geometry.voxelVolume, surface: surface, options: options)
    }
}
