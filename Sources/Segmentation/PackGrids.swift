import VolumeIO
import Volumes

/// The grids of a pack's volumes, and what is chosen by them where a person did not.
package struct PackGrids {
    private let grids: [Geometry]

    /// Voxels whose sides differ by more are not nearly cubes. Headers hold floats: 1.2 is not quite 1.5 times 0.8.
    private static let nearlyCube = 1.5001
    /// Sides of the network's slices, ascending. With fewer pixels it is as accurate as long as no voxel is lost, and
    /// takes half the time (docs/accuracy.md).
    private static let sides = [96, 128]

    /// Reads the images' headers.
    package init(_ task: TaskPack) throws { grids = try task.examples.map { try NIfTI.info($0.image).geometry } }

    /// Rows and columns of the network's slices: 96 where no volume has more voxels than that along an axis, else 128,
    /// which it was trained with.
    package var side: Int {
        let most = grids.map { max($0.shape.i, $0.shape.j, $0.shape.k) }.max() ?? 0
        return Self.sides.first { $0 >= most } ?? Self.sides[Self.sides.count - 1]
    }

    /// Whether all volumes look as sharp in one plane as in another.
    package var areNearIsotropic: Bool {
        grids.allSatisfy { grid in
            let spacings = (0..<3).map { grid.spacing[$0] }
            return (spacings.max() ?? 1) <= Self.nearlyCube * (spacings.min() ?? 1)
        }
    }
}
