import Foundation
import VolumeIO
import Volumes

/// What registering a pack's volumes takes, by what their headers tell.
struct RegistrationMemory: Sendable {
    /// The widest of the finest voxel sides in the pack, in mm: no grid is finer.
    private let finest: Double
    /// Samples of the pack's volumes on the finest grid, at most.
    private let samples: [Int]
    /// Whether parts may be cut out.
    private let crops: Bool

    init(_ pack: [Geometry], crops: Bool) {
        let finest = pack.map { $0.spacing.min() }.max() ?? 1
        (self.finest, self.crops) = (finest, crops)
        samples = pack.map { Self.samples($0, spacing: finest) }
    }

    private static func samples(_ geometry: Geometry, spacing: Double) -> Int {
        let shape = geometry.shape
        let sides = Vec3(Double(shape.i), Double(shape.j), Double(shape.k)) * geometry.spacing / spacing
        // Each side is rounded to whole samples.
        let most = (0..<3).reduce(1.0) { $0 * max(1, sides[$1].rounded()) }
        return Int(clamping: min(most, Double(RegistrationGrids.fineSamples)))
    }

    /// Samples of an image on the finest grid, at most.
    private func samples(_ image: ImageOutline) -> Int {
        image.geometry.map { Self.samples($0, spacing: finest) } ?? RegistrationGrids.fineSamples
    }

    /// Bytes of the pack's volumes: where parts are cut out, also of whole ones and their labels on the coarse grid.
    var library: Int {
        let coarse = crops ? 2 * RegistrationGrids.coarseSamples : 0
        return samples.reduce(0) { $0 + ($1 + min($1, coarse)) * MemoryLayout<Float>.stride }
    }

    /// Bytes of the registrations of an image.
    func results(_ image: ImageOutline) -> Int { samples.count * Registration.bytes(samples: samples(image)) }

    /// Bytes that finding them takes: the image on all grids and, for each thread, a volume of the pack and room to work.
    func working(_ image: ImageOutline, threads: Int) -> Int {
        let (fixed, moving) = (samples(image), samples.max() ?? 0)
        return compared(fixed) + threads * (compared(moving) + Registration.workingBytes(samples: fixed))
    }

    /// Bytes of a volume on all grids.
    private func compared(_ samples: Int) -> Int {
        let whole = crops ? min(samples, RegistrationGrids.coarseSamples) : 0
        return ComparedVolume.bytes(samples: samples, coarser: RegistrationGrids.coarser)
            + ComparedVolume.bytes(samples: whole, coarser: [])
    }
}
