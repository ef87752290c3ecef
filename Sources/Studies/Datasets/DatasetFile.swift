import Foundation
import VolumeIO
import Volumes

/// `dataset.json` of the Medical Segmentation Decathlon and of nnU-Net, which took it over: version 1 lists the training
/// cases, version 2 has them in `imagesTr` and `labelsTr`, or under `dataset`.
struct DatasetFile: Decodable {
    private struct Listed: Decodable {
        var image, label: String
    }

    private struct Named: Decodable {
        var images: [String]
        var label: String
    }

    private var name: String?
    private var labels: [String: LabelJSON.DatasetLabel]?
    private var training: [Listed]?
    private var dataset: [String: Named]?
    private var numTraining: Int?
    private var modality: [String: String]?
    private var channels: [String: String]?
    private var ending: String?

    private enum CodingKeys: String, CodingKey {
        case name, labels, training, dataset, numTraining, modality
        case channels = "channel_names"
        case ending = "file_ending"
    }

    static func read(_ path: String) throws -> LabelledDataset {
        guard let data = FileManager.default.contents(atPath: path) else { throw DatasetError.missing(path) }
        do {
            return try JSONDecoder().decode(DatasetFile.self, from: data).resolved(at: path)
        } catch let error as DecodingError {
            throw Self.malformed(error, path)
        }
    }

    private func resolved(at path: String) throws -> LabelledDataset {
        let root = Root(file: path)
        if let ending, VolumeFileName("x" + ending) == nil {
            throw DatasetError.malformed(
                path, key: "file_ending",
                reason:
                    "'\(ending)': no ending of an image file that is read (.nii.gz, .nrrd, .mha and .mgz are, for example)"
            )
        }
        let table = try table(path)
        let pairs: NamePairs
        if let training {
            let files = try training.enumerated().map { n, entry in
                (
                    try root.image(entry.image, key: "training[\(n)].image"),
                    try root.file(entry.label, key: "training[\(n)].label")
                )
            }
            pairs = try Self.listed(files, path, key: "training")
        } else if let dataset {
            let files = try dataset.sorted { $0.key < $1.key }.map { name, entry in
                guard entry.images.count == 1 else {
                    throw NamePairError.severalChannels(name: name, images: entry.images)
                }
                return (
                    try root.image(entry.images[0], key: "dataset.\(name).images"),
                    try root.file(entry.label, key: "dataset.\(name).label")
                )
            }
            pairs = try Self.listed(files, path, key: "dataset")
        } else {
            let folders = try ["imagesTr", "labelsTr"].map { try root.file($0, key: "training") }
            pairs = try NamePairs.find(images: [folders[0]], labels: [folders[1]])
        }
        var result = LabelledDataset(
            name: name.flatMap { $0.isEmpty ? nil : $0 } ?? LabelledDataset.folderName(root.folder), pairs: pairs.pairs,
            labels: table, notices: pairs.notices)
        let modalities = Array((channels ?? modality ?? [:]).values)
        result.isCT = modalities.count == 1 && modalities[0].uppercased() == "CT"
        if let numTraining, numTraining != pairs.pairs.count {
            result.notices.append("\(path): numTraining says \(numTraining) cases; there are \(pairs.pairs.count)")
        }
        return result
    }

    /// Pairs that are listed one by one; a list whose names tell other pairs is refused all the same.
    private static func listed(_ files: [(String, String)], _ path: String, key: String) throws -> NamePairs {
        guard !files.isEmpty else { throw DatasetError.malformed(path, key: key, reason: "no case is listed") }
        let pairs = try NamePairs.inOrder(files.map(\.0), files.map(\.1))
        return NamePairs(pairs: pairs.pairs, notices: [])
    }

    private func table(_ path: String) throws -> LabelTable {
        let rows = try LabelJSON.rows(labels ?? [:], path: path).filter { $0.id != 0 }
        if let ignored = rows.first(where: { $0.name == "ignore" }) {
            throw DatasetError.malformed(
                path, key: "labels",
                reason: "'ignore' (\(ignored.id)) marks voxels that nobody labelled, which a task pack cannot hold; "
                    + "make label maps without it, or choose labels with --images, --labels and --label")
        }
        return LabelTable(
            rows.enumerated().map { LabelEntry(id: $1.id, name: $1.name, colour: LabelTable.defaultColour($0)) })
    }

    private static func malformed(_ error: DecodingError, _ path: String) -> DatasetError {
        let (context, missing): (DecodingError.Context, String?) =
            switch error {
            case .keyNotFound(let key, let context): (context, key.stringValue)
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                (context, nil)
            @unknown default: (.init(codingPath: [], debugDescription: "\(error)"), nil)
            }
        let key = context.codingPath.reduce(into: "") { text, part in
            text += part.intValue.map { "[\($0)]" } ?? (text.isEmpty ? "" : ".") + part.stringValue
        }
        let reason = missing.map { "'\($0)' is missing" } ?? "not what a dataset.json has here"
        return key.isEmpty && missing == nil
            ? .notADataset(path, reason: "not JSON of a dataset.json")
            : .malformed(path, key: key.isEmpty ? "the file" : key, reason: reason)
    }
}

/// The folder of a `dataset.json`, and files in it.
private struct Root {
    let json: String
    let folder: String

    init(file: String) {
        json = file
        let name = NSString(string: file).deletingLastPathComponent
        folder = name.isEmpty ? "." : name
    }

    /// A file in the folder that is there.
    func file(_ text: String, key: String) throws -> String {
        let path = try path(text, key: key)
        guard FileManager.default.fileExists(atPath: path) else {
            throw DatasetError.missingFile(json, key: key, file: path)
        }
        return path
    }

    /// An image. nnU-Net's version 1 lists `liver.nii.gz` and has `liver_0000.nii.gz`.
    func image(_ text: String, key: String) throws -> String {
        let path = try path(text, key: key)
        if FileManager.default.fileExists(atPath: path) { return path }
        guard let name = VolumeFileName(path) else { throw DatasetError.missingFile(json, key: key, file: path) }
        let beside = (try? FileManager.default.contentsOfDirectory(atPath: name.folder)) ?? []
        let channels = beside.sorted().filter { file in
            guard let other = VolumeFileName(file), other.ending == name.ending else { return false }
            return CaseStem.channel(other.stem)?.name == name.stem
        }
        guard let first = channels.first else { throw DatasetError.missingFile(json, key: key, file: path) }
        guard channels.count == 1 else {
            throw NamePairError.severalChannels(name: name.stem, images: channels.map { name.folder + $0 })
        }
        return name.folder + first
    }

    private func path(_ text: String, key: String) throws -> String {
        let parts = text.split(separator: "/").filter { $0 != "." }
        guard !text.hasPrefix("/"), !parts.contains(".."), !parts.isEmpty else {
            throw DatasetError.leavesFolder(json, key: key, file: text)
        }
        return folder + "/" + parts.joined(separator: "/")
    }
}
