import Platform
import Volumes

/// What a picture shows, in mm and without a size in pixels.
struct SnapshotScene {
    /// A slice to be shown.
    struct Panel {
        let plane: DisplayPlane
        let layout: SliceLayout
        let slice: Int
        /// Where its middle lies, such as `S 12 mm`.
        let position: String

        /// mm across and down.
        var size: (width: Double, height: Double) {
            (Double(layout.columns) * layout.columnSpacing, Double(layout.rows) * layout.rowSpacing)
        }
    }

    let volume: Volume
    let labels: LabelVolume
    let window: (lower: Float, upper: Float)
    let panels: [Panel]
    /// Labels that are shown and that occur, with their colours.
    let entries: [LabelEntry]
    let notices: [String]

    init(
        _ snapshot: Snapshot, volume: Volume, labels: LabelVolume, table: LabelTable,
        window: (lower: Float, upper: Float)
    ) throws {
        guard var labels = labels.stored(like: volume.geometry) else {
            throw ExportError.differentGrids(image: volume.geometry, labels: labels.geometry)
        }
        guard window.lower < window.upper, window.lower.isFinite, window.upper.isFinite else {
            throw ExportError.badWindow(lower: window.lower, upper: window.upper)
        }
        var notices: [String] = []
        if let shown = snapshot.labels {
            for n in labels.voxels.indices where !shown.contains(labels.voxels[n]) { labels.voxels[n] = 0 }
        }
        var occurs = [Bool](repeating: false, count: 65536)
        for label in labels.voxels { occurs[Int(label)] = true }
        let present = Set((1...UInt16.max).filter { occurs[Int($0)] })
        for id in (snapshot.labels ?? []).subtracting(present).sorted() {
            notices.append("label \(id) has no voxel in the label map")
        }
        if present.isEmpty, snapshot.labels == nil { notices.append("the label map has no labelled voxel") }
        var volume = volume
        if let margin = snapshot.margin, let box = labels.box(of: present) {
            let wide = box.grown(by: margin, in: volume.geometry)
            (volume, labels) = (volume.cropped(to: wide), labels.cropped(to: wide))
        }
        (self.volume, self.labels, self.window, self.notices) = (volume, labels, window, notices)
        panels = Self.panels(snapshot.slices, labels)
        entries = table.completed(for: present).entries.filter { present.contains($0.id) }
    }

    private static func panels(_ slices: Snapshot.Slices, _ labels: LabelVolume) -> [Panel] {
        let geometry = labels.geometry
        switch slices {
        case .planes:
            return DisplayPlane.allCases.map { plane in
                let layout = plane.layout(geometry)
                return panel(plane, layout, LabelSpread(labels, layout).mostTelling, geometry)
            }
        case .mosaic(let slicePlane, let count, _):
            let plane = DisplayPlane(slicePlane, in: geometry)
            let layout = plane.layout(geometry)
            return Snapshot.evenlySpaced(count, in: LabelSpread(labels, layout).extent).map {
                panel(plane, layout, $0, geometry)
            }
        }
    }

    private static func panel(_ plane: DisplayPlane, _ layout: SliceLayout, _ slice: Int, _ geometry: Geometry) -> Panel
    {
        let axis = plane.across(geometry)
        let shape = geometry.shape
        var middle = [0, 1, 2].map { Double(shape[$0] - 1) / 2 }
        middle[axis.axis] = Double(axis.reversed ? shape[axis.axis] - 1 - slice : slice)
        let place = geometry.affine.position(of: Vec3(middle[0], middle[1], middle[2]))[plane.axis]
        let text = decimal(abs(place), layout.sliceSpacing < 1 ? 1 : 0)
        let letter = place < 0 ? plane.away.negative : plane.away.positive
        return Panel(plane: plane, layout: layout, slice: slice, position: "\(letter) \(text) mm")
    }
}

extension VoxelBox {
    /// The box and what lies within so many mm of it along the grid's axes.
    fileprivate func grown(by margin: Double, in grid: Geometry) -> VoxelBox {
        func grown(_ range: Range<Int>, _ axis: Int) -> Range<Int> {
            let voxels = Int(clamping: (margin / grid.spacing[axis]).rounded(.up))
            let (low, overLow) = range.lowerBound.subtractingReportingOverflow(voxels)
            let (high, overHigh) = range.upperBound.addingReportingOverflow(voxels)
            return (overLow ? 0 : max(low, 0))..<(overHigh ? grid.shape[axis] : min(high, grid.shape[axis]))
        }
        return VoxelBox(i: grown(i, 0), j: grown(j, 1), k: grown(k, 2))
    }
}
