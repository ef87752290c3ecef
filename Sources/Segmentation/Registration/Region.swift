import Preparation
import Volumes

/// A box in mm along S, R, A from a volume's outer corner (`ReducedVolume`'s places).
struct Extent: Sendable, Hashable {
    var low, high: SIMD3<Double>

    /// With so much more on every side as `margin` says, and a share of its own size.
    func widened(millimetres: Double, share: Double) -> Extent {
        let more = (high - low) * share + millimetres
        return Extent(low: low - more, high: high + more)
    }

    func contains(_ place: SIMD3<Double>) -> Bool { all(place .>= low) && all(place .<= high) }
}

/// The part of a volume that is looked at closely.
struct Region: Sendable, Hashable {
    let box: VoxelBox
    /// Voxels along S, R, A before its first.
    let start: SIMD3<Int>
    /// The same in mm.
    let offset: SIMD3<Double>

    /// What is left around a label: anatomy to tell it by, and room for where registration is wrong.
    static let (millimetres, share) = (10.0, 0.15)
    /// Larger shares of a volume are not worth cutting out.
    private static let worthwhile = 0.5

    /// The voxels of an extent; nil when they are most of the volume, or no volume.
    init?(_ extent: Extent, of geometry: Geometry) {
        var (ranges, start, offset) = ([0..<1, 0..<1, 0..<1], SIMD3<Int>.zero, SIMD3<Double>.zero)
        for (n, signed) in geometry.anatomicalAxes.enumerated() {
            let (count, spacing) = (geometry.shape[signed.axis], geometry.spacing[signed.axis])
            let first = min(max(0, Int(clamping: (extent.low[n] / spacing).rounded(.down))), count - 1)
            let end = max(min(count, Int(clamping: (extent.high[n] / spacing).rounded(.up))), first + 1)
            ranges[signed.axis] = signed.reversed ? count - end..<count - first : first..<end
            (start[n], offset[n]) = (first, Double(first) * spacing)
        }
        box = VoxelBox(i: ranges[0], j: ranges[1], k: ranges[2])
        (self.start, self.offset) = (start, offset)
        let isThin = ranges.contains { $0.count < 2 }
        if isThin || Double(box.shape.count) > Self.worthwhile * Double(geometry.shape.count) { return nil }
    }

    /// Where to look for labels in a volume to which the pack's volumes are registered: wherever a third of them put
    /// theirs, and around it. nil for the whole volume.
    ///
    /// - Parameters:
    ///   - reduced: The volume on a grid.
    ///   - images: The place in each of the pack's volumes, in mm, of a place in this one.
    ///   - labelled: Where their labels are.
    init?(
        _ volume: Volume, reduced: ReducedVolume, images: [(SIMD3<Double>) -> SIMD3<Double>], labelled: [Extent?]
    ) {
        let pack = zip(images, labelled).compactMap { pair in pair.1.map { (pair.0, $0) } }
        guard !pack.isEmpty else { return nil }
        var (low, high) = (reduced.extent, SIMD3<Double>.zero)
        // Every other sample is enough for a box.
        for x in stride(from: 0, to: reduced.size.x, by: 2) {
            for y in stride(from: 0, to: reduced.size.y, by: 2) {
                for z in stride(from: 0, to: reduced.size.z, by: 2) {
                    let place = (SIMD3(Double(x), Double(y), Double(z)) + 0.5) * reduced.spacing
                    let votes = pack.count { image, extent in extent.contains(image(place)) }
                    guard votes * 3 >= pack.count else { continue }
                    low = pointwiseMin(low, place - reduced.spacing)
                    high = pointwiseMax(high, place + reduced.spacing)
                }
            }
        }
        guard all(low .< high) else { return nil }
        let extent = Extent(low: low, high: high).widened(millimetres: Self.millimetres, share: Self.share)
        self.init(extent, of: volume.geometry)
    }

    /// What is kept of a labelled volume of the pack: a wider margin, since others' regions are not just its own.
    init?(labelled extent: Extent, of geometry: Geometry) {
        self.init(extent.widened(millimetres: 1.5 * Self.millimetres, share: 1.5 * Self.share), of: geometry)
    }
}

extension Geometry {
    /// The voxel axes along S, R and A.
    fileprivate var anatomicalAxes: [Orientation.SignedAxis] {
        [orientation.superior, orientation.right, orientation.anterior]
    }

    /// A box of voxels in mm along S, R, A.
    func extent(of box: VoxelBox) -> Extent {
        var extent = Extent(low: .zero, high: .zero)
        for (n, signed) in anatomicalAxes.enumerated() {
            let range = [box.i, box.j, box.k][signed.axis]
            let (count, spacing) = (shape[signed.axis], spacing[signed.axis])
            let (first, end) =
                signed.reversed
                ? (count - range.upperBound, count - range.lowerBound) : (range.lowerBound, range.upperBound)
            (extent.low[n], extent.high[n]) = (Double(first) * spacing, Double(end) * spacing)
        }
        return extent
    }
}
