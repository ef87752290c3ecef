import Foundation
import Platform

/// Draws of numbers in a fixed order: Swift's own may change with its version.
extension SplitMix64 {
    /// A number from 0 up to, not including, 1, in steps of 2^-53.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number of the range, all alike.
    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * unit()
    }

    /// A whole number of the range, all alike.
    mutating func whole(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// True with a probability: never at 0, always at 1.
    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// A number of the normal distribution with mean 0 and deviation 1.
    mutating func normal() -> Double { normalPair().first }

    /// Two independent ones for the price of one.
    /// Box and Muller, "A note on the generation of random normal deviates", Ann. Math. Stat. 29(2), 1958.
    mutating func normalPair() -> (first: Double, second: Double) {
        // 1 - u is never 0, which has no logarithm.
        let radius = (-2 * log(1 - unit())).squareRoot()
        let angle = 2 * Double.pi * unit()
        return (radius * cos(angle), radius * sin(angle))
    }
}
