import Foundation
import VolumeIO

/// A pattern for the names of converted images, with dcm2niix's placeholders.
public struct ImageFileName: Sendable {
    /// One placeholder.
    public struct Placeholder: Sendable {
        /// The letter after `%`.
        public let letter: Character
        /// What stands for it.
        public let summary: String
        /// Whether it can tell who the patient is.
        public let isIdentity: Bool
        fileprivate let text: @Sendable (DICOMVolumes, DICOMNames) -> String?
    }

    /// The placeholders: one registry for parsing and for help.
    public static let placeholders: [Placeholder] = [
        Placeholder(letter: "p", summary: "protocol", isIdentity: false) { $1.protocolName },
        Placeholder(letter: "d", summary: "series description", isIdentity: false) { $1.seriesDescription },
        Placeholder(letter: "s", summary: "series number", isIdentity: false) { volumes, _ in
            volumes.series.seriesNumber.map { "\($0)" }
        },
        Placeholder(letter: "z", summary: "sequence name", isIdentity: false) { $1.sequenceName },
        Placeholder(letter: "v", summary: "vendor", isIdentity: false) { $1.manufacturer },
        Placeholder(letter: "m", summary: "modality", isIdentity: false) { $1.modality },
        Placeholder(letter: "j", summary: "series instance UID", isIdentity: false) { volumes, _ in
            volumes.series.seriesInstanceUID
        },
        Placeholder(letter: "k", summary: "study instance UID", isIdentity: false) { volumes, _ in
            volumes.series.studyInstanceUID
        },
        Placeholder(letter: "n", summary: "patient name", isIdentity: true) { $1.patientName },
        Placeholder(letter: "i", summary: "patient id", isIdentity: true) { $1.patientID },
        Placeholder(letter: "g", summary: "accession number", isIdentity: true) { $1.accessionNumber },
        Placeholder(letter: "t", summary: "date and time of the study", isIdentity: true) { $1.studyDateAndTime },
    ]

    private let pattern: String

    /// Takes a pattern; the error says which placeholder is unknown, or needs `identity`.
    public init(_ pattern: String, identity: Bool) throws(PatternError) {
        var characters = pattern.makeIterator()
        while let character = characters.next() {
            guard character == "%" else { continue }
            guard let letter = characters.next() else { throw PatternError(description: "ends in a bare %") }
            guard letter != "%" else { continue }
            guard let known = Self.placeholders.first(where: { $0.letter == letter }) else {
                let all = Self.placeholders.map { "%\($0.letter) \($0.summary)" }.joined(separator: ", ")
                throw PatternError(description: "%\(letter) is no placeholder (\(all))")
            }
            if known.isIdentity, !identity {
                throw PatternError(
                    description: "%\(letter) (\(known.summary)) can tell who the patient is: add --with-identity")
            }
        }
        self.pattern = pattern
    }

    /// What is wrong with a pattern.
    public struct PatternError: Error, CustomStringConvertible {
        /// The message.
        public let description: String
    }

    /// The name for a series, without suffix: letters, digits, `.`, `_`, `-`, `=` and `/` of the pattern.
    public func name(for volumes: DICOMVolumes) throws -> String {
        let names = try volumes.names()
        var result = ""
        var characters = pattern.makeIterator()
        while let character = characters.next() {
            guard character == "%", let letter = characters.next() else {
                result.append(character)
                continue
            }
            let text = Self.placeholders.first { $0.letter == letter }.map { $0.text(volumes, names) ?? "none" }
            result += Self.safe(text ?? "%")
        }
        if let part = volumes.series.part { result += "_" + Self.safe(part) }
        return result.isEmpty ? "image" : result
    }

    private static func safe(_ text: String) -> String {
        String(text.map { $0.isLetter || $0.isNumber || "._-=".contains($0) ? $0 : "_" })
    }
}
