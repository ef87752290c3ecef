import Foundation
import Studies
import VolumeIO
import Volumes

/// A label map and the one it is compared with.
public struct ResultPair: Sendable, Equatable {
    /// Name of the case.
    public var id: String
    /// The two files.
    public var result, truth: String
}

/// Why results and truth cannot be brought together.
public enum PairingError: TomosError, Equatable {
    /// Nothing is there.
    case missing(String)
    /// One is a file and the other a folder.
    case fileAndFolder(result: String, truth: String)
    /// A folder without label maps.
    case noLabelMaps(String)
    /// No case is in both.
    case nothingInCommon(result: String, truth: String, example: String, counterexample: String)

    /// The kind of error.
    public var category: ErrorCategory { .missingInput }

    /// The message.
    public var description: String {
        switch self {
        case .missing(let path): "\(path): there is no such file or folder"
        case .fileAndFolder(let result, let truth):
            "\(result) and \(truth): one is a file and the other a folder; give two files or two folders"
        case .noLabelMaps(let path): "\(path): no NIfTI label maps here"
        case .nothingInCommon(let result, let truth, let example, let counterexample):
            "\(result) and \(truth): no case is in both; a result here is named '\(example)', a truth '\(counterexample)'"
        }
    }
}

/// Label maps paired with their truth by the name of the case.
public struct ResultPairs: Sendable {
    /// Cases that are in both, by name.
    public var pairs: [ResultPair]
    /// Results without a truth, and truths without a result.
    public var withoutTruth, withoutResult: [String]
    /// Names of labels, where a run's `cases.json` says them.
    public var labelNames: [UInt16: String]

    /// Pairs two files, or two folders. A results folder is a run's (`<case>/<case>_labels.nii.gz`) or one of label maps;
    /// a truth folder is the same, or one of `<case>.nii.gz`. An ending `_labels` is not part of the name.
    public static func find(results: String, truth: String) throws -> ResultPairs {
        let (resultIsFolder, truthIsFolder) = (try isFolder(results), try isFolder(truth))
        guard resultIsFolder == truthIsFolder else {
            throw PairingError.fileAndFolder(result: results, truth: truth)
        }
        guard resultIsFolder else {
            let pair = ResultPair(id: caseName(results), result: results, truth: truth)
            let run = URL(fileURLWithPath: results).deletingLastPathComponent().deletingLastPathComponent().path
            return ResultPairs(pairs: [pair], withoutTruth: [], withoutResult: [], labelNames: names(run))
        }
        let (found, expected) = (try labelMaps(results), try labelMaps(truth))
        guard let example = found.first else { throw PairingError.noLabelMaps(results) }
        guard let counterexample = expected.first else { throw PairingError.noLabelMaps(truth) }
        // A run's cases are called by what of a file's name is safe as a folder's.
        let safe = { (maps: [(id: String, path: String)]) in maps.map { CaseNames.safe($0.id) } }
        guard let match = NameMatch.best(images: safe(found), labels: safe(expected)), match.count > 0 else {
            throw PairingError.nothingInCommon(
                result: results, truth: truth, example: example.id, counterexample: counterexample.id)
        }
        for (n, truths) in match.labelsOfImage.enumerated() where truths.count > 1 {
            throw TwoFilesError(name: found[n].id, paths: truths.map { expected[$0].path })
        }
        for (n, results) in match.imagesOfLabel.enumerated() where results.count > 1 {
            throw TwoFilesError(name: expected[n].id, paths: results.map { found[$0].path })
        }
        let pairs = found.enumerated().compactMap { n, map in
            match.labelsOfImage[n].first.map { ResultPair(id: map.id, result: map.path, truth: expected[$0].path) }
        }
        return ResultPairs(
            pairs: pairs, withoutTruth: found.indices.filter { match.labelsOfImage[$0].isEmpty }.map { found[$0].id },
            withoutResult: expected.indices.filter { match.imagesOfLabel[$0].isEmpty }.map { expected[$0].id },
            labelNames: names(results))
    }

    /// Label maps with the names of their cases, in order: those in the folder, and `<case>/<case>_labels.nii.gz` in the
    /// folders in it.
    private static func labelMaps(_ folder: String) throws(TwoFilesError) -> [(id: String, path: String)] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        var maps: [String: [String]] = [:]
        for name in names where !name.hasPrefix(".") {
            let path = folder + "/" + name
            if FileManager.default.fileExists(atPath: path + "/\(name)_labels.nii.gz") {
                maps[name, default: []].append(path + "/\(name)_labels.nii.gz")
            } else if VolumeFileName(name) != nil {
                maps[caseName(name), default: []].append(path)
            }
        }
        return try maps.sorted { $0.key < $1.key }.map { id, paths throws(TwoFilesError) in
            let groups = SameName.groups(paths)
            if groups.count > 1 || groups[0].count > 1 { throw TwoFilesError(name: id, paths: groups.flatMap(\.self)) }
            return (id, groups[0][0])
        }
    }

    private static func caseName(_ path: String) -> String {
        let name = CaseStem.of(path)
        return name.hasSuffix("_labels") ? String(name.dropLast("_labels".count)) : name
    }

    private static func isFolder(_ path: String) throws(PairingError) -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw .missing(path) }
        return isFolder.boolValue
    }

    private static func names(_ folder: String) -> [UInt16: String] {
        guard let data = FileManager.default.contents(atPath: folder + "/cases.json"),
            let report = try? JSONDecoder().decode(RunReport.self, from: data)
        else { return [:] }
        return Dictionary(report.cases.flatMap(\.structures).map { ($0.id, $0.name) }, uniquingKeysWith: { a, _ in a })
    }
}
