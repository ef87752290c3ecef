import Foundation
import Platform
import Preparation
import VolumeIO
import Volumes

/// What is shown: an image, and labels on its grid.
///
/// It keeps the voxels as they were read, and no others: memory is that of image and label map.
public struct ViewContent: Sendable {
    let description: ViewDescription
    let image: VoxelBytes
    let labels: VoxelBytes?

    /// Takes an image.
    ///
    /// - Parameters:
    ///   - name: Of the case, for the page's title.
    ///   - labels: Label ids, voxel for voxel those of the image, in any order of storage.
    ///   - table: Names and colours. Ids that it lacks are called `label N`.
    ///   - window: The values shown black and white at first; nil for what suits the image.
    /// - Throws: ``ViewError/otherGrid(shape:of:)`` where the labels do not lie on the image's grid, `PreparationError` where
    ///   the window is none.
    public init(
        name: String, volume: Volume, labels: LabelVolume? = nil, table: LabelTable = LabelTable([]),
        window: IntensityWindow? = nil
    ) throws {
        let grid = volume.geometry
        let orientation = grid.orientation
        let axes = [orientation.right, orientation.anterior, orientation.superior]
        let shown = grid.reordered(axes)
        image = VoxelBytes(volume)
        var tally: LabelTally?
        if let labels {
            guard let stored = labels.stored(like: grid) else {
                throw ViewError.otherGrid(shape: labels.geometry.shape, of: grid.shape)
            }
            let counted = LabelTally(stored)
            self.labels = VoxelBytes(stored, largest: counted.largest)
            tally = counted
        } else {
            self.labels = nil
        }
        let middle = tally?.middle ?? Vec3(Double(grid.shape.i / 2), Double(grid.shape.j / 2), Double(grid.shape.k / 2))
        description = ViewDescription(
            name: name, shape: [shown.shape.i, shown.shape.j, shown.shape.k],
            spacing: [shown.spacing.x, shown.spacing.y, shown.spacing.z],
            affine: [shown.affine.rowX, shown.affine.rowY, shown.affine.rowZ].map { [$0.x, $0.y, $0.z, $0.w] },
            fileAxes: axes.map { .init(axis: $0.axis, reversed: $0.reversed) }, type: image.kind,
            windows: try Self.windows(volume, window),
            start: axes.map { axis in
                let place = Int(clamping: middle[axis.axis])
                return axis.reversed ? grid.shape[axis.axis] - 1 - place : place
            },
            notices: grid.viewNotices,
            labels: zip(self.labels, tally).map { .init(type: $0.kind, table: Self.entries(table, $1)) })
    }

    /// The table with an entry for every id that occurs.
    private static func entries(_ table: LabelTable, _ tally: LabelTally) -> [ViewDescription.Label] {
        let known = Set(table.entries.map(\.id))
        let others = tally.counts.indices.filter { tally.counts[$0] > 0 && !known.contains(UInt16($0)) }.map {
            LabelEntry(id: UInt16($0), name: "label \($0)", colour: LabelTable.defaultColour($0 - 1))
        }
        return LabelTable(table.entries + others).entries.map { entry in
            let words = SafeText.words(entry.name)
            let name = words.isEmpty ? "label \(entry.id)" : words
            return .init(
                id: entry.id, name: name, colour: entry.colour.hexadecimal, voxels: tally.counts[Int(entry.id)])
        }
    }

    /// What suits the image first, then others to choose from.
    private static func windows(_ volume: Volume, _ asked: IntensityWindow?) throws -> [ViewDescription.Window] {
        var windows: [ViewDescription.Window] = []
        if let asked {
            let scale = try asked.scale(for: volume)
            windows.append(.init(name: "as asked", lower: scale.lower, upper: scale.upper))
        }
        // An image without a number in it is shown all the same: black.
        guard let whole = try? IntensityWindow.minMax.scale(for: volume) else {
            return windows + [.init(name: "0 to 1", lower: 0, upper: 1)]
        }
        // Air and tissue in the scale of Hounsfield, also where a converted file names no modality.
        if volume.modality == "CT" || (volume.modality == nil && whole.lower <= -500 && whole.upper >= 100) {
            windows += [
                .init(name: "CT soft tissue", lower: -160, upper: 240),
                .init(name: "CT lung", lower: -1350, upper: 150),
                .init(name: "CT bone", lower: -450, upper: 1050), .init(name: "CT brain", lower: 0, upper: 80),
            ]
        }
        if let scale = try? IntensityWindow.mr.scale(for: volume), scale.lower < scale.upper {
            windows.append(.init(name: "0.5 to 99.5 %", lower: scale.lower, upper: scale.upper))
        }
        return windows + [.init(name: "all values", lower: whole.lower, upper: whole.upper)]
    }
}

/// Both, or nil.
private func zip<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
    if let a, let b { (a, b) } else { nil }
}

/// Angles in degrees.
enum Angle {
    static func degrees(cosine: Double) -> Double { acos(min(max(cosine, -1), 1)) * 180 / .pi }
}
