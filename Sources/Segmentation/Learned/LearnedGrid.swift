import Learning
import Platform
import Preparation
import VolumeIO
import Volumes

/// The grid that a pack's network looks at volumes on, and how their values are brought there.
package struct LearnedGrid: Sendable, Hashable, Codable {
    /// Its slices are the network's depth.
    package var plane: SlicePlane
    /// mm along slices, rows and columns.
    package var spacing: SIMD3<Double>
    /// Mean and deviation of windowed values over the pack; nil to take each volume's own.
    package var values: Values?

    /// Mean and deviation in [0, 1].
    package struct Values: Sendable, Hashable, Codable {
        package var mean, deviation: Float
    }

    package init(plane: SlicePlane, spacing: SIMD3<Double>, values: Values? = nil) {
        (self.plane, self.spacing, self.values) = (plane, spacing, values)
    }

    /// A volume's values on the grid, less their mean, over their deviation.
    package func image(_ volume: Volume, scale: IntensityScale) -> (placement: GridPlacement, values: [Float]) {
        let placement = GridPlacement(volume.geometry, plane: plane, spacing: spacing)
        var image = placement.fit(volume, scale: scale)
        let known = values ?? Self.values(of: image)
        for n in image.indices { image[n] = (image[n] - known.mean) / known.deviation }
        return (placement, image)
    }

    /// A volume's values on the grid, in [0, 1].
    package func values(of volume: Volume, scale: IntensityScale) -> [Float] {
        GridPlacement(volume.geometry, plane: plane, spacing: spacing).fit(volume, scale: scale)
    }

    /// Mean and deviation over the voxels that are not at the window's lower end: air says nothing of what there is.
    package static func values(of image: [Float]) -> Values {
        var (count, sum, squares) = (0.0, 0.0, 0.0)
        for value in image where value > 0.01 {
            count += 1
            sum += Double(value)
            squares += Double(value) * Double(value)
        }
        guard count > 0 else { return Values(mean: 0, deviation: 1) }
        let mean = sum / count
        let deviation = max(0, squares / count - mean * mean).squareRoot()
        return Values(mean: Float(mean), deviation: Float(max(deviation, 0.01)))
    }

    /// Classes on the grid: 0, or 1 and the place of the label that covers most of a sample, if that is half of it or more
    /// than any other's and the background's share.
    package func classes(_ truth: LabelVolume, _ labels: [UInt16], _ placement: GridPlacement) -> [UInt8] {
        var best = [Float](repeating: 0, count: placement.size.x * placement.size.y * placement.size.z)
        var covered = best
        var classes = [UInt8](repeating: 0, count: best.count)
        for (n, id) in labels.enumerated() {
            let share = placement.fit(truth) { $0 == id }
            for voxel in share.indices where share[voxel] > 0 {
                covered[voxel] += share[voxel]
                if share[voxel] > best[voxel] { (best[voxel], classes[voxel]) = (share[voxel], UInt8(n + 1)) }
            }
        }
        for voxel in classes.indices where 1 - covered[voxel] > best[voxel] { classes[voxel] = 0 }
        return classes
    }
}
