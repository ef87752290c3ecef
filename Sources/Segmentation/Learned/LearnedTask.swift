import Foundation
import Learning
import Platform
import Preparation
import Volumes

/// What a pack's networks have learned: where they look, and their parameters.
package struct LearnedTask: Sendable, Hashable {
    /// The labels that classes 1, 2, ... stand for.
    package var labels: [UInt16]
    /// What volumes are brought to.
    package var grid: LearnedGrid
    /// Voxels of a patch along slices, rows and columns.
    package var patch: SIMD3<Int>
    /// The networks, all of one shape, whose probabilities are averaged.
    package var members: [LearnedNetwork]
    /// Cases of a study that they have learned from too.
    package var taught: TaughtCases

    package init(
        labels: [UInt16], grid: LearnedGrid, patch: SIMD3<Int>, members: [LearnedNetwork],
        taught: TaughtCases = TaughtCases()
    ) {
        (self.labels, self.grid, self.patch, self.members, self.taught) = (labels, grid, patch, members, taught)
    }

    /// Samples of a probability below this are no sign of a label when it is looked where labels may be.
    private static let sign: Float = 0.2

    /// The probabilities of a volume's voxels, by the networks that have not seen it.
    ///
    /// A volume of many patches is looked at twice: by one network, patch beside patch, to see where labels may be; and
    /// there by all, with patches that overlap.
    ///
    /// - Parameter progress: called from any thread with the patches done of those that all look at, and how many these are.
    package func probabilities(
        _ volume: Volume, scale: IntensityScale, threads: Int, progress: (@Sendable (Int, Int) -> Void)? = nil
    ) -> LearnedProbabilities {
        let members = taught.members(unseeing: volume, of: self.members.count).map { self.members[$0] }
        let (placement, image) = grid.image(volume, scale: scale)
        let box = box(of: image, placement.size, by: members[0], threads: threads)
        let part = image.box(box, of: placement.size)
        let values = Predictor(members, patch: patch).probabilities(
            [part], size: box.size, threads: threads, progress: progress)
        return LearnedProbabilities(
            labels: labels, scale: scale, placement: placement, box: box, classes: Array(values.dropFirst()))
    }

    /// The samples that are worth a second look: all where they are few.
    private func box(of image: [Float], _ size: SIMD3<Int>, by network: LearnedNetwork, threads: Int) -> SampleBox {
        let whole = SampleBox(start: .zero, size: size)
        let patches = (0..<3).reduce(1) { $0 * ((size[$1] + patch[$1] - 1) / patch[$1]) }
        if patches <= 4 { return whole }
        let first = Predictor([network], patch: patch, overlap: 0.25)
        let background = first.probabilities([image], size: size, threads: threads)[0]
        var (low, high) = (SIMD3<Int>(repeating: .max), SIMD3<Int>(repeating: -1))
        for z in 0..<size.x {
            for y in 0..<size.y {
                let line = (z * size.y + y) * size.z
                for x in 0..<size.z where background[line + x] < 1 - Self.sign {
                    low = pointwiseMin(low, SIMD3(z, y, x))
                    high = pointwiseMax(high, SIMD3(z, y, x))
                }
            }
        }
        guard high.x >= 0 else { return whole }
        // As much around it as a patch's border shows worse than its middle.
        let margin = patch / 4
        low = pointwiseMax(low &- margin, .zero)
        high = pointwiseMin(high &+ margin, size &- 1)
        return SampleBox(start: low, size: high &- low &+ 1)
    }
}

/// A box of samples of a grid [z][y][x].
package struct SampleBox: Sendable, Hashable {
    /// Its first sample, and samples along z, y, x.
    var start, size: SIMD3<Int>
}

extension [Float] {
    /// The samples of a box of a grid of `size`.
    fileprivate func box(_ box: SampleBox, of size: SIMD3<Int>) -> [Float] {
        if box.size == size { return self }
        var part: [Float] = []
        part.reserveCapacity(box.size.x * box.size.y * box.size.z)
        for z in box.start.x..<box.start.x + box.size.x {
            for y in box.start.y..<box.start.y + box.size.y {
                let line = (z * size.y + y) * size.z + box.start.z
                part += self[line..<line + box.size.z]
            }
        }
        return part
    }
}

/// What a learned task says of a volume.
package struct LearnedProbabilities: Sendable {
    /// Whose probabilities they are.
    package let labels: [UInt16]
    /// How the volume's values were windowed.
    let scale: IntensityScale
    private let placement: GridPlacement
    private let box: SampleBox
    /// [label][sample of the box].
    private let classes: [[Float]]

    init(
        labels: [UInt16], scale: IntensityScale, placement: GridPlacement, box: SampleBox, classes: [[Float]]
    ) {
        (self.labels, self.scale, self.placement, self.box, self.classes) = (labels, scale, placement, box, classes)
    }

    /// The Dice that the probabilities promise, a mean over labels: ``SegmentedVolume/Structure/expectedDice`` on the
    /// networks' own grid, 0 for a label that no sample has.
    var promise: Double {
        let promises = classes.map { values in
            var (inside, total, samples): (Double, Double, Double) = (0, 0, 0)
            for value in values.lazy.map(Double.init) where value >= 0.1 {
                total += value
                if value >= 0.5 { (inside, samples) = (inside + value, samples + 1) }
            }
            return samples > 0 ? 2 * inside / (samples + total) : 0
        }
        return promises.reduce(0, +) / Double(max(promises.count, 1))
    }

    /// A label's probabilities on the volume's own voxels, in units of 1/65535; nil for a label that was not learned.
    func voxels(of label: UInt16) -> [UInt16]? {
        guard let place = labels.firstIndex(of: label) else { return nil }
        let size = placement.size
        var grid = [Float](repeating: 0, count: size.x * size.y * size.z)
        var from = 0
        for z in box.start.x..<box.start.x + box.size.x {
            for y in box.start.y..<box.start.y + box.size.y {
                let line = (z * size.y + y) * size.z + box.start.z
                for x in 0..<box.size.z { grid[line + x] = classes[place][from + x] }
                from += box.size.z
            }
        }
        let (values, layout) = (placement.restore(grid), placement.layout)
        var result = [UInt16](repeating: 0, count: values.count)
        for slice in 0..<layout.slices {
            for row in 0..<layout.rows {
                var at = layout.start(slice: slice, row: row)
                let line = (slice * layout.rows + row) * layout.columns
                for column in 0..<layout.columns {
                    result[at] = UInt16(clamping: 65535 * values[line + column])
                    at += layout.columnStride
                }
            }
        }
        return result
    }
}
