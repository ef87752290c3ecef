import Foundation
import Volumes

/// A folder that holds one NIfTI file for each label, as TotalSegmentator writes it.
struct LabelFolder {
    private let path: String
    private let names: [String]

    init(_ path: String) throws {
        self.path = path
        names = try FileManager.default.contentsOfDirectory(atPath: path)
            .filter { !$0.hasPrefix(".") && VolumeFileName($0)?.part == .whole }.sorted()
        if names.isEmpty { throw LabelMapError.emptyFolder(path) }
        if names.count > Int(UInt16.max) { throw LabelMapError.tooMany(path, names.count) }
    }

    /// The labels, in as few layers as they allow. Files without a voxel are labels too.
    func read() throws -> LabelMap {
        var grid: Geometry?
        var layers: [[UInt16]] = []
        var entries: [LabelEntry] = []
        for (n, name) in names.enumerated() {
            let labels = try NIfTI.readLabels(path + "/" + name)
            guard let stored = labels.stored(like: grid ?? labels.geometry) else {
                throw LabelMapError.gridsDiffer(path + "/" + names[0], path + "/" + name)
            }
            grid = stored.geometry
            let id = UInt16(clamping: n + 1)
            let voxels = stored.voxels.indices.filter { stored.voxels[$0] != 0 }
            LabelMap.lay(voxels, id, into: &layers, count: stored.voxels.count)
            let stem = VolumeFileName(name)?.stem ?? name
            entries.append(LabelEntry(id: id, name: stem, colour: LabelTable.defaultColour(n)))
        }
        guard let grid else { throw LabelMapError.emptyFolder(path) }
        return LabelMap(geometry: grid, layers: layers, table: LabelTable(entries))
    }
}
