import Configuration

extension PipelineSchema {
    /// The table as a JSON Schema (draft 7, which YAML language servers read): an editor that knows it completes keys,
    /// shows what they do, and marks mistakes while one types. What only reading can tell (whether files are there, what an
    /// override says) it does not hold.
    public static var jsonSchema: String {
        let object = ValueForm.object(properties(of: ""))
        let head: [WrittenValue.Entry] = [
            .init("$schema", "http://json-schema.org/draft-07/schema#"),
            .init("title", "Tomos pipeline"),
            .init("description", "What 'tomos run' does with a study: docs/pipeline.md."),
        ]
        // What a file does not give itself may stand in one that it includes.
        let complete: WrittenValue = [
            "anyOf": [["required": ["version", "task"]], ["required": [.text(include.path)]]]
        ]
        return WrittenValue.mapping(head + object.entries + complete.entries).json + "\n"
    }

    private static func properties(of section: String) -> [(String, WrittenValue)] {
        children(of: section).map { name in
            let path = section.isEmpty ? name : section + "." + name
            if let key = key(path) { return (name, key.schema) }
            // A section may be there with nothing in it.
            let section = ValueForm.object(properties(of: path), orNothing: true)
            return (name, .mapping([.init("description", .text(sections[path] ?? ""))] + section.entries))
        }
    }
}

extension PipelineKey {
    /// The schema of the key's value.
    fileprivate var schema: WrittenValue {
        var entries: [WrittenValue.Entry] = [.init("description", .text(description))]
        if let standardValue { entries.append(.init("default", standardValue)) }
        if !examples.isEmpty { entries.append(.init("examples", .list(examples))) }
        return .mapping(entries + form.schema.entries)
    }

    /// In a few sentences: what it does, takes, and is by default.
    var description: String {
        let summary = summary.hasSuffix(".") ? summary : summary + "."
        return "\(summary) Takes \(allowed). \(fallback.map { "Default: \($0)" } ?? "Required")."
    }
}

extension WrittenValue {
    /// The entries of a mapping; none for anything else.
    fileprivate var entries: [Entry] {
        if case .mapping(let entries) = self { entries } else { [] }
    }
}
