import Foundation
import Pipelines
import Platform
import Volumes

/// A case of a BIDS data set that was worked on.
public struct BIDSCase: Sendable {
    /// The image's path below the data set: `sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz`.
    public var image: String
    /// The folder of its results, with `<id>_labels.nii.gz`.
    public var folder: String
    /// What became of it.
    public var outcome: CaseOutcome
    /// What made it.
    public var made: Provenance

    /// Makes a case.
    public init(image: String, folder: String, outcome: CaseOutcome, made: Provenance) {
        (self.image, self.folder, self.outcome, self.made) = (image, folder, outcome, made)
    }

    /// Takes a case from its record, in a results folder.
    public init(_ record: CaseRecord, in results: String) {
        let outcome = record.outcome
        self.init(
            image: outcome.path ?? outcome.source, folder: results + "/" + outcome.id, outcome: outcome,
            made: record.made)
    }
}

/// What was changed in a derivative.
public struct BIDSChanges: Sendable, Equatable {
    /// Label maps that were written anew: paths below the derivative without ending.
    public internal(set) var written: [String] = []
    /// Those that were there already, byte for byte.
    public internal(set) var unchanged: [String] = []
    /// Those that were removed.
    public internal(set) var removed: [String] = []
    /// What a person should know.
    public internal(set) var notices: [String] = []
}

/// A BIDS derivative of label maps: `_dseg.nii.gz` on the grid of each image, with its table and its sidecar (BIDS
/// specification 1.10, derivatives, imaging data types).
///
/// Every file appears whole. Files of a case that is done again are replaced; those of a case that is gone or failed are
/// removed; and neither is done to a file that this program did not write, or that was changed since.
public struct BIDSDerivatives: Sendable {
    /// The derivative's folder.
    public let folder: String
    private let dataset: BIDSDataset
    private let segmentation: String
    private let lookup: BIDSLookup

    /// Prepares the derivative of a data set; nothing is written yet.
    ///
    /// - Parameters:
    ///   - task: The task's name, which becomes the value of `seg`.
    ///   - labels: Names, colours and codes of the task's labels.
    public init(_ folder: String, of dataset: BIDSDataset, task: String, labels: LabelTable) {
        var folder = folder
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        (self.folder, self.dataset) = (folder, dataset)
        segmentation = BIDSImageName.label(task)
        lookup = BIDSLookup(labels)
    }

    /// Says before any work that each image can have its label map in the derivative.
    ///
    /// - Parameter images: Paths below the data set.
    /// - Throws: ``BIDSError/notABIDSName(_:reason:)``, ``BIDSError/sameName(_:images:)``, and
    ///   ``BIDSError/madeByAnother(_:program:)``.
    public func check(_ images: [String]) throws(BIDSError) {
        _ = try ownDescription()
        var taken: [String: String] = [:]
        for image in images {
            let stem = try BIDSImageName(image).labelMap(segmentation: segmentation)
            if let other = taken.updateValue(image, forKey: stem) {
                throw .sameName(stem + ".nii.gz", images: [other, image])
            }
        }
    }

    /// Brings the derivative to what the cases say.
    ///
    /// - Parameters:
    ///   - cases: Every case of the selection: done, kept, failed, or waiting, whose label maps stay as they are. One that
    ///     is not among them is gone from the data set, unless its image is a link to what was not fetched.
    ///   - selection: What was looked at; label maps of others stay as they are.
    public func write(_ cases: [BIDSCase], selection: BIDSSelection = .all) throws -> BIDSChanges {
        var changes = BIDSChanges()
        var named: [(one: BIDSCase, name: BIDSImageName)] = []
        for one in cases {
            do throws(BIDSError) {
                named.append((one, try BIDSImageName(one.image)))
            } catch {
                changes.notices.append(error.description)
            }
        }
        let done = named.filter { [.done, .kept].contains($0.one.outcome.status) }
        try check(done.map(\.one.image))
        let link = try writeDocuments()
        for (one, name) in done { try put(one, name, link: link, &changes) }
        let kept = Set(cases.filter { $0.outcome.status != .failed }.map(\.image))
        for (stem, made) in BIDSMade.all(in: folder) where made.segmentation == segmentation {
            let isGone = !kept.contains(made.image) && !dataset.isUnfetched(made.image)
            if isGone, selection.contains(made.image) { remove(stem, made, &changes) }
        }
        return changes
    }

