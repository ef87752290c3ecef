import Volumes

/// A contour as a structure set has it.
public struct PlanarContour: Sendable, Hashable {
    /// ContourGeometricType.
    public var type: String
    /// x, y and z of each point in mm, LPS.
    public var coordinates: [Double]

    /// Makes a contour of three coordinates a point.
    public init(type: String = "CLOSED_PLANAR", coordinates: [Double]) {
        precondition(coordinates.count % 3 == 0, "\(coordinates.count) coordinates of points in space")
        (self.type, self.coordinates) = (type, coordinates)
    }

    /// Whether it encloses an area.
    public var isClosed: Bool { ["CLOSED_PLANAR", "CLOSEDPLANAR_XOR", "CLOSED_PLANAR_XOR"].contains(type) }
}

/// The voxels inside the contours of one region.
public struct ContourFill: Sendable, Hashable {
    /// The voxels.
    public var voxels = VoxelRuns()
    /// Contours of types that enclose nothing, such as points and open lines, and empty ones, by type.
    public var skipped: [String: Int] = [:]
    /// Contours that reach beyond the sides of the grid, and were cut there.
    public var cut = 0
}

extension Geometry {
    /// How far, in mm, a contour may lie beside its slice: a tenth of the distance between slices. Coordinates lose
    /// less by rounding, and contours drawn on other slices than the grid's lie farther off.
    public var contourTolerance: Double { 0.1 * sliceDistance }

    /// The distance in mm between neighbouring planes k, at right angles.
    private var sliceDistance: Double { voxelVolume / affine.column(0).cross(affine.column(1)).length }

    /// The voxels of this grid whose centres lie inside the contours of one region, or on their line (within a
    /// thousandth of a voxel). What an even number of contours encloses on a slice is outside, so that holes may be
    /// keyholes or contours of their own. The affine must be usable.
    ///
    /// `roi` is what messages call the region. Throws `ContourError` where a contour does not lie on one slice.
    public func fill(_ contours: [PlanarContour], of roi: String) throws -> ContourFill {
        var fill = ContourFill()
        guard let toVoxels = VoxelFinder(self) else { throw ContourError.notFinite(roi: roi) }
        var slices: [Int: [[SIMD2<Double>]]] = [:]
        for contour in contours {
            guard contour.isClosed, !contour.coordinates.isEmpty else {
                fill.skipped[contour.type, default: 0] += 1
                continue
            }
            let (slice, points) = try place(contour, toVoxels, roi: roi)
            let isInside = points.allSatisfy {
                $0.x > -0.51 && $0.y > -0.51 && $0.x < Double(shape.i) - 0.49 && $0.y < Double(shape.j) - 0.49
            }
            if !isInside { fill.cut += 1 }
            slices[slice, default: []].append(points)
        }
        var filler = SliceFill(columns: shape.i, rows: shape.j)
        for (slice, polygons) in slices.sorted(by: { $0.key < $1.key }) {
            filler.fill(polygons, from: slice * shape.i * shape.j, into: &fill.voxels)
        }
        return fill
    }

    /// The slice that a contour lies on, and its points in voxel coordinates (i, j).
    private func place(
        _ contour: PlanarContour, _ toVoxels: VoxelFinder, roi: String
    ) throws -> (slice: Int, points: [SIMD2<Double>]) {
        let tolerance = contourTolerance / sliceDistance
        var points: [SIMD2<Double>] = []
        points.reserveCapacity(contour.coordinates.count / 3)
        var slice: Int?
        for at in stride(from: 0, to: contour.coordinates.count, by: 3) {
            let voxel = toVoxels(
                Vec3(-contour.coordinates[at], -contour.coordinates[at + 1], contour.coordinates[at + 2]))
            guard voxel.x.isFinite, voxel.y.isFinite, voxel.z.isFinite else { throw ContourError.notFinite(roi: roi) }
            let nearest = min(max(voxel.z.rounded(), 0), Double(shape.k - 1))
            let distance = abs(voxel.z - nearest)
            guard distance <= tolerance else {
                throw ContourError.offSlice(roi: roi, distance: distance * sliceDistance, tolerance: contourTolerance)
            }
            let own = Int(known: nearest)
            if let slice, slice != own { throw ContourError.severalSlices(roi: roi, from: slice, to: own) }
            slice = own
            points.append([voxel.x, voxel.y])
        }
        return (slice ?? 0, points)
    }
}
