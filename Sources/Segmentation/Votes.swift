import Synchronization
import Volumes

/// Probabilities of a few labels over a volume, the sum over the planes it was cut in. Filled slice by slice from several
/// threads.
final class LabelProbabilities: Sendable {
    /// What the probabilities of several labels may take together; one label always fits.
    private static let room = 256 << 20

    /// Bytes of one label's probabilities; twice as many where the network's own are kept beside them.
    static func bytes(voxels: Int, keepsNetwork: Bool) -> Int {
        voxels * MemoryLayout<UInt16>.stride * (keepsNetwork ? 2 : 1)
    }

    /// How many of `labels` are worked on at the same time, so that their support is prepared once.
    static func batch(_ labels: Int, voxels: Int, keepsNetwork: Bool) -> Int {
        min(labels, max(1, room / max(1, bytes(voxels: voxels, keepsNetwork: keepsNetwork))))
    }

    /// The labels' ids.
    let labels: [UInt16]
    /// [label][voxel], in units of 1/65535; then the same of the network alone, if that is kept.
    private let sums: Mutex<[[UInt16]]>
    private let share: Float

    init(labels: [UInt16], planes: Int, voxels: Int, keepsNetwork: Bool = false) {
        self.labels = labels
        share = 65535 / Float(planes)
        let none = [UInt16](repeating: 0, count: voxels)
        sums = Mutex([[UInt16]](repeating: none, count: labels.count * (keepsNetwork ? 2 : 1)))
    }

    /// Adds one plane's probabilities of a slice.
    func add(_ slice: [Float], label: Int, slice index: Int, in layout: SliceLayout) {
        add(slice, to: label, slice: index, in: layout)
    }

    /// Adds what the network alone says of one plane's slice.
    func addNetwork(_ slice: [Float], label: Int, slice index: Int, in layout: SliceLayout) {
        add(slice, to: labels.count + label, slice: index, in: layout)
    }

    private func add(_ slice: [Float], to place: Int, slice index: Int, in layout: SliceLayout) {
        sums.withLock { sums in
            sums[place].withUnsafeMutableBufferPointer { sum in
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

    /// Calls `body` with all sums: the labels', then the network's where they are kept.
    func withSums<Result: Sendable>(_ body: (inout [[UInt16]]) -> Result) -> Result {
        sums.withLock { sums in body(&sums) }
    }
}

/// The most probable label of every voxel so far. Only the best is kept.
struct Votes {
    /// The labels given.
    var labels: LabelVolume
    /// Their probability in units of 1/65535; 0 for background.
    private var confidence: [UInt16]
    private var threshold: UInt16
    /// Label by label the sum of its probabilities, in the same units.
    private var totals: [UInt16: Int] = [:]
    /// Probabilities below are no part of the sums: those of a whole background would outweigh a small structure.
    static let faint = UInt16(0.1 * 65535)

    init(geometry: Geometry, threshold: Float) {
        labels = LabelVolume(geometry: geometry)
        confidence = [UInt16](repeating: 0, count: geometry.shape.count)
        self.threshold = Self.units(threshold)
    }

    private static func units(_ threshold: Float) -> UInt16 { max(1, UInt16(threshold * 65535)) }

    /// Takes the label from voxels below a higher threshold: what is best at a voxel does not depend on it.
    mutating func raise(to threshold: Float) {
        self.threshold = Self.units(threshold)
        for n in confidence.indices where confidence[n] < self.threshold { (confidence[n], labels.voxels[n]) = (0, 0) }
    }

    /// Gives each voxel to the most probable label that reaches the threshold; of equal ones to the first.
    mutating func count(_ probabilities: LabelProbabilities) {
        probabilities.forEach { label, values in
            totals[label] = values.reduce(0) { $1 >= Self.faint ? $0 + Int($1) : $0 }
            for n in values.indices where values[n] >= threshold && values[n] > confidence[n] {
                confidence[n] = values[n]
                labels.voxels[n] = label
            }
        }
    }

    /// Makes some labels' voxels background.
    mutating func remove(_ ids: Set<UInt16>) {
        if ids.isEmpty { return }
        for n in labels.voxels.indices where ids.contains(labels.voxels[n]) {
            (labels.voxels[n], confidence[n]) = (0, 0)
        }
    }

    /// What is known of a label's voxels.
    struct Measured {
        var voxels: Int
        /// Mean probability as far as the network gave them to a label: clean-up may have filled others.
        var meanProbability: Double?
        /// See ``SegmentedVolume/Structure/expectedDice``.
        var expectedDice: Double
    }

    /// Of every label that has voxels.
    func measured() -> [UInt16: Measured] {
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
                let sum = sums[id] ?? 0
                return (
                    id,
                    Measured(
                        voxels: count, meanProbability: given[id].map { Double(sum) / 65535 / Double($0) },
                        expectedDice: Self.expectedDice(inside: sum, total: totals[id] ?? 0, voxels: count))
                )
            })
    }

    /// See ``SegmentedVolume/Structure/expectedDice``; the sums of probabilities are in units of 1/65535.
    static func expectedDice(inside: Int, total: Int, voxels: Int) -> Double {
        2 * Double(inside) / (65535 * Double(voxels) + Double(max(total, inside)))
    }
}
