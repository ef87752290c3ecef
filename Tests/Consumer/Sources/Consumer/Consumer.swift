import Export
import Foundation
import Segmentation
import VolumeIO
import Volumes

/// Segments one volume by a task pack. The example of docs/library.md.
@main
struct Consumer {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4 else {
            print("usage: Consumer PACK IMAGE LABELS")
            exit(64)
        }

        let task = try TaskPack.load(arguments[1])
        let segmenter = try Segmenter(task: task, options: SegmentOptions())
        let result = try segmenter.segment(NIfTI.readVolume(arguments[2]))

        for structure in result.structures {
            print("\(structure.id) \(structure.name): \(structure.voxels) voxels, \(structure.cubicMillimetres) mm3")
        }
        for notice in result.notices { print("notice: \(notice)") }
        try NIfTI.write(result.labels, to: arguments[3])
    }
}
