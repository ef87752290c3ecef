import Volumes

/// Where in the configuration a value stands.
public enum ConfigurationPlace: Sendable, Hashable, CustomStringConvertible {
    /// A pipeline or pack file; line and column count from 1.
    case file(String, line: Int, column: Int)
    /// A file as a whole.
    case wholeFile(String)
    /// A `--set` argument as it was typed.
    case override(String)

    /// `pipeline.yaml:12:5` or `--set segment.support=32`.
    public var description: String {
        switch self {
        case .file(let path, let line, let column): "\(path):\(line):\(column)"
        case .wholeFile(let path): path
        case .override(let text): "--set \(text)"
        }
    }
}

/// What can be wrong with a pipeline file, an override of one of its values, or a task pack's `pack.yaml`.
public enum ConfigurationError: TomosError, Equatable {
    /// The file cannot be read.
    case unreadable(path: String, reason: String)
    /// It is not YAML.
    case syntax(ConfigurationPlace, problem: String)
    /// A key that does not exist. `section` is empty at the top level; `nearest` is nil when no known key is like it.
    case unknownKey(ConfigurationPlace, key: String, section: String, nearest: String?, known: [String])
    /// A key given twice.
    case duplicateKey(ConfigurationPlace, keys: [String])
    /// A value that a key does not take.
    case badValue(ConfigurationPlace, key: String, value: String, allowed: String)
    /// A key that must be there.
    case missingKey(ConfigurationPlace, key: String, example: String)
    /// `--set` without `key=value`.
    case malformedOverride(String)
    /// A file that is included cannot be taken; `reason` says why, and the way out.
    case badInclude(ConfigurationPlace, path: String, reason: String)
    /// A path with an environment variable that is not set.
    case unsetVariable(ConfigurationPlace, key: String, name: String)
    /// What a value names is not there, or is not what it should be; `reason` says why, and the way out.
    case unusable(ConfigurationPlace, key: String, reason: String)

    /// The kind of error: always the configuration, unless the file is not there.
    public var category: ErrorCategory {
        if case .unreadable = self { .missingInput } else { .badConfiguration }
    }

    /// The message.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason):
            return "\(path): cannot read the file: \(reason)"
        case .syntax(let place, let problem):
            return "\(place): not valid YAML: \(problem)"
        case .unknownKey(let place, let key, let section, let nearest, let known):
            let hint = nearest.map { "did you mean '\($0)'?" } ?? "known keys: \(known.joined(separator: ", "))"
            return "\(place): unknown key '\(key)'\(section.isEmpty ? "" : " in \(section)"); \(hint)"
        case .duplicateKey(let place, let keys):
            return "\(place): \(keys.map { "'\($0)'" }.joined(separator: ", ")) given twice; keep one"
        case .badValue(let place, let key, let value, let allowed):
            return "\(place): \(key) cannot be '\(value)'; allowed: \(allowed)"
        case .missingKey(let place, let key, let example):
            return "\(place): key '\(key)' is missing; add '\(example)'"
        case .malformedOverride(let text):
            return "--set \(text): an override is written key=value, such as segment.support=32"
        case .badInclude(let place, let path, let reason):
            return "\(place): cannot include \(path): \(reason)"
        case .unsetVariable(let place, let key, let name):
            return "\(place): \(key): the environment variable \(name) is not set; set it (export \(name)=...), or "
                + "write ${\(name):-...} with what holds without it"
        case .unusable(let place, let key, let reason):
            return "\(place): \(key): \(reason)"
        }
    }
}
