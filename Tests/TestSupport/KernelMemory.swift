import Platform

/// Numbers from -1 up to 1 that every processor and the reference scripts make alike: 24 bits of a hash.
/// (Wellons, "Prospecting for hash functions", 2018: lowbias32.)
package func hashed(_ stream: Int, _ n: Int) -> Double { Double(hashBits(stream, n)) / 8_388_608 - 1 }

/// The hash itself, 24 bits.
package func hashBits(_ stream: Int, _ n: Int) -> Int {
    var x = UInt32(truncatingIfNeeded: n) &* 0x9E37_79B1 &+ UInt32(truncatingIfNeeded: stream) &* 0x85EB_CA77
    x = (x ^ x >> 16) &* 0x7FEB_352D
    x = (x ^ x >> 15) &* 0x846C_A68B
    return Int((x ^ x >> 16) >> 8)
}

/// Values that float32 holds, from a stream of hashed numbers.
package func hashedValues(_ stream: Int, _ count: Int, times factor: Double = 1) -> [Double] {
    (0..<count).map { Double(Float(factor * hashed(stream, $0))) }
}

/// Memory for a kernel with marks behind it, which shows whether more was written than there is.
package final class GuardedBuffer {
    private let buffer: AlignedBuffer
    package let count: Int
    private static let mark: Float = 12345.5
    private static let marks = 64

    /// Holds `count` times the same value; NaN where a kernel must not go by what it finds.
    package init(_ count: Int, filledWith value: Float = 0) {
        self.count = count
        buffer = AlignedBuffer(
            [Float](repeating: value, count: count) + [Float](repeating: Self.mark, count: Self.marks))
    }

    /// A copy of values.
    package convenience init(_ values: [Double]) {
        self.init(values.count)
        for (n, value) in values.enumerated() { buffer.floats[n] = Float(value) }
    }

    /// Channels of a field, side by side for every sample.
    package static func field(_ channels: [[Double]]) -> GuardedBuffer {
        GuardedBuffer((0..<channels[0].count).flatMap { n in channels.map { $0[n] } })
    }

    /// One channel of a field of so many.
    package func channel(_ n: Int, of channels: Int) -> [Double] {
        stride(from: n, to: count, by: channels).map { Double(floats[$0]) }
    }

    package var floats: UnsafeMutablePointer<Float> { buffer.floats }
    package var values: [Double] { (0..<count).map { Double(floats[$0]) } }
    /// Whether all is as it was behind the end.
    package var isWhole: Bool { (count..<count + Self.marks).allSatisfy { floats[$0] == Self.mark } }

    /// The largest difference from what is expected, of the largest expected value; infinite where one is NaN, and
    /// where something was written behind the end.
    package func difference(from expected: [Double]) -> Double {
        isWhole ? largestDifference(values, expected) : .infinity
    }
}

/// The largest difference of two lists, of the largest expected value; infinite where one is NaN.
package func largestDifference(_ values: [Double], _ expected: [Double]) -> Double {
    guard values.count == expected.count else { return .infinity }
    var (worst, largest) = (0.0, 0.0)
    for (a, b) in zip(values, expected) {
        guard a.isFinite, b.isFinite else { return .infinity }
        (worst, largest) = (max(worst, abs(a - b)), max(largest, abs(b)))
    }
    return largest > 0 ? worst / largest : worst
}
