import Configuration
import Foundation
import Inference
import Platform
import Preparation
import Volumes

/// `pack.yaml`, read and written.
enum PackFile {
    /// The format's version.
    static let version = 1

    static func read(_ path: String, folder: String) throws -> TaskPack {
        let text = try ConfigurationFile.text(path)
        guard let root = try ConfigurationFile.root(text, path: path, what: "the pack") else {
            throw ConfigurationError.missingKey(.wholeFile(path), key: "version", example: "version: \(version)")
        }
        let keys = ["version", "name", "labels", "plane", "window", "threshold", "volumes"]
        let fields = try Fields(root, section: "", known: keys)
        let planes = SlicePlane.allCases.map(\.rawValue)
        let window = try fields.required(
            "window", "auto, none, ct, mr, range(LOWER, UPPER) or percentile(LOWER, UPPER)")
        guard try fields.required("version", "\(version)").integer(in: version...version) == version,
            let plane = SlicePlane(rawValue: try fields.required("plane", planes.joined(separator: ", ")).oneOf(planes))
        else { throw root.bad() }
        guard let range = IntensityWindow(try window.text()) else { throw window.bad() }
        return TaskPack(
            folder: folder, name: try fields.required("name", "a text").text(), version: version,
            labels: try labels(fields.required("labels", "a list such as [{ id: 1, name: liver }]")), plane: plane,
            window: range, threshold: try threshold(fields), examples: try examples(fields, folder),
            sha256: Digest.sha256(Array(text.utf8)))
    }

    private static func threshold(_ fields: Fields) throws -> Double {
        let setting = SegmentSettings.threshold
        guard let value = fields["threshold", setting.limits] else { return setting.standard }
        let threshold = try value.number()
        guard setting.allows(threshold) else { throw value.bad() }
        return threshold
    }

    private static func examples(_ fields: Fields, _ folder: String) throws -> [TaskPack.Example] {
        let value = try fields.required(
            "volumes", "a list such as [{ image: images/a.nii.gz, labels: labels/a.nii.gz }]")
        let examples = try value.list().map { item in
            let fields = try Fields(item, section: "volumes", known: ["image", "labels", "sha256"])
            let hashes = try fields["sha256", "{ image: HASH, labels: HASH }"].map { value in
                try Fields(value, section: "volumes.sha256", known: ["image", "labels"])
            }
            return TaskPack.Example(
                image: try file(fields, "image", folder), labels: try file(fields, "labels", folder),
                imageSHA256: try hashes?["image", "a SHA-256"]?.text(),
                labelsSHA256: try hashes?["labels", "a SHA-256"]?.text())
        }
        if examples.isEmpty { throw value.bad() }
        return examples
    }

    /// A file of the pack; it may not lead out of the folder.
    private static func file(_ fields: Fields, _ key: String, _ folder: String) throws -> String {
        let value = try fields.required(key, "a path inside the pack")
        let name = try value.text()
        guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else { throw value.bad() }
        return folder + "/" + name
    }

    private static func labels(_ value: ConfigurationValue) throws -> LabelTable {
        let entries = try value.list().map(label)
        if entries.isEmpty { throw value.bad() }
        if let twice = Dictionary(grouping: entries, by: \.id).values.first(where: { $0.count > 1 }) {
            throw value.bad("id \(twice[0].id) twice", allowed: "each id once")
        }
        return LabelTable(entries)
    }

    private static func label(_ value: ConfigurationValue) throws -> LabelEntry {
        let fields = try Fields(value, section: "labels", known: ["id", "name", "colour", "snomed"])
        let id = UInt16(try fields.required("id", "a whole number from 1 to 65535").integer(in: 1...65535))
        let colour = try fields["colour", "[red, green, blue], 0 to 255 each"].map { value in
            let parts = try value.list().map { UInt8(try $0.integer(in: 0...255)) }
            guard parts.count == 3 else { throw value.bad() }
            return Colour(parts[0], parts[1], parts[2])
        }
        return LabelEntry(
            id: id, name: try fields.required("name", "a text").text(),
            colour: colour ?? LabelTable.defaultColour(Int(id) - 1),
            snomed: try fields["snomed", "a SNOMED CT concept id"]?.text())
    }

    // MARK: writing

    private struct Written: Encodable {
        struct Label: Encodable {
            var id: UInt16
            var name: String
            var colour: [UInt8]
            var snomed: String?
        }
        /// Fields in this order, so that the same volumes give the same bytes.
        struct Hashes: Encodable {
            var image, labels: String
        }
        struct Volume: Encodable {
            var image, labels: String
            var sha256: Hashes
        }
        var version: Int
        var name: String
        var labels: [Label]
        var plane, window: String
        /// Decimal, because a `Double` would be written as 5e-1.
        var threshold: Decimal
        var volumes: [Volume]
    }

    /// The text of `pack.yaml`; file names are relative to the pack, each with the SHA-256 of its bytes.
    static func text(
        _ recipe: TaskPack.Recipe, files: [(image: String, labels: String, imageHash: String, labelsHash: String)]
    ) throws -> String {
        try ConfigurationFile.text(
            of: Written(
                version: version, name: recipe.name,
                labels: recipe.labels.entries.map {
                    .init(
                        id: $0.id, name: $0.name, colour: [$0.colour.red, $0.colour.green, $0.colour.blue],
                        snomed: $0.snomed)
                },
                plane: recipe.plane.rawValue, window: recipe.window.description,
                threshold: Decimal(string: "\(recipe.threshold)") ?? 0.5,
                volumes: files.map {
                    .init(image: $0.image, labels: $0.labels, sha256: .init(image: $0.imageHash, labels: $0.labelsHash))
                }))
    }
}

/// A mapping whose keys are all known.
private struct Fields {
    private let entries: [String: ConfigurationValue]
    private let place: ConfigurationPlace

    init(_ value: ConfigurationValue, section: String, known: [String]) throws {
        place = value.place
        var entries: [String: ConfigurationValue] = [:]
        for entry in try value.entries() {
            guard known.contains(entry.key) else { throw entry.unknown(in: section, known: known) }
            let key = section.isEmpty ? entry.key : section + "." + entry.key
            entries[entry.key] = entry.value.with(key: key)
        }
        self.entries = entries
    }

    subscript(key: String, allowed: String) -> ConfigurationValue? {
        entries[key].map { $0.with(allowed: allowed) }
    }

    func required(_ key: String, _ allowed: String) throws -> ConfigurationValue {
        guard let value = self[key, allowed] else {
            throw ConfigurationError.missingKey(place, key: key, example: "\(key): \(allowed)")
        }
        return value
    }
}
