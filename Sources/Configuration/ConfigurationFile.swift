import Foundation
import Yams

/// From a YAML file to values that know where they stand.
package enum ConfigurationFile {
    /// The text of a file. A pipeline or pack is a page or two; a megabyte is some other file.
    package static func text(_ path: String) throws -> String {
        let limit = 1 << 20
        guard
            let attributes = try? FileManager.default.attributesOfItem(
                atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
        else {
            throw ConfigurationError.unreadable(path: path, reason: "there is no such file")
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            throw ConfigurationError.unreadable(path: path, reason: "it is not a file")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError.unreadable(path: path, reason: "it cannot be opened")
        }
        guard data.count <= limit else {
            throw ConfigurationError.unreadable(
                path: path, reason: "it has \(data.count) bytes; expected at most \(limit)")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ConfigurationError.syntax(.file(path, line: 1, column: 1), problem: "the text is not UTF-8")
        }
        return text
    }

    /// The value at the top of a file's text; nil when there is nothing in it. Paths in it are relative to the file's
    /// folder.
    package static func root(
        _ text: String, path: String, what: String, variables: PathVariables = PathVariables()
    ) throws -> ConfigurationValue? {
        let place = { (mark: Mark?) -> ConfigurationPlace in
            .file(path, line: mark?.line ?? 1, column: mark?.column ?? 1)
        }
        return try compose(text, place).map { root in
            ConfigurationValue(
                node: root, key: what, allowed: "keys and values (name: ...)",
                source: .init(
                    folder: NSString(string: path).deletingLastPathComponent, variables: variables, locate: place))
        }
    }

    /// The value of an override (`segment.support=32`, as typed after `--set`), of which `text` is the part after `=`.
    /// Paths in it are relative to the working directory.
    package static func override(
        _ override: String, text: String, key: String, allowed: String, variables: PathVariables = PathVariables()
    ) throws -> ConfigurationValue {
        let place = { (_: Mark?) in ConfigurationPlace.override(override) }
        // Lists, mappings and quotes are YAML; anything else is taken as typed, so that `**/*.nii` is no YAML alias.
        let isYAML = text.first.map { "[{\"'".contains($0) } ?? false
        let node = try isYAML ? compose(text, place) ?? .scalar(Node.Scalar("")) : .scalar(Node.Scalar(text))
        return ConfigurationValue(
            node: node, key: key, allowed: allowed, source: .init(folder: "", variables: variables, locate: place))
    }

    /// The YAML of a value.
    package static func text(of value: some Encodable) throws -> String { try YAMLEncoder().encode(value) }

    /// The YAML tree of a text; nil when there is nothing in it.
    private static func compose(_ text: String, _ place: (Mark?) -> ConfigurationPlace) throws -> Node? {
        if let (problem, line) = YAMLLimits.fault(text) {
            throw ConfigurationError.syntax(place(nil), problem: "line \(line): \(problem)")
        }
        do {
            return try Yams.compose(yaml: text)
        } catch let error as YamlError {
            switch error {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
                .composer(_, let problem, let mark, _):
                let hint = hint(problem, line: mark.line, of: text)
                throw ConfigurationError.syntax(place(mark), problem: problem + hint)
            case .duplicatedKeysInMapping(let duplicates, let context):
                throw ConfigurationError.duplicateKey(place(context.mark), keys: duplicates.sorted())
            case .reader(let problem, _, _, _):
                throw ConfigurationError.syntax(place(nil), problem: problem)
            default:
                throw ConfigurationError.syntax(place(nil), problem: "\(error)")
            }
        }
    }

    /// The way out of a problem that people run into, in brackets; empty for others.
    private static func hint(_ problem: String, line: Int, of text: String) -> String {
        if problem.contains("expected alphabetic or numeric") {
            return " (a value that begins with * or & must stand in quotes)"
        }
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard problem.contains("expected ','"), lines.indices.contains(line - 1), lines[line - 1].contains("${") else {
            return ""
        }
        return " (inside { } or [ ] a value with ${...} must stand in quotes)"
    }
}
