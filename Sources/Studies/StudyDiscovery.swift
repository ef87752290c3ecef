import Foundation
import VolumeIO
import Volumes

/// Finds the cases of a study.
public enum StudyDiscovery {
    /// Searches a file or folder: NIfTI, NRRD, MetaImage and MGH files, BIDS trees, DICOM series (files with or without an extension), or any
    /// mixture. What a file is, its content says; its name says only what was meant. Every file ends as part of a case or
    /// among `ignored` with the reason; a file that is named like an image and is none becomes a case, so that its
    /// failure is reported.
    ///
    /// - Parameters:
    ///   - path: What to search.
    ///   - selection: What to take.
    ///   - results: A folder to leave out: where this run writes.
    ///   - known: Ids that were given before, by ``StudyCase/key``, which are kept.
    /// - Throws: `StudyError` when nothing is there or nothing in it is an image.
    public static func discover(
        _ path: String, selection: InputSelection = InputSelection(), excluding results: String? = nil,
        known: [String: String] = [:]
    ) throws -> Study {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw StudyError.missing(path)
        }
        let root = trimmed(path)
        var search = Search(root: root, selection: selection, results: results.map(canonical))
        if isFolder.boolValue {
            let isBIDS = BIDSTree.isRoot(root)
            var files: [String] = []
            try search.list("", isBIDS: isBIDS, into: &files)
            files.forEach { search.sort($0, isBIDS: isBIDS) }
        } else {
            // A file that was named is taken, whatever the globs say.
            if VolumeFileName(root) != nil, !search.isDICOM("") { search.images = [""] } else { search.others = [""] }
        }
        try search.scanDICOM()
        let cases = search.cases(known)
        if cases.isEmpty { throw search.nothingFound() }
        return Study(path: path, cases: cases, ignored: search.ignored.sorted { $0.path < $1.path })
    }
}

/// One search: what was found so far. Paths are relative to the root.
private struct Search {
    let root: String
    let selection: InputSelection
    let results: String?
    var images: [String] = []
    var others: [String] = []
    var series: [(series: DICOMSeries, folder: String)] = []
    var broken: [(fate: DICOMFileFate, files: Int)] = []
    var ignored: [IgnoredItem] = []
    /// Links to nothing.
    private var links: Set<String> = []
    private var absent: [DICOMFileFate] = []
    private let include: [Glob]
    private let exclude: [Glob]

    init(root: String, selection: InputSelection, results: String?) {
        (self.root, self.selection, self.results) = (root, selection, results)
        include = selection.include.map(Glob.init)
        exclude = selection.exclude.map(Glob.init)
    }

    func full(_ path: String) -> String { path.isEmpty ? root : root == "/" ? root + path : root + "/" + path }

    mutating func ignore(_ path: String, _ reason: String, files: Int = 1) {
        ignored.append(IgnoredItem(path: full(path), reason: reason, files: files))
    }

