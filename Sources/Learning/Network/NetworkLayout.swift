/// Where each parameter of a network lies in one line of floats.
struct NetworkLayout: Sendable {
    /// A tensor of parameters; its last index runs fastest.
    struct Tensor: Sendable {
        var name: String
        var shape: [Int]
        var offset: Int
        /// Whether training pulls it towards 0.
        var decays: Bool

        var count: Int { shape.reduce(1, *) }
        var range: Range<Int> { offset..<offset + count }
    }

    /// A convolution and the norm after it.
    struct Convolution: Sendable {
        var level, taps, used, outputs: Int
        /// [taps][3][3][used][outputs]; [outputs] each.
        var weights, gamma, beta: Tensor
        /// Where its packed weights lie among all packed weights.
        var packed: Int
    }

    /// A 1x1 convolution; [channels][outputs], [outputs].
    struct Mix: Sendable {
        var channels, outputs: Int
        var weights: Tensor
        var bias: Tensor?
        /// Where its transposed weights lie among all transposed ones.
        var turned: Int
    }

    /// Two convolutions a level, on the way down and on the way up.
    private(set) var down: [[Convolution]] = [], up: [[Convolution]] = []
    /// From the level below, level by level; and to the logits of the levels that have them.
    private(set) var reductions: [Mix] = [], heads: [Mix] = []
    /// All of them in order.
    private(set) var tensors: [Tensor] = []
    /// Floats of all parameters, of packed and of transposed weights.
    private(set) var count = 0, packedCount = 0, turnedCount = 0

    init(_ shape: NetworkShape) {
        var before = shape.inputs
        for (n, level) in shape.levels.enumerated() {
            down.append([
                convolution("down.\(n).0", n, level, used: before),
                convolution("down.\(n).1", n, level, used: level.channels),
            ])
            before = level.channels
        }
        for (n, level) in shape.levels.dropLast().enumerated() {
            reductions.append(
                mix("reduce.\(n)", shape.levels[n + 1].channels, level.channels, hasBias: false))
            up.append([
                convolution("up.\(n).0", n, level, used: 2 * level.channels),
                convolution("up.\(n).1", n, level, used: level.channels),
            ])
        }
        for n in 0..<shape.heads {
            heads.append(mix("head.\(n)", shape.levels[n].channels, shape.classStride, hasBias: true))
        }
    }

    /// All convolutions.
    var convolutions: [Convolution] { (down + up).flatMap(\.self) }

    private mutating func tensor(_ name: String, _ shape: [Int], decays: Bool) -> Tensor {
        let tensor = Tensor(name: name, shape: shape, offset: count, decays: decays)
        // The kernels read sixteen at a time.
        count += (tensor.count + 15) / 16 * 16
        tensors.append(tensor)
        return tensor
    }

    private mutating func convolution(
        _ name: String, _ n: Int, _ level: NetworkShape.Level, used: Int
    ) -> Convolution {
        defer { packedCount += 36 * level.taps * used * level.channels }
        return Convolution(
            level: n, taps: level.taps, used: used, outputs: level.channels,
            weights: tensor(name + ".weight", [level.taps, 3, 3, used, level.channels], decays: true),
            gamma: tensor(name + ".gamma", [level.channels], decays: false),
            beta: tensor(name + ".beta", [level.channels], decays: false), packed: packedCount)
    }

    private mutating func mix(_ name: String, _ channels: Int, _ outputs: Int, hasBias: Bool) -> Mix {
        defer { turnedCount += channels * outputs }
        return Mix(
            channels: channels, outputs: outputs,
            weights: tensor(name + ".weight", [channels, outputs], decays: true),
            bias: hasBias ? tensor(name + ".bias", [outputs], decays: false) : nil, turned: turnedCount)
    }
}
