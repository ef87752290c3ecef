import Foundation
import Yams

/// A value on its way from YAML into a pipeline or pack: what stands there, under which key, and where.
package struct ConfigurationValue {
    /// One `key: value` of a mapping.
    package struct Entry {
        package let key: String
        package let value: ConfigurationValue
        package let place: ConfigurationPlace

        /// The error for a key that is not among `known`.
        package func unknown(in section: String, known: [String]) -> ConfigurationError {
            .unknownKey(
                place, key: key, section: section, nearest: nearest(to: key, among: known), known: known)
        }
    }

    /// What the values of one file, or of one override, share.
    struct Source {
        /// Folder against which paths are resolved.
        let folder: String
        /// What stands for the environment variables in paths.
        let variables: PathVariables
        /// Turns a YAML mark into the place to name.
        let locate: (Mark?) -> ConfigurationPlace
    }

    let node: Node
    /// The full key, such as `segment.support`.
    package let key: String
    /// What the key takes, for the error.
    package let allowed: String
    let source: Source

    init(node: Node, key: String, allowed: String, source: Source) {
        (self.node, self.key, self.allowed, self.source) = (node, key, allowed, source)
    }

    package var place: ConfigurationPlace { source.locate(node.mark) }

    /// What stands there. A scalar in quotes is a text, whatever it looks like.
    package enum Kind: Sendable {
        case scalar(isQuoted: Bool), list, mapping
    }

    package var kind: Kind {
        switch node {
        case .scalar(let scalar): .scalar(isQuoted: ![.any, .plain].contains(scalar.style))
        case .sequence: .list
        case .mapping: .mapping
        case .alias: .scalar(isQuoted: false)
        }
    }

    /// Whether nothing stands there: a section without entries.
    package var isEmpty: Bool { node.scalar?.string.isEmpty == true }

    /// The value as a short text, for messages.
    package var shown: String {
        switch node {
        case .scalar(let scalar): scalar.string
        case .sequence(let sequence): sequence.isEmpty ? "[]" : "[...]"
        case .mapping: "{...}"
        case .alias: "*alias"
        }
    }

    /// The error for a value that the key does not take.
    package func bad(_ value: String? = nil, allowed: String? = nil) -> ConfigurationError {
        .badValue(place, key: key, value: value ?? shown, allowed: allowed ?? self.allowed)
    }

    /// A scalar that is not empty.
    package func text() throws -> String {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty else { throw bad() }
        return scalar.string
    }

    /// A whole number in a range.
    package func integer(in range: ClosedRange<Int>) throws -> Int {
        guard let value = Int(try text()), range.contains(value) else { throw bad() }
        return value
    }

    /// A finite number.
    package func number() throws -> Double {
        guard let value = Double(try text()), value.isFinite else { throw bad() }
        return value
    }

    /// One of a few words.
    package func oneOf(_ words: [String], allowed: String? = nil) throws -> String {
        let word = try text()
        guard words.contains(word) else {
            let hint = nearest(to: word, among: words).map { "; did you mean '\($0)'?" } ?? ""
            throw bad(allowed: (allowed ?? words.joined(separator: ", ")) + hint)
        }
        return word
    }

    /// A scalar that is not empty, with values in place of its environment variables.
    package func expandedText() throws -> String {
        let text = try text()
        let expanded: String
        do {
            expanded = try source.variables.expand(text)
        } catch {
            switch error {
            case .unset(let name): throw ConfigurationError.unsetVariable(place, key: key, name: name)
            case .malformed: throw bad(allowed: PathVariables.allowed)
            }
        }
        if expanded.isEmpty { throw bad() }
        return expanded
    }

    /// A file or folder; relative ones start at the configuration's folder.
    package func path() throws -> String {
        let text = try expandedText()
        let folder = source.folder
        if text.hasPrefix("/") { return text }
        return folder.isEmpty || folder == "." ? text : NSString(string: folder).appendingPathComponent(text)
    }

    /// The items of a list; a scalar counts as a list of one.
    package func list() throws -> [ConfigurationValue] {
        switch node {
        case .sequence(let sequence): sequence.map { with($0) }
        case .scalar: [with(.scalar(Node.Scalar(try text(), node.tag, .any, node.mark)))]
        default: throw bad()
        }
    }

    /// The key and value of a mapping with one key; nil for anything that is no mapping.
    package func singleEntry() throws -> Entry? {
        guard case .mapping = node else { return nil }
        let entries = try entries()
        guard entries.count == 1 else { throw bad() }
        return entries[0]
    }

    /// The entries of a mapping.
    package func entries() throws -> [Entry] {
        guard case .mapping(let mapping) = node else { throw bad() }
        return try rejoinedPairs(mapping).map { key, value in
            guard case .scalar(let name) = key else { throw bad() }
            return Entry(key: name.string, value: with(value), place: source.locate(key.mark))
        }
    }

    /// The same value under a key, or with what the key takes.
    package func with(key: String? = nil, allowed: String? = nil) -> ConfigurationValue {
        ConfigurationValue(node: node, key: key ?? self.key, allowed: allowed ?? self.allowed, source: source)
    }

    /// The same context around another node.
    private func with(_ node: Node) -> ConfigurationValue {
        ConfigurationValue(node: node, key: key, allowed: allowed, source: source)
    }
}

/// Pairs of a mapping, with values like `percentile(0.5, 99.5)` made whole again: inside `{ }` YAML takes the comma
/// for the end of the value, and the rest, `99.5)`, for a key without one.
private func rejoinedPairs(_ mapping: Node.Mapping) -> [(Node, Node)] {
    var pairs: [(Node, Node)] = []
    for (key, value) in mapping {
        if case .scalar(let tail) = key, tail.string.hasSuffix(")"), !tail.string.contains("("),
            value.scalar?.string.isEmpty == true, let last = pairs.last, case .scalar(var head) = last.1,
            head.string.contains("("), !head.string.contains(")")
        {
            head.string += ", " + tail.string
            pairs[pairs.count - 1].1 = .scalar(head)
        } else {
            pairs.append((key, value))
        }
    }
    return pairs
}

/// The word that takes the fewest single-letter edits to become `word`, when that is at most a third of its letters
/// (but always allowing two edits in words of four letters or more); the first of equals.
package func nearest(to word: String, among words: [String]) -> String? {
    let limit = word.count < 4 ? 1 : max(2, word.count / 3)
    return words.map { (word: $0, distance: editDistance(word, $0)) }
        .filter { $0.distance <= limit }
        .min { $0.distance < $1.distance }?.word
}

/// Levenshtein distance: insertions, deletions and replacements of one letter, case ignored.
package func editDistance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.lowercased()), Array(b.lowercased()))
    var row = Array(0...b.count)
    for i in a.indices {
        var diagonal = row[0]
        row[0] = i + 1
        for j in b.indices {
            let best = min(row[j + 1] + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1))
            (diagonal, row[j + 1]) = (row[j + 1], best)
        }
    }
    return row[b.count]
}
