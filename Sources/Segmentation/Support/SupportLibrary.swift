import Foundation
import Inference
import Preparation
import VolumeIO
import Volumes

/// The pack's volumes, prepared as the network wants them. Read once, shared by all workers.
struct SupportLibrary: Sendable {
    /// One labelled volume cut into slices along one plane.
    struct Stack: Sendable {
        /// Slices in the volume.
        var count: Int
        /// Where they lie.
        var frame: StackFrame
        /// [slice][side][side], in [0, 1].
        var images: [Float] = []
        /// [slice][side][side]: the id whose mask covers a pixel, 0 for none. No pixel is more than half covered by two
        /// labels, so one map holds all their masks.
        var labels: [UInt16] = []
        /// [slice]: the ids that occur in it.
        var present: [Set<UInt16>] = []

        /// The images one by one.
        var slices: [ArraySlice<Float>] {
            let plane = images.count / max(1, count)
            return (0..<count).map { images[$0 * plane..<($0 + 1) * plane] }
        }
    }

    /// A slice of the library.
    struct Reference: Sendable, Hashable {
        var stack, slice: Int
    }

    let side: Int
    /// Plane by plane one stack of every volume.
    let stacks: [[Stack]]
    /// Every volume on a coarse grid.
    let reduced: [ReducedVolume]
    /// Volume by volume where its labels are, nil where it has none; empty where all are kept whole anyway.
    let labelled: [Extent?]
    /// What the pack's volumes tell of the labels' sizes.
    let known: KnownSizes
    /// Volume by volume what it looks like from afar.
    let looks: [VolumeLook]
    /// Spacing of these grids in mm.
    let reducedSpacing: Double
    /// What is kept of every volume on a finer grid, and that one's spacing; nil when all are kept whole.
    let close: (parts: [ReducedPart], spacing: Double)?

    /// Bytes of a volume on the coarse grid, at most.
    static var reducedBytes: Int { ReducedVolume.mostSamples * MemoryLayout<Float>.stride }

    /// Bytes of one slice: its image and its labels.
    static func bytesPerSlice(side: Int) -> Int {
        side * side * (MemoryLayout<Float>.stride + MemoryLayout<UInt16>.stride)
    }

    /// Reads and prepares the volumes of the pack for some labels; without planes, as where the pack's networks work alone,
    /// only what is known of labels and looks is kept.
    init(
        _ pack: TaskPack, labels: [LabelEntry], planes: [SlicePlane], window: IntensityWindow, side: Int, crops: Bool
    ) throws {
        self.side = side
        let spacing = Self.spacing(of: try pack.examples.map { try Images.info($0.image).geometry })
        reducedSpacing = spacing
        var (stacks, reduced): ([[Stack]], [ReducedVolume]) = (planes.map { _ in [] }, [])
        var (known, parts, looks) = (KnownSizes(), [ReducedPart](), [VolumeLook]())
        // Before any image is read, since none is held any longer than it takes to prepare it.
        let sights = crops && !planes.isEmpty ? try pack.examples.map { try Sight($0, labels: labels) } : []
        labelled = sights.map(\.extent)
        let isCropped = sights.contains { $0.region != nil }
        let closeSpacing = Self.spacing(of: sights.map(\.kept))
        for (n, example) in pack.examples.enumerated() {
            let (volume, truth) = try Self.read(example)
            known.add(truth, labels: labels.map(\.id))
            let scale = try window.scale(for: volume)
            looks.append(VolumeLook(volume, scale: scale))
            if planes.isEmpty { continue }
            let region = crops ? sights[n].region : nil
            let (offset, part) = (region?.offset ?? .zero, region.map { volume.cropped(to: $0.box) } ?? volume)
            let partTruth = region.map { truth.cropped(to: $0.box) } ?? truth
            for (n, plane) in planes.enumerated() {
                let stack = Self.prepare(
                    part, partTruth, labels: labels, plane: plane, scale: scale, side: side, offset: offset)
                stacks[n].append(stack)
            }
            if isCropped {
                let close = ReducedVolume(comparable: part, scale: scale, spacing: closeSpacing)
                parts.append(ReducedPart(close, offset: offset))
            }
            reduced.append(ReducedVolume(comparable: volume, scale: scale, spacing: spacing))
        }
        (self.stacks, self.reduced, self.known, self.looks) = (stacks, reduced, known, looks)
        close = isCropped ? (parts, closeSpacing) : nil
    }

