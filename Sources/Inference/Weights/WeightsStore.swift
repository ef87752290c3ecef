import Foundation
import Platform

/// The weights a person keeps on this machine beside the bundled ones, and which of all are taken when none are named.
///
/// A folder of `NAME.safetensors` or `NAME.pt`, each with `NAME.json` (``Record``) beside it, and a file `default` that
/// holds a name.
public struct WeightsStore: Sendable {
    /// What is known of a file since its import.
    public struct Record: Codable, Sendable, Hashable {
        /// The file's name in the folder.
        public var file: String
        /// SHA-256 of the file.
        public var sha256: String
        /// The licence, where it is known.
        public var licence: String
        /// Whether it is UniverSeg's official file, told by its git blob id.
        public var official: Bool
    }

    /// The folder; it need not exist.
    public let folder: String

    /// A store in a folder.
    public init(folder: String) { self.folder = folder }

    /// The person's own: `tomos/weights` below `$XDG_DATA_HOME`, by default `~/.local/share`.
    public static var user: WeightsStore { user(environment: ProcessInfo.processInfo.environment) }

    static func user(environment: [String: String]) -> WeightsStore {
        // The specification has relative paths ignored. Foundation takes the home of the user database, and a container
        // may run as a user that is not in it.
        func folder(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        let data = folder("XDG_DATA_HOME") ?? (folder("HOME") ?? NSHomeDirectory()) + "/.local/share"
        return WeightsStore(folder: data + "/tomos/weights")
    }

    /// Whether a text can name weights: letters, digits, `-` and `_`, so that no name is a path.
    public static func isName(_ text: String) -> Bool {
        text != "bundled" && (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch UnicodeScalar(byte) {
                case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
                default: false
                }
            }
    }

    /// Names of the imported weights, sorted.
    public var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.filter(Self.isName).sorted()
    }

    /// What was recorded of imported weights at their import.
    public func record(_ name: String) throws(WeightsStoreError) -> Record {
        let path = path("\(name).json")
        guard Self.isName(name), let data = FileManager.default.contents(atPath: path) else {
            throw .unknown(name: name, known: ["bundled"] + names)
        }
        guard let record = try? JSONDecoder().decode(Record.self, from: data), !record.file.contains("/") else {
            throw .brokenRecord(path: path)
        }
        return record
    }

    /// `bundled`, imported weights by name, or a file's path, whichever the text is. A file of that name comes first.
    public func source(_ text: String) -> WeightsSource {
        if text == "bundled" { return .bundled }
        if Self.isName(text), !FileManager.default.fileExists(atPath: text), let record = try? record(text) {
            return .file(path(record.file))
        }
        return .file(text)
    }

    /// Name of the weights that are taken when none are named.
    public var standardName: String {
        guard let data = FileManager.default.contents(atPath: path("default")) else { return "bundled" }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The weights that are taken when none are named.
    ///
    /// - Throws: ``WeightsStoreError/unknown(name:known:)`` when the default's file is gone: never others in silence.
    public func standard() throws(WeightsStoreError) -> WeightsSource {
        let name = standardName
        return name == "bundled" ? .bundled : .file(path(try record(name).file))
    }

    /// Sets which weights are taken when none are named.
    public func setStandard(_ name: String) throws(WeightsStoreError) {
        if name != "bundled" { _ = try record(name) }
        try write(Data((name + "\n").utf8), to: "default")
    }

    /// Copies a file into the store after reading it as a network.
    ///
    /// - Parameters:
    ///   - name: The name it gets; a name that is taken by other content is refused.
    ///   - official: Refuse any file but UniverSeg's official one.
    /// - Throws: ``WeightsStoreError``, or ``WeightsError`` when it is no network that can be run.
    public func add(_ source: String, name: String, official: Bool) throws -> Record {
        guard Self.isName(name) else { throw WeightsStoreError.badName(name) }
        let weights = try Weights(.file(source))
        if official, !weights.isOfficial {
            throw WeightsStoreError.notOfficial(path: source, blob: weights.gitBlob)
        }
        if let old = try? record(name), old.sha256 != weights.sha256 {
            throw WeightsStoreError.taken(name: name, folder: folder)
        }
        guard let data = FileManager.default.contents(atPath: source), Digest.sha256([UInt8](data)) == weights.sha256
        else { throw WeightsError.unreadable(path: source, reason: "it changed while it was read") }
        let record = Record(
            file: name + (Safetensors.recognises([UInt8](data.prefix(16))) ? ".safetensors" : ".pt"),
            sha256: weights.sha256, licence: weights.licence, official: weights.isOfficial)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try write(data, to: record.file)
        // Last: it is what makes the file part of the store.
        try write(try encoder.encode(record), to: name + ".json")
        return record
    }

    /// Reads weights again and compares them with what was recorded when they came.
    ///
    /// - Throws: ``WeightsStoreError/changed(path:expected:found:)``, or ``WeightsError`` when they cannot be run.
    public func verify(_ name: String) throws -> Weights {
        if name == "bundled" {
            let weights = try Weights(.bundled)
            guard weights.sha256 == Weights.bundledSHA256 else {
                throw WeightsStoreError.changed(
                    path: "bundled", expected: Weights.bundledSHA256, found: weights.sha256)
            }
            return weights
        }
        let record = try record(name)
        let weights = try Weights(.file(path(record.file)))
        guard weights.sha256 == record.sha256 else {
            throw WeightsStoreError.changed(
                path: path(record.file), expected: record.sha256, found: weights.sha256)
        }
        return weights
    }

    private func path(_ file: String) -> String { folder + "/" + file }

    private func write(_ data: Data, to file: String) throws(WeightsStoreError) {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try data.write(to: URL(fileURLWithPath: path(file)), options: .atomic)
        } catch {
            throw .cannotWrite(path: path(file), reason: error.localizedDescription)
        }
    }
}
