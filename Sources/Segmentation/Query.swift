import Preparation
import Volumes

/// A volume that is being segmented.
struct Query: Sendable {
    /// All of it.
    let volume: Volume
    /// The part that is looked at closely; nil for the whole.
    let region: Region?
    /// That part, or the whole volume.
    let part: Volume
    let scale: IntensityScale
    let plan: MemoryPlan
    /// The pack's volumes registered to it, where they are.
    let registrations: [Registration]

    init(
        _ volume: Volume, region: Region?, scale: IntensityScale, plan: MemoryPlan, registrations: [Registration]
    ) {
        (self.volume, self.region, self.scale) = (volume, region, scale)
        (self.plan, self.registrations) = (plan, registrations)
        part = region.map { volume.cropped(to: $0.box) } ?? volume
    }

    /// Labels of the part on the whole volume's grid.
    func restored(_ labels: LabelVolume) -> LabelVolume {
        region.map { labels.pasted(into: volume.geometry, at: $0.box) } ?? labels
    }
}

/// A volume cut into slices along one plane, and how they are fitted to the network's square.
struct Cut: Sendable {
    let volume: Volume
    let scale: IntensityScale
    let layout: SliceLayout
    let placement: Placement
    let frame: StackFrame

    /// `offset` is where the volume begins in the one that registrations speak of, in mm along S, R, A.
    init(_ volume: Volume, scale: IntensityScale, plane: SlicePlane, side: Int, offset: SIMD3<Double> = .zero) {
        (self.volume, self.scale) = (volume, scale)
        layout = SliceLayout(volume.geometry, plane: plane)
        placement = Placement(layout, side: side)
        frame = StackFrame(volume.geometry, plane: plane, placement: placement, offset: offset)
    }

    /// Slice `index` in [0, 1].
    func slice(_ index: Int) -> Slice { volume.slice(index, in: layout, scale: scale) }

    /// All slices, each fitted when its turn comes: a volume of them is never held.
    var fitted: some Sequence<[Float]> { (0..<layout.slices).lazy.map { placement.fit(slice($0)) } }
}

extension Slice {
    /// Whether all values are the same.
    var isConstant: Bool { values.allSatisfy { $0 == values[0] } }
}
