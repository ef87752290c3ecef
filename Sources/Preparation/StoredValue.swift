import Volumes

/// A stored voxel type with an unsigned key of the same order.
protocol StoredValue {
    /// The value; exact up to 53 bits.
    var asDouble: Double { get }
    /// Unsigned, and ordered as the values are.
    var key: UInt64 { get }
    /// The value of a key.
    static func asDouble(key: UInt64) -> Double
    /// How far the key's highest 16 bits stand above its lowest.
    static var topShift: UInt64 { get }
}

extension StoredValue where Self: FixedWidthInteger {
    @inline(__always)
    var asDouble: Double { Double(self) }

    @inline(__always)
    var key: UInt64 {
        UInt64(truncatingIfNeeded: Int64(truncatingIfNeeded: self) &- Int64(truncatingIfNeeded: Self.min))
    }

    static func asDouble(key: UInt64) -> Double {
        Double(Self(truncatingIfNeeded: key &+ UInt64(truncatingIfNeeded: Self.min)))
    }

    @inline(__always)
    static var topShift: UInt64 { UInt64(Swift.max(bitWidth - 16, 0)) }
}

extension UInt8: StoredValue {}
extension Int8: StoredValue {}
extension UInt16: StoredValue {}
extension Int16: StoredValue {}
extension UInt32: StoredValue {}
extension Int32: StoredValue {}
extension UInt64: StoredValue {}
extension Int64: StoredValue {}

// IEEE 754: with the sign bit set all bits are flipped, otherwise the sign bit alone; the bits then sort as the values.

extension Float: StoredValue {
    @inline(__always)
    var asDouble: Double { Double(self) }

    @inline(__always)
    var key: UInt64 {
        let bits = bitPattern
        return UInt64(bits >> 31 == 0 ? bits | 1 << 31 : ~bits)
    }

    static func asDouble(key: UInt64) -> Double {
        let key = UInt32(truncatingIfNeeded: key)
        return Double(Float(bitPattern: key >> 31 == 1 ? key & ~(1 << 31) : ~key))
    }

    static var topShift: UInt64 { 16 }
}

extension Double: StoredValue {
    @inline(__always)
    var asDouble: Double { self }

    @inline(__always)
    var key: UInt64 {
        let bits = bitPattern
        return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    }

    static func asDouble(key: UInt64) -> Double {
        Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
    }

    static var topShift: UInt64 { 48 }
}
