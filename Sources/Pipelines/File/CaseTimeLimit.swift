import Configuration
import Volumes

/// How long a case may take, as people write it.
public enum CaseTimeLimit: Sendable, Hashable {
    /// As long as it takes.
    case none
    /// So long, more than nothing.
    case after(Duration)

    /// What ``init(_:)`` takes, for help and errors.
    public static let allowed = "a duration such as 90 s, 30 min or 2 h, or none"
    /// The same as a regular expression (ECMA 262).
    static let pattern = #"^(none|([0-9]+(\.[0-9]*)?|\.[0-9]+) *(s|min|h))$"#

    private static let units: [(name: String, milliseconds: Int)] = [("h", 3_600_000), ("min", 60_000), ("s", 1000)]
    /// Longest limit, in hours: a longer one is none.
    private static let mostHours = 100_000

    /// A limit, or none.
    public init(_ duration: Duration?) { self = duration.map { .after($0) } ?? .none }

    /// Reads `none`, `90 s`, `30 min`, `2 h` or `1.5h`, to the nearest millisecond and at least one; nil for anything
    /// else.
    public init?(_ text: String) {
        if text == "none" {
            self = .none
            return
        }
        guard let unit = Self.units.first(where: { text.hasSuffix($0.name) }) else { return nil }
        let number = text.dropLast(unit.name.count)
        let digits = number.prefix { $0 != " " }
        guard number.dropFirst(digits.count).allSatisfy({ $0 == " " }),
            digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let count = Double(digits), count > 0
        else { return nil }
        let milliseconds = (count * Double(unit.milliseconds)).rounded()
        guard milliseconds <= Double(Self.mostHours * 3_600_000) else { return nil }
        self = .after(.milliseconds(max(1, Int(known: milliseconds))))
    }

    /// The limit; nil when there is none.
    public var duration: Duration? {
        switch self {
        case .none: nil
        case .after(let duration): duration
        }
    }
}

extension CaseTimeLimit: CustomStringConvertible {
    /// The text that ``init(_:)`` reads, in the largest unit that makes it a whole number; parts of a millisecond count
    /// as one.
    public var description: String {
        guard let duration else { return "none" }
        let (seconds, attoseconds) = duration.components
        let most = Int64(Self.mostHours) * 3600
        let part = Int((max(0, attoseconds) + 999_999_999_999_999) / 1_000_000_000_000_000)
        let milliseconds = max(1, Int(min(max(0, seconds), most)) * 1000 + part)
        guard let unit = Self.units.first(where: { milliseconds.isMultiple(of: $0.milliseconds) }) else {
            return "\(plainNumber(Double(milliseconds) / 1000)) s"
        }
        return "\(milliseconds / unit.milliseconds) \(unit.name)"
    }
}
