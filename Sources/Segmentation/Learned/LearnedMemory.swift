import Learning
import Preparation
import Volumes

extension LearnedTask {
    /// Bytes of the networks.
    var bytes: Int { Predictor.bytes(members[0].shape, networks: members.count) }

    /// What is kept of an image, where it waits for what is said in context.
    func kept(_ image: ImageOutline) -> MemoryNeed.Part {
        let size = size(image)
        return .init(
            "what the learned networks say", size.x * size.y * size.z * labels.count * MemoryLayout<Float>.stride)
    }

    /// Samples of an image along z, y, x; where the grid is not known yet, as if they were the image's voxels.
    private func size(_ image: ImageOutline) -> SIMD3<Int> {
        image.geometry.map { GridPlacement($0, plane: grid.plane, spacing: grid.spacing).size }
            ?? SIMD3(image.shape.i, image.shape.j, image.shape.k)
    }

    /// What looking at an image takes beside the image: its samples on the grid, patches, probabilities, and one label's brought
    /// back to the image's voxels.
    func parts(_ image: ImageOutline, threads: Int) -> [MemoryNeed.Part] {
        let float = MemoryLayout<Float>.stride
        let size = size(image)
        let samples = size.x * size.y * size.z
        let shape = members[0].shape
        return [
            .init("samples", 2 * samples * float),
            .init("patches and probabilities", Predictor.bytes(shape, patch: patch, size: size, threads: threads)),
            .init("one label", samples * float + image.shape.count * (2 * float + MemoryLayout<UInt16>.stride)),
        ]
    }
}
