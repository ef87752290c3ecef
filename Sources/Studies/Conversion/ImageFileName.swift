import Foundation
import Platform
import VolumeIO
import Volumes

/// A pattern for the names of converted images, with dcm2niix's placeholders.
public struct ImageFileName: Sendable {
    private enum Part {
        case text(String)
        case placeholder(Placeholder, width: Int)
    }

    private let parts: [Part]

    /// Takes a pattern; the error says which placeholder is unknown, or needs `identity`.
    public init(_ pattern: String, identity: Bool) throws(PatternError) {
        let folders = pattern.split(separator: "/", omittingEmptySubsequences: false)
        if pattern.isEmpty || folders.contains("") || folders.contains(where: { $0.hasPrefix(".") }) {
            throw PatternError(
                description: "names files outside the output folder, or hidden ones: use names in it, such as %M/%s")
        }
        parts = try Self.parse(pattern)
        for case .placeholder(let known, _) in parts where known.isIdentity && !identity {
            throw PatternError(
                description: "%\(known.letter) (\(known.summary)) can tell who the patient is: add --with-identity"
                    + (known.summary.contains("as typed") ? ", or use %M (modality) and %s (series number)" : ""))
        }
    }

    /// What is wrong with a pattern.
    public struct PatternError: Error, CustomStringConvertible {
        /// The message.
        public let description: String
    }

    private static func parse(_ pattern: String) throws(PatternError) -> [Part] {
        var parts: [Part] = []
        var rest = Substring(pattern)
        while let character = rest.popFirst() {
            guard character == "%" else {
                parts.append(.text(String(character)))
                continue
            }
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard let letter = rest.popFirst() else { throw PatternError(description: "ends in a bare %") }
            if letter == "%", digits.isEmpty {
                parts.append(.text("%"))
                continue
            }
            guard let known = placeholders.first(where: { $0.letter == letter }) else {
                let all = placeholders.map { "%\($0.letter) \($0.summary)" }.joined(separator: ", ")
                throw PatternError(description: "%\(digits)\(letter) is no placeholder (\(all))")
            }
            guard digits.isEmpty || known.isNumber && (1...9).contains(Int(digits) ?? 0) else {
                throw PatternError(
                    description: "%\(digits)\(letter): a width of 1 to 9 fills numbers up with zeros (%4s), and "
                        + "%\(letter) (\(known.summary)) is \(known.isNumber ? "one" : "none")")
            }
            parts.append(.placeholder(known, width: Int(digits) ?? 0))
        }
        return parts
    }

    /// The name for a series: letters, digits, `.`, `_`, `-`, `=` of what the placeholders stand for, and `/` of the pattern
    /// alone; behind it what the image is among those of its series (`_e2`, `_ph`). Whatever a header holds, the file lies
    /// in the output folder and is not hidden.
    public func name(for volumes: DICOMVolumes) throws -> String {
        let names = try volumes.names()
        return name(suffix: volumes.series.suffix) { $0.text(volumes, names) }
    }

    /// The name with the placeholders' texts, and `suffix` at its end.
    func name(suffix: String = "", _ text: (Placeholder) -> String?) -> String {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .placeholder(let placeholder, let width): result += Self.part(text(placeholder), width)
            }
        }
        return Self.safe(result, suffix: suffix)
    }

    /// A name, and what stands at its end, as a path that is safe.
    static func safe(_ name: String, suffix: String) -> String {
        let end = suffix.isEmpty ? "" : part(suffix, 0)
        var folders = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        // The longest ending, with the number of a copy, still fits: names have 255 bytes. What tells images of one series
        // apart is not cut away.
        let last = folders.removeLast()
        let longest = 230 - end.utf8.count
        let names = folders.map { SafeText.fileName($0, longest: 230) }
        return (names + [SafeText.fileName(last, longest: longest) + end]).joined(separator: "/")
    }

    /// What one value may add to a name; long ones are cut so that those after it still show.
    private static func part(_ text: String?, _ width: Int) -> String {
        guard let text else { return "none" }
        var result = ""
        for character in SafeText.fileNamePart(text) {
            guard result.utf8.count + character.utf8.count <= 80 else { break }
            result.append(character)
        }
        let isNumber = !result.isEmpty && result.allSatisfy { $0.isASCII && $0.isNumber }
        return isNumber ? String(repeating: "0", count: max(0, width - result.count)) + result : result
    }
}
