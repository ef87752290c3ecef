import Preparation
import Volumes

/// What the network and the vote say of the part of a volume in which labels may lie, and what the image shows there:
/// all that a ``LabelCorrection`` goes by.
///
/// Arrays are [S][R][A], the last axis fastest, whatever the volume's own axes are.
package struct LabelEvidence: Sendable {
    /// The labels' ids.
    let labels: [UInt16]
    /// Voxels along S, R and A.
    let size: SIMD3<Int>
    /// Their distances in mm.
    let spacing: SIMD3<Double>
    /// [label][voxel], in units of 1/65535: the probabilities that decide, and those of the network alone.
    private(set) var fused, network: [[UInt16]]
    /// [label][voxel]: the probabilities that decided before any correction. Corrected ones are sharp, also where they are
    /// wrong: what they promise says less of the true Dice (docs/accuracy.md).
    private let uncorrected: [[UInt16]]
    /// In [0, 1].
    let image: [Float]

    private var layout: SliceLayout
    private var origin: SIMD3<Int>

    /// A label may lie where its probability is above this.
    static let faint = UInt16(known: 0.05 * 65535)
    /// Neighbours looked at around such voxels.
    private static let margin = 6
    /// Voxels of the part, at most.
    static let most = 8 << 20

    /// Bytes of it once it is corrected.
    static func bytes(voxels: Int, labels: Int) -> Int {
        min(voxels, most) * (labels * 3 * MemoryLayout<UInt16>.stride + MemoryLayout<Float>.stride)
    }

    /// The same with what is made from it for one label at a time.
    static func correctionBytes(voxels: Int, labels: Int) -> Int {
        bytes(voxels: voxels, labels: labels) + min(voxels, most) * EvidenceFeatures.bytesPerVoxel
    }

    /// Takes the part that matters out of a volume, one voxel where no label may lie anywhere; nil when it is too large.
    init?(_ probabilities: LabelProbabilities, _ volume: Volume, scale: IntensityScale) {
        let layout = SliceLayout(volume.geometry, plane: .axial)
        let extent = SIMD3(layout.slices, layout.rows, layout.columns)
        let labels = probabilities.labels
        var (lower, upper) = probabilities.withSums { sums in Self.box(sums[..<labels.count], layout) }
        (lower, upper) = (pointwiseMax(lower &- Self.margin, .zero), pointwiseMin(upper &+ Self.margin, extent &- 1))
        let size = upper &- lower &+ 1
        guard size.x * size.y * size.z <= Self.most else { return nil }
        (self.labels, self.size, self.layout, origin) = (labels, size, layout, lower)
        spacing = SIMD3(layout.sliceSpacing, layout.rowSpacing, layout.columnSpacing)
        let parts = probabilities.withSums { sums in
            sums.map { Self.part(of: $0, layout, lower, size) }
        }
        (fused, network) = (Array(parts[..<labels.count]), Array(parts[labels.count...]))
        uncorrected = fused
        image = (0..<size.x).flatMap { s in
            let slice = volume.slice(lower.x + s, in: layout, scale: scale)
            return (0..<size.y).flatMap { row in
                slice.values[((lower.y + row) * layout.columns + lower.z)...].prefix(size.z)
            }
        }
    }

    /// Number of voxels.
    var count: Int { size.x * size.y * size.z }

    /// The least and the greatest place at which any label may lie; the first voxel where there is none.
    private static func box(_ sums: ArraySlice<[UInt16]>, _ layout: SliceLayout) -> (SIMD3<Int>, SIMD3<Int>) {
        var (lower, upper) = (SIMD3<Int>(repeating: .max), SIMD3<Int>(repeating: -1))
        for sum in sums {
            for s in 0..<layout.slices {
                for row in 0..<layout.rows {
                    var at = layout.start(slice: s, row: row)
                    for column in 0..<layout.columns {
                        if sum[at] > faint {
                            let place = SIMD3(s, row, column)
                            lower = pointwiseMin(lower, place)
                            upper = pointwiseMax(upper, place)
                        }
                        at += layout.columnStride
                    }
                }
            }
        }
        return upper.x < 0 ? (.zero, .zero) : (lower, upper)
    }

    /// Calls `body` with the place of each row of the part, here and in the volume.
    private static func forEachRow(
        _ layout: SliceLayout, _ origin: SIMD3<Int>, _ size: SIMD3<Int>, _ body: (Int, Int) -> Void
    ) {
        for s in 0..<size.x {
            for row in 0..<size.y {
                let at = layout.start(slice: origin.x + s, row: origin.y + row) + origin.z * layout.columnStride
                body((s * size.y + row) * size.z, at)
            }
        }
    }

    private static func part<Value: ExpressibleByIntegerLiteral>(
        of voxels: [Value], _ layout: SliceLayout, _ origin: SIMD3<Int>, _ size: SIMD3<Int>
    ) -> [Value] {
        var part = [Value](repeating: 0, count: size.x * size.y * size.z)
        forEachRow(layout, origin, size) { here, there in
            for n in 0..<size.z { part[here + n] = voxels[there + n * layout.columnStride] }
        }
        return part
    }

    /// The mean of these probabilities and of those of networks, which have a share of it, where these lie so many voxels
    /// along S, R, A in the volume that the networks were asked of.
    package func blended(
        with learned: LearnedProbabilities, share: Double, in geometry: Geometry, at start: SIMD3<Int>
    ) -> LabelEvidence {
        let (layout, share) = (SliceLayout(geometry, plane: .axial), Float(share))
        var fused = fused
        for (n, label) in labels.enumerated() {
            guard let voxels = learned.voxels(of: label) else { continue }
            let part = Self.part(of: voxels, layout, origin &+ start, size)
            for voxel in part.indices {
                let own = Float(fused[n][voxel])
                fused[n][voxel] = UInt16(known: own + share * (Float(part[voxel]) - own))
            }
        }
        return with(fused: fused)
    }

    /// The same in a grid that the volume was cut out of, so many voxels along S, R, A from its beginning.
    func placed(in geometry: Geometry, at start: SIMD3<Int>) -> LabelEvidence {
        var result = self
        (result.layout, result.origin) = (SliceLayout(geometry, plane: .axial), origin &+ start)
        return result
    }

    /// The same part of a label map on the volume's grid.
    package func part(of labels: LabelVolume) -> [UInt16] { Self.part(of: labels.voxels, layout, origin, size) }

    /// The same with other probabilities, [label][voxel].
    func with(fused: [[UInt16]]) -> LabelEvidence {
        var result = self
        result.fused = fused
        return result
    }

    /// Puts the probabilities back where they were taken from.
    func restore(to probabilities: LabelProbabilities) {
        probabilities.withSums { sums in
            for n in labels.indices {
                Self.forEachRow(layout, origin, size) { here, there in
                    for step in 0..<size.z { sums[n][there + step * layout.columnStride] = fused[n][here + step] }
                }
            }
        }
    }

    /// By label the Dice that the probabilities before any correction promise of a label map on the volume's grid; see
    /// ``SegmentedVolume/Structure/expectedDice``. Labels without voxels are left out.
    func expectedDice(of map: LabelVolume) -> [UInt16: Double] {
        let ids = part(of: map)
        var promised: [UInt16: Double] = [:]
        for (label, values) in zip(labels, uncorrected) {
            var (voxels, inside, total) = (0, 0, 0)
            for (id, value) in zip(ids, values) {
                if value >= Votes.faint { total += Int(value) }
                guard id == label else { continue }
                voxels += 1
                inside += Int(value)
            }
            if voxels > 0 { promised[label] = Votes.expectedDice(inside: inside, total: total, voxels: voxels) }
        }
        return promised
    }

    /// What it takes to be kept until it is corrected.
    package var bytes: Int { count * (labels.count * 2 * MemoryLayout<UInt16>.stride + MemoryLayout<Float>.stride) }
}
