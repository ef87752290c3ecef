import Segmentation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Pipelines

/// Leave-one-out over packs whose answer is known.
@Suite struct PackCheckTests {
    private let folder = TemporaryFolder()

    /// Bright balls in a dark box, each a little elsewhere.
    private func pack(_ names: [String]) throws -> TaskPack {
        let shape = Shape(24, 22, 10)
        let geometry = Geometry(shape: shape, affine: .identity)
        let examples = try names.enumerated().map { n, name in
            var (values, labels): ([UInt8], [UInt16]) = ([], [])
            for k in 0..<shape.k {
                for j in 0..<shape.j {
                    for i in 0..<shape.i {
                        let (x, y, z) = (i - 11 - n, j - 11 + n, 2 * (k - 5))
                        let isInside = x * x + y * y + z * z < 49
                        values.append(UInt8((isInside ? 180 : 20) + (i * 7 + j * 5 + k * 3) % 16))
                        labels.append(isInside ? 1 : 0)
                    }
                }
            }
            let example = TaskPack.Example(image: folder.file("i/\(name).nii"), labels: folder.file("l/\(name).nii"))
            try NIfTI.write(Volume(geometry: geometry, voxels: .uint8(values)), to: example.image)
            try NIfTI.write(LabelVolume(geometry: geometry, voxels: labels), to: example.labels)
            return example
        }
        let table = LabelTable([LabelEntry(id: 1, name: "ball", colour: Colour(1, 1, 1))])
        return try TaskPack.create(
            TaskPack.Recipe(name: "balls", examples: examples, labels: table, plane: .axial, window: .minMax),
            at: folder.file("pack"))
    }

    private var options: SegmentOptions {
        var options = SegmentOptions()
        options.support = 3
        return options
    }

    @Test func everyVolumeIsSegmentedByTheOthers() throws {
        let pack = try pack(["a", "b", "c"])
        let check = try PackCheck(pack, options: options)
        #expect(check.examples.map(\.name) == ["a", "b", "c"])
        #expect((check.meanDice(1) ?? 0) > 0.8)
        #expect(check.meanDice(2) == nil)
        let second = try PackCheck(pack, options: options, step: 2)
        #expect(second.examples.map(\.name) == ["a", "c"])
        let isSame = second.examples[1].overlaps == check.examples[2].overlaps
        #expect(isSame)
    }

    @Test func oneVolumeIsTooFew() throws {
        let pack = try pack(["a"])
        let error = #expect(throws: TaskPackError.self) { try PackCheck(pack, options: options) }
        #expect(error?.description == "task 'balls' has one labelled volume: leave-one-out needs two or more")
    }
}
