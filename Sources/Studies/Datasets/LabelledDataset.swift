import Foundation
import Volumes

/// Labelled volumes with the names of their labels, as data sets for training have them: a Decathlon or nnU-Net
/// `dataset.json` with its folders, or a BIDS derivative with `_dseg` label maps.
public struct LabelledDataset: Sendable {
    /// What the data set calls itself, or its folder's name.
    public var name: String
    /// Images with their label maps.
    public var pairs: [NamePairs.Pair]
    /// Names, and colours where the data set has them; may hold ids that no label map holds.
    public var labels: LabelTable
    /// Whether it says that its images are computed tomography.
    public var isCT: Bool
    /// What a person should know.
    public var notices: [String]

    /// Makes a data set.
    public init(
        name: String, pairs: [NamePairs.Pair], labels: LabelTable, isCT: Bool = false, notices: [String] = []
    ) {
        (self.name, self.pairs, self.labels) = (name, pairs, labels)
        (self.isCT, self.notices) = (isCT, notices)
    }

    /// Reads what is at a path: a `dataset.json`, a folder with one, or a BIDS derivative's folder.
    ///
    /// - Throws: ``DatasetError``, ``NamePairError``, ``TwoFilesError``, ``LabelTableFileError``.
    public static func read(_ path: String) throws -> LabelledDataset {
        let files = FileManager.default
        var isFolder: ObjCBool = false
        guard files.fileExists(atPath: path, isDirectory: &isFolder) else { throw DatasetError.missing(path) }
        guard isFolder.boolValue else { return try DatasetFile.read(path) }
        var folder = path
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        if files.fileExists(atPath: folder + "/dataset.json") { return try DatasetFile.read(folder + "/dataset.json") }
        return try BIDSDerivative.read(folder)
    }

    /// The last part of a folder's path.
    static func folderName(_ folder: String) -> String {
        let name = URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent
        return name.isEmpty || name == "/" ? "task" : name
    }
}

/// Why a data set cannot be taken as it is.
public enum DatasetError: TomosError, Equatable {
    /// Nothing is at the path.
    case missing(String)
    /// Neither of the kinds that are read.
    case notADataset(String, reason: String)
    /// Something in `dataset.json` is not what it should be.
    case malformed(String, key: String, reason: String)
    /// A file that `dataset.json` names does not exist.
    case missingFile(String, key: String, file: String)
    /// A path leads out of the data set's folder.
    case leavesFolder(String, key: String, file: String)
    /// The folder is a raw data set, whose label maps lie in derivatives.
    case rawDataset(String, derivatives: [String])
    /// Two tables call one label by two names.
    case tablesDisagree(id: UInt16, names: [String], tables: [String])

    /// The kind of error.
    public var category: ErrorCategory {
        switch self {
        case .missing, .missingFile: .missingInput
        case .notADataset, .malformed, .leavesFolder, .rawDataset, .tablesDisagree: .badData
        }
    }

    /// The message.
    public var description: String {
        switch self {
        case .missing(let path): "\(path): there is no such file or folder"
        case .notADataset(let path, let reason):
            "\(path): no data set: \(reason); give a Decathlon or nnU-Net dataset.json or its folder, or a BIDS derivative's "
                + "folder; or use --images and --labels"
        case .malformed(let path, let key, let reason): "\(path): \(key): \(reason)"
        case .missingFile(let path, let key, let file): "\(path): \(key): there is no file \(file)"
        case .leavesFolder(let path, let key, let file):
            "\(path): \(key): '\(file)' leads out of the data set's folder; name files within it"
        case .rawDataset(let path, let derivatives):
            "\(path): a raw data set, whose label maps lie in \(derivatives.joined(separator: " and ")): give that folder"
        case .tablesDisagree(let id, let names, let tables):
            "\(tables.joined(separator: " and ")): label \(id) is '\(names.joined(separator: "' in one and '"))' in the other; "
                + "correct one of the tables"
        }
    }
}
