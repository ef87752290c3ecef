import Foundation
import VolumeIO

/// What a value of a sidecar must be for a description to fit, as dcm2bids has it.
indirect enum BIDSCriterion: Sendable, Hashable {
    /// A shell's pattern: `*`, `?`, `[...]`.
    case pattern(String)
    /// A number, to a millionth of itself.
    case number(Double)
    /// As many values as these, each as it should be.
    case list([BIDSCriterion])
    /// One of these fits.
    case any([BIDSCriterion])
    /// Between two numbers, the bounds themselves or not.
    case range(Double, Double, includesBounds: Bool)

    /// One value of a sidecar.
    private enum Value {
        case text(String), number(Double)
    }

    /// Whether a sidecar's value is as it should be; of several values one must be, unless a list is asked for.
    func fits(_ value: DICOMSidecar.Value, isCaseSensitive: Bool) -> Bool {
        let values: [Value] =
            switch value {
            case .text(let text): [.text(text)]
            case .flag(let flag): [.text(flag ? "true" : "false")]
            case .number(let number): [.number(number)]
            case .texts(let texts): texts.map(Value.text)
            case .numbers(let numbers): numbers.map(Value.number)
            }
        return fits(values, isCaseSensitive)
    }

    private func fits(_ values: [Value], _ isCaseSensitive: Bool) -> Bool {
        switch self {
        case .any(let criteria): criteria.contains { $0.fits(values, isCaseSensitive) }
        case .list(let criteria):
            criteria.count == values.count && zip(criteria, values).allSatisfy { $0.fits([$1], isCaseSensitive) }
        default: values.contains { fits($0, isCaseSensitive) }
        }
    }

    private func fits(_ value: Value, _ isCaseSensitive: Bool) -> Bool {
        switch (self, value) {
        case (.pattern(let pattern), .text(let text)): Self.matches(pattern, text, isCaseSensitive)
        case (.pattern(let pattern), .number(let number)): Self.matches(pattern, Self.text(number), isCaseSensitive)
        case (.number(let wanted), .number(let number)): Self.isEqual(wanted, number)
        case (.number(let wanted), .text(let text)): Double(text).map { Self.isEqual(wanted, $0) } ?? false
        case (.range(let lower, let upper, let includesBounds), .number(let number)):
            includesBounds ? number >= lower && number <= upper : number > lower && number < upper
        default: false
        }
    }

    private static func isEqual(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-6 * max(abs(a), abs(b)) }

    private static func text(_ number: Double) -> String {
        let text = "\(number)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func matches(_ pattern: String, _ text: String, _ isCaseSensitive: Bool) -> Bool {
        // FNM_CASEFOLD, which Swift does not see: another letter in capitals is the same letter.
        let fold = { (text: String) in isCaseSensitive ? text : text.lowercased() }
        return fnmatch(fold(pattern), fold(text), 0) == 0
    }
}
