import Foundation
import Platform
import VolumeIO

/// What a pack knows of itself: `check.json` in its folder, written by `tomos task check` and from then on what
/// its segmentations go by.
public struct PackFindings: Sendable, Hashable, Codable {
    /// SHA-256 of the `pack.yaml` that was checked.
    public var packSHA256: String
    /// SHA-256 of the weights it was checked with.
    public var weightsSHA256: String
    /// What it was checked with.
    public var options: CheckedOptions
    /// Probability from which a voxel is foreground.
    public var threshold: Double
    /// One a label, of those that enough volumes hold.
    public var calibrations: [DiceCalibration]
    /// The networks that were trained on the pack; nil where there are none, or they do no better.
    public var learned: LearnedRecord?
    /// What leave-one-out gave each volume; nil in files of before it was kept.
    public var volumes: [CheckedVolume]?

    /// Makes findings.
    public init(
        packSHA256: String, weightsSHA256: String, options: CheckedOptions, threshold: Double,
        calibrations: [DiceCalibration], learned: LearnedRecord? = nil, volumes: [CheckedVolume]? = nil
    ) {
        (self.packSHA256, self.weightsSHA256) = (packSHA256, weightsSHA256)
        (self.options, self.threshold) = (options, threshold)
        (self.calibrations, self.learned, self.volumes) = (calibrations, learned, volumes)
    }

    /// The file's name in a pack.
    public static let fileName = "check.json"

    /// Those of a pack; nil when it was not checked.
    ///
    /// - Throws: ``TaskPackError/staleFindings(_:reason:)`` when the file is not of this `pack.yaml`, or no such file.
    static func load(_ folder: String, packSHA256: String) throws -> (findings: PackFindings, bytes: [UInt8])? {
        let path = folder + "/" + fileName
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw TaskPackError.staleFindings(path, reason: "it cannot be read")
        }
        if (try? JSONSerialization.jsonObject(with: data) as? [String: Any])?["correction"] != nil {
            // Threshold and calibrations hold with it.
            throw TaskPackError.staleFindings(path, reason: "it holds a correction that an earlier version has learned")
        }
        guard let found = try? JSONDecoder().decode(PackFindings.self, from: data), !found.options.planes.isEmpty,
            found.threshold > 0, found.threshold < 1, found.calibrations.allSatisfy(\.isWhole),
            found.learned?.isWhole ?? true
        else { throw TaskPackError.staleFindings(path, reason: "it is not what 'tomos task check' writes") }
        guard found.packSHA256 == packSHA256 else {
            throw TaskPackError.staleFindings(path, reason: "pack.yaml has changed since it was written")
        }
        return (found, [UInt8](data))
    }

    /// Writes them into a pack's folder.
    public func save(in folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try AtomicFile.write([UInt8](try encoder.encode(self)) + [0x0A], to: folder + "/" + Self.fileName)
    }

    /// As much of them as holds for the way of segmenting that is asked for: without calibrations, which speak of whole
    /// results, where only what is made of probabilities is another; nil where probabilities are others.
    func held(by options: CheckedOptions, weightsSHA256: String) -> PackFindings? {
        guard options.agreesInProbabilities(with: self.options), weightsSHA256 == self.weightsSHA256 else { return nil }
        var held = self
        if options != self.options { held.calibrations = [] }
        return held
    }
}
