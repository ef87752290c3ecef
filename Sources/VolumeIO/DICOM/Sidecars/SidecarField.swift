/// A field of a sidecar: what it is called, what it says, where a file has it and how it is read.
///
/// The fields are one registry, ``all``: ``DICOMVolumes/sidecar(of:orientation:)`` reads it, docs/sidecars.md shows it.
public struct SidecarField: Sendable {
    /// The name under which it stands in the sidecar; BIDS' where BIDS has one, else dcm2niix's.
    public let name: String
    /// `s`, `Hz`, `MHz`, `mm`, `deg`, ...; empty for texts, ratios and counts.
    public let unit: String
    /// What it says, in one line.
    public let meaning: String
    /// The attributes that it is read from, the first that a file has before the others.
    public let sources: String
    /// Reads it; nil where the files do not state it.
    let read: @Sendable (SidecarSource) -> DICOMSidecar.Value?

    init(
        _ name: String, unit: String = "", _ meaning: String, from sources: String,
        _ read: @escaping @Sendable (SidecarSource) -> DICOMSidecar.Value?
    ) {
        (self.name, self.unit, self.meaning, self.sources, self.read) = (name, unit, meaning, sources, read)
    }

    /// The text of the first of `tags` that the file has.
    static func text(_ name: String, _ meaning: String, _ tags: DICOMTag...) -> SidecarField {
        SidecarField(name, meaning, from: list(tags)) { source in
            tags.lazy.compactMap { source.text($0) }.first.map { .text($0) }
        }
    }

    /// The number of the first of `tags` that the file has, times `scale`.
    static func number(
        _ name: String, unit: String = "", _ meaning: String, _ tags: DICOMTag..., scale: Double = 1
    ) -> SidecarField {
        SidecarField(name, unit: unit, meaning, from: list(tags)) { source in
            tags.lazy.compactMap { source.number($0) }.first.map { .number($0 * scale) }
        }
    }

    /// The same for a number that is stated only where it is above zero; scanners write 0 for what they did not use.
    static func positive(
        _ name: String, unit: String = "", _ meaning: String, _ tags: DICOMTag..., scale: Double = 1
    ) -> SidecarField {
        SidecarField(name, unit: unit, meaning, from: list(tags)) { source in
            tags.lazy.compactMap { source.number($0) }.first { $0 > 0 }.map { .number($0 * scale) }
        }
    }

    private static func list(_ tags: [DICOMTag]) -> String { tags.map(\.text).joined(separator: ", ") }

    /// Every field, by theme.
    public static let all: [SidecarField] =
        general + sequence + timing + phaseEncoding + acceleration + hardware + labelling + emission + scaling
}

extension DICOMTag {
    /// `(0018,0081)`.
    var text: String { "(\(Self.hex(group)),\(Self.hex(element)))" }

    private static func hex(_ number: UInt16) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
