import Volumes

/// What counts as the surface of a structure, and how much each piece of it.
public enum SurfaceConvention: String, Sendable, CaseIterable {
    /// Voxels of the mask with one of the six neighbours outside it, each as much as any other: medpy, MONAI (without
    /// `use_subvoxels`).
    case voxels
    /// The area drawn between voxels inside and outside, at the points where eight voxels meet: DeepMind's
    /// surface-distance.
    case contour
}

/// How far the surfaces of a structure in result and truth lie apart.
///
/// Each piece of either surface has a distance: to the nearest piece of the other surface, in mm, exact, with the
/// spacing of each axis. What lies outside the volume is background. What a piece is, `SurfaceConvention` says.
public struct SurfaceDistances: Sendable, Hashable {
    /// Hausdorff's distance in mm, the largest distance: medpy's `hd`; by contour, surface-distance's
    /// `compute_robust_hausdorff` at 100 %.
    public let hd: Double
    /// The 95th percentile in mm. By voxels that of both surfaces' distances pooled, interpolated linearly: medpy's
    /// `hd95` (MONAI's takes the larger of the two directed percentiles). By contour the larger of the two directed
    /// percentiles, by area: surface-distance's `compute_robust_hausdorff` at 95 %.
    public let hd95: Double
    /// Average symmetric surface distance in mm, the mean of the pooled distances: medpy's `assd` since 0.5, MONAI's
    /// `compute_average_surface_distance(symmetric=True)`; by contour, the mean weighted with the areas of
    /// surface-distance's `compute_surface_distances`.
    public let assd: Double
    /// Normalised surface Dice, 0 to 1: the part of both surfaces whose distance is at most the tolerance (Nikolov et
    /// al., J Med Internet Res 23, 2021): MONAI's `compute_surface_dice`; by contour, surface-distance's
    /// `compute_surface_dice_at_tolerance`.
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
        let limit = inclusive(tolerance)
        nsd = Double(distances.count { $0 <= limit }) / Double(distances.count)
    }

    /// Makes the record of surfaces that are weighted by area; nil when either has none.
    init?(resultToTruth: [Surfel], truthToResult: [Surfel], tolerance: Double) {
        guard !resultToTruth.isEmpty, !truthToResult.isEmpty else { return nil }
        let sides = [resultToTruth, truthToResult].map { $0.sorted { $0.distance < $1.distance } }
        let all = sides.flatMap(\.self)
        let total = area(all)
        hd = all.map(\.distance).max() ?? 0
        hd95 = sides.map { percentile(0.95, ofSorted: $0) }.max() ?? 0
        assd = all.reduce(0) { $0 + $1.distance * $1.area } / total
        let limit = inclusive(tolerance)
        nsd = area(all.filter { $0.distance <= limit }) / total
    }

    /// Measures two masks; nil when either is empty.
    init?(_ masks: MaskPair, spacing: Vec3, tolerance: Double, convention: SurfaceConvention = .voxels) {
        switch convention {
        case .voxels: self.init(voxels: masks, spacing, tolerance)
        case .contour: self.init(contours: masks, spacing, tolerance)
        }
    }

    private init?(voxels masks: MaskPair, _ spacing: Vec3, _ tolerance: Double) {
        let (result, truth) = (surface(of: masks.result, masks.shape), surface(of: masks.truth, masks.shape))
        let distances = { (from: [Int], to: [Int]) -> [Double] in
            let field = squaredDistances(to: to, in: masks.shape, spacing: spacing)
            return from.map { field[$0].squareRoot() }
        }
        guard !result.isEmpty, !truth.isEmpty else { return nil }
        self.init(
            resultToTruth: distances(result, truth), truthToResult: distances(truth, result), tolerance: tolerance)
    }

    private init?(contours masks: MaskPair, _ spacing: Vec3, _ tolerance: Double) {
        let areas = surfelAreas(spacing: spacing)
        let result = Contour(of: masks.result, masks.shape, areaOfCode: areas)
        let truth = Contour(of: masks.truth, masks.shape, areaOfCode: areas)
        let surfels = { (from: Contour, to: Contour) -> [Surfel] in
            let field = squaredDistances(to: to.places, in: to.shape, spacing: spacing)
            return zip(from.places, from.areas).map { Surfel(distance: field[$0].squareRoot(), area: $1) }
        }
        guard !result.places.isEmpty, !truth.places.isEmpty else { return nil }
        self.init(resultToTruth: surfels(result, truth), truthToResult: surfels(truth, result), tolerance: tolerance)
    }
}

/// A piece of surface: how far the other surface is, in mm, and its area in mm^2.
struct Surfel {
    let distance, area: Double
}

private func area(_ surfels: [Surfel]) -> Double { surfels.reduce(0) { $0 + $1.area } }

/// The smallest distance within which this part of the area lies.
private func percentile(_ fraction: Double, ofSorted surfels: [Surfel]) -> Double {
    let total = area(surfels)
    var sum = 0.0
    for surfel in surfels {
        sum += surfel.area
        if sum / total >= fraction { return surfel.distance }
    }
    return surfels.last?.distance ?? 0
}

/// Headers hold float32: two voxels of 0.7 mm are to lie within 1.4 mm whichever way that was rounded.
private func inclusive(_ tolerance: Double) -> Double { tolerance * (1 + 1e-6) }
