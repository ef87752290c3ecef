import Foundation
import VolumeIO
import Volumes

/// Seed files of formats of which the folders hold none: a small label map in each, the same bytes every time.
enum GeneratedSeeds {
    static func all() throws -> [(name: String, bytes: [UInt8])] {
        let folder = FileManager.default.temporaryDirectory.path + "/tomos-seeds-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let affine = Affine(i: [0.8, 0.6, 0], j: [-0.6, 0.8, 0], k: [0, 0, 2.5], origin: [-20, 10, 4])
        var labels = LabelVolume(geometry: Geometry(shape: Shape(9, 7, 5), affine: affine))
        for n in stride(from: 3, to: labels.voxels.count, by: 4) { labels.voxels[n] = UInt16(n % 3) }
        let segments = (1...2).flatMap { n in
            [("ID", "s\(n)"), ("Name", "name \(n)"), ("LabelValue", "\(n)"), ("Layer", "0"), ("Color", "0.1 0.5 0.9")]
                .map { (key: "Segment\(n - 1)_\($0.0)", value: $0.1) }
        }
        try NRRD.write(labels, to: folder + "/map.nrrd")
        try NRRD.write(labels, pairs: segments, to: folder + "/map.seg.nrrd")
        try MetaImage.write(labels, to: folder + "/map.mha")
        try MGH.write(labels, to: folder + "/map.mgz")
        return try ["map.nrrd", "map.seg.nrrd", "map.mha", "map.mgz"].map { name in
            (name, [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))))
        }
    }
}
