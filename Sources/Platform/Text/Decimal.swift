import Foundation

/// A number for people and tables, with this many decimals and a point before them.
package func decimal(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", locale: Locale(identifier: "en_US_POSIX"), value)
}
