import CUniverSegKernels
import Foundation

/// Where the time of one query goes, by kind of work, on one thread.
///
/// Every kernel is timed alone at the sizes that the network calls it with and multiplied by its calls in one query, so
/// the rows are what the work costs with its data near; `rest` is what a query takes beyond that: maps that come from
/// memory, and the calls themselves.
struct StageTable {
    /// Seconds of one query by kind of work, in the order of printing.
    private var rows: [(name: String, seconds: Double)] = []

    /// - Parameters:
    ///   - query: measured seconds of a query with `support` supports.
    ///   - seconds: the median seconds of a body.
    init(
        _ kernels: tomos_kernels, side: Int, support: Int, query: Double, seconds: (() -> Void) -> Double
    ) {
        let parts = Parts(kernels, side: side, support: support)
        var (products, convolutions) = (0.0, 0.0)
        for layer in Self.layers(side: side, support: support) {
            products += Double(layer.calls) * seconds { parts.multiply(layer.size, layer.channels) }
            convolutions += Double(layer.calls) * seconds { parts.convolve(layer.size, layer.channels) }
        }
        let narrow = seconds { parts.narrow() }
        let first = seconds { parts.first() }
        var (pooling, upsampling) = (0.0, 0.0)
        for level in 0..<3 {
            let size = side >> level
            // Level 0 is pooled within the first block, but for the query's map.
            pooling += Double(level == 0 ? 1 : support + 1) * seconds { parts.pool(size) }
            // Level 0 is upsampled to for the query and the mean only.
            upsampling += Double(level == 0 ? 2 : support + 2) * seconds { parts.upsample(to: size) }
        }
        rows = [
            ("matrix products", products), ("Winograd transforms, bias, activation, sums", convolutions - products),
            ("first block's supports (5x5 from two planes)", first), ("max-pooling", pooling),
            ("upsampling", upsampling), ("first and last layer of the query", narrow),
        ]
        rows.append(("rest", query - rows.reduce(0) { $0 + $1.seconds }))
    }

    /// Prints a line per kind of work.
    func show(support: Int) {
        let total = rows.reduce(0) { $0 + $1.seconds }
        print("\nwhere one query's time goes at S = \(support), 1 thread:")
        for row in rows {
            print(String(format: "%8.1f ms %5.1f %%  ", row.seconds * 1000, row.seconds / total * 100) + row.name)
        }
    }

    /// The restructured graph's 3x3 convolutions from 64 or 128 channels: `calls` of them at each size.
    static func layers(side: Int, support: Int) -> [(size: Int, channels: Int, calls: Int)] {
        [
            (side, 64, 3), (side, 128, 2),
            (side / 2, 64, 3 + 1 + 3 * support), (side / 2, 128, 2 + support),
            (side / 4, 64, 3 + 1 + 3 * support), (side / 4, 128, 2 + support),
            (side / 8, 64, 3 + 2 * support),
        ]
    }
}

/// Memory for the kernels of one query, and the calls on it.
private final class Parts {
    private let kernels: tomos_kernels
    private let side, support: Int
    private let input, skip, output, addend, sum, weights, scratch, planes, pooled: UnsafeMutablePointer<Float>
    private let labelled: [UInt8]

    init(_ kernels: tomos_kernels, side: Int, support: Int) {
        (self.kernels, self.side, self.support) = (kernels, side, support)
        let map = side * side * 64
        (input, skip, output) = (aligned(map), aligned(map), aligned(map))
        (addend, sum) = (aligned(map), aligned(map))
        // Products in place keep their size and never become denormal.
        weights = aligned(kernels.packed_size(128), value: 1.0 / 64)
        scratch = aligned(kernels.scratch_size())
        planes = aligned(2 * support * side * side)
        pooled = aligned((support + 1) * map / 4)
        labelled = [UInt8](repeating: 1, count: support)
        let labels = discs(support, side: side)
        (planes + support * side * side).update(from: labels, count: labels.count)
    }

    deinit { [input, skip, output, addend, sum, weights, scratch, planes, pooled].forEach { $0.deallocate() } }

    func multiply(_ size: Int, _ channels: Int) {
        let tiles = size * size / 16
        // The scratch of a unit of work holds 24 tiles' values, which is where `conv` multiplies them.
        for first in stride(from: 0, to: tiles, by: 24) {
            for point in 0..<36 {
                let panel = weights + point * channels * 64, next = weights + (point + 1) % 36 * channels * 64
                for block in 0..<(min(24, tiles - first) + 5) / 6 {
                    kernels.multiply(
                        scratch + (point * 24 + block * 6) * channels, Int32(channels), panel,
                        next + block * 16 * channels)
                }
            }
        }
    }

    func convolve(_ size: Int, _ channels: Int) {
        // The two kinds, which are as many: z_i = Ws*s_i + ct, and s_i' with its sum.
        let mixes = channels == 128
        var record = tomos_conv(
            input: input, input2: mixes ? skip : nil, rows: Int32(size), columns: Int32(size), weights: weights,
            output: output, addend: mixes ? addend : nil, bias: nil, activate: mixes ? 0 : 1, sum: mixes ? nil : sum)
        kernels.conv(&record, 0, kernels.conv_units(Int32(size), Int32(size)), scratch)
    }

    func first() {
        let count = Int32(side)
        labelled.withUnsafeBufferPointer { labelled in
            var record = tomos_first(
                rows: count, columns: count, supports: Int32(support), images: planes,
                labels: planes + support * side * side, labelled: labelled.baseAddress, composed: weights,
                target: input, pooled: pooled, mean: output, pooled_mean: pooled + support * side * side * 16)
            kernels.first(&record, 0, count / 2)
        }
    }

    func narrow() {
        let count = Int32(side)
        kernels.widen(planes, 1, count, count, weights, nil, output, 0, count)
        kernels.widen(input, 3, count, count, weights, nil, output, 0, count)
        kernels.head(input, weights, 0, output, 0, side * side)
    }

    func pool(_ size: Int) {
        kernels.max_pool(input, Int32(size), Int32(size), output, sum, 0, Int32(size / 2))
    }

    func upsample(to size: Int) {
        kernels.upsample(input, Int32(size / 2), Int32(size / 2), output, 0, Int32(size))
    }
}

/// Float32 memory for the kernels.
func aligned(_ count: Int, value: Float = 0.01) -> UnsafeMutablePointer<Float> {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
    let floats = raw.bindMemory(to: Float.self, capacity: count)
    floats.update(repeating: value, count: count)
    return floats
}

/// Label planes as people draw them: a disc of a fifth of the side in each.
func discs(_ count: Int, side: Int) -> [Float] {
    (0..<count * side * side).map { n in
        let (x, y) = (n % side - side / 2, n / side % side - side / 2)
        return 25 * (x * x + y * y) < side * side ? 1 : 0
    }
}
