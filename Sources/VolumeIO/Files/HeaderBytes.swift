/// A header's bytes with the numbers in them, in either byte order.
struct HeaderBytes {
    /// The bytes.
    var bytes: [UInt8]
    /// Whether the most significant byte comes first.
    let isBigEndian: Bool

    /// The signed integer of `width` bytes at `offset`.
    func integer(at offset: Int, width: Int) -> Int {
        let pattern = pattern(at: offset, width: width)
        let unused = 64 - 8 * width
        return Int(Int64(bitPattern: pattern << unused) >> unused)
    }

    /// The floating-point number of 4 or 8 bytes at `offset`.
    func real(at offset: Int, width: Int) -> Double {
        let pattern = pattern(at: offset, width: width)
        return width == 4 ? Double(Float(bitPattern: UInt32(pattern))) : Double(bitPattern: pattern)
    }

    /// `count` floating-point numbers from `offset` on.
    func reals(at offset: Int, width: Int, count: Int) -> [Double] {
        (0..<count).map { real(at: offset + $0 * width, width: width) }
    }

    /// Sets an integer; bits beyond `width` bytes are dropped.
    mutating func set(_ value: Int, at offset: Int, width: Int) {
        set(pattern: UInt64(bitPattern: Int64(value)), at: offset, width: width)
    }

    /// Sets a floating-point number of 4 or 8 bytes.
    mutating func set(_ value: Double, at offset: Int, width: Int) {
        set(pattern: width == 4 ? UInt64(Float(value).bitPattern) : value.bitPattern, at: offset, width: width)
    }

    /// Sets floating-point numbers one after the other.
    mutating func set(_ values: [Double], at offset: Int, width: Int) {
        for (n, value) in values.enumerated() { set(value, at: offset + n * width, width: width) }
    }

    private func pattern(at offset: Int, width: Int) -> UInt64 {
        (0..<width).reduce(0) { $0 << 8 | UInt64(bytes[offset + (isBigEndian ? $1 : width - 1 - $1)]) }
    }

    private mutating func set(pattern: UInt64, at offset: Int, width: Int) {
        for n in 0..<width {
            bytes[offset + (isBigEndian ? width - 1 - n : n)] = UInt8(truncatingIfNeeded: pattern >> (8 * n))
        }
    }
}
