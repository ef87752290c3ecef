/// Which anatomical direction each voxel axis points to most nearly.
public struct Orientation: Sendable, Hashable, CustomStringConvertible {
    /// One voxel axis and whether it is walked from its far end.
    public struct SignedAxis: Sendable, Hashable {
        /// The voxel axis: 0 = i, 1 = j, 2 = k.
        public var axis: Int
        /// True when the direction wanted is the one in which the index falls.
        public var reversed: Bool

        /// Makes a signed axis.
        public init(axis: Int, reversed: Bool) { (self.axis, self.reversed) = (axis, reversed) }
    }

    /// The voxel axis that runs along R, along A and along S, each exactly once.
    public let right, anterior, superior: SignedAxis

    /// Finds the assignment of voxel axes to anatomical axes with the largest sum of |cosines|; of equal ones the
    /// first in the order ijk, ikj, jik, jki, kij, kji, so that an exact 45 degrees has one answer.
    public init(_ affine: Affine) {
        let directions = (0..<3).map { affine.column($0).normalized }
        var best = (score: -1.0, axes: [0, 1, 2])
        for axes in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let score = (0..<3).reduce(0) { $0 + abs(directions[axes[$1]][$1]) }
            if score > best.score + 1e-9 { best = (score, axes) }
        }
        let signed = (0..<3).map { SignedAxis(axis: best.axes[$0], reversed: directions[best.axes[$0]][$0] < 0) }
        (right, anterior, superior) = (signed[0], signed[1], signed[2])
    }

    /// Three letters, the direction in which i, j and k grow: `RAS`, `LPS`, `PIR`, ...
    public var description: String {
        var letters = ["", "", ""]
        for (signed, pair) in zip([right, anterior, superior], [("R", "L"), ("A", "P"), ("S", "I")]) {
            letters[signed.axis] = signed.reversed ? pair.1 : pair.0
        }
        return letters.joined()
    }
}

/// The plane in which a volume is cut.
public enum SlicePlane: String, Sendable, Hashable, CaseIterable, Codable {
    /// Across S: rows run along R, columns along A.
    case axial
    /// Across A: rows run along R, columns along S.
    case coronal
    /// Across R: rows run along A, columns along S.
    case sagittal
    /// As acquired: slices along k, rows along j, columns along i.
    case native

    /// Those across the body's axes.
    public static let anatomical: [SlicePlane] = [.axial, .coronal, .sagittal]
}

extension Orientation {
    /// The voxel axes along which the slices of a plane, their rows and their columns are counted.
    public func axes(of plane: SlicePlane) -> (slice: SignedAxis, row: SignedAxis, column: SignedAxis) {
        let plain = { SignedAxis(axis: $0, reversed: false) }
        return switch plane {
        case .axial: (superior, right, anterior)
        case .coronal: (anterior, right, superior)
        case .sagittal: (right, anterior, superior)
        case .native: (plain(2), plain(1), plain(0))
        }
    }
}

/// How slices of one plane lie in a voxel array: the value that takes a slice out and puts one back.
///
/// Element (row, column) of slice n is voxel `origin + n * sliceStride + row * rowStride + column * columnStride`;
/// strides may be negative, so an orientation change costs no copy and its inverse is exact.
public struct SliceLayout: Sendable, Hashable {
    /// Slices in the volume, and the rows and columns of each.
    public let slices, rows, columns: Int
    /// Offsets in the voxel array, in voxels.
    public let origin, sliceStride, rowStride, columnStride: Int
    /// Distance in mm between neighbouring slices, rows and columns.
    public let sliceSpacing, rowSpacing, columnSpacing: Double

    /// Lays out the slices of `plane`. Anatomical planes follow the grid's nearest voxel axes: no voxel is interpolated.
    public init(_ geometry: Geometry, plane: SlicePlane) {
        let axes = geometry.orientation.axes(of: plane)
        self.init(geometry, slice: axes.slice, row: axes.row, column: axes.column)
    }

    /// Lays out slices along any three different signed axes.
    public init(
        _ geometry: Geometry, slice: Orientation.SignedAxis, row: Orientation.SignedAxis,
        column: Orientation.SignedAxis
    ) {
        let shape = geometry.shape
        let spacing = geometry.spacing
        func stride(_ s: Orientation.SignedAxis) -> Int { (s.reversed ? -1 : 1) * shape.stride(s.axis) }
        func start(_ s: Orientation.SignedAxis) -> Int { s.reversed ? (shape[s.axis] - 1) * shape.stride(s.axis) : 0 }
        (slices, rows, columns) = (shape[slice.axis], shape[row.axis], shape[column.axis])
        origin = start(slice) + start(row) + start(column)
        (sliceStride, rowStride, columnStride) = (stride(slice), stride(row), stride(column))
        (sliceSpacing, rowSpacing, columnSpacing) = (spacing[slice.axis], spacing[row.axis], spacing[column.axis])
    }

    /// Index in the voxel array of the first element of a row.
    @inlinable
    public func start(slice: Int, row: Int) -> Int { origin + slice * sliceStride + row * rowStride }
}
