import Foundation
import Inference
import Platform
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
    /// What cases are registered with; nil where they are not.
    let registration: RegistrationLibrary?
    /// What the pack's volumes tell of the labels' sizes.
    let known: KnownSizes
    /// Volume by volume what it looks like from afar.
    let looks: [VolumeLook]

    /// Bytes of one slice: its image and its labels.
    static func bytesPerSlice(side: Int) -> Int {
        side * side * (MemoryLayout<Float>.stride + MemoryLayout<UInt16>.stride)
    }

    /// Reads and prepares the volumes of the pack for some labels; without planes, as where the pack's networks work alone,
    /// only what is known of labels and looks is kept.
    init(
        _ pack: TaskPack, labels: [LabelEntry], planes: [SlicePlane], window: IntensityWindow, side: Int,
        registers: Bool, crops: Bool, threads: Int
    ) throws {
        self.side = side
        var (stacks, known, looks): ([[Stack]], _, _) = (planes.map { _ in [] }, KnownSizes(), [VolumeLook]())
        let ids = labels.map(\.id)
        var registration =
            registers && !planes.isEmpty
            ? try RegistrationLibrary(pack.examples, labels: Set(ids), crops: crops) : nil
        for example in pack.examples {
            let (volume, truth) = try Self.read(example)
            known.add(truth, labels: ids)
            let scale = try window.scale(for: volume)
            looks.append(VolumeLook(volume, scale: scale))
            if planes.isEmpty { continue }
            let region = registration?.nextRegion
            let (offset, part) = (region?.offset ?? .zero, region.map { volume.cropped(to: $0.box) } ?? volume)
            let partTruth = region.map { truth.cropped(to: $0.box) } ?? truth
            for (n, plane) in planes.enumerated() {
                let stack = Self.prepare(
                    part, partTruth, labels: labels, plane: plane, scale: scale, side: side, offset: offset,
                    threads: threads)
                stacks[n].append(stack)
            }
            registration?.add(volume, part: part, truth, scale: scale)
        }
        (self.stacks, self.known, self.looks, self.registration) = (stacks, known, looks, registration)
    }

    private init(_ other: SupportLibrary, keeping examples: [Int]) {
        side = other.side
        stacks = other.stacks.map { stacks in examples.map { stacks[$0] } }
        known = other.known.keeping(examples)
        looks = examples.map { other.looks[$0] }
        registration = other.registration?.keeping(examples)
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
        side: Int, offset: SIMD3<Double>, threads: Int
    ) -> Stack {
        let layout = SliceLayout(volume.geometry, plane: plane)
        let placement = Placement(layout, side: side)
        let slices = concurrentMap(layout.slices, threads: threads) { index in
            let labels = fitted(truth.slice(index, in: layout), labels, placement)
            return (image: placement.fit(volume.slice(index, in: layout, scale: scale)), labels: labels)
        }
        return Stack(
            count: layout.slices,
            frame: StackFrame(volume.geometry, plane: plane, placement: placement, offset: offset),
            images: slices.flatMap(\.image), labels: slices.flatMap(\.labels),
            present: slices.map(\.labels.occurringIDs))
    }

    /// The masks of some labels in a slice of a label map, in one map.
    private static func fitted(_ ids: [UInt16], _ labels: [LabelEntry], _ placement: Placement) -> [UInt16] {
        let present = ids.occurringIDs
        var map = [UInt16](repeating: 0, count: placement.side * placement.side)
        for label in labels where present.contains(label.id) {
            let mask = placement.fitLabel(ids, equalTo: label.id)
            for n in map.indices where mask[n] != 0 { map[n] = label.id }
        }
        return map
    }
}

extension [UInt16] {
    /// The ids other than 0. Runs of one id are looked at once.
    var occurringIDs: Set<UInt16> {
        var (found, last) = (Set<UInt16>(), UInt16(0))
        for id in self where id != last {
            last = id
            if id != 0 { found.insert(id) }
        }
        return found
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
