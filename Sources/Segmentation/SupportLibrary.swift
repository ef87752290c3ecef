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
        /// Per label id: [slice][side * side] of 0 and 1; slices without the label are empty arrays.
        var masks: [UInt16: [[UInt8]]]
    }

    /// A slice of the library.
    struct Reference: Sendable, Hashable {
        var stack, slice: Int
    }

    let side: Int
    let stacks: [Stack]

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
        var stack = Stack(count: layout.slices, images: [], masks: [:])
        for index in 0..<layout.slices {
            stack.images.append(placement.fit(volume.slice(index, in: layout, scale: scale)))
            let ids = truth.slice(index, in: layout)
            let present = Set(ids)
            for label in labels {
                let mask = present.contains(label.id) ? placement.fitLabel(ids, equalTo: label.id) : []
                stack.masks[label.id, default: []].append(mask.contains { $0 != 0 } ? mask.map { UInt8($0) } : [])
            }
        }
        return stack
    }

    /// The support set of some slices for one label, or nil when the label is in none of them: where nothing in the
    /// pack shows a structure at this position, there is nothing to look for.
    func support(_ references: [Reference], label: UInt16) -> SupportSet? {
        let masks = references.map { stacks[$0.stack].masks[label]?[$0.slice] ?? [] }
        guard masks.contains(where: { !$0.isEmpty }) else { return nil }
        let empty = [Float](repeating: 0, count: side * side)
        return SupportSet(
            images: references.map { stacks[$0.stack].images[$0.slice] },
            labels: masks.map { $0.isEmpty ? empty : $0.map { Float($0) } }, side: side)
    }
}
