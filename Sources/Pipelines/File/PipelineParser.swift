import Configuration
import Foundation
import Inference
import Platform
import Segmentation
import Volumes

extension PipelineFile {
    /// Reads a pipeline file and puts overrides (`segment.support=32`, as typed after `--set`) on top.
    ///
    /// Paths in a file are relative to the file's folder, paths in overrides to the working directory; environment
    /// variables in them (`${NAME}`, `${NAME:-default}`) are replaced. Of files that the file includes, the values hold
    /// that it does not give itself.
    /// - Throws: `ConfigurationError`, naming file, line and column, or the override.
    public static func load(_ path: String, overrides: [String] = []) throws -> PipelineFile {
        try load(path, overrides: overrides, variables: PathVariables())
    }

    /// The same with other environment variables than the program's.
    static func load(_ path: String, overrides: [String] = [], variables: PathVariables) throws -> PipelineFile {
        let stem = NSString(string: NSString(string: path).lastPathComponent).deletingPathExtension
        var reader = PipelineReader(name: stem, variables: variables)
        try reader.read(file: path)
        for override in overrides { try reader.apply(override: override) }
        return try reader.finished(path)
    }

    /// Reads what ``resolvedText()`` wrote: nothing in it depends on the folder or the environment in which it is read,
    /// but for what it leaves to the machine (`run.jobs: auto`, the memory).
    ///
    /// - Throws: `ConfigurationError`, naming line and column in the text.
    public static func load(resolvedText text: String) throws -> PipelineFile {
        let path = "resolved pipeline"
        var reader = PipelineReader(name: "", variables: PathVariables([:]), mayInclude: false)
        try reader.read(text, of: path)
        return try reader.finished(path)
    }
}

/// Puts values into a pipeline: those of a file, before them those of the files that it includes, after them overrides.
private struct PipelineReader {
    private var pipeline: PipelineFile
    private let variables: PathVariables
    private let mayInclude: Bool
    /// Everything that was read, in this order.
    private var texts: [String] = []
    /// The files that are being read, each included by the one before: as they are named, and their one path.
    private var open: [(shown: String, canonical: String)] = []

    /// Files in files in files; more is a mistake, or made by a program.
    private static let mostNested = 8
    /// Files in all: each is read as often as it is included.
    private static let mostFiles = 64

    init(name: String, variables: PathVariables, mayInclude: Bool = true) {
        pipeline = PipelineFile(name: name)
        (self.variables, self.mayInclude) = (variables, mayInclude)
    }

    /// The pipeline, once everything that must be given is.
    func finished(_ path: String) throws -> PipelineFile {
        var pipeline = pipeline
        for (key, example) in [("version", "version: 1"), ("task", "task: path/to/pack")]
        where pipeline.places[key] == nil {
            throw ConfigurationError.missingKey(.wholeFile(path), key: key, example: example)
        }
        if pipeline.places["segment.weights"] == nil { pipeline.options.weights = try WeightsStore.user.standard() }
        let used = variables.used.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        pipeline.sha256 = Digest.sha256(Array((texts + used).joined(separator: "\0").utf8))
        return pipeline
    }

    // MARK: files

    mutating func read(file path: String) throws {
        let canonical = URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
        open.append((path, canonical))
        defer { open.removeLast() }
        try read(try ConfigurationFile.text(path), of: path)
    }

    mutating func read(_ text: String, of path: String) throws {
        texts.append(text)
        guard let root = try ConfigurationFile.root(text, path: path, what: "the pipeline", variables: variables) else {
            return
        }
        let entries = try root.entries()
        // What is included comes first, wherever its key stands, so that the file's own values win.
        for entry in entries where entry.key == PipelineSchema.include.path {
            guard mayInclude else {
                throw ConfigurationError.badInclude(
                    entry.value.place, path: entry.value.shown,
                    reason: "a resolved pipeline holds every value; remove the key")
            }
            let value = entry.value.with(key: entry.key, allowed: PipelineSchema.include.allowed)
            for item in try value.list() { try include(item) }
        }
        try read(entries, section: "")
    }

    private mutating func include(_ value: ConfigurationValue) throws {
        let path = try value.path()
        let refuse = { (reason: String) in ConfigurationError.badInclude(value.place, path: path, reason: reason) }
        let canonical = URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
        if let first = open.firstIndex(where: { $0.canonical == canonical }) {
            let ring = open[first...].map(\.shown) + [path]
            throw refuse("it includes itself: \(ring.joined(separator: " > ")); remove one of these includes")
        }
        if open.count > Self.mostNested {
            throw refuse("files include each other more than \(Self.mostNested) deep; put the values into fewer files")
        }
        if texts.count > Self.mostFiles {
            throw refuse("more than \(Self.mostFiles) files are included; put the values into fewer files")
        }
        do {
            try read(file: path)
        } catch ConfigurationError.unreadable(path: path, let reason) {
            throw refuse("\(reason) (a path is relative to the file that includes it)")
        }
    }

    // MARK: values

    /// Reads the entries of a section and of the sections in it.
    private mutating func read(_ entries: [ConfigurationValue.Entry], section: String) throws {
        for entry in entries {
            let path = section.isEmpty ? entry.key : section + "." + entry.key
            if path == PipelineSchema.include.path { continue }
            if let key = PipelineSchema.key(path) {
                try apply(key, entry.value.with(key: path, allowed: key.allowed))
            } else if PipelineSchema.isSection(path) {
                let allowed = "the keys \(PipelineSchema.children(of: path).joined(separator: ", "))"
                // A section without anything in it says nothing.
                if entry.value.isEmpty { continue }
                try read(try entry.value.with(key: path, allowed: allowed).entries(), section: path)
            } else {
                throw entry.unknown(in: section, known: PipelineSchema.children(of: section))
            }
        }
    }

    private mutating func apply(_ key: PipelineKey, _ value: ConfigurationValue) throws {
        try key.apply(value, &pipeline)
        pipeline.places[key.path] = value.place
    }

    // MARK: overrides

    mutating func apply(override: String) throws {
        texts.append(override)
        guard let equals = override.firstIndex(of: "="), equals != override.startIndex else {
            throw ConfigurationError.malformedOverride(override)
        }
        let path = String(override[..<equals])
        guard let key = PipelineSchema.key(path) else { throw unknownOverride(path, .override(override)) }
        let text = String(override[override.index(after: equals)...])
        try apply(
            key,
            try ConfigurationFile.override(
                override, text: text, key: path, allowed: key.allowed, variables: variables))
    }

    private func unknownOverride(_ path: String, _ place: ConfigurationPlace) -> ConfigurationError {
        // A whole path is compared with whole paths, so that `segmnt.support` and `suport` both find their way.
        let known = PipelineSchema.keys.map(\.path)
        let byName = known.first { $0.split(separator: ".").last.map(String.init) == path }
        return .unknownKey(
            place, key: path, section: "", nearest: byName ?? nearest(to: path, among: known), known: known)
    }
}
