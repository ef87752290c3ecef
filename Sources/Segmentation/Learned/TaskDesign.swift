import Foundation
import Learning
import Preparation
import VolumeIO
import Volumes

/// How a pack's task is learned, planned from its volumes: the grid, the patches and the network. The rules follow
/// nnU-Net's (Isensee et al., Nature Methods 18, 2021), in sizes that two processors train in minutes.
package struct TaskDesign: Sendable, Hashable {
    /// The grid that volumes are brought to.
    package var grid: LearnedGrid
    /// Shape, patch and batch; steps and seed are left to who trains.
    package var plan: TrainingPlan

    /// Slices so many times as thick as their pixels are looked at one by one.
    private static let flat = 3.0
    /// Voxels of a patch, at most, of volumes and of single slices. In the same time patches of 150,000 learn more than half
    /// as many of 300,000: of 10 heads and necks 0.744 instead of 0.718 of volumes that were not seen, of 10 brains 0.885
    /// instead of 0.874; and 80,000 no more (0.729 of heads and necks).
    private static let (mostVoxels, mostPixels) = (150_000.0, 160.0 * 160)
    /// How much larger than a label's box a patch shall be, in volumes and in slices.
    private static let (room, flatRoom) = (1.5, 1.7)
    /// A grid is coarser than the volumes' by this factor at most, and only as long as the smallest label still fills so
    /// many samples.
    private static let (coarsest, leastSamples) = (2.0, 4000.0)
    private static let (firstChannels, mostChannels) = (16, 128)

    /// What a design goes by: the pack's grids and what the label maps hold, all along slices, rows and columns.
    private struct Sights {
        var plane = SlicePlane.axial
        /// Median spacing in mm, extent of volumes and of the box around all labels in mm.
        var spacing = SIMD3<Double>(), extent = SIMD3<Double>(), box = SIMD3<Double>()
        /// The least of the labels' median volumes in mm^3.
        var least = Double.infinity
    }

    /// Designs for the labelled volumes of a pack.
    ///
    /// - Throws: What reading headers and label maps throws.
    package init(_ task: TaskPack) throws {
        let sights = try Self.look(at: task)
        let finest = min(sights.spacing.y, sights.spacing.z)
        let isFlat = sights.spacing.x > Self.flat * finest
        let (spacing, patch) = isFlat ? Self.flat(sights) : Self.deep(sights)
        let shape = NetworkShape(
            inputs: 1, classes: task.labels.entries.count + 1,
            levels: Self.levels(patch: patch, spacing: spacing, isFlat: isFlat))
        grid = LearnedGrid(plane: sights.plane, spacing: spacing)
        plan = TrainingPlan(
            shape: shape, patch: Self.rounded(patch, to: shape.multiple), spacing: spacing, isFlat: isFlat,
            batch: isFlat ? 4 : 2, steps: 0, augmentation: Augmentation())
    }

    private static func look(at task: TaskPack) throws -> Sights {
        let grids = try task.examples.map { try Images.info($0.image).geometry }
        var sights = Sights()
        // Across the axis along which voxels are longest; along the body where they are cubes.
        sights.plane = SlicePlane.anatomical.max { thickness(grids, $0) < thickness(grids, $1) - 1e-3 } ?? .axial
        let layouts = grids.map { SliceLayout($0, plane: sights.plane) }
        sights.spacing = median(layouts.map { SIMD3($0.sliceSpacing, $0.rowSpacing, $0.columnSpacing) })
        sights.extent = median(
            layouts.map {
                SIMD3(
                    Double($0.slices) * $0.sliceSpacing, Double($0.rows) * $0.rowSpacing,
                    Double($0.columns) * $0.columnSpacing)
            })
        let ids = task.labels.entries.map(\.id)
        var (boxes, volumes): ([SIMD3<Double>], [UInt16: [Double]]) = ([], [:])
        for (n, example) in task.examples.enumerated() {
            let truth = try example.readLabels(on: grids[n])
            if let box = truth.box(of: Set(ids)) { boxes.append(size(of: box, grids[n], sights.plane)) }
            let counts = truth.histogram()
            for id in ids {
                guard let count = counts[id] else { continue }
                volumes[id, default: []].append(Double(count) * grids[n].voxelVolume)
            }
        }
        if !boxes.isEmpty { sights.box = median(boxes) }
        sights.least = volumes.values.map { $0.sorted()[$0.count / 2] }.min() ?? .infinity
        return sights
    }

    private static func thickness(_ grids: [Geometry], _ plane: SlicePlane) -> Double {
        grids.reduce(0) { $0 + SliceLayout($1, plane: plane).sliceSpacing } / Double(max(1, grids.count))
    }

    /// A box of voxels in mm along the slices, rows and columns of a plane.
    private static func size(of box: VoxelBox, _ grid: Geometry, _ plane: SlicePlane) -> SIMD3<Double> {
        let axes = grid.orientation.axes(of: plane)
        let counts = [box.i.count, box.j.count, box.k.count]
        func along(_ axis: Int) -> Double { Double(counts[axis]) * grid.spacing[axis] }
        return SIMD3(along(axes.slice.axis), along(axes.row.axis), along(axes.column.axis))
    }

    private static func median(_ values: [SIMD3<Double>]) -> SIMD3<Double> {
        var result = SIMD3<Double>()
        for axis in 0..<3 { result[axis] = values.map { $0[axis] }.sorted()[values.count / 2] }
        return result
    }

    /// Spacing and patch of thick slices: pixels as they are, one slice.
    private static func flat(_ sights: Sights) -> (SIMD3<Double>, SIMD3<Double>) {
        let pixel = (sights.spacing.y * sights.spacing.z).squareRoot()
        let spacing = SIMD3(sights.spacing.x, pixel, pixel)
        var patch = sights.box * flatRoom / spacing
        patch.x = 1
        let factor = (mostPixels / (patch.y * patch.z)).squareRoot()
        if factor < 1 { (patch.y, patch.z) = (patch.y * factor, patch.z * factor) }
        return (spacing, patch)
    }

    /// Spacing and patch of volumes: coarser than they are where a patch would otherwise show a part of the structure only,
    /// as long as the labels allow it.
    private static func deep(_ sights: Sights) -> (SIMD3<Double>, SIMD3<Double>) {
        let field = pointwiseMin(sights.box * room, sights.extent)
        let voxels = field.x * field.y * field.z / (sights.spacing.x * sights.spacing.y * sights.spacing.z)
        let fine = cbrt(max(1, sights.least / (sights.spacing.x * sights.spacing.y * sights.spacing.z) / leastSamples))
        let factor = max(1, min(cbrt(voxels / mostVoxels), coarsest, fine))
        let spacing = sights.spacing * factor
        var patch = field / spacing
        let left = cbrt(mostVoxels / (patch.x * patch.y * patch.z))
        if left < 1 { patch *= left }
        return (spacing, patch)
    }

    private static func rounded(_ patch: SIMD3<Double>, to multiple: SIMD3<Int>) -> SIMD3<Int> {
        var result = SIMD3<Int>()
        for axis in 0..<3 {
            let parts = (patch[axis] / Double(multiple[axis]) - 0.25).rounded(.up)
            result[axis] = multiple[axis] * max(1, Int(clamping: parts))
        }
        return result
    }

    /// Levels until the shortest side of a patch is a handful of samples. The depth is halved once its spacing is that of
    /// rows and columns, and looked along from there on.
    private static func levels(
        patch: SIMD3<Double>, spacing: SIMD3<Double>, isFlat: Bool
    ) -> [NetworkShape.Level] {
        let shortest = min(patch.y, patch.z)
        let count = min(max(2, Int(clamping: (log2(shortest / 4.5)).rounded(.down)) + 1), 5)
        var (depth, across, samples) = (spacing.x, (spacing.y * spacing.z).squareRoot(), patch.x)
        return (0..<count).map { n in
            let isAlike = !isFlat && depth <= 1.5 * across
            let halves = isAlike && samples >= 8
            let channels = min(firstChannels << n, mostChannels)
            if halves { (depth, samples) = (2 * depth, samples / 2) }
            across *= 2
            return .init(channels: channels, taps: isFlat || depth > 3 * across ? 1 : 3, halvesDepth: halves)
        }
    }
}
