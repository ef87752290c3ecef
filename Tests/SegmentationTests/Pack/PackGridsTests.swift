import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Segmentation

/// What is chosen by the grids of a pack.
@Suite struct PackGridsTests {
    private func grids(_ shapes: [Shape], spacing: SIMD3<Double> = SIMD3(1, 1, 1)) throws -> PackGrids {
        let folder = TemporaryFolder()
        let affine = Affine(
            i: [spacing.x, 0, 0], j: [0, spacing.y, 0], k: [0, 0, spacing.z], origin: [0, 0, 0])
        let examples = try shapes.enumerated().map { n, shape in
            var labels = LabelVolume(geometry: Geometry(shape: shape, affine: affine))
            labels.voxels[0] = 1
            let example = TaskPack.Example(image: folder.file("i/\(n).nii"), labels: folder.file("l/\(n).nii"))
            for path in [example.image, example.labels] { try NIfTI.write(labels, to: path) }
            return example
        }
        let table = LabelTable([LabelEntry(id: 1, name: "one", colour: Colour(1, 1, 1))])
        let recipe = TaskPack.Recipe(name: "grids", examples: examples, labels: table, plane: .axial, window: .minMax)
        return try PackGrids(TaskPack.create(recipe, at: folder.file("pack")))
    }

    @Test("96 pixels are enough for volumes of up to 64 voxels along every axis")
    func side() throws {
        #expect(try grids([Shape(64, 40, 20), Shape(20, 64, 64)]).side == 96)
        #expect(try grids([Shape(64, 40, 20), Shape(20, 20, 65)]).side == 128)
        #expect(try grids([Shape(300, 4, 2)]).side == 128)
    }

    @Test(
        "Voxels are nearly cubes up to one and a half times as long as wide",
        arguments: [
            (SIMD3(1.0, 1, 1), true), (SIMD3(0.8, 1, 1.2), true), (SIMD3(1, 1.6, 1), false),
            (SIMD3(0.5, 0.5, 3), false),
        ])
    func cubes(spacing: SIMD3<Double>, areNearlyCubes: Bool) throws {
        #expect(try grids([Shape(4, 4, 4)], spacing: spacing).areNearIsotropic == areNearlyCubes)
    }
}
