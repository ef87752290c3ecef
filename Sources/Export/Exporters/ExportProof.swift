import VolumeIO
import Volumes

/// What was found when a written file was read again: kept with the results, so that nobody has to take a file's word.
public struct ExportProof: Sendable, Codable, Equatable {
    /// The exporter.
    public var format: String
    /// The files, without folder.
    public var files: [String]
    /// What they were read with.
    public var readBy: String
    /// What agreed, in words.
    public var agrees: String
    /// The largest differences over all labels, where the file holds their places: 0 for label maps, voxel for voxel the
    /// same. Volume as a share of the label's, distances of the centres in mm.
    public var volumeDifference, centreDistance: Double?

    init(
        format: String, files: [String], readBy: String, agrees: String, volumeDifference: Double? = nil,
        centreDistance: Double? = nil
    ) {
        (self.format, self.files, self.readBy, self.agrees) = (format, files, readBy, agrees)
        (self.volumeDifference, self.centreDistance) = (volumeDifference, centreDistance)
    }

    /// One line for people.
    public var text: String { "\(format): \(agrees) (read by \(readBy))" }
}

extension LabelExport {
    /// Compares a label map that was read again, voxel for voxel.
    ///
    /// - Parameter missing: Voxels that were left out on purpose, and are background now.
    /// - Throws: ``ExportError/proofFailed(file:reason:)`` where it lies elsewhere or differs.
    func requireSame(_ read: LabelVolume, file: String, without missing: Int = 0) throws(ExportError) {
        guard let stored = read.stored(like: labels.geometry) else {
            throw .proofFailed(
                file: file,
                reason: "it lies elsewhere: \(read.geometry.shape) voxels in \(read.geometry.orientation) against "
                    + "\(labels.geometry.shape) in \(labels.geometry.orientation)")
        }
        let differing = zip(stored.voxels, labels.voxels).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
        let added =
            missing == 0 ? 0 : zip(stored.voxels, labels.voxels).reduce(0) { $0 + ($1.0 == $1.1 || $1.0 == 0 ? 0 : 1) }
        if differing != missing || added > 0 { throw .proofFailed(file: file, reason: "\(differing) voxels differ") }
    }

    /// Compares names, as a reader gives them back.
    func requireNames(_ names: [UInt16: String], file: String, of written: (LabelEntry) -> String) throws(ExportError) {
        for entry in table.entries {
            let (expected, found) = (written(entry), names[entry.id])
            guard found == expected else {
                throw .proofFailed(file: file, reason: "label \(entry.id) is named '\(found ?? "")', not '\(expected)'")
            }
        }
    }
}