    /// Lists the files at and below a folder, sorted; folders that are left out whole are accounted for here.
    mutating func list(_ folder: String, isBIDS: Bool, into files: inout [String]) throws {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: full(folder)).sorted()
        } catch {
            guard !folder.isEmpty else { throw StudyError.unreadable(root, reason: "check its permissions") }
            return ignore(folder, "a folder that cannot be listed (check its permissions)")
        }
        for name in names {
            let path = folder.isEmpty ? name : folder + "/" + name
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: full(path), isDirectory: &isFolder) else {
                links.insert(path)
                files.append(path)
                continue
            }
            guard isFolder.boolValue else {
                files.append(path)
                continue
            }
            if let reason = reasonToSkip(folder: path, name: name, isBIDS: isBIDS) {
                ignore(path, reason, files: reason == linkToFolder ? 1 : fileCount(full(path)))
            } else {
                try list(path, isBIDS: isBIDS, into: &files)
            }
        }
    }

    private func reasonToSkip(folder path: String, name: String, isBIDS: Bool) -> String? {
        if let results, canonical(full(path)) == results { return "the results of this run" }
        if name.hasPrefix(".") { return "hidden" }
        // A folder link may lead back up; its files are found under their own folder when they are in the study.
        if (try? FileManager.default.destinationOfSymbolicLink(atPath: full(path))) != nil { return linkToFolder }
        if ResultMark.isCase(full(path)) { return "results of tomos" }
        if let depth = selection.depth, path.split(separator: "/").count > depth { return "deeper than is looked at" }
        guard isBIDS else { return nil }
        return BIDSTree.reasonToSkip(folder: path, named: { folder in include.contains { $0.names(folder: folder) } })
    }

    /// Puts one file where it belongs.
    mutating func sort(_ path: String, isBIDS: Bool) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if name.hasPrefix(".") { return ignore(path, "hidden") }
        if let glob = exclude.first(where: { $0.matches(path) }) {
            return ignore(path, "excluded by input.exclude '\(glob.pattern)'")
        }
        if links.contains(path) {
            let reason = "a link to nothing (fetch it, for example with 'datalad get', or remove it)"
            return absent.append(DICOMFileFate(path: full(path), reason: reason))
        }
        guard let fileName = VolumeFileName(path) else {
            if ResultMark.isBatchFile(full(path), name: name) { return ignore(path, "results of tomos") }
            return others.append(path)
        }
        if isVoxelFile(path) { return ignore(path, IgnoredItem.voxelsOfPair) }
        if selection.includesDICOM, isDICOM(path) { return others.append(path) }
        if fileName.isSegmentation { return ignore(path, "a segmentation, and no image") }
        if isBIDS, BIDSTree.isLabelMap(name) { return ignore(path, "a BIDS label map") }
        guard include.contains(where: { $0.matches(path) }) else {
            return ignore(path, InputSelection.notIncluded)
        }
        images.append(path)
    }

    /// Whether the content is DICOM, compressed or not.
    func isDICOM(_ path: String) -> Bool { [.dicom, .compressedDICOM].contains(FileKind(of: full(path))) }

    /// Whether the file is the `.img` half of a pair whose header is there too, and neither is DICOM.
    private func isVoxelFile(_ path: String) -> Bool {
        guard let name = VolumeFileName(path), name.part == .voxels else { return false }
        let stem = full(name.folder + name.stem)
        let headers = [".hdr", ".hdr.gz", ".HDR", ".HDR.GZ"].map { stem + $0 }
        guard let header = headers.first(where: { FileManager.default.fileExists(atPath: $0) }) else { return false }
        switch FileKind(of: header) {
        // Voxels may look like anything.
        case .nifti, .analyze: return true
        case .dicom, .compressedDICOM: return false
        default: return !isDICOM(path)
        }
    }

    /// Looks for DICOM among the files whose names are not of images.
    mutating func scanDICOM() throws {
        guard selection.includesDICOM, !others.isEmpty else {
            others.forEach { ignore($0, InputSelection.notIncluded) }
            ignored += absent.map { IgnoredItem(path: $0.path, reason: $0.reason, files: 1) }
            return
        }
        let scan = try DICOM.scan(others.map(full), absent: absent, policies: selection.policies)
        sort(notDICOM: scan.notDICOM)
        ignored += scan.ignored.map { IgnoredItem(path: $0.path, reason: $0.reason, files: 1) }
        broken += scan.unreadable.map { ($0, 1) }
        for series in scan.series {
            let files = series.files + series.unreadable.map(\.path)
            let folder = commonFolder(files)
            if let modality = selection.modality, series.modality != modality {
                let reason = "a series of modality \(series.modality); the pipeline selects \(modality)"
                ignored.append(IgnoredItem(path: folder, reason: reason, files: files.count))
            } else {
                self.series.append((series, folder))
            }
        }
    }

    /// Puts files where they belong that are not DICOM by content nor images by name.
    private mutating func sort(notDICOM paths: [String]) {
        var compressed: [String: [String]] = [:]
        for path in paths {
            let kind = FileKind(of: path)
            switch kind {
            case .nifti, .volume:
                let below = path == root ? "" : String(path.dropFirst(root == "/" ? 1 : root.count + 1))
                let isTaken = selection.include == InputSelection().include || path == root
                if isTaken || include.contains(where: { $0.matches(below) }) {
                    images.append(below)
                } else {
                    ignore(below, InputSelection.notIncluded)
                }
            case .compressedDICOM: compressed[commonFolder([path]), default: []].append(path)
            case .other:
                let reason = KnownFormat.of(name: path)?.reason ?? kind.reasonNotRead ?? ""
                ignored.append(IgnoredItem(path: path, reason: reason, files: 1))
            default: ignored.append(IgnoredItem(path: path, reason: kind.reasonNotRead ?? "", files: 1))
            }
        }
        // One case a folder, not one a slice.
        for files in compressed.values {
            let more = files.count > 1 ? " (and \(files.count - 1) more in its folder)" : ""
            let fate = DICOMFileFate(
                path: files[0], reason: "it is compressed with gzip: unpack it with 'gunzip'" + more)
            broken.append((fate, files.count))
        }
    }

    /// The cases with their ids, sorted by id.
    func cases(_ known: [String: String]) -> [StudyCase] {
        let below = { (path: String) in
            path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path == root ? "" : path
        }
        var found: [(name: CaseNames.Name, source: StudyCase.Source, path: String)] = SameName.groups(images).map {
            paths in
            let shown = paths[0].isEmpty ? lastName(root) : paths[0]
            if paths.count == 1 { return (.file(path: shown), .file(path: full(paths[0])), paths[0]) }
            let name = VolumeFileName(shown)?.stem ?? shown
            return (.file(path: shown), .ambiguous(name: name, paths: paths.map(full)), paths[0])
        }
        found += broken.map { fate, files in
            let path = below(fate.path)
            return (
                .file(path: path.isEmpty ? lastName(root) : path),
                .broken(path: fate.path, reason: fate.reason, files: files), path
            )
        }
        found += series.map { series, folder in
            let path = folder.hasPrefix(root) ? below(folder) : ""
            let shown = path.isEmpty ? lastName(canonical(root)) : path
            return (
                .series(folder: shown, number: series.seriesNumber, part: series.kind),
                .dicom(series, folder: folder), path
            )
        }
        let keys = found.map { StudyCase.key($0.path, $0.source) }
        let ids = CaseNames.ids(found.map(\.name), keys: keys, known: known)
        return zip(ids, found).map { StudyCase(id: $0, source: $1.source, path: $1.path) }.sorted { $0.id < $1.id }
    }

    func nothingFound() -> StudyError {
        var counts: [String: Int] = [:]
        for item in ignored { counts[item.reason, default: 0] += item.files }
        let order = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let reasons = order.prefix(3).map { "\($0.key): \($0.value)" }
        return .noImages(root, files: ignored.reduce(0) { $0 + $1.files }, reasons: reasons)
    }
}

extension DICOMSeries {
    /// What names say of the image among those of its series.
    fileprivate var kind: String? { suffix.isEmpty ? variant : String(suffix.drop { $0 == "_" }) }
}

private let linkToFolder = "a link to a folder"

/// A path without slashes at its end.
private func trimmed(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
}

/// The path with links resolved, for comparing.
private func canonical(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
}

private func lastName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "root" }

/// Files at and below a folder.
private func fileCount(_ folder: String) -> Int {
    var count = 0
    let walk = FileManager.default.enumerator(atPath: folder)
    while walk?.nextObject() != nil {
        if walk?.fileAttributes?[.type] as? FileAttributeType != .typeDirectory { count += 1 }
    }
    return count
}

/// The deepest folder that holds all the files.
private func commonFolder(_ files: [String]) -> String {
    guard let first = files.first else { return "" }
    var common = first.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    for file in files.dropFirst() {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let shared = zip(common, parts).prefix { $0 == $1 }.count
        common = common.prefix(shared)
    }
    let path = common.joined(separator: "/")
    return path.isEmpty ? (first.hasPrefix("/") ? "/" : ".") : path
}
