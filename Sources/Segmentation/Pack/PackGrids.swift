import Inference
import VolumeIO
import Volumes

/// The grids of a pack's volumes, and what is chosen by them where a person did not.
package struct PackGrids {
    private let grids: [Geometry]

    /// Voxels whose sides differ by more are not nearly cubes. Headers hold floats: 1.2 is not quite 1.5 times 0.8.
    private static let nearlyCube = 1.5001
    /// The side of the network's slices for small volumes: as accurate for those of the hippocampus as the one that it
    /// was trained with, in two thirds of the time (docs/accuracy.md).
    package static let smallSide = 96
    /// Voxels along an axis up to which a volume is small: one and a half pixels for each. With one for each, phantoms
    /// lose 0.002 of their Dice.
    package static let small = 64

    /// Reads the images' headers.
    package init(_ task: TaskPack) throws { grids = try task.examples.map { try Images.info($0.image).geometry } }

    /// Rows and columns of the network's slices: 96 where no volume has more than 64 voxels along an axis, else 128.
    package var side: Int {
        let most = grids.map { max($0.shape.i, $0.shape.j, $0.shape.k) }.max() ?? 0
        return most <= Self.small ? Self.smallSide : UniverSeg.trainedSide
    }

    /// Whether all volumes look as sharp in one plane as in another.
    package var areNearIsotropic: Bool {
        grids.allSatisfy { grid in
            let spacings = (0..<3).map { grid.spacing[$0] }
            return (spacings.max() ?? 1) <= Self.nearlyCube * (spacings.min() ?? 1)
        }
    }
}
