import Platform
import CUniverSegKernels

/// Memory that one query at a time uses, made once per worker.
///
/// Each level of the network needs the mean over all supports before the next can begin, so what every support has
/// become is kept from level to level: 21/16 of `(side / 2)^2 * 64` floats each, 1.3 MiB at side 128. Working through
/// the supports in chunks would save that only by computing each of them anew from its slice at every level, about three
/// times the work for the same result. So any number of supports goes, memory grows with it, and ``bytes(side:supports:threads:scratch:)``
/// tells how much before it is asked for.
public final class Workspace {
    /// Rows (and columns) of the input, S it has room for, and threads that share one query.
    public let side, supports, threads: Int

    /// Most groups whose sums are kept at once; more supports make larger groups.
    private static let mostGroups = 16

    /// Supports whose sum is added up by one thread in one go, of `supports` in all. The division depends on nothing
    /// else, so that the sums' rounding does not depend on the number of threads.
    static func groupSize(_ supports: Int) -> Int { max(8, (supports + mostGroups - 1) / mostGroups) }

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
        let sizes = Sizes(side: side, supports: supports, threads: threads, scratch: kernels.pointee.scratch_size())
        func make(_ counts: [Int]) -> [AlignedBuffer] { counts.map { AlignedBuffer($0) } }
        (target, cross, mixed, mean) = (
            make(sizes.perLevel), make(sizes.perLevel), make(sizes.perLevel), make(sizes.perLevel)
        )
        pooledMean = make(sizes.pooledMean)
        (upTarget, upMean) = (make(sizes.upsampled), make(sizes.upsampled))
        support = make(sizes.support)
        scratch = make(sizes.scratch)
        (first, second) = (make(sizes.perThread), make(sizes.perThread))
        (sums, pooledSums) = (make(sizes.sums), make(sizes.pooledSums))
        planes = AlignedBuffer(sizes.planes)
        logits = AlignedBuffer(sizes.logits)
    }

    /// Bytes of all buffers of a workspace, before it is made. `scratch` is what the kernels ask for, in floats.
    static func bytes(side: Int, supports: Int, threads: Int, scratch: Int) -> Int {
        let sizes = Sizes(side: side, supports: supports, threads: threads, scratch: scratch)
        return sizes.all.reduce(0) { $0 + AlignedBuffer.bytes($1) }
    }

    /// Floats in each buffer.
    private struct Sizes {
        var perLevel, pooledMean, upsampled, support, scratch, perThread, sums, pooledSums: [Int]
        var planes, logits: Int

        init(side: Int, supports: Int, threads: Int, scratch: Int) {
            func map(_ level: Int) -> Int { (side >> level) * (side >> level) * 64 }
            perLevel = (0...3).map(map)
            pooledMean = (0...3).map { $0 == 0 ? 0 : map($0) }
            upsampled = (0...2).map(map)
            support = (0...3).map { $0 == 0 ? 0 : supports * map($0) }
            self.scratch = Array(repeating: scratch, count: threads)
            perThread = Array(repeating: map(1), count: threads)
            let groups = min(mostGroups, (supports + 7) / 8)
            sums = Array(repeating: map(1), count: groups)
            pooledSums = Array(repeating: map(2), count: groups)
            (planes, logits) = (3 * side * side, side * side)
        }

        /// Of every buffer.
        var all: [Int] {
            let four = perLevel + perLevel + perLevel + perLevel
            return four + pooledMean + upsampled + upsampled + support + scratch + perThread + perThread + sums
                + pooledSums + [planes, logits]
        }
    }
}
