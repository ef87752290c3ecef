import CLearningKernels
import Platform

/// The way of one image through a network, and back.
struct NetworkPass {
    let network: TaskNetwork
    let maps: NetworkMaps

    private var kernels: tomos_learning_kernels { network.kernels }
    private var layout: NetworkLayout { network.layout }
    private var levels: [NetworkShape.Level] { network.shape.levels }

    /// Computes the logits of all heads that the maps have from `maps.input`.
    func forward() {
        for n in levels.indices {
            if n > 0 { pool(to: n) }
            run(layout.down[n][0], [downSource(n)], to: maps.down[n][0])
            run(layout.down[n][1], [maps.down[n][0].source], to: maps.down[n][1])
        }
        for n in levels.indices.dropLast().reversed() {
            let mix = layout.reductions[n]
            self.mix(mix, below(n), voxels: maps.extent(n + 1).voxels, to: maps.reduced[n])
            kernels.enlarge(
                maps.reduced[n].floats, extent(n + 1, levels[n].channels), deep(n), maps.enlarged[n].floats)
            run(layout.up[n][0], upSources(n), to: maps.up[n][0])
            run(layout.up[n][1], [maps.up[n][0].source], to: maps.up[n][1])
        }
        for n in maps.logits.indices {
            mix(layout.heads[n], maps.up[n][1].source, voxels: maps.extent(n).voxels, to: maps.logits[n])
        }
    }

    /// Adds to `gradient`, laid out as the parameters are, what `maps.logitGradients` say.
    func backward(_ gradient: UnsafeMutablePointer<Float>) {
        for n in levels.indices.dropLast() { backUp(n, gradient) }
        for n in levels.indices.reversed() { backDown(n, gradient) }
    }

    // MARK: Steps

    private func pool(to n: Int) {
        var source = maps.down[n - 1][1].source
        kernels.pool(&source, extent(n - 1, levels[n - 1].channels), deep(n - 1), maps.pooled[n].floats)
    }

    private func run(_ conv: NetworkLayout.Convolution, _ sources: [tomos_source], to map: NetworkMaps.Normed) {
        var call = convolution(conv, sources)
        call.weights = network.weights(conv)
        call.outputs.0 = map.raw.floats
        call.output_channels.0 = Int32(conv.outputs)
        kernels.convolve(&call, maps.scratch.floats)
        kernels.normalize(
            map.raw.floats, maps.extent(conv.level).voxels, Int32(conv.outputs), network.values(conv.gamma),
            network.values(conv.beta), map.scale.floats, map.shift.floats, map.mean.floats, map.inverse.floats)
    }

    private func mix(_ mix: NetworkLayout.Mix, _ source: tomos_source, voxels: Int, to map: AlignedBuffer) {
        var source = source
        kernels.mix(
            &source, voxels, network.values(mix.weights), mix.bias.map(network.values), Int32(mix.outputs), map.floats,
            0)
    }

    /// From the logits' gradient and from finer levels' to that of what the way down left, at one level of the way up.
    private func backUp(_ n: Int, _ gradient: UnsafeMutablePointer<Float>) {
        let gradients = maps.gradients[n]
        if n < maps.logitGradients.count {
            backMix(
                layout.heads[n], maps.up[n][1].source, maps.logitGradients[n], voxels: maps.extent(n).voxels,
                to: gradients.here, adds: n > 0, gradient)
        }
        back(layout.up[n][1], maps.up[n][1], [maps.up[n][0].source], gradients.here, gradient)
        backInputs(layout.up[n][1], gradients.here, to: [gradients.before])
        back(layout.up[n][0], maps.up[n][0], upSources(n), gradients.before, gradient)
        backInputs(layout.up[n][0], gradients.before, to: [gradients.here, gradients.kept])
        kernels.enlarge_back(
            gradients.here.floats, extent(n + 1, levels[n].channels), deep(n), maps.reduced[n].floats)
        backMix(
            layout.reductions[n], below(n), maps.reduced[n], voxels: maps.extent(n + 1).voxels,
            to: maps.gradients[n + 1].here, adds: false, gradient)
    }

