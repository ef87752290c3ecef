import Dispatch
import Preparation
import Synchronization
import Volumes

/// Where the support of a volume's slices comes from.
protocol SupportSource: Sendable {
    /// The support of a slice, draw by draw.
    func support(for slice: Int) -> [SupportSlices]
}

/// Slices of the pack as they are, matched by relative position and, from the second draw on, by likeness in turn.
struct PositionedSupport: SupportSource {
    let stacks: [SupportLibrary.Stack]
    let side: Int
    let draws: Draws
    /// Slices of the query.
    let slices: Int

    func support(for slice: Int) -> [SupportSlices] {
        let plane = side * side
        return draws.references(for: slice, of: slices).map { references in
            var support = SupportSlices()
            for reference in references {
                let stack = stacks[reference.stack]
                let pixels = reference.slice * plane..<(reference.slice + 1) * plane
                support.images.append(stack.images[pixels])
                support.labels.append(stack.labels[pixels])
                support.present.append(stack.present[reference.slice])
            }
            return support
        }
    }
}

/// A slice through a registered volume.
struct AlignedSlice: Sendable {
    /// [side][side].
    let image: [Float]
    /// [side][side] of ids.
    let labels: [UInt16]
}

/// Slices through the pack's volumes where these, registered to the query, hold the same anatomy.
struct RegisteredSupport: SupportSource {
    let stacks: [SupportLibrary.Stack]
    let side: Int
    let frame: StackFrame
    let registrations: [Registration]
    let choice: SupportChoice
    let draws: Int
    /// Slices of the query.
    let slices: Int

    /// How far beyond the last slices these go on, in slices.
    private static let margin: Float = 2

    /// Where a volume of so many slices shows something: the last ones stand for what is near them, further out it shows
    /// nothing.
    static func reach(slices: Int) -> ClosedRange<Float> { -margin...Float(slices - 1) + margin }

    func support(for slice: Int) -> [SupportSlices] {
        let aligned = stacks.indices.map { cut($0, at: slice) }
        return (0..<draws).map { draw in
            var support = SupportSlices()
            support.aligned = aligned
            for (stack, place) in choice.registered(for: slice, of: slices, draw: draw) {
                let cut = place == slice ? aligned[stack] : cut(stack, at: place)
                support.images.append(cut.image[...])
                support.labels.append(cut.labels[...])
                support.present.append(cut.labels.occurringIDs)
            }
            return support
        }
    }

    /// A slice through a volume of the pack along query slice `index`.
    private func cut(_ index: Int, at slice: Int) -> AlignedSlice {
        let stack = stacks[index]
        let map = registrations[index].map(slice: slice, of: frame, to: stack.frame)
        let size = SIMD3(stack.count, side, side)
        var image = [Float](repeating: 0, count: side * side)
        var labels = [UInt16](repeating: 0, count: side * side)
        var places = [SIMD3<Float>](repeating: .zero, count: side)
        let reach = Self.reach(slices: stack.count)
        stack.images.withUnsafeBufferPointer { images in
            stack.labels.withUnsafeBufferPointer { ids in
                let values = Sampler(images.baseAddress!, size)
                let votes = LabelSampler(ids.baseAddress!)
                for row in 0..<side {
                    map.places(row: row, into: &places)
                    for column in 0..<side where reach.contains(places[column].x) {
                        let cell = values.grid.cell(places[column])
                        image[row * side + column] = values[cell]
                        labels[row * side + column] = votes[cell]
                    }
                }
            }
        }
        return AlignedSlice(image: image, labels: labels)
    }
}
