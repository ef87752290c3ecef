import Foundation
import Preparation
import Volumes

/// The grids that a pack's volumes and those that are segmented with them are registered on.
struct RegistrationGrids: Sendable {
    /// A grid, and coarser ones on which registration begins.
    struct Grid: Sendable {
        /// Distance of its samples in mm.
        let spacing: Double
        /// How many times as far apart the samples of the coarser grids are, from coarse to fine.
        let coarser: [Double]
        /// Samples at most, whatever the size of a volume.
        let most: Int

        /// A volume on it.
        func reduced(_ volume: Volume, scale: IntensityScale) -> ReducedVolume {
            ReducedVolume(comparable: volume, scale: scale, spacing: spacing, most: most)
        }

        /// A volume on it and on the coarser ones.
        func compared(_ volume: Volume, scale: IntensityScale) -> ComparedVolume {
            ComparedVolume(reduced(volume, scale: scale), coarser: coarser)
        }
    }

    /// What is registered of a volume.
    struct Field {
        /// Of its voxels, in mm.
        let finest: Double
        let cubicMillimetres: Double
    }

    /// Of whole volumes.
    let whole: Grid
    /// Of the parts that are cut out of them, where that is done: then the whole is only looked at to find them.
    let close: Grid?

    /// Samples of the grid that shows where a part is, and of the finest.
    static let (coarseSamples, fineSamples) = (38 * 38 * 38, 75 * 75 * 75)
    /// Of the pack's largest volume where only the place of a part is looked for.
    private static let sightSamples = 32.0 * 32 * 32
    /// The grids on which registration goes from coarse to fine, in samples of the finest.
    static let coarser = [2, 1.4]

    /// Grids for whole volumes, and for the parts that are cut out of them.
    init(volumes: [Field], parts: [Field]?) {
        guard let parts else {
            (whole, close) = (Self.fine(volumes), nil)
            return
        }
        let spacing = Self.spacing(of: volumes, samples: Self.sightSamples)
        whole = Grid(spacing: max(spacing, 2 * Self.finest(volumes)), coarser: [], most: Self.coarseSamples)
        close = Self.fine(parts)
    }

    /// Samples of the largest field as many as may be; but voxels need no finer ones than their own.
    private static func fine(_ fields: [Field]) -> Grid {
        let finest = finest(fields)
        let wanted = max(spacing(of: fields, samples: Double(fineSamples)), 0.8 * finest)
        let spacing = max(wanted, finest)
        return Grid(spacing: spacing, coarser: coarser.map { $0 * wanted / spacing }, most: fineSamples)
    }

    private static func finest(_ fields: [Field]) -> Double { fields.map(\.finest).max() ?? 1 }

    private static func spacing(of fields: [Field], samples: Double) -> Double {
        cbrt((fields.map(\.cubicMillimetres).max() ?? 1) / samples)
    }
}

extension RegistrationGrids.Field {
    /// A whole volume.
    init(_ geometry: Geometry) {
        self.init(finest: geometry.spacing.min(), cubicMillimetres: Double(geometry.shape.count) * geometry.voxelVolume)
    }

    /// What is looked at of a volume around its labels.
    init(around labelled: Extent, in geometry: Geometry) {
        let box = geometry.shape
        let whole = geometry.extent(of: VoxelBox(i: 0..<box.i, j: 0..<box.j, k: 0..<box.k))
        let wanted = labelled.widened(millimetres: Region.millimetres, share: Region.share)
        let size = pointwiseMin(whole.high - whole.low, wanted.high - wanted.low)
        self.init(finest: geometry.spacing.min(), cubicMillimetres: size.x * size.y * size.z)
    }
}
