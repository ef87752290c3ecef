import Foundation
import Platform
import VolumeIO
import Volumes

/// A pattern for the names of converted images, with dcm2niix's placeholders.
public struct ImageFileName: Sendable {
    /// One placeholder.
    public struct Placeholder: Sendable {
        /// The letter after `%`.
        public let letter: Character
        /// What stands for it.
        public let summary: String
        /// Whether it can tell who the patient is: because it does, or because a person typed it and may have typed a name.
        public let isIdentity: Bool
        fileprivate let text: @Sendable (DICOMVolumes, DICOMNames) -> String?
    }

    /// The placeholders: one registry for parsing and for help.
    public static let placeholders: [Placeholder] = [
        Placeholder(letter: "p", summary: "protocol, as typed", isIdentity: true) { $1.protocolName },
        Placeholder(letter: "d", summary: "series description, as typed", isIdentity: true) { $1.seriesDescription },
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
                    description: "%\(letter) (\(known.summary)) can tell who the patient is: add --with-identity"
                        + (known.summary.hasSuffix("as typed") ? ", or use %m (modality) and %s (series number)" : ""))
            }
        }
        let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
        if pattern.isEmpty || parts.contains("") || parts.contains(where: { $0.hasPrefix(".") }) {
            throw PatternError(
                description: "names files outside the output folder, or hidden ones: use names in it, such as %m/%s")
        }
        self.pattern = pattern
    }

    /// What is wrong with a pattern.
    public struct PatternError: Error, CustomStringConvertible {
        /// The message.
        public let description: String
    }

    /// The name for a series, without suffix: letters, digits, `.`, `_`, `-`, `=` of what the placeholders stand for, and
    /// `/` of the pattern alone. Whatever a header holds, the file lies in the output folder and is not hidden.
    public func name(for volumes: DICOMVolumes) throws -> String {
        let names = try volumes.names()
        return name(part: volumes.series.part) { $0.text(volumes, names) }
    }

    /// The name with the placeholders' texts; `part` is added where the series is parted.
    func name(part: String?, _ text: (Placeholder) -> String?) -> String {
        var result = ""
        var characters = pattern.makeIterator()
        while let character = characters.next() {
            guard character == "%", let letter = characters.next() else {
                result.append(character)
                continue
            }
            let placeholder = Self.placeholders.first { $0.letter == letter }
            result += placeholder.map { Self.part(text($0) ?? "none") } ?? "%"
        }
        if let part { result += "_" + Self.part(part) }
        // The longest suffix, with the number of a copy, still fits: names have 255 bytes.
        return result.split(separator: "/", omittingEmptySubsequences: false)
            .map { SafeText.fileName(String($0), longest: 230) }.joined(separator: "/")
    }

    /// What one value may add to a name; long ones are cut so that those after it still show.
    private static func part(_ text: String) -> String {
        var result = ""
        for character in SafeText.fileNamePart(text) {
            guard result.utf8.count + character.utf8.count <= 80 else { break }
            result.append(character)
        }
        return result
    }
}
