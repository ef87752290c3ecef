import Volumes

/// How well one structure of a result agrees with the truth.
public struct LabelOverlap: Sendable, Hashable {
    /// Label id.
    public var label: UInt16
    /// Voxels of the label in the result, in the truth, and in both at the same place.
    public var resultVoxels, truthVoxels, intersection: Int

    /// Makes a record.
    public init(label: UInt16, resultVoxels: Int, truthVoxels: Int, intersection: Int) {
        (self.label, self.resultVoxels, self.truthVoxels) = (label, resultVoxels, truthVoxels)
        self.intersection = intersection
    }

    /// Dice's coefficient, 2 |A and B| / (|A| + |B|), 0 to 1; nil when the label is in neither map.
    public var dice: Double? {
        let both = resultVoxels + truthVoxels
        return both > 0 ? 2 * Double(intersection) / Double(both) : nil
    }

    /// Jaccard's index, |A and B| / |A or B|, 0 to 1; nil when the label is in neither map.
    public var iou: Double? {
        let either = resultVoxels + truthVoxels - intersection
        return either > 0 ? Double(intersection) / Double(either) : nil
    }

    /// The part of the result that is true, |A and B| / |A|, 0 to 1; nil when the label is not in the result.
    public var precision: Double? { resultVoxels > 0 ? Double(intersection) / Double(resultVoxels) : nil }

    /// The part of the truth that was found (sensitivity), |A and B| / |B|, 0 to 1; nil when the label is not in the
    /// truth.
    public var recall: Double? { truthVoxels > 0 ? Double(intersection) / Double(truthVoxels) : nil }
}

/// The result in the truth's storage order.
func stored(
    _ result: LabelVolume, like truth: LabelVolume, resultName: String, truthName: String
) throws(EvaluationError) -> LabelVolume {
    guard let stored = result.stored(like: truth.geometry) else {
        throw .differentGrids(
            result: NamedGrid(name: resultName, geometry: result.geometry),
            truth: NamedGrid(name: truthName, geometry: truth.geometry))
    }
    return stored
}

/// Compares two label maps on the same grid, label by label, in the order of `labels`; without `labels` every id
/// above 0 that occurs in either map, ascending. The same grid may be stored in another order.
///
/// `resultName` and `truthName` (file names, say) go into the error's text.
///
/// - Throws: `EvaluationError.differentGrids` unless the grids are the same (`Geometry.axes(onto:)`).
public func overlap(
    of result: LabelVolume, with truth: LabelVolume, labels: [UInt16]? = nil, resultName: String = "result",
    truthName: String = "truth"
) throws -> [LabelOverlap] {
    let result = try stored(result, like: truth, resultName: resultName, truthName: truthName)
    var inResult = [Int](repeating: 0, count: 65536)
    var inTruth = inResult
    var inBoth = inResult
    for (a, b) in zip(result.voxels, truth.voxels) {
        inResult[Int(a)] += 1
        inTruth[Int(b)] += 1
        if a == b { inBoth[Int(a)] += 1 }
    }
    let labels = labels ?? (1...65535).filter { inResult[$0] + inTruth[$0] > 0 }.map { UInt16($0) }
    return labels.map { label in
        LabelOverlap(
            label: label, resultVoxels: inResult[Int(label)], truthVoxels: inTruth[Int(label)],
            intersection: inBoth[Int(label)])
    }
}
