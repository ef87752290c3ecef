import Batch
import Export
import Foundation
import Glibc
import Pipelines
import Platform
import VolumeIO
import Volumes

extension NextCases {
    /// Makes a worklist of the chosen cases: each with its image, its label map for two viewers, tables of colours, and
    /// scripts that open it. It appears whole or not at all. A worklist of before goes, unless it holds work that is not in
    /// the pack.
    ///
    /// - Parameters:
    ///   - path: The folder to make.
    ///   - report: Gets each case as it is begun.
    /// - Returns: What a person should know.
    /// - Throws: ``RoundsError/hasCorrections(_:cases:)``, ``RoundsError/notAWorklist(_:)``, and what reading images and
    ///   writing files throw.
    public func writeWorklist(to path: String, _ report: (NextCase) -> Void = { _ in }) throws -> [String] {
        let target = URL(fileURLWithPath: path).standardizedFileURL.path
        try Self.requireReplaceable(target, named: path)
        // The name says nothing about the cases.
        let above = URL(fileURLWithPath: target).deletingLastPathComponent().path
        let draft = above + "/.tomos-worklist-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        Drafts.begin(draft)
        defer {
            try? FileManager.default.removeItem(atPath: draft)
            Drafts.end(draft)
        }
        try AtomicFile.makeFolder(draft)
        let policies = try PipelineFile.load(resolvedText: plan.pipeline).input.policies
        var file = WorklistFile(
            results: Self.full(folder.path), pack: Self.full(pack.folder), made: Date().formatted(.iso8601), cases: [])
        var notices: [String] = []
        for one in chosen {
            report(one)
            guard let planned = plan.cases.first(where: { $0.id == one.id }),
                let finished = plan.finishedCase(planned, in: folder, policies: policies)
            else { continue }
            let (entry, said) = try write(one, finished, to: draft)
            file.cases.append(entry)
            notices += said.map { "\(one.id): \($0)" }
        }
        let commands = file.cases.map { WorklistCommands($0, worklist: target, pack: file.pack) }
        let texts = [
            ("worklist.tsv", WorklistText.table(file.cases, commands)),
            ("README.txt", WorklistText.readme(file, worklist: target)),
        ]
        for (name, text) in texts {
            try AtomicFile.write(Array(text.utf8), to: draft + "/" + name)
            file.files[name] = Digest.sha256(Array(text.utf8))
        }
        try file.write(to: draft)
        try Self.put(draft, at: target)
        try WorklistRegister.note(target, of: folder)
        return notices
    }

    /// Writes the folder of one case.
    private func write(
        _ one: NextCase, _ finished: FinishedCase, to draft: String
    ) throws -> (WorklistFile.Entry, [String]) {
        let width = String(chosen.count).count
        let number = String(one.rank)
        let name = String(repeating: "0", count: width - number.count) + number + "_" + one.id
        let folder = draft + "/" + name
        let volume = try finished.readVolume()
        guard let labels = try finished.readLabels(on: volume.geometry).stored(like: volume.geometry) else {
            throw RoundsError.otherGrid(id: one.id, file: finished.labelMapFile ?? "", results: self.folder.path)
        }
        let image = one.id + ".nii.gz"
        try AtomicFile.makeFolder(folder)
        // Written anew, so that viewers see it as it was segmented, whatever it came as, the study stays out of their reach,
        // and nothing of a header comes along.
        try NIfTI.write(volume, to: folder + "/" + image)
        let export = LabelExport(labels: labels, table: pack.labels, name: one.id + "_labels")
        var (names, notices) = ([image], [String]())
        for format in ["nifti", "seg.nrrd", LabelTableFormat.itkSnap.rawValue, LabelTableFormat.slicer.rawValue] {
            guard let exporter = LabelExporters.named(format) else { preconditionFailure("no exporter \(format)") }
            let files = try export.write(exporter, to: folder).files
            names += files.names
            notices += files.notices
        }
        for (script, text) in WorklistText.scripts(id: one.id, image: image, labels: export.name) {
            try AtomicFile.write(Array(text.utf8), to: folder + "/" + script)
            _ = chmod(folder + "/" + script, 0o755)
            names.append(script)
        }
        let hashes = names.compactMap { name in Digest.sha256(file: folder + "/" + name).map { (name, $0) } }
        let entry = WorklistFile.Entry(
            chosen: one, folder: name, image: image, labels: export.name + ".nii.gz",
            files: Dictionary(uniqueKeysWithValues: hashes))
        return (entry, notices)
    }

    static func full(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

    /// Refuses a folder that is not there to be replaced.
    private static func requireReplaceable(_ target: String, named path: String) throws(RoundsError) {
        guard FileManager.default.fileExists(atPath: target) else { return }
        if (try? FileManager.default.contentsOfDirectory(atPath: target))?.isEmpty == true { return }
        guard FileManager.default.fileExists(atPath: target + "/" + WorklistFile.name) else {
            throw .notAWorklist(path)
        }
        let work = try Worklist(target).unfinished
        if !work.isEmpty { throw .hasCorrections(path, cases: work) }
    }

    private static func put(_ draft: String, at target: String) throws {
        if !FileManager.default.fileExists(atPath: target) {
            guard rename(draft, target) == 0 else { throw AtomicFileError.cannotCreate(path: target, code: errno) }
        } else if !AtomicFile.exchange(draft, target) {
            // Where two names cannot be exchanged the old one steps aside.
            let old = draft + ".old"
            guard rename(target, old) == 0 else { throw AtomicFileError.cannotCreate(path: target, code: errno) }
            guard rename(draft, target) == 0 else {
                let code = errno
                _ = rename(old, target)
                throw AtomicFileError.cannotCreate(path: target, code: code)
            }
            try? FileManager.default.removeItem(atPath: old)
        }
        AtomicFile.sync(folder: URL(fileURLWithPath: target).deletingLastPathComponent().path)
    }
}

/// Which worklists were made of a results folder, the latest last: `RESULTS/.tomos/worklists.json`.
enum WorklistRegister {
    private static func file(of folder: BatchFolder) -> String { folder.hidden + "/worklists.json" }

    static func note(_ path: String, of folder: BatchFolder) throws {
        let paths = all(of: folder).filter { $0 != path } + [path]
        try AtomicFile.write(try JSON.bytes(paths), to: file(of: folder))
    }

    /// Those that are still there.
    static func all(of folder: BatchFolder) -> [String] {
        let data = FileManager.default.contents(atPath: file(of: folder)) ?? Data()
        let paths = (try? JSONDecoder().decode([String].self, from: data)) ?? []
        return paths.filter { FileManager.default.fileExists(atPath: $0 + "/" + WorklistFile.name) }
    }
}
