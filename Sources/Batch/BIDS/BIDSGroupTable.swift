import Foundation
import Platform

/// The volumes of all label maps of a derivative in one table, `group_volumes.tsv`, and what its columns mean,
/// `group_volumes.json`. They are made of the sidecars alone, so that participants may have been done anywhere.
public struct BIDSGroupTable: Sendable {
    /// Label maps in it.
    public private(set) var labelMaps = 0
    /// Lines: a label of a label map each.
    public private(set) var rows = 0
    private var lines: [[String]] = []

    /// Of a sidecar, what the table needs.
    private struct Sidecar: Decodable {
        var Labels: [BIDSSidecar.Label]
    }

    private static let columns: [(name: String, meaning: String, units: String?)] = [
        ("participant_id", "Participant", nil), ("session_id", "Session", nil),
        ("label_map", "The label map, below this folder", nil),
        ("index", "Value of the label in the label map", nil), ("name", "Name of the structure", nil),
        ("voxels", "Voxels that carry the label", nil), ("volume", "Their volume", "mm3"),
        ("mean_probability", "Mean probability of the label over its voxels", nil),
        ("expected_dice", "The Dice that the probabilities promise", nil),
        ("predicted_dice", "The true Dice to be expected, by what a check of the task found", nil),
        ("predicted_lower", "Lower end of the range in which nine of ten are expected", nil),
        ("predicted_upper", "Upper end of the range in which nine of ten are expected", nil),
        ("mean_intensity", "Mean of the image's values over them, in the image's unit", nil),
        ("intensity_deviation", "Their standard deviation", nil),
        ("flags", "Why a person should look at it: empty, truncated, implausible, doubtful", nil),
    ]

    /// Reads the sidecars of a derivative.
    ///
    /// - Throws: ``BIDSError/noDerivatives(_:)``.
    public init(_ folder: String, selection: BIDSSelection = .all) throws(BIDSError) {
        for file in Self.files(in: folder) {
            guard selection.contains(file), let data = FileManager.default.contents(atPath: folder + "/" + file),
                let sidecar = try? JSONDecoder().decode(Sidecar.self, from: data)
            else { continue }
            add(sidecar.Labels, of: String(file.dropLast(".json".count)))
        }
        if labelMaps == 0 { throw .noDerivatives(folder) }
    }

    /// Sidecars of label maps below the participants' folders, sorted.
    private static func files(in folder: String) -> [String] {
        let files = FileManager.default
        let participants = ((try? files.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasPrefix("sub-") }
        return participants.sorted().flatMap { participant in
            let below = (try? files.subpathsOfDirectory(atPath: folder + "/" + participant)) ?? []
            return below.filter { $0.hasSuffix("_dseg.json") }.sorted().map { participant + "/" + $0 }
        }
    }

    private mutating func add(_ labels: [BIDSSidecar.Label], of stem: String) {
        labelMaps += 1
        rows += labels.count
        let folders = stem.split(separator: "/").map(String.init)
        let session = folders.count > 1 && folders[1].hasPrefix("ses-") ? folders[1] : "n/a"
        for label in labels {
            let number = { (value: Double?) in value.map { decimal($0, 4) } ?? "n/a" }
            var fields = [folders[0], session, stem + ".nii.gz", String(label.Index), SafeText.tsv(label.Name)]
            fields += [String(label.Voxels), decimal(label.VolumeMM3, 3)]
            fields += [label.MeanProbability, label.ExpectedDice].map(number)
            let predicted = label.PredictedDice
            fields += [predicted?.Dice, predicted?.Lower, predicted?.Upper].map(number)
            fields += [label.MeanIntensity, label.IntensityDeviation].map(number)
            fields.append(SafeText.tsv(label.Flags.joined(separator: " ")))
            lines.append(fields)
        }
    }

    /// Tab-separated values with a header line.
    public var text: String {
        ([Self.columns.map(\.name)] + lines).map { DelimitedText.line($0, separator: .tab) + "\n" }.joined()
    }

    /// Writes both files.
    public func write(to folder: String) throws {
        let meanings = Self.columns.map { column in
            (column.name, ["Description": column.meaning].merging(column.units.map { ["Units": $0] } ?? [:]) { $1 })
        }
        try AtomicFile.write(Array(text.utf8), to: folder + "/group_volumes.tsv")
        let sidecar = Dictionary(meanings, uniquingKeysWith: { first, _ in first })
        try AtomicFile.write(try JSON.bytes(sidecar), to: folder + "/group_volumes.json")
    }
}
