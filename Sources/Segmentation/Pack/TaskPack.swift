import Configuration
import Foundation
import Inference
import Platform
import Preparation
import VolumeIO
import Volumes

/// A folder of labelled volumes that says what to find: `pack.yaml`, `images/`, `labels/`.
public struct TaskPack: Sendable {
    /// One labelled volume.
    public struct Example: Sendable, Hashable {
        /// Full paths of the image and of its label map.
        public var image, labels: String
        /// SHA-256 of the two files as the pack records them; nil when it does not.
        public var imageSHA256, labelsSHA256: String?

        /// What the volume goes by: names its files in a pack that is made, and the volume in messages.
        public var name: String

        /// Makes an example; without a name it goes by the image's file name without its ending.
        public init(
            image: String, labels: String, name: String? = nil, imageSHA256: String? = nil, labelsSHA256: String? = nil
        ) {
            (self.image, self.labels) = (image, labels)
            (self.imageSHA256, self.labelsSHA256) = (imageSHA256, labelsSHA256)
            self.name = name ?? VolumeFileName(image)?.stem ?? URL(fileURLWithPath: image).lastPathComponent
        }

        /// Throws when a file is not the one the pack was made with: results would not be what they say they are.
        func requireUnchanged() throws {
            for (path, recorded) in [(image, imageSHA256), (labels, labelsSHA256)] {
                guard let recorded, let data = FileManager.default.contents(atPath: path) else { continue }
                if Digest.sha256([UInt8](data)) != recorded { throw TaskPackError.changed(path) }
            }
        }

        /// Reads the label map in the storage order of its image, whose grid is given or read from the image's header.
        ///
        /// - Throws: ``TaskPackError/gridsDiffer(image:labels:reason:)`` when it does not lie on that grid, and what
        ///   reading them throws.
        package func readLabels(on grid: Geometry? = nil) throws -> LabelVolume {
            let grid = try grid ?? Images.info(image).geometry
            return try stored(try LabelMaps.readLabels(labels, on: grid), on: grid)
        }

        /// The same with the names that the label map's file holds; nil where it holds none.
        func readNamedLabels(on grid: Geometry) throws -> (labels: LabelVolume, names: LabelTable?) {
            let map = try LabelMaps.read(labels, on: grid)
            guard let volume = map.labels else { throw LabelMapError(overlapIn: map, path: labels) }
            return (try stored(volume, on: grid), map.table)
        }

        /// A label map of the image in the storage order of its grid.
        func stored(_ map: LabelVolume, on grid: Geometry) throws(TaskPackError) -> LabelVolume {
            if let stored = map.stored(like: grid) { return stored }
            let other = map.geometry
            let reason =
                other.shape == grid.shape
                ? "it lies elsewhere: \(other.orientation) from \(corner(other)) against \(grid.orientation) from \(corner(grid))"
                : "\(other.shape) voxels in \(other.orientation) against \(grid.shape) in \(grid.orientation)"
            throw TaskPackError.gridsDiffer(image: image, labels: labels, reason: reason)
        }

        private func corner(_ grid: Geometry) -> String {
            let places = (0..<3).map { "\((grid.affine.origin[$0] * 1000).rounded() / 1000)" }
            return "(" + places.joined(separator: ", ") + ") mm"
        }
    }

    /// The pack's folder.
    public var folder: String
    /// Its name.
    public var name: String
    /// Version of the pack's format.
    public var version: Int
    /// What is found.
    public var labels: LabelTable
    /// How its slices are cut unless a pipeline says otherwise.
    public var plane: SlicePlane
    /// How its values are windowed unless a pipeline says otherwise.
    public var window: IntensityWindow
    /// Probability from which a voxel is foreground.
    public var threshold: Double
    /// The labelled volumes, in the pack's order.
    public var examples: [Example]
    /// SHA-256 of `pack.yaml`, which holds the hashes of all the volumes; with findings, of the hashes of `pack.yaml`
    /// and of `check.json`.
    public var sha256: String
    /// SHA-256 of `pack.yaml` alone, whatever a check has found out.
    public var packSHA256: String { findings?.packSHA256 ?? sha256 }
    /// What was found when the pack was checked; nil when it was not.
    public var findings: PackFindings?

    /// Reads and checks `pack.yaml`; the volumes are read when a segmenter is made.
    ///
    /// - Throws: ``TaskPackError``, ``ConfigurationError``.
    public static func load(_ folder: String) throws -> TaskPack { try load(folder, ignoringFindings: false) }

    /// Reads it without its check, which need not hold.
    static func load(_ folder: String, ignoringFindings: Bool) throws -> TaskPack {
        let path = folder + "/pack.yaml"
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
            throw TaskPackError.missing(folder)
        }
        guard isFolder.boolValue, FileManager.default.fileExists(atPath: path) else {
            throw TaskPackError.notAPack(folder)
        }
        var pack = try PackFile.read(path, folder: folder)
        if !ignoringFindings, let (findings, bytes) = try PackFindings.load(folder, packSHA256: pack.sha256) {
            pack.findings = findings
            pack.sha256 = Digest.sha256(Array((pack.sha256 + Digest.sha256(bytes)).utf8))
        }
        return pack
    }

    /// The labels wanted, ascending, after checking that the pack has them. `nil` wants all.
    func selected(_ wanted: [UInt16]?) throws -> [LabelEntry] {
        guard let wanted else { return labels.entries }
        for id in wanted where labels[id] == nil {
            throw TaskPackError.unknownLabel(id, pack: name, known: labels.entries.map(\.id))
        }
        return labels.entries.filter { wanted.contains($0.id) }
    }
}
