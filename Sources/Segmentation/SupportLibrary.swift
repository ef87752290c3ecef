import Inference
import Preparation
import VolumeIO
import Volumes

/// The pack's slices, prepared as the network wants them. Read once, shared by all workers.
struct SupportLibrary: Sendable {
    /// One labelled volume cut into slices.
    struct Stack: Sendable {
        /// Slices in the volume.
        var count: Int
        /// [slice][side * side], in [0, 1].
        var images: [[Float]]
        /// [slice][side * side]: the id whose mask covers a pixel, 0 for none. No pixel is more than half covered by two
        /// labels, so one map holds all their masks. Slices without any label are empty arrays.
        var labels: [[UInt16]]
        /// [slice]: the ids that occur in it.
        var present: [Set<UInt16>]
    }

    /// A slice of the library.
    struct Reference: Sendable, Hashable {
        var stack, slice: Int
    }

    let side: Int
    let stacks: [Stack]

    /// Bytes of one slice: its image and its labels.
    static func bytesPerSlice(side: Int) -> Int {
        side * side * (MemoryLayout<Float>.stride + MemoryLayout<UInt16>.stride)
    }

    /// Reads and prepares every volume of the pack for some labels.
    init(_ pack: TaskPack, labels: [LabelEntry], plane: SlicePlane, window: IntensityWindow, side: Int) throws {
        self.side = side
        stacks = try pack.examples.map { example in
            try Self.prepare(example, labels: labels, plane: plane, window: window, side: side)
        }
    }

    private static func prepare(
        _ example: TaskPack.Example, labels: [LabelEntry], plane: SlicePlane, window: IntensityWindow, side: Int
    ) throws -> Stack {
        let volume = try NIfTI.readVolume(example.image)
        let truth = try NIfTI.readLabels(example.labels)
        try example.requireUnchanged()
        guard volume.geometry.shape == truth.geometry.shape, volume.geometry.matches(truth.geometry, tolerance: 0.1)
        else {
            throw TaskPackError.gridsDiffer(
                image: example.image, labels: example.labels,
                reason: "\(truth.geometry.shape) voxels against \(volume.geometry.shape), or another affine")
        }
        let layout = SliceLayout(volume.geometry, plane: plane)
        let placement = Placement(layout, side: side)
        let scale = try window.scale(for: volume)
        var stack = Stack(count: layout.slices, images: [], labels: [], present: [])
        for index in 0..<layout.slices {
            stack.images.append(placement.fit(volume.slice(index, in: layout, scale: scale)))
            let map = fitted(truth.slice(index, in: layout), labels, placement)
            let present = Set(map).subtracting([0])
            stack.labels.append(present.isEmpty ? [] : map)
            stack.present.append(present)
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

    /// The support set of some slices for one label, or nil when the label is in none of them: where nothing in the
    /// pack shows a structure at this position, there is nothing to look for.
    func support(_ references: [Reference], label: UInt16) -> SupportSet? {
        let isPresent = references.map { stacks[$0.stack].present[$0.slice].contains(label) }
        guard isPresent.contains(true) else { return nil }
        let empty = [Float](repeating: 0, count: side * side)
        return SupportSet(
            images: references.map { stacks[$0.stack].images[$0.slice] },
            labels: zip(references, isPresent).map { reference, isPresent in
                isPresent ? stacks[reference.stack].labels[reference.slice].map { $0 == label ? 1 : 0 } : empty
            }, side: side)
    }
}
