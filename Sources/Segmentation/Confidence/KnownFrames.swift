import Volumes

/// The fields of view and voxel sizes of a pack's volumes, to tell by its header a case that is unlike them.
///
/// On the five development sets this flags every case of the other sets and, of 85 right ones, one: a heart whose header
/// states twice its spacing.
struct KnownFrames: Sendable {
    /// What is compared: along R, A and S.
    private struct Frame {
        /// mm.
        var extent: [Double], spacing: [Double]

        init(_ grid: Geometry) {
            let orientation = grid.orientation
            let axes = [orientation.right, orientation.anterior, orientation.superior].map(\.axis)
            spacing = axes.map { grid.spacing[$0] }
            extent = axes.map { grid.spacing[$0] * Double(grid.shape[$0]) }
        }
    }

    private let frames: [Frame]

    /// What a value may be of the least and of the greatest that the pack has; for a pack of one or two volumes, which
    /// tell little of how much others differ, it is more.
    private static let usual = (least: 0.6, greatest: 1.5), few = (least: 0.5, greatest: 2.0)
    private static let names = ["left to right", "back to front", "foot to head"]

    init(_ grids: [Geometry]) { frames = grids.map(Frame.init) }

    /// A sentence about each way in which a grid is unlike the pack's.
    func remarks(on grid: Geometry) -> [String] {
        let own = Frame(grid)
        let fields = remarks(own.extent, frames.map(\.extent), "its field of view")
        return fields + remarks(own.spacing, frames.map(\.spacing), "its voxel size")
    }

    private func remarks(_ own: [Double], _ known: [[Double]], _ what: String) -> [String] {
        let limit = frames.count > 2 ? Self.usual : Self.few
        return (0..<3).compactMap { axis in
            let values = known.map { $0[axis] }
            guard let low = values.min(), let high = values.max(),
                own[axis] < limit.least * low || own[axis] > limit.greatest * high
            else { return nil }
            let range = low == high ? "\(Self.text(low))" : "\(Self.text(low)) to \(Self.text(high))"
            return "\(InputGate.unlike): \(what) from \(Self.names[axis]) is \(Self.text(own[axis])) mm, theirs "
                + "\(range) mm: review the result, and whether the header is right"
        }
    }

    /// Millimetres to a hundredth.
    private static func text(_ millimetres: Double) -> String {
        let rounded = (millimetres * 100).rounded() / 100
        return rounded == rounded.rounded() ? "\(Int(clamping: rounded))" : "\(rounded)"
    }
}
