import Volumes

/// The even grid that a scanner's rounded positions come from.
///
/// Some scanners write positions to a tenth of a millimetre: the steps of a stack then differ by up to two roundings
/// (6.958 to 7.071 mm of 7), while no slice lies more than one beside its place. Judged step by step such a stack is
/// uneven; judged against the straight, even line that fits its positions best (least squares) it is even, and nobody is
/// helped by interpolating it. Positions are taken for rounded ones when
///
/// - no slice lies further from the line than `DICOMSliceStack.tolerance` of its step (1 %, at least 0.01 mm); or,
///   where all positions differ by whole tenths of a millimetre, than rounding to tenths explains (0.05 mm along each
///   axis, 0.01 mm more for the fit) and 5 % of the step; and
/// - no slice lies further from the line than the largest error of a step: rounding does not add up. A spacing that
///   drifts or changes does, and a missing slice is a whole step off, so that both stay refused.
struct DICOMRoundedPositions {
    /// The place of slice 0 on the line, and the way from slice to slice; mm, LPS.
    let origin, step: Vec3
    /// How far the slices lie from the line at most, mm.
    let farthest: Double

    /// Fits the line to positions in the order of the slices (mm, LPS); nil when they are not rounded from it.
    init?(_ positions: [Vec3]) {
        let count = positions.count
        guard count > 2 else { return nil }
        let middle = Double(count - 1) / 2
        let sum = positions.reduce(Vec3.zero) { $0 + $1 }
        let offsets = (0..<count).map { Double($0) - middle }
        let moment = zip(offsets, positions).reduce(Vec3.zero) { $0 + $1.1 * $1.0 }
        let step = moment / offsets.reduce(0) { $0 + $1 * $1 }
        let origin = sum / Double(count) - step * middle
        let errors = positions.enumerated().map { $1 - origin - step * Double($0) }
        let farthest = errors.map(\.length).max() ?? 0
        let stepError = zip(positions.dropFirst(), positions).map { ($0 - $1 - step).length }.max() ?? 0
        let length = step.length
        let alongAxis = errors.map { max(abs($0.x), abs($0.y), abs($0.z)) }.max() ?? 0
        let isTenths = Self.areTenths(positions) && alongAxis <= 0.06 && farthest <= 0.05 * length
        guard farthest <= DICOMSliceStack.tolerance(length) || isTenths, farthest <= stepError else { return nil }
        (self.origin, self.step, self.farthest) = (origin, step, farthest)
    }

    /// Whether all positions differ by whole tenths of a millimetre, as far as their last digits tell.
    private static func areTenths(_ positions: [Vec3]) -> Bool {
        positions.allSatisfy { position in
            let tenths = (position - positions[0]) * 10
            return (0..<3).allSatisfy { abs(tenths[$0] - tenths[$0].rounded()) < 1e-3 }
        }
    }

    /// What a person should know.
    var notice: String {
        "the positions are rounded: the slices lie up to \(millimetres(farthest)) mm beside an even grid of "
            + "\(millimetres(step.length)) mm, which is taken"
    }
}