    /// The rest of the way, at one level of the way down.
    private func backDown(_ n: Int, _ gradient: UnsafeMutablePointer<Float>) {
        let gradients = maps.gradients[n]
        let last = n == levels.count - 1 ? gradients.here : gradients.kept
        back(layout.down[n][1], maps.down[n][1], [maps.down[n][0].source], last, gradient)
        backInputs(layout.down[n][1], last, to: [gradients.before])
        back(layout.down[n][0], maps.down[n][0], [downSource(n)], gradients.before, gradient)
        guard let pooled = gradients.pooled else { return }
        backInputs(layout.down[n][0], gradients.before, to: [pooled])
        var source = maps.down[n - 1][1].source
        kernels.pool_back(
            &source, extent(n - 1, levels[n - 1].channels), deep(n - 1), pooled.floats,
            maps.gradients[n - 1].kept.floats)
    }

    /// The gradient of activated values becomes that of the convolution's result, in place; adds those of its parameters.
    private func back(
        _ conv: NetworkLayout.Convolution, _ map: NetworkMaps.Normed, _ sources: [tomos_source],
        _ change: AlignedBuffer, _ gradient: UnsafeMutablePointer<Float>
    ) {
        kernels.normalize_back(
            map.raw.floats, maps.extent(conv.level).voxels, Int32(conv.outputs), map.scale.floats, map.shift.floats,
            map.mean.floats, map.inverse.floats, change.floats, gradient + conv.gamma.offset,
            gradient + conv.beta.offset)
        var call = convolution(conv, sources)
        call.output_channels.0 = Int32(conv.outputs)
        kernels.convolve_weights(&call, change.floats, gradient + conv.weights.offset, maps.scratch.floats)
    }

    /// From the gradient of a convolution's result to those of its inputs, all of as many channels.
    private func backInputs(_ conv: NetworkLayout.Convolution, _ change: AlignedBuffer, to inputs: [AlignedBuffer]) {
        let source = tomos_source(map: change.floats, channels: Int32(conv.outputs), scale: nil, shift: nil)
        var call = convolution(conv, [source])
        call.used = Int32(conv.outputs)
        call.weights = network.turnedWeights(conv)
        let channels = Int32(conv.used / inputs.count)
        (call.outputs.0, call.output_channels.0) = (inputs[0].floats, channels)
        if inputs.count > 1 { (call.outputs.1, call.output_channels.1) = (inputs[1].floats, channels) }
        kernels.convolve(&call, maps.scratch.floats)
    }

    private func backMix(
        _ mix: NetworkLayout.Mix, _ source: tomos_source, _ change: AlignedBuffer, voxels: Int, to input: AlignedBuffer,
        adds: Bool, _ gradient: UnsafeMutablePointer<Float>
    ) {
        var (source, from) = (
            source, tomos_source(map: change.floats, channels: Int32(mix.outputs), scale: nil, shift: nil)
        )
        kernels.mix_weights(
            &source, voxels, change.floats, Int32(mix.outputs), gradient + mix.weights.offset,
            mix.bias.map { gradient + $0.offset })
        kernels.mix(
            &from, voxels, network.turnedWeights(mix), nil, Int32(mix.channels), input.floats, adds ? 1 : 0)
    }

    // MARK: Sources

    private func downSource(_ n: Int) -> tomos_source {
        let map = n == 0 ? maps.input : maps.pooled[n]
        let channels = n == 0 ? network.shape.inputStride : levels[n - 1].channels
        return tomos_source(map: map.floats, channels: Int32(channels), scale: nil, shift: nil)
    }

    private func upSources(_ n: Int) -> [tomos_source] {
        let enlarged = tomos_source(
            map: maps.enlarged[n].floats, channels: Int32(levels[n].channels), scale: nil, shift: nil)
        return [enlarged, maps.down[n][1].source]
    }

    /// What level n + 1 hands up.
    private func below(_ n: Int) -> tomos_source {
        (n + 1 < maps.up.count ? maps.up[n + 1][1] : maps.down[n + 1][1]).source
    }

    private func convolution(_ conv: NetworkLayout.Convolution, _ sources: [tomos_source]) -> tomos_convolution {
        var call = tomos_convolution()
        (call.depth, call.rows, call.columns) = maps.extent(conv.level).kernelSize
        (call.taps, call.used) = (Int32(conv.taps), Int32(conv.used))
        call.sources.0 = sources[0]
        if sources.count > 1 { call.sources.1 = sources[1] }
        return call
    }

    private func extent(_ level: Int, _ channels: Int) -> tomos_extent {
        let (depth, rows, columns) = maps.extent(level).kernelSize
        return tomos_extent(depth: depth, rows: rows, columns: columns, channels: Int32(channels))
    }

    private func deep(_ level: Int) -> Int32 { levels[level].halvesDepth ? 1 : 0 }
}