    // MARK: one case

    private func put(_ one: BIDSCase, _ name: BIDSImageName, link: String?, _ changes: inout BIDSChanges) throws {
        let stem = name.labelMap(segmentation: segmentation)
        let file = "\(one.folder)/\(one.outcome.id)_labels.nii.gz"
        guard let map = FileManager.default.contents(atPath: file) else { throw BIDSError.noLabelMap(file) }
        let source = link.map { _ in "bids:\(BIDSDocuments.link):\(one.image)" }
        let sidecar = BIDSSidecar(one, name: name, source: source, hasCodes: lookup.hasCodes)
        let contents = [Array(map), Array(lookup.text.utf8), try JSON.bytes(sidecar)]
        let digests = contents.map(Digest.sha256)
        let paths = BIDSMade.endings.map { "\(folder)/\(stem)\($0)" }
        let there = paths.map(BIDSMade.sha256)
        let earlier = BIDSMade.read(stem, in: folder)
        let ours = Set(earlier?.sha256 ?? []).union(digests)
        if let other = there.firstIndex(where: { $0.map { !ours.contains($0) } ?? false }) {
            changes.notices.append(
                "\(paths[other]): not as tomos wrote it, so \(stem) is left as it is (remove its files to have it made anew)"
            )
            return
        }
        let made = BIDSMade(image: one.image, segmentation: segmentation, sha256: digests)
        if there == digests, earlier == made {
            changes.unchanged.append(stem)
            return
        }
        // Known as ours before they are there, whenever this ends.
        try BIDSMade(image: one.image, segmentation: segmentation, sha256: ours.sorted()).write(stem, in: folder)
        for (path, bytes) in zip(paths, contents) { try AtomicFile.write(bytes, to: path) }
        try made.write(stem, in: folder)
        changes.written.append(stem)
    }

    private func remove(_ stem: String, _ made: BIDSMade, _ changes: inout BIDSChanges) {
        for path in BIDSMade.endings.map({ "\(folder)/\(stem)\($0)" }) {
            guard let digest = BIDSMade.sha256(path) else { continue }
            if made.sha256.contains(digest) {
                unlink(path)
            } else {
                changes.notices.append("\(path): changed since tomos wrote it, so it stays although its case is gone")
            }
        }
        BIDSMade.removeEmptyFolders(above: stem, in: folder)
        BIDSMade.forget(stem, in: folder)
        changes.removed.append(stem)
    }

    // MARK: the whole

    /// Writes what the derivative has once, where it is not so yet.
    /// - Returns: The way to the data set that was read.
    private func writeDocuments() throws -> String? {
        try AtomicFile.makeFolder(folder)
        let link = dataset.link(from: folder)
        let description = try ownDescription().merging(BIDSDocuments.description(of: dataset, link: link)) { $1 }
        var text = try JSONSerialization.data(
            withJSONObject: description, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        text.append(0x0A)
        try write(Array(text), to: "dataset_description.json")
        let files = FileManager.default
        // A person may have written a better one.
        if !["README", "README.md", "README.rst", "README.txt"].contains(where: {
            files.fileExists(atPath: folder + "/" + $0)
        }) {
            try write(Array(BIDSDocuments.readme.utf8), to: "README")
        }
        let ignored = files.contents(atPath: folder + "/.bidsignore").map { String(decoding: $0, as: UTF8.self) } ?? ""
        var lines = ignored.split(separator: "\n").map(String.init)
        if !lines.contains(BIDSDocuments.ignored) {
            lines.append(BIDSDocuments.ignored)
            try write(Array(lines.map { $0 + "\n" }.joined().utf8), to: ".bidsignore")
        }
        return link
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        let path = folder + "/" + name
        if FileManager.default.contents(atPath: path).map(Array.init) != bytes { try AtomicFile.write(bytes, to: path) }
    }

    /// What `dataset_description.json` says by now; nothing when there is none.
    private func ownDescription() throws(BIDSError) -> [String: Any] {
        let path = folder + "/dataset_description.json"
        guard let data = FileManager.default.contents(atPath: path) else { return [:] }
        let keys = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
        let programs = (keys["GeneratedBy"] as? [[String: Any]])?.compactMap { $0["Name"] as? String } ?? []
        guard programs.contains("tomos") else {
            throw .madeByAnother(folder, program: programs.first.map(SafeText.words) ?? "another program")
        }
        return keys
    }
}