    /// What the label map of a volume says of the part to keep.
    private struct Sight {
        /// Where the labels are; nil where there are none.
        let extent: Extent?
        /// What is kept; nil for the whole.
        let region: Region?
        /// The grid of what is kept.
        let kept: Geometry

        init(_ example: TaskPack.Example, labels: [LabelEntry]) throws {
            let geometry = try Images.info(example.image).geometry
            let truth = try example.readLabels(on: geometry)
            extent = truth.box(of: Set(labels.map(\.id))).map { truth.geometry.extent(of: $0) }
            region = extent.flatMap { Region(labelled: $0, of: geometry) }
            kept = region.map { geometry.cropped(to: $0.box) } ?? geometry
        }
    }

    private init(_ other: SupportLibrary, keeping examples: [Int]) {
        (side, reducedSpacing) = (other.side, other.reducedSpacing)
        stacks = other.stacks.map { stacks in examples.map { stacks[$0] } }
        known = other.known.keeping(examples)
        close = other.close.map { close in (examples.map { close.parts[$0] }, close.spacing) }
        reduced = other.reduced.isEmpty ? [] : examples.map { other.reduced[$0] }
        looks = examples.map { other.looks[$0] }
        labelled = other.labelled.isEmpty ? [] : examples.map { other.labelled[$0] }
    }

    /// Spacing at which the largest of the grids has as many samples as may be, or its own voxels' where that is wider.
    private static func spacing(of grids: [Geometry]) -> Double {
        let spacings = grids.map { grid in
            let finest = (0..<3).map { grid.spacing[$0] }.min() ?? 1
            return max(finest, cbrt(Double(grid.shape.count) * grid.voxelVolume / Double(ReducedVolume.mostSamples)))
        }
        return spacings.max() ?? 1
    }

    /// The library with only some of its volumes, by their places.
    func keeping(_ examples: [Int]) -> SupportLibrary { SupportLibrary(self, keeping: examples) }

    private static func read(_ example: TaskPack.Example) throws -> (Volume, LabelVolume) {
        let volume = try Images.readVolume(example.image)
        let truth = try example.readLabels(on: volume.geometry)
        try example.requireUnchanged()
        return (volume, truth)
    }

    private static func prepare(
        _ volume: Volume, _ truth: LabelVolume, labels: [LabelEntry], plane: SlicePlane, scale: IntensityScale,
        side: Int, offset: SIMD3<Double>
    ) -> Stack {
        let layout = SliceLayout(volume.geometry, plane: plane)
        let placement = Placement(layout, side: side)
        var stack = Stack(
            count: layout.slices,
            frame: StackFrame(volume.geometry, plane: plane, placement: placement, offset: offset))
        for index in 0..<layout.slices {
            stack.images += placement.fit(volume.slice(index, in: layout, scale: scale))
            let map = fitted(truth.slice(index, in: layout), labels, placement)
            stack.labels += map
            stack.present.append(Set(map).subtracting([0]))
        }
        return stack
    }

    /// The masks of some labels in a slice of a label map, in one map.
    private static func fitted(_ ids: [UInt16], _ labels: [LabelEntry], _ placement: Placement) -> [UInt16] {
        let present = Set(ids)
        var map = [UInt16](repeating: 0, count: placement.side * placement.side)
        for label in labels where present.contains(label.id) {
            let mask = placement.fitLabel(ids, equalTo: label.id)
            for n in map.indices where mask[n] != 0 { map[n] = label.id }
        }
        return map
    }
}

/// The slices that support one query slice, for any label.
struct SupportSlices {
    /// Each [side][side].
    var images: [ArraySlice<Float>] = []
    /// Each [side][side] of ids.
    var labels: [ArraySlice<UInt16>] = []
    /// The ids in each.
    var present: [Set<UInt16>] = []
    /// One slice of every volume that is registered to the query, showing the same place pixel by pixel.
    var aligned: [AlignedSlice] = []

    /// The support set for one label, or nil when the label is in none of them: where nothing in the pack shows a
    /// structure at this position, there is nothing to look for.
    func set(for label: UInt16, side: Int) -> SupportSet? {
        guard present.contains(where: { $0.contains(label) }) else { return nil }
        return SupportSet(
            images: images, labels: labels.map { ids in ids.map { $0 == label ? 1 : 0 }[...] }, side: side)
    }
}
