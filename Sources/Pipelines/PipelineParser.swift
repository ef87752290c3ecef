import Foundation
import Inference
import Volumes
import Yams

extension PipelineFile {
    /// Reads a pipeline file and puts overrides (`segment.support=32`, as typed after `--set`) on top.
    ///
    /// Paths in the file are relative to the file's folder, paths in overrides to the working directory.
    /// - Throws: `PipelineFileError`, naming file, line and column, or the override.
    public static func load(_ path: String, overrides: [String] = []) throws -> PipelineFile {
        let text = try readConfiguration(path)
        let stem = NSString(string: NSString(string: path).lastPathComponent).deletingPathExtension
        var pipeline = PipelineFile(name: stem)
        let place = { (mark: Mark?) -> ConfigurationPlace in
            .file(path, line: mark?.line ?? 1, column: mark?.column ?? 1)
        }
        var given = Set<String>()
        if let root = try compose(text, place) {
            let value = ConfigurationValue(
                node: root, key: "the pipeline", allowed: "keys and values (name: ...)",
                folder: NSString(string: path).deletingLastPathComponent, locate: place)
            try pipeline.read(value, section: "", given: &given)
        }
        for override in overrides { try pipeline.apply(override: override, given: &given) }
        for (key, example) in [("version", "version: 1"), ("task", "task: path/to/pack")] where !given.contains(key) {
            throw PipelineFileError.missingKey(path: path, key: key, example: example)
        }
        pipeline.sha256 = Digest.sha256(Array(([text] + overrides).joined(separator: "\0").utf8))
        return pipeline
    }

    /// Reads the entries of a section and of the sections in it.
    private mutating func read(
        _ value: ConfigurationValue, section: String, given: inout Set<String>
    ) throws {
        for entry in try value.entries() {
            let path = section.isEmpty ? entry.key : section + "." + entry.key
            if let key = PipelineSchema.key(path) {
                try key.apply(entry.value.with(entry.value.node, key: path, allowed: key.allowed), &self)
                given.insert(path)
            } else if PipelineSchema.isSection(path) {
                let allowed = "the keys \(PipelineSchema.children(of: path).joined(separator: ", "))"
                // A section without anything in it says nothing.
                if entry.value.node.scalar?.string.isEmpty == true { continue }
                try read(entry.value.with(entry.value.node, key: path, allowed: allowed), section: path, given: &given)
            } else {
                throw entry.unknown(in: section, known: PipelineSchema.children(of: section))
            }
        }
    }

    private mutating func apply(override: String, given: inout Set<String>) throws {
        guard let equals = override.firstIndex(of: "="), equals != override.startIndex else {
            throw PipelineFileError.malformedOverride(override)
        }
        let path = String(override[..<equals])
        let place = { (_: Mark?) in ConfigurationPlace.override(override) }
        guard let key = PipelineSchema.key(path) else { throw unknownOverride(path, place(nil)) }
        let text = String(override[override.index(after: equals)...])
        // Lists, mappings and quotes are YAML; anything else is taken as typed, so that `**/*.nii` is no YAML alias.
        let isYAML = text.first.map { "[{\"'".contains($0) } ?? false
        let node = try isYAML ? compose(text, place) ?? .scalar(Node.Scalar("")) : .scalar(Node.Scalar(text))
        let value = ConfigurationValue(node: node, key: path, allowed: key.allowed, folder: "", locate: place)
        try key.apply(value, &self)
        given.insert(path)
    }

    private func unknownOverride(_ path: String, _ place: ConfigurationPlace) -> PipelineFileError {
        // A whole path is compared with whole paths, so that `segmnt.support` and `suport` both find their way.
        let known = PipelineSchema.keys.map(\.path)
        let byName = known.first { $0.split(separator: ".").last.map(String.init) == path }
        return .unknownKey(
            place, key: path, section: "", nearest: byName ?? nearest(to: path, among: known), known: known)
    }
}

/// The text of a pipeline file. A pipeline is a page or two; a megabyte is some other file.
private func readConfiguration(_ path: String) throws -> String {
    let limit = 1 << 20
    guard
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    else {
        throw PipelineFileError.unreadable(path: path, reason: "there is no such file")
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
        throw PipelineFileError.unreadable(path: path, reason: "it is not a file")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
        throw PipelineFileError.unreadable(path: path, reason: "it cannot be opened")
    }
    guard data.count <= limit else {
        throw PipelineFileError.unreadable(
            path: path, reason: "it has \(data.count) bytes; a pipeline has at most \(limit)")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
        throw PipelineFileError.syntax(.file(path, line: 1, column: 1), problem: "the text is not UTF-8")
    }
    return text
}

/// The YAML tree of a text; nil when there is nothing in it.
private func compose(_ text: String, _ place: (Mark?) -> ConfigurationPlace) throws -> Node? {
    do {
        return try Yams.compose(yaml: text)
    } catch let error as YamlError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            let isAlias = problem.contains("expected alphabetic or numeric")
            let hint = isAlias ? " (a value that begins with * or & must stand in quotes)" : ""
            throw PipelineFileError.syntax(place(mark), problem: problem + hint)
        case .duplicatedKeysInMapping(let duplicates, let context):
            throw PipelineFileError.duplicateKey(place(context.mark), keys: duplicates.sorted())
        case .reader(let problem, _, _, _):
            throw PipelineFileError.syntax(place(nil), problem: problem)
        default:
            throw PipelineFileError.syntax(place(nil), problem: "\(error)")
        }
    }
}
