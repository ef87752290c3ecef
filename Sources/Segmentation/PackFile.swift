import Inference
import Preparation
import Volumes
import Yams

/// `pack.yaml`, read and written.
enum PackFile {
    /// The format's version.
    static let version = 1

    static func read(_ bytes: [UInt8], path: String, folder: String) throws(TaskPackError) -> TaskPack {
        let root = try Fields(compose(bytes, path), path: path, what: "pack.yaml")
        try root.allow(["version", "name", "labels", "plane", "window", "threshold", "volumes"])
        guard try root.text("version") == String(version) else {
            throw root.malformed("version", "version must be \(version) (this program knows no other)")
        }
        let labels = try root.list("labels").map { node throws(TaskPackError) in
            try label(Fields(node, path: path, what: "label"))
        }
        guard !labels.isEmpty else {
            throw root.malformed("labels", "the pack has no labels; list at least one as { id: 1, name: liver }")
        }
        if let twice = Dictionary(grouping: labels, by: \.id).first(where: { $0.value.count > 1 }) {
            throw root.malformed("labels", "label id \(twice.key) stands twice")
        }
        let planes = SlicePlane.allCases.map(\.rawValue).joined(separator: ", ")
        guard let plane = SlicePlane(rawValue: try root.text("plane")) else {
            throw root.malformed("plane", "plane must be one of \(planes)")
        }
        guard let window = IntensityWindow(try root.text("window")) else {
            throw root.malformed(
                "window", "window must be auto, none, ct, mr, range(LOWER, UPPER) or percentile(LOWER, UPPER)")
        }
        guard let threshold = Double(try root.text("threshold", default: "0.5")), threshold > 0, threshold < 1 else {
            throw root.malformed("threshold", "threshold must lie between 0 and 1")
        }
        let examples = try root.list("volumes").map { node throws(TaskPackError) in
            let fields = try Fields(node, path: path, what: "volume")
            try fields.allow(["image", "labels", "sha256"])
            return TaskPack.Example(
                image: try file(fields, "image", folder), labels: try file(fields, "labels", folder))
        }
        guard !examples.isEmpty else { throw root.malformed("volumes", "the pack has no volumes") }
        return TaskPack(
            folder: folder, name: try root.text("name"), version: version, labels: LabelTable(labels), plane: plane,
            window: window, threshold: threshold, examples: examples, sha256: Digest.sha256(bytes))
    }

    /// A file of the pack; it may not lead out of the folder.
    private static func file(_ fields: Fields, _ key: String, _ folder: String) throws(TaskPackError) -> String {
        let name = try fields.text(key)
        guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
            throw fields.malformed(key, "\(name) lies outside the pack")
        }
        return folder + "/" + name
    }

    private static func label(_ fields: Fields) throws(TaskPackError) -> LabelEntry {
        try fields.allow(["id", "name", "colour", "snomed"])
        guard let id = UInt16(try fields.text("id")), id > 0 else {
            throw fields.malformed("id", "a label id is a whole number from 1 to 65535")
        }
        var colour = LabelTable.defaultColour(Int(id) - 1)
        if fields.has("colour") {
            let parts = try fields.list("colour").compactMap { $0.scalar.flatMap { UInt8($0.string) } }
            guard parts.count == 3 else {
                throw fields.malformed("colour", "a colour is [red, green, blue], 0 to 255 each")
            }
            colour = Colour(parts[0], parts[1], parts[2])
        }
        return LabelEntry(
            id: id, name: try fields.text("name"), colour: colour,
            snomed: fields.has("snomed") ? try fields.text("snomed") : nil)
    }

    private static func compose(_ bytes: [UInt8], _ path: String) throws(TaskPackError) -> Node {
        let text = String(decoding: bytes, as: UTF8.self)
        let node: Node?
        do { node = try Yams.compose(yaml: text) } catch {
            if case .parser(_, let problem, let mark, _)? = error as? YamlError {
                throw .malformed(path: path, line: mark.line, column: mark.column, reason: problem)
            }
            if case .scanner(_, let problem, let mark, _)? = error as? YamlError {
                throw .malformed(path: path, line: mark.line, column: mark.column, reason: problem)
            }
            throw .malformed(path: path, line: 0, column: 0, reason: "no valid YAML: \(error)")
        }
        guard let node else { throw .malformed(path: path, line: 1, column: 1, reason: "the file is empty") }
        return node
    }

    // MARK: writing

    private struct Written: Encodable {
        struct Label: Encodable {
            var id: UInt16
            var name: String
            var colour: [UInt8]
            var snomed: String?
        }
        struct Volume: Encodable {
            var image, labels: String
            var sha256: [String: String]
        }
        var version: Int
        var name: String
        var labels: [Label]
        var plane, window: String
        var threshold: Double
        var volumes: [Volume]
    }

    /// The text of `pack.yaml`; file names are relative to the pack, each with the SHA-256 of its bytes.
    static func text(
        _ recipe: TaskPack.Recipe, files: [(image: String, labels: String, imageHash: String, labelsHash: String)]
    ) throws -> String {
        try YAMLEncoder().encode(
            Written(
                version: version, name: recipe.name,
                labels: recipe.labels.entries.map {
                    .init(
                        id: $0.id, name: $0.name, colour: [$0.colour.red, $0.colour.green, $0.colour.blue],
                        snomed: $0.snomed)
                },
                plane: recipe.plane.rawValue, window: recipe.window.description, threshold: 0.5,
                volumes: files.map {
                    .init(image: $0.image, labels: $0.labels, sha256: ["image": $0.imageHash, "labels": $0.labelsHash])
                }))
    }
}

/// A YAML mapping whose errors know their line.
private struct Fields {
    let mapping: Node.Mapping
    let path: String
    let what: String

    init(_ node: Node, path: String, what: String) throws(TaskPackError) {
        guard case .mapping(let mapping) = node else {
            throw .malformed(
                path: path, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0,
                reason: "\(what) must be a list of 'key: value'")
        }
        (self.mapping, self.path, self.what) = (mapping, path, what)
    }

    func allow(_ keys: [String]) throws(TaskPackError) {
        for (key, _) in mapping where !keys.contains(key.string ?? "") {
            throw .malformed(
                path: path, line: key.mark?.line ?? 0, column: key.mark?.column ?? 0,
                reason: "unknown key '\(key.string ?? "?")' in \(what); known are \(keys.joined(separator: ", "))")
        }
    }

    func has(_ key: String) -> Bool { mapping[Node(key)] != nil }

    func malformed(_ key: String, _ reason: String) -> TaskPackError {
        let mark = mapping[Node(key)]?.mark ?? mapping.mark
        return .malformed(path: path, line: mark?.line ?? 0, column: mark?.column ?? 0, reason: reason)
    }

    func text(_ key: String, default fallback: String? = nil) throws(TaskPackError) -> String {
        guard let node = mapping[Node(key)] else {
            if let fallback { return fallback }
            throw malformed(key, "\(what) has no '\(key)'")
        }
        guard let scalar = node.scalar, !scalar.string.isEmpty else {
            throw malformed(key, "\(key) must be a single value")
        }
        return scalar.string
    }

    func list(_ key: String) throws(TaskPackError) -> [Node] {
        guard let node = mapping[Node(key)] else { throw malformed(key, "\(what) has no '\(key)'") }
        guard let sequence = node.sequence else { throw malformed(key, "\(key) must be a list") }
        return Array(sequence)
    }
}
