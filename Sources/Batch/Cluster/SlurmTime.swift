/// A time as Slurm writes it.
public struct SlurmTime: Sendable, Hashable, CustomStringConvertible {
    /// Seconds, at least 1.
    public let seconds: Int

    /// The largest time there is: Slurm counts minutes in 32 bits, and nobody waits that long.
    private static let mostDays = 10_000

    /// Makes a time; less than a second becomes one.
    public init(seconds: Int) { self.seconds = max(1, seconds) }

    /// Reads what `sbatch --time` takes: `minutes`, `minutes:seconds`, `hours:minutes:seconds`, `days-hours`,
    /// `days-hours:minutes` or `days-hours:minutes:seconds`. Nil for anything else, and for 0.
    public init?(_ text: String) {
        let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let hasDays = halves.count == 2
        guard let days = hasDays ? Self.number(halves[0]) : 0, let rest = halves.last else { return nil }
        let fields = rest.split(separator: ":", omittingEmptySubsequences: false).map(Self.number)
        let numbers = fields.compactMap(\.self)
        guard numbers.count == fields.count, (1...3).contains(numbers.count) else { return nil }
        // Seconds in the unit of each field.
        let units = hasDays ? [3600, 60, 1] : numbers.count == 3 ? [3600, 60, 1] : [60, 1]
        let seconds = days * 86_400 + zip(numbers, units).reduce(0) { $0 + $1.0 * $1.1 }
        guard seconds > 0, seconds <= Self.mostDays * 86_400 else { return nil }
        self.seconds = seconds
    }

    /// `days-hours:minutes:seconds`, or `hours:minutes:seconds` within a day.
    public var description: String {
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        return seconds < 86_400 ? clock : "\(seconds / 86_400)-\(clock)"
    }

    private static func number(_ text: Substring) -> Int? {
        // At most nine digits: no sum of them overflows.
        guard (1...9).contains(text.count), text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return Int(text)
    }
}
