import Configuration
import Foundation

/// Every key there is. The parser, `--set`, `tomos run --help`, the schema for editors and docs/pipeline.md all read this
/// one table.
public enum PipelineSchema {
    /// The keys in the order in which they are documented.
    public static let keys: [PipelineKey] = fileKeys + inputKeys + segmentKeys + outputKeys + runKeys

    /// What the keys of each section are about.
    static let sections = [
        "input": "Which images of a study are cases, and how they are read.",
        "input.select": "Which DICOM series are cases.",
        "prepare": "How a volume is windowed and cut into slices.",
        "segment": "How the slices are segmented.",
        "run": "How the cases are run.",
    ]

    private static let byPath = Dictionary(keys.map { ($0.path, $0) }) { first, _ in first }

    /// The key with this full path.
    public static func key(_ path: String) -> PipelineKey? { byPath[path] }

    /// The names that may stand directly in a section (the empty string is the top level), each once.
    public static func children(of section: String) -> [String] {
        let prefix = section.isEmpty ? "" : section + "."
        var names: [String] = []
        for key in keys where key.path.hasPrefix(prefix) {
            let name = String(key.path.dropFirst(prefix.count).prefix { $0 != "." })
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// Whether other keys stand below this path.
    public static func isSection(_ path: String) -> Bool { keys.contains { $0.path.hasPrefix(path + ".") } }

    /// A path that does not depend on the working directory.
    static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        return NSString(string: FileManager.default.currentDirectoryPath).appendingPathComponent(path)
    }

    /// Files that a pipeline takes its other values from: read where a file is, and no value of the pipeline itself.
    public static let include = PipelineKey(
        "include", "Pipeline files whose values hold where this file gives none, the later ones before the earlier.",
        .list(.path("the path of a pipeline file, or a list of them")), standard: .otherwise("none"), effect: .none,
        examples: ["base.yaml"], write: { _ in nil }
    ) { value, _ in throw value.bad(allowed: "in a pipeline file only") }

    private static let fileKeys: [PipelineKey] = [
        PipelineKey(
            "version", "Version of this file format.", .integer(1...1), standard: .required, effect: .none,
            write: { _ in .integer(1) }
        ) { value, _ in _ = try value.integer(in: 1...1) },
        include,
        PipelineKey(
            "name", "Name shown in reports.", .text, standard: .otherwise("the file's name"), effect: .none,
            write: { .text($0.name) }
        ) { value, pipeline in pipeline.name = try value.text() },
        PipelineKey(
            "task", "The task pack's folder, relative to the pipeline file.", .path("a folder"), standard: .required,
            effect: .contentOnly, examples: ["../packs/liver", "${PACKS}/liver"], write: { .path(absolute($0.task)) }
        ) { value, pipeline in pipeline.task = try value.path() },
    ]
}

extension ConfigurationValue {
    /// One of the words of a type.
    func choice<Choice: CaseIterable & RawRepresentable<String>>(of type: Choice.Type) throws -> Choice {
        guard let choice = Choice(rawValue: try oneOf(type.allCases.map(\.rawValue))) else { throw bad() }
        return choice
    }

    /// `true` or `false`.
    func truth() throws -> Bool { try oneOf(["true", "false"]) == "true" }
}
