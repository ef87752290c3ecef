import Synchronization
import Volumes

/// Probabilities of a few labels over a volume, the sum over the planes it was cut in. Filled slice by slice from several
/// threads.
final class LabelProbabilities: Sendable {
    /// What the probabilities of several labels may take together; one label always fits.
    private static let room = 256 << 20
    /// What rounding in several planes may add to a variance.
    private static let rounding: Float = 9 / 65535

    /// Bytes of one label's probabilities.
    static func bytes(voxels: Int, keepsSquares: Bool) -> Int {
        voxels * MemoryLayout<UInt16>.stride * (keepsSquares ? 2 : 1)
    }

    /// How many of `labels` are worked on at the same time, so that their support is prepared once.
    static func batch(_ labels: Int, voxels: Int, keepsSquares: Bool) -> Int {
        min(labels, max(1, room / max(1, bytes(voxels: voxels, keepsSquares: keepsSquares))))
    }

    /// The labels' ids.
    let labels: [UInt16]
    /// [label][voxel], in units of 1/65535.
    private let sums: Mutex<[[UInt16]]>
    /// [label][voxel]: means of squared probabilities, for what they differ by, in the same units; empty unless they are
    /// kept.
    private let squares: Mutex<[[UInt16]]>
    private let share: Float

    init(labels: [UInt16], planes: Int, voxels: Int, keepsSquares: Bool = false) {
        self.labels = labels
        share = 65535 / Float(planes)
        let none = [UInt16](repeating: 0, count: voxels)
        sums = Mutex([[UInt16]](repeating: none, count: labels.count))
        squares = Mutex([[UInt16]](repeating: none, count: keepsSquares ? labels.count : 0))
    }

    /// One label's probabilities [voxel] in units of 1/65535, as they are.
    init(label: UInt16, _ voxels: [UInt16]) {
        labels = [label]
        share = 65535
        sums = Mutex([voxels])
        squares = Mutex([])
    }

    /// Adds one plane's probabilities of a slice.
    func add(_ slice: [Float], label: Int, slice index: Int, in layout: SliceLayout) {
        sums.withLock { add(slice, to: &$0[label], slice: index, in: layout) }
    }

    /// Adds the mean squares of one plane's slice.
    func addSquares(_ slice: [Float], label: Int, slice index: Int, in layout: SliceLayout) {
        squares.withLock { add(slice, to: &$0[label], slice: index, in: layout) }
    }

    private func add(_ slice: [Float], to sum: inout [UInt16], slice index: Int, in layout: SliceLayout) {
        sum.withUnsafeMutableBufferPointer { sum in
            for row in 0..<layout.rows {
                var at = layout.start(slice: index, row: row)
                for column in 0..<layout.columns {
                    sum[at] += UInt16(known: slice[row * layout.columns + column] * share)
                    at += layout.columnStride
                }
            }
        }
    }

    /// Calls `body` with each label's place and its probabilities.
    func forEach(_ body: (Int, [UInt16]) -> Void) {
        sums.withLock { sums in
            for n in labels.indices { body(n, sums[n]) }
        }
    }

    /// Draws a label's probabilities towards others of the same voxels, which have a share of the mean.
    func blend(_ others: [UInt16], label: Int, share: Double) {
        let share = Float(share)
        sums.withLock { sums in
            for n in sums[label].indices {
                let own = Float(sums[label][n])
                sums[label][n] = UInt16(known: own + share * (Float(others[n]) - own))
            }
        }
    }

    /// [label][voxel]: standard deviations of what was averaged, in units of 1/65535; empty where no squares were kept,
    /// and from then on none are.
    func takeDeviations() -> [[UInt16]] {
        var taken = squares.withLock { squares in
            defer { squares = [] }
            return squares
        }
        forEach { label, means in
            guard label < taken.count else { return }
            for (n, mean) in means.enumerated() where taken[label][n] > 0 {
                let (square, mean) = (Float(taken[label][n]) / 65535, Float(mean) / 65535)
                taken[label][n] = UInt16(clamping: max(0, square - mean * mean - Self.rounding).squareRoot() * 65535)
            }
        }
        return taken
    }
}
