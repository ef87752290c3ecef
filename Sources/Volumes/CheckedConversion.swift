// Swift's own `Int(x)` ends the program where `x` is NaN, infinite or out of range, and any number read from a file may
// be one of these. So no floating-point number is converted bare (scripts/check-conversions): it is asked (`exactly:`,
// `rounding:`), kept in range (`clamping:`), or computed from numbers judged before, which `known:` says.

extension FixedWidthInteger {
    /// The whole number that `value` rounds to; nil where it is NaN or lies outside the type.
    public init?(rounding value: Double, _ rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero) {
        self.init(exactly: value.rounded(rule))
    }
}

extension Int {
    /// The number without its decimals, or the type's least or largest beyond its ends; 0 for NaN.
    @inlinable
    public init(clamping value: Double) {
        if value >= 0x1p63 {
            self = .max
        } else if value <= -0x1p63 {
            self = .min
        } else {
            self = value.isNaN ? 0 : Int(known: value)
        }
    }

    /// The number without its decimals, or the type's least or largest beyond its ends; 0 for NaN.
    @inlinable
    public init(clamping value: Float) { self.init(clamping: Double(value)) }

    /// The number without its decimals. It must be in range because the program made it so, not because a file says it:
    /// ends the program otherwise.
    @inlinable
    @inline(__always)
    public init(known value: Double) { self.init(value) }  // bare: the one place for Double

    /// The number without its decimals, in range because the program made it so.
    @inlinable
    @inline(__always)
    public init(known value: Float) { self.init(value) }  // bare: the one place for Float
}

extension UInt16 {
    /// The number without its decimals, 0 to 65535; 0 for NaN.
    @inlinable
    public init(clamping value: Float) { self.init(clamping: Int(clamping: value)) }

    /// The number without its decimals, in range because the program made it so.
    @inlinable
    @inline(__always)
    public init(known value: Float) { self.init(value) }  // bare: as above
}

extension UInt8 {
    /// The number without its decimals, 0 to 255; 0 for NaN.
    @inlinable
    public init(clamping value: Float) { self.init(clamping: Int(clamping: value)) }
}
