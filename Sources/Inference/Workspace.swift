import CUniverSegKernels

/// Memory that one query at a time uses, made once per worker.
public final class Workspace {
    /// Rows (and columns) of the input, S it has room for, and threads that share one query.
    public let side, supports, threads: Int

    /// Supports whose sum is added up by one thread in one go. The division is fixed so that the sums' rounding does
    /// not depend on the number of threads.
    static let groupSize = 8

    /// A feature map [side >> level]^2 x 64.
    typealias Map = UnsafeMutablePointer<Float>

    /// Per level 0...3: the query's features (skips after the encoder), c or ct, zm, the mean over supports.
    let target, cross, mixed, mean: [AlignedBuffer]
    /// Levels 1...3: mean of the pooled features that enter the level.
    let pooledMean: [AlignedBuffer]
    /// Upsampled target and mean, per level 0...2.
    let upTarget, upMean: [AlignedBuffer]
    /// Levels 1...3: each support's features, [S][map]. Level 0 is never stored.
    let support: [AlignedBuffer]
    /// Per thread: convolution scratch and two maps of level 1.
    let scratch, first, second: [AlignedBuffer]
    /// Per group of supports: two sums of level 1.
    let sums, pooledSums: [AlignedBuffer]
    /// Planes of the query and the two means, [3][side][side].
    let planes: AlignedBuffer
    /// The logits.
    let logits: AlignedBuffer

    init(side: Int, supports: Int, threads: Int, kernels: UnsafePointer<tomos_kernels>) {
        (self.side, self.supports, self.threads) = (side, supports, threads)
        func map(_ level: Int) -> AlignedBuffer { AlignedBuffer((side >> level) * (side >> level) * 64) }
        let levels = 0...3
        (target, cross, mixed, mean) = (levels.map(map), levels.map(map), levels.map(map), levels.map(map))
        pooledMean = levels.map { $0 == 0 ? AlignedBuffer(0) : map($0) }
        (upTarget, upMean) = ((0...2).map(map), (0...2).map(map))
        support = levels.map { $0 == 0 ? AlignedBuffer(0) : AlignedBuffer(supports * (side >> $0) * (side >> $0) * 64) }
        scratch = (0..<threads).map { _ in AlignedBuffer(kernels.pointee.scratch_size()) }
        (first, second) = ((0..<threads).map { _ in map(1) }, (0..<threads).map { _ in map(1) })
        let groups = (supports + Self.groupSize - 1) / Self.groupSize
        (sums, pooledSums) = ((0..<groups).map { _ in map(1) }, (0..<groups).map { _ in map(2) })
        planes = AlignedBuffer(3 * side * side)
        logits = AlignedBuffer(side * side)
    }
}
