import CLearningKernels
import Platform

/// Numbers from -1 up to 1 that every processor and scripts/learning-reference make alike: 24 bits of a hash.
/// (Wellons, "Prospecting for hash functions", 2018: lowbias32.)
func hashed(_ stream: Int, _ n: Int) -> Double { Double(hashBits(stream, n)) / 8_388_608 - 1 }

/// The hash itself, 24 bits.
func hashBits(_ stream: Int, _ n: Int) -> Int {
    var x = UInt32(truncatingIfNeeded: n) &* 0x9E37_79B1 &+ UInt32(truncatingIfNeeded: stream) &* 0x85EB_CA77
    x = (x ^ x >> 16) &* 0x7FEB_352D
    x = (x ^ x >> 15) &* 0x846C_A68B
    return Int((x ^ x >> 16) >> 8)
}

/// Values that float32 holds, from a stream of hashed numbers.
func hashedValues(_ stream: Int, _ count: Int, times factor: Double = 1) -> [Double] {
    (0..<count).map { Double(Float(factor * hashed(stream, $0))) }
}

/// A map in double precision, [depth][row][column][channel], and 0 beyond its border.
struct PlainMap {
    /// Depth, rows and columns.
    let size: SIMD3<Int>
    let channels: Int
    var values: [Double]

    init(_ size: SIMD3<Int>, _ channels: Int, _ values: [Double]) {
        precondition(values.count == size[0] * size[1] * size[2] * channels, "\(values.count) values in \(size)")
        (self.size, self.channels, self.values) = (size, channels, values)
    }

    init(_ size: SIMD3<Int>, _ channels: Int) {
        self.init(size, channels, [Double](repeating: 0, count: size[0] * size[1] * size[2] * channels))
    }

    /// Hashed values.
    init(_ size: SIMD3<Int>, _ channels: Int, stream: Int) {
        self.init(size, channels, hashedValues(stream, size[0] * size[1] * size[2] * channels))
    }

    var voxels: Int { size[0] * size[1] * size[2] }

    /// Where a voxel's values begin; nil beyond the border.
    func place(_ z: Int, _ y: Int, _ x: Int) -> Int? {
        guard z >= 0, y >= 0, x >= 0, z < size[0], y < size[1], x < size[2] else { return nil }
        return ((z * size[1] + y) * size[2] + x) * channels
    }

    /// Every voxel's depth, row and column, in order.
    var places: [(z: Int, y: Int, x: Int)] {
        (0..<voxels).map { ($0 / (size[1] * size[2]), $0 / size[2] % size[1], $0 % size[2]) }
    }

    /// A voxel's values.
    func voxel(_ n: Int) -> [Double] { Array(values[(n * channels)..<((n + 1) * channels)]) }

    /// Some of the channels.
    func selected(_ range: Range<Int>) -> PlainMap {
        PlainMap(size, range.count, (0..<voxels).flatMap { voxel($0)[range] })
    }

    /// This one's channels and then the other's.
    func beside(_ other: PlainMap) -> PlainMap {
        PlainMap(size, channels + other.channels, (0..<voxels).flatMap { voxel($0) + other.voxel($0) })
    }

    var extent: tomos_extent {
        tomos_extent(depth: Int32(size[0]), rows: Int32(size[1]), columns: Int32(size[2]), channels: Int32(channels))
    }
}

/// Memory for a kernel with marks behind it, which shows whether more was written than there is.
final class GuardedBuffer {
    private let buffer: AlignedBuffer
    let count: Int
    private static let mark: Float = 12345.5
    private static let marks = 64

    /// Holds `count` times the same value; NaN where a kernel must not go by what it finds.
    init(_ count: Int, filledWith value: Float = 0) {
        self.count = count
        buffer = AlignedBuffer(
            [Float](repeating: value, count: count) + [Float](repeating: Self.mark, count: Self.marks))
    }

    /// A copy of values.
    convenience init(_ values: [Double]) {
        self.init(values.count)
        for (n, value) in values.enumerated() { buffer.floats[n] = Float(value) }
    }

    var floats: UnsafeMutablePointer<Float> { buffer.floats }
    var values: [Double] { (0..<count).map { Double(floats[$0]) } }
    /// Whether all is as it was behind the end.
    var isWhole: Bool { (count..<count + Self.marks).allSatisfy { floats[$0] == Self.mark } }

    /// The largest difference from what is expected, of the largest expected value; infinite where one is NaN, and
    /// where something was written behind the end.
    func difference(from expected: [Double]) -> Double {
        guard isWhole else { return .infinity }
        return largestDifference(values, expected)
    }
}

/// The largest difference of two lists, of the largest expected value; infinite where one is NaN.
func largestDifference(_ values: [Double], _ expected: [Double]) -> Double {
    guard values.count == expected.count else { return .infinity }
    var (worst, largest) = (0.0, 0.0)
    for (a, b) in zip(values, expected) {
        guard a.isFinite, b.isFinite else { return .infinity }
        (worst, largest) = (max(worst, abs(a - b)), max(largest, abs(b)))
    }
    return largest > 0 ? worst / largest : worst
}

/// The kernels that this processor can run.
enum RunnableKernels {
    static let names: [String] = ["avx512", "avx2", "generic"].filter { (name: String) in
        tomos_learning_kernels_named(name) != nil
    }

    static func named(_ name: String) -> tomos_learning_kernels {
        guard let kernels = tomos_learning_kernels_named(name) else { preconditionFailure("no kernels \(name)") }
        return kernels.pointee
    }
}
