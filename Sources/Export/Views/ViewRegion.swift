import Volumes

/// The part of a grid that a view shows, in voxels along i, j and k.
struct ViewRegion {
    /// What the slices show.
    let box: VoxelBox
    /// From where slices are taken: the labels and some way beyond them.
    let slices: VoxelBox
    /// Whether the slices show the whole field.
    let isWhole: Bool

    /// Least distance in mm shown around the labels.
    private static let margin = 10.0
    /// A region that takes as much of an axis as this takes all of it.
    private static let hardlyLarger = 0.8

    /// The region around boxes of labels; the whole field where there are none.
    init(_ geometry: Geometry, _ boxes: [VoxelBox]) {
        let (shape, spacing) = (geometry.shape, geometry.spacing)
        let fields = (0..<3).map { 0..<shape[$0] }
        guard let labels = Self.union(boxes) else {
            (box, slices, isWhole) = (VoxelBox(fields), VoxelBox(fields), true)
            return
        }
        let lengths = (0..<3).map { Double(labels[$0].count) * spacing[$0] }
        let margins = lengths.map { max(Self.margin, $0 / 4) }
        let wanted = zip(lengths, margins).map { $0 + 2 * $1 }
        // What is flat is shown with some of what lies before and behind it.
        let least = (wanted.max() ?? 0) / 2
        let shown = (0..<3).map { axis in
            let margin = max(margins[axis], (least - lengths[axis]) / 2)
            let range = Self.widened(labels[axis], by: margin / spacing[axis], in: fields[axis])
            return Double(range.count) >= Self.hardlyLarger * Double(shape[axis]) ? fields[axis] : range
        }
        box = VoxelBox(shown)
        slices = VoxelBox((0..<3).map { Self.widened(labels[$0], by: margins[$0] / 2 / spacing[$0], in: shown[$0]) })
        isWhole = shown == fields
    }

    /// The longest side in mm.
    func longestSide(_ geometry: Geometry) -> Double {
        (0..<3).map { Double(box[$0].count) * geometry.spacing[$0] }.max() ?? 0
    }

    private static func union(_ boxes: [VoxelBox]) -> [Range<Int>]? {
        guard !boxes.isEmpty else { return nil }
        return (0..<3).map { axis in
            let ranges = boxes.map { $0[axis] }
            return (ranges.map(\.lowerBound).min() ?? 0)..<(ranges.map(\.upperBound).max() ?? 1)
        }
    }

    private static func widened(_ range: Range<Int>, by voxels: Double, in field: Range<Int>) -> Range<Int> {
        let more = min(Int(clamping: voxels.rounded(.up)), field.count)
        return max(range.lowerBound - more, field.lowerBound)..<min(range.upperBound + more, field.upperBound)
    }
}

extension VoxelBox {
    fileprivate init(_ ranges: [Range<Int>]) { self.init(i: ranges[0], j: ranges[1], k: ranges[2]) }

    /// The voxels along an axis: 0 = i, 1 = j, 2 = k.
    subscript(axis: Int) -> Range<Int> { axis == 0 ? i : axis == 1 ? j : k }

    /// The elements along an axis of a layout over a grid.
    func range(_ axis: Orientation.SignedAxis, of shape: Shape) -> Range<Int> {
        let range = self[axis.axis]
        let count = shape[axis.axis]
        return axis.reversed ? count - range.upperBound..<count - range.lowerBound : range
    }
}
