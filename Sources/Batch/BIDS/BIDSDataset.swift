import Foundation

/// A BIDS data set on disk: what it says of itself, and who is in it.
public struct BIDSDataset: Sendable {
    /// Its folder, without a slash at the end.
    public let path: String
    /// Labels of its participants without `sub-`, sorted as text.
    public let participants: [String]
    let description: Description?

    /// Of `dataset_description.json`, what is used.
    struct Description: Decodable, Equatable {
        var Name: String?
        var BIDSVersion: String?
        var DatasetDOI: String?
    }

    /// Looks at a folder.
    ///
    /// - Parameter validating: Whether `dataset_description.json` must be there with the two values that the standard
    ///   requires. Who wants all rules checked runs the validator of BIDS.
    public init(_ path: String, validating: Bool = true) throws(BIDSError) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw .missing(path)
        }
        self.path = path
        participants = Self.labels("sub-", in: path)
        guard !participants.isEmpty else {
            throw .notADataset(path, reason: "it has no folder sub-<label>; give the folder that holds them")
        }
        description = FileManager.default.contents(atPath: path + "/dataset_description.json")
            .flatMap { try? JSONDecoder().decode(Description.self, from: $0) }
        guard validating else { return }
        let wayOut = "correct it, or use --skip-bids-validation"
        guard let description else {
            throw .notADataset(path, reason: "dataset_description.json is not there or not JSON; \(wayOut)")
        }
        if description.Name == nil || description.BIDSVersion == nil {
            throw .notADataset(path, reason: "dataset_description.json lacks Name or BIDSVersion; \(wayOut)")
        }
    }

    /// Labels of a participant's sessions without `ses-`, sorted as text; none where its images lie in no session.
    public func sessions(of participant: String) -> [String] { Self.labels("ses-", in: path + "/sub-" + participant) }

    /// Chooses by labels, which may be given with or without `sub-` and `ses-`; none stands for all.
    ///
    /// - Throws: ``BIDSError/unknownLabels(option:labels:known:)`` for a participant that is not there, and for a session
    ///   that no chosen participant has.
    public func select(participants: [String] = [], sessions: [String] = []) throws(BIDSError) -> BIDSSelection {
        if participants.isEmpty, sessions.isEmpty { return .all }
        let chosen = Self.plain(participants, "sub-")
        let unknown = chosen.filter { !self.participants.contains($0) }
        guard unknown.isEmpty else {
            throw .unknownLabels(option: "--participant-label", labels: unknown, known: self.participants)
        }
        let people = chosen.isEmpty ? self.participants : chosen
        let wanted = Self.plain(sessions, "ses-")
        if wanted.isEmpty { return BIDSSelection(folders: people.map { "sub-" + $0 }) }
        let there = people.map { (participant: $0, sessions: self.sessions(of: $0)) }
        let known = Set(there.flatMap(\.sessions))
        let absent = wanted.filter { !known.contains($0) }
        guard absent.isEmpty else {
            throw .unknownLabels(option: "--session-label", labels: absent, known: known.sorted())
        }
        return BIDSSelection(
            folders: there.flatMap { one in
                one.sessions.filter(wanted.contains).map { "sub-\(one.participant)/ses-\($0)" }
            })
    }

    /// Whether an image is a link to nothing, as data sets under DataLad have them where nobody fetched the content.
    func isUnfetched(_ image: String) -> Bool {
        let (files, file) = (FileManager.default, path + "/" + image)
        return !files.fileExists(atPath: file) && (try? files.destinationOfSymbolicLink(atPath: file)) != nil
    }

    /// The data set as seen from a folder that is there, `../..`; nil where only a path from the root of the file system
    /// down leads to it, which would tell of this machine and nothing to others.
    func link(from folder: String) -> String? {
        let (from, to) = (Self.parts(folder), Self.parts(path))
        let shared = zip(from, to).prefix { $0 == $1 }.count
        let down = to.dropFirst(shared)
        guard shared > 1 || down.count <= 1 else { return nil }
        let link = Array(repeating: "..", count: from.count - shared) + down
        return link.isEmpty ? "." : link.joined(separator: "/")
    }

    /// Refuses folders for the derivative that the data set cannot have it in: itself, or anywhere in it but below
    /// `derivatives`.
    public func requireApart(_ output: String) throws(BIDSError) {
        let (from, to) = (Self.parts(path), Self.parts(output))
        guard to.starts(with: from), to.count < from.count + 2 || to[from.count] != "derivatives" else { return }
        throw .badFolder(
            output,
            reason: "lies in the data set that is read; give BIDS_DIR/derivatives/NAME, or a folder outside of it")
    }

    /// The parts of a path from the root down, links resolved as far as it exists.
    private static func parts(_ path: String) -> [String] {
        var there = URL(fileURLWithPath: path).standardizedFileURL
        var missing: [String] = []
        while there.path != "/", !FileManager.default.fileExists(atPath: there.path) {
            missing.insert(there.lastPathComponent, at: 0)
            there.deleteLastPathComponent()
        }
        return there.resolvingSymlinksInPath().pathComponents + missing
    }

    private static func plain(_ labels: [String], _ prefix: String) -> [String] {
        var seen: Set<String> = []
        return labels.map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
            .filter { seen.insert($0).inserted }
    }

    private static func labels(_ prefix: String, in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { name in
            var isFolder: ObjCBool = false
            return name.hasPrefix(prefix) && BIDSImageName.isLabel(String(name.dropFirst(prefix.count)))
                && FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder)
                && isFolder.boolValue
        }.map { String($0.dropFirst(prefix.count)) }.sorted()
    }
}
