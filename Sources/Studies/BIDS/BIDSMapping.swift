import Configuration
import VolumeIO

/// Which series becomes which file of a BIDS data set: a mapping file, in YAML or in the JSON of dcm2bids.
public struct BIDSMapping: Sendable {
    /// One kind of image, and the series that are of it.
    struct Description: Sendable, Hashable {
        /// How others refer to it in `IntendedFor`.
        var id: String?
        var datatype: String
        var suffix: String
        /// Without `sub` and `ses`.
        var entities: [String: String] = [:]
        /// By field of the sidecar; all must fit.
        var criteria: [String: BIDSCriterion] = [:]
        var changes: [String: SidecarChange] = [:]
        /// Where it stands, for messages.
        var place: String

        /// The name for people: `func bold (task-rest)`.
        var shown: String {
            let labels = BIDSEntities.order.compactMap { key in entities[key].map { "\(key)-\($0)" } }
            return "\(datatype) \(suffix)" + (labels.isEmpty ? "" : " (\(labels.joined(separator: " ")))")
        }
    }

    /// The file.
    public let path: String
    /// What a person should know of it.
    public let notices: [String]
    let descriptions: [Description]
    let isCaseSensitive: Bool

    /// Reads a mapping file.
    /// - Throws: `ConfigurationError` with file, line and column, for a key that is not known with the nearest that is.
    public init(_ path: String) throws {
        let text = try ConfigurationFile.text(path)
        guard let root = try ConfigurationFile.root(text, path: path, what: "mapping") else {
            throw ConfigurationError.missingKey(.wholeFile(path), key: "descriptions", example: Self.example)
        }
        var file = BIDSMappingFile()
        try file.read(root)
        guard !file.descriptions.isEmpty else {
            throw ConfigurationError.missingKey(root.place, key: "descriptions", example: Self.example)
        }
        (self.path, descriptions, isCaseSensitive) = (path, file.descriptions, file.isCaseSensitive)
        notices = file.descriptions.compactMap { one in
            let known = BIDSEntities.suffixes[one.datatype] ?? []
            if known.contains(one.suffix) { return nil }
            return "\(one.place): the standard has no \(one.suffix) in \(one.datatype); it has "
                + known.joined(separator: ", ")
        }
    }

    private static let example =
        "descriptions: [{ datatype: anat, suffix: T1w, criteria: { SeriesDescription: \"*T1*\" } }]"

    /// The descriptions that fit a sidecar.
    func fitting(_ sidecar: [String: DICOMSidecar.Value]) -> [Description] {
        descriptions.filter { description in
            description.criteria.allSatisfy { field, criterion in
                sidecar[field].map { criterion.fits($0, isCaseSensitive: isCaseSensitive) } ?? false
            }
        }
    }
}
