import Volumes

/// How far the surfaces of a structure in result and truth lie apart.
///
/// Surface voxels are those of the mask with one of the six neighbours outside it; what lies outside the volume is
/// background. Each surface voxel of either mask has a distance: from its centre to the nearest centre of a surface
/// voxel of the other mask, in mm, exact, with the spacing of each axis. The distances of both masks are pooled, as
/// medpy and MONAI (without `use_subvoxels`) do.
public struct SurfaceDistances: Sendable, Hashable {
    /// Hausdorff's distance in mm, the largest distance: medpy's `hd`.
    public let hd: Double
    /// The 95th percentile of the pooled distances in mm, interpolated linearly: medpy's `hd95`. MONAI's takes the
    /// larger of the two directed percentiles instead.
    public let hd95: Double
    /// Average symmetric surface distance in mm, the mean of the pooled distances: medpy's `assd` since 0.5, MONAI's
    /// `compute_average_surface_distance(symmetric=True)`.
    public let assd: Double
    /// Normalised surface Dice, 0 to 1: the part of the pooled distances that are at most the tolerance: MONAI's
    /// `compute_surface_dice` (definition of Nikolov et al., J Med Internet Res 23, 2021, with voxels for areas).
    public let nsd: Double

    /// Makes the record; nil when either surface has no voxel.
    ///
    /// - Parameters:
    ///   - resultToTruth: the distance in mm of each of the result's surface voxels.
    ///   - truthToResult: the distance in mm of each of the truth's.
    ///   - tolerance: in mm.
    public init?(resultToTruth: [Double], truthToResult: [Double], tolerance: Double) {
        guard !resultToTruth.isEmpty, !truthToResult.isEmpty else { return nil }
        let distances = (resultToTruth + truthToResult).sorted()
        hd = distances[distances.count - 1]
        hd95 = percentile(0.95, ofSorted: distances)
        assd = distances.reduce(0, +) / Double(distances.count)
        // Headers hold float32: two voxels of 0.7 mm are to lie within 1.4 mm whichever way that was rounded.
        let limit = tolerance * (1 + 1e-6)
        nsd = Double(distances.count { $0 <= limit }) / Double(distances.count)
    }

    /// Measures two masks; nil when either is empty.
    init?(_ masks: MaskPair, spacing: Vec3, tolerance: Double) {
        let (result, truth) = (surface(of: masks.result, masks.shape), surface(of: masks.truth, masks.shape))
        let distances = { (from: [Int], to: [Int]) -> [Double] in
            let field = squaredDistances(to: to, in: masks.shape, spacing: spacing)
            return from.map { field[$0].squareRoot() }
        }
        guard !result.isEmpty, !truth.isEmpty else { return nil }
        self.init(
            resultToTruth: distances(result, truth), truthToResult: distances(truth, result), tolerance: tolerance)
    }
}
