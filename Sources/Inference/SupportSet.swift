import Platform

/// The support slices of one query: S image and label planes. Immutable once made, hence safe to share.
public final class SupportSet: @unchecked Sendable {
    /// Rows (and columns) of every plane.
    public let side: Int
    /// S.
    public let count: Int

    /// [S][side][side].
    let images, labels: AlignedBuffer
    /// For each support whether its label plane holds anything.
    let labelled: [UInt8]
    /// Mean image, then mean label: [2][side][side].
    let means: AlignedBuffer

    /// Bytes that a set of `supports` slices of `side` x `side` takes.
    public static func bytes(side: Int, supports: Int) -> Int {
        let plane = side * side
        return 2 * AlignedBuffer.bytes(supports * plane) + AlignedBuffer.bytes(2 * plane) + supports
    }

    /// Makes a set from `[S][side][side]` images in [0, 1] and labels 0 or 1.
    public convenience init(images: [Float], labels: [Float], side: Int) {
        let plane = side * side
        let planes = { (values: [Float]) in (0..<values.count / plane).map { values[$0 * plane..<($0 + 1) * plane] } }
        self.init(images: planes(images), labels: planes(labels), side: side)
    }

    /// Makes a set from S image planes and S label planes of `side * side` values each.
    public convenience init(images: [[Float]], labels: [[Float]], side: Int) {
        self.init(images: images.map { $0[...] }, labels: labels.map { $0[...] }, side: side)
    }

    /// Makes a set from S image planes and S label planes of `side * side` values each. Not generic, since nothing
    /// specialises it for another module.
    public init(images: [ArraySlice<Float>], labels: [ArraySlice<Float>], side: Int) {
        precondition(images.count == labels.count && !images.isEmpty, "as many images as labels, at least one")
        let plane = side * side
        (self.side, count) = (side, images.count)
        self.images = AlignedBuffer(planes: images)
        self.labels = AlignedBuffer(planes: labels)
        precondition(
            self.images.count == count * plane && self.labels.count == count * plane, "planes of \(side)x\(side)")
        labelled = labels.map { $0.contains { $0 != 0 } ? 1 : 0 }
        means = AlignedBuffer(2 * plane)
        for (n, planes) in [self.images, self.labels].enumerated() {
            let mean = means.floats + n * plane
            for s in 0..<count {
                let from = planes.floats + s * plane
                for p in 0..<plane { mean[p] += from[p] }
            }
            for p in 0..<plane { mean[p] /= Float(count) }
        }
    }
}
