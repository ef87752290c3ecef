import Configuration
import Foundation
import Inference
import Platform
import Segmentation
import Volumes

extension PipelineFile {
    /// Reads a pipeline file and puts overrides (`segment.support=32`, as typed after `--set`) on top.
    ///
    /// Paths in the file are relative to the file's folder, paths in overrides to the working directory.
    /// - Throws: `ConfigurationError`, naming file, line and column, or the override.
    public static func load(_ path: String, overrides: [String] = []) throws -> PipelineFile {
        let text = try ConfigurationFile.text(path)
        let stem = NSString(string: NSString(string: path).lastPathComponent).deletingPathExtension
        var pipeline = PipelineFile(name: stem)
        var given = Set<String>()
        if let root = try ConfigurationFile.root(text, path: path, what: "the pipeline") {
            try pipeline.read(root, section: "", given: &given)
        }
        for override in overrides { try pipeline.apply(override: override, given: &given) }
        for (key, example) in [("version", "version: 1"), ("task", "task: path/to/pack")] where !given.contains(key) {
            throw ConfigurationError.missingKey(.wholeFile(path), key: key, example: example)
        }
        if !given.contains("segment.weights") { pipeline.options.weights = try WeightsStore.user.standard() }
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
                try key.apply(entry.value.with(key: path, allowed: key.allowed), &self)
                given.insert(path)
            } else if PipelineSchema.isSection(path) {
                let allowed = "the keys \(PipelineSchema.children(of: path).joined(separator: ", "))"
                // A section without anything in it says nothing.
                if entry.value.isEmpty { continue }
                try read(entry.value.with(key: path, allowed: allowed), section: path, given: &given)
            } else {
                throw entry.unknown(in: section, known: PipelineSchema.children(of: section))
            }
        }
    }

    private mutating func apply(override: String, given: inout Set<String>) throws {
        guard let equals = override.firstIndex(of: "="), equals != override.startIndex else {
            throw ConfigurationError.malformedOverride(override)
        }
        let path = String(override[..<equals])
        guard let key = PipelineSchema.key(path) else { throw unknownOverride(path, .override(override)) }
        let text = String(override[override.index(after: equals)...])
        let value = try ConfigurationFile.override(override, text: text, key: path, allowed: key.allowed)
        try key.apply(value, &self)
        given.insert(path)
    }

    private func unknownOverride(_ path: String, _ place: ConfigurationPlace) -> ConfigurationError {
        // A whole path is compared with whole paths, so that `segmnt.support` and `suport` both find their way.
        let known = PipelineSchema.keys.map(\.path)
        let byName = known.first { $0.split(separator: ".").last.map(String.init) == path }
        return .unknownKey(
            place, key: path, section: "", nearest: byName ?? nearest(to: path, among: known), known: known)
    }
}
