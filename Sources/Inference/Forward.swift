import CUniverSegKernels
import Foundation
import Platform

/// One pass of the restructured graph. With t the query's features, s_i the supports', `Wt, Ws, b` the cross
/// convolution's halves and bias, `T` and `S` the target and support convolutions:
///
///     ct   = Wt*t + b                                   once per query
///     zm   = ct + Ws*mean(s),  t'   = lrelu(T*zm + bT)  the target needs only the mean
///     z_i  = ct + Ws*s_i,      s_i' = lrelu(S*z_i + bS) per support
///
/// In the first block `S*(Ws*s_i)` is one 5x5 convolution of the support's two planes, and only its pooled result and
/// its mean are kept; the last block's support branch has no reader, so the block runs on the mean alone.
struct Forward {
    let network: Network
    let support: SupportSet
    let workspace: Workspace

    private typealias Map = UnsafeMutablePointer<Float>
    private var kernels: tomos_kernels { network.kernels.pointee }

    /// Leaves the logits in the workspace.
    func run(_ query: [Float]) {
        enterFirst(query)
        for level in 1...3 { encode(level) }
        decode(level: 2, block: network.decoder[0])
        decode(level: 1, block: network.decoder[1])
        finish()
    }

    // MARK: encoder

    private func enterFirst(_ query: [Float]) {
        let (w, block, side) = (workspace, network.encoder[0], workspace.side)
        let plane = side * side
        query.withUnsafeBufferPointer { w.planes.floats.update(from: $0.baseAddress!, count: plane) }
        (w.planes.floats + plane).update(from: support.means.floats, count: 2 * plane)

        let (ct, c, zm) = (w.upTarget[0].floats, w.cross[0].floats, w.mixed[0].floats)
        rows(side) { range in
            kernels.widen(
                w.planes.floats, 1, side32, side32, network.firstCross.floats, block.crossBias.floats, ct, range.0,
                range.1)
            kernels.widen(
                w.planes.floats, 3, side32, side32, network.firstCross.floats, block.crossBias.floats, zm, range.0,
                range.1)
        }
        convolve(Layer(ct, level: 0, block.support, bias: block.supportBias, output: c))
        convolve(Layer(zm, level: 0, block.target, bias: block.targetBias, activate: true, output: w.target[0].floats))

        support.labelled.withUnsafeBufferPointer { labelled in
            var first = tomos_first(
                rows: side32, columns: side32, supports: Int32(support.count), images: support.images.floats,
                labels: support.labels.floats, labelled: labelled.baseAddress, composed: network.firstComposed.floats,
                target: c, pooled: w.support[1].floats, mean: w.mean[0].floats, pooled_mean: w.pooledMean[1].floats)
            withUnsafePointer(to: &first) { first in
                nonisolated(unsafe) let first = first
                rows(side / 2) { kernels.first(first, $0.0, $0.1) }
            }
        }
    }

    private func encode(_ level: Int) {
        let (w, block) = (workspace, network.encoder[level])
        let size = Int32(w.side >> (level - 1))
        // The decoder's upsampling buffer is idle until then.
        let pooled = w.upTarget[min(level, 2)].floats
        rows(w.side >> level) { kernels.max_pool(w.target[level - 1].floats, size, size, pooled, nil, $0.0, $0.1) }
        convolve(Layer(pooled, level: level, block.targetHalf, bias: block.crossBias, output: w.cross[level].floats))
        mixTarget(level, block, mean: w.pooledMean[level].floats, skip: nil)
        let pooledMap = level < 3 ? level + 1 : nil
        forEachSupport(level, block, pooledInto: pooledMap, keep: true) { index, _ in
            (map(w.support[level], index, level), nil)
        }
    }

    // MARK: decoder

    private func decode(level: Int, block: Network.Block) {
        let w = workspace
        let size = Int32(w.side >> (level + 1))
        let (upTarget, upMean) = (w.upTarget[level].floats, w.upMean[level].floats)
        rows(w.side >> level) { range in
            kernels.upsample(w.target[level + 1].floats, size, size, upTarget, range.0, range.1)
            kernels.upsample(w.mean[level + 1].floats, size, size, upMean, range.0, range.1)
        }
        convolve(
            Layer(
                upTarget, w.target[level].floats, level: level, block.targetHalf, bias: block.crossBias,
                output: w.cross[level].floats))
        mixTarget(level, block, mean: upMean, skip: w.mean[level].floats)
        forEachSupport(level, block, pooledInto: nil, keep: level > 1) { index, worker in
            let up = w.second[worker].floats
            kernels.upsample(map(w.support[level + 1], index, level + 1), size, size, up, 0, 2 * size)
            return (up, map(w.support[level], index, level))
        }
    }

    private func finish() {
        let (w, block) = (workspace, network.decoder[2])
        let size = Int32(w.side / 2)
        let (upTarget, upMean) = (w.upTarget[0].floats, w.upMean[0].floats)
        rows(w.side) { range in
            kernels.upsample(w.target[1].floats, size, size, upTarget, range.0, range.1)
            kernels.upsample(w.mean[1].floats, size, size, upMean, range.0, range.1)
        }
        convolve(
            Layer(
                upTarget, w.target[0].floats, level: 0, block.targetHalf, bias: block.crossBias,
                output: w.cross[0].floats))
        mixTarget(0, block, mean: upMean, skip: w.mean[0].floats)
        rows(w.side) {
            kernels.head(
                w.target[0].floats, network.headWeights.floats, network.headBias, w.logits.floats,
                Int($0.0) * w.side, Int($0.1) * w.side)
        }
    }

