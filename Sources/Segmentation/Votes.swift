import Synchronization
import Volumes

/// Probabilities of a few labels over a volume, the sum over the planes it was cut in. Filled slice by slice from several
/// threads.
final class LabelProbabilities: Sendable {
    /// What the probabilities of several labels may take together; one label always fits.
    private static let room = 256 << 20

    /// Bytes of one label's probabilities.
    static func bytes(voxels: Int) -> Int { voxels * MemoryLayout<UInt16>.stride }

    /// How many of `labels` are worked on at the same time, so that their support is prepared once.
    static func batch(_ labels: Int, voxels: Int) -> Int { min(labels, max(1, room / max(1, bytes(voxels: voxels)))) }

    /// The labels' ids.
    let labels: [UInt16]
    /// [label][voxel], in units of 1/65535.
    private let sums: Mutex<[[UInt16]]>
    private let share: Float

    init(labels: [UInt16], planes: Int, voxels: Int) {
        self.labels = labels
        share = 65535 / Float(planes)
        sums = Mutex(labels.map { _ in [UInt16](repeating: 0, count: voxels) })
    }

    /// Adds one plane's probabilities of a slice.
    func add(_ slice: [Float], label: Int, slice index: Int, in layout: SliceLayout) {
        sums.withLock { sums in
            sums[label].withUnsafeMutableBufferPointer { sum in
                for row in 0..<layout.rows {
                    var at = layout.start(slice: index, row: row)
                    for column in 0..<layout.columns {
                        sum[at] += UInt16(slice[row * layout.columns + column] * share)
                        at += layout.columnStride
                    }
                }
            }
        }
    }

    /// Calls `body` with each label and its probabilities.
    func forEach(_ body: (UInt16, [UInt16]) -> Void) {
        sums.withLock { sums in
            for (label, sum) in zip(labels, sums) { body(label, sum) }
        }
    }
}

/// The most probable label of every voxel so far. Only the best is kept.
struct Votes {
    /// The labels given.
    var labels: LabelVolume
    /// Their probability in units of 1/65535; 0 for background.
    private var confidence: [UInt16]
    private let threshold: UInt16

    init(geometry: Geometry, threshold: Float) {
        labels = LabelVolume(geometry: geometry)
        confidence = [UInt16](repeating: 0, count: geometry.shape.count)
        self.threshold = max(1, UInt16(threshold * 65535))
    }

    /// Gives each voxel to the most probable label that reaches the threshold; of equal ones to the first.
    mutating func count(_ probabilities: LabelProbabilities) {
        probabilities.forEach { label, values in
            for n in values.indices where values[n] >= threshold && values[n] > confidence[n] {
                confidence[n] = values[n]
                labels.voxels[n] = label
            }
        }
    }

    /// Per label its voxels, and their mean probability as far as the network gave them to a label: clean-up may have
    /// filled others.
    func measured() -> [UInt16: (voxels: Int, meanProbability: Double?)] {
        var voxels: [UInt16: Int] = [:]
        var (sums, given): ([UInt16: Int], [UInt16: Int]) = ([:], [:])
        for (id, confidence) in zip(labels.voxels, confidence) where id != 0 {
            voxels[id, default: 0] += 1
            guard confidence > 0 else { continue }
            given[id, default: 0] += 1
            sums[id, default: 0] += Int(confidence)
        }
        return Dictionary(
            uniqueKeysWithValues: voxels.map { id, count in
                (id, (count, given[id].map { Double(sums[id] ?? 0) / Double($0) / 65535 }))
            })
    }
}