    // MARK: parts

    /// t' = lrelu(T*(ct + Ws*mean) + bT), into `target[level]`.
    private func mixTarget(_ level: Int, _ block: Network.Block, mean: Map, skip: Map?) {
        let w = workspace
        convolve(
            Layer(
                mean, skip, level: level, block.supportHalf, addend: w.cross[level].floats,
                output: w.mixed[level].floats))
        convolve(
            Layer(
                w.mixed[level].floats, level: level, block.target, bias: block.targetBias, activate: true,
                output: w.target[level].floats))
    }

    /// s_i' for every support, their mean in `mean[level]`, and, when asked for, pooled to the next level.
    /// `keep` stores s_i' in `support[level]`; it may overwrite the skip, which nothing reads after z_i.
    private func forEachSupport(
        _ level: Int, _ block: Network.Block, pooledInto next: Int?, keep: Bool, inputs: (Int, Int) -> (Map, Map?)
    ) {
        let w = workspace
        let size = Int32(w.side >> level)
        let count = (w.side >> level) * (w.side >> level) * 64
        let groupSize = Workspace.groupSize(support.count)
        let groups = (support.count + groupSize - 1) / groupSize
        Parallel.split(groups, over: w.threads) { worker, range in
            for group in range {
                let (sum, pooledSum) = (w.sums[group].floats, w.pooledSums[group].floats)
                memset(sum, 0, count * 4)
                if next != nil { memset(pooledSum, 0, count) }
                let end = min(support.count, (group + 1) * groupSize)
                for index in group * groupSize..<end {
                    let (input, skip) = inputs(index, worker)
                    let z = w.first[worker].floats
                    let output = map(w.support[level], index, level)
                    convolveAlone(
                        Layer(input, skip, level: level, block.supportHalf, addend: w.cross[level].floats, output: z),
                        worker)
                    convolveAlone(
                        Layer(
                            z, level: level, block.support, bias: block.supportBias, activate: true,
                            output: keep ? output : nil, sum: sum),
                        worker)
                    if let next {
                        kernels.max_pool(output, size, size, map(w.support[next], index, next), pooledSum, 0, size / 2)
                    }
                }
            }
        }
        average(w.sums, groups, count, into: w.mean[level].floats)
        if let next { average(w.pooledSums, groups, count / 4, into: w.pooledMean[next].floats) }
    }

    private func average(_ sums: [AlignedBuffer], _ groups: Int, _ count: Int, into mean: Map) {
        let addends: [UnsafePointer<Float>?] = sums.prefix(groups).map { UnsafePointer($0.floats) }
        kernels.add(addends, Int32(groups), 1 / Float(support.count), mean, 0, count)
    }

    /// One support's map in a buffer of all.
    private func map(_ buffer: AlignedBuffer, _ index: Int, _ level: Int) -> Map {
        buffer.floats + index * (workspace.side >> level) * (workspace.side >> level) * 64
    }

    // MARK: convolutions

    private var side32: Int32 { Int32(workspace.side) }

    /// A convolution with what goes in and out, in Swift's words.
    private struct Layer {
        var input: Map, skip: Map?, level: Int, weights: AlignedBuffer, bias: AlignedBuffer?, addend: Map?
        var activate: Bool, output: Map?, sum: Map?

        init(
            _ input: Map, _ skip: Map? = nil, level: Int, _ weights: AlignedBuffer, bias: AlignedBuffer? = nil,
            addend: Map? = nil, activate: Bool = false, output: Map?, sum: Map? = nil
        ) {
            (self.input, self.skip, self.level, self.weights) = (input, skip, level, weights)
            (self.bias, self.addend, self.activate, self.output, self.sum) = (bias, addend, activate, output, sum)
        }

        func record(side: Int) -> tomos_conv {
            let size = Int32(side >> level)
            return tomos_conv(
                input: input, input2: skip, rows: size, columns: size, weights: weights.floats, output: output,
                addend: addend, bias: bias?.floats, activate: activate ? 1 : 0, sum: sum)
        }
    }

    /// On all threads.
    private func convolve(_ layer: Layer) {
        let side = workspace.side
        let units = Int(kernels.conv_units(Int32(side >> layer.level), Int32(side >> layer.level)))
        Parallel.split(units, over: workspace.threads) { worker, range in
            var record = layer.record(side: side)
            kernels.conv(&record, Int32(range.lowerBound), Int32(range.upperBound), workspace.scratch[worker].floats)
        }
    }

    /// On the calling worker only.
    private func convolveAlone(_ layer: Layer, _ worker: Int) {
        var record = layer.record(side: workspace.side)
        let units = kernels.conv_units(record.rows, record.columns)
        kernels.conv(&record, 0, units, workspace.scratch[worker].floats)
    }

    /// Divides rows over the threads.
    private func rows(_ count: Int, _ body: ((Int32, Int32)) -> Void) {
        Parallel.split(count, over: workspace.threads) { _, range in
            body((Int32(range.lowerBound), Int32(range.upperBound)))
        }
    }
}
