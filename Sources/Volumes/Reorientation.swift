extension Orientation {
    /// Makes an orientation from the voxel axes that run along R, A and S; nil unless each of 0, 1, 2 occurs once.
    public init?(right: SignedAxis, anterior: SignedAxis, superior: SignedAxis) {
        guard Set([right.axis, anterior.axis, superior.axis]) == [0, 1, 2] else { return nil }
        (self.right, self.anterior, self.superior) = (right, anterior, superior)
    }

    /// Reads three letters, the direction in which i, j and k grow: `RAS`, `LPS`, `PIR`, ...; nil when they are none.
    public init?(_ letters: String) {
        var axes: [Character: SignedAxis] = [:]
        for (axis, letter) in letters.enumerated() {
            guard let (name, reversed) = Self.meaning[letter], axes[name] == nil else { return nil }
            axes[name] = SignedAxis(axis: axis, reversed: reversed)
        }
        guard axes.count == 3, let r = axes["R"], let a = axes["A"], let s = axes["S"] else { return nil }
        self.init(right: r, anterior: a, superior: s)
    }

    private static let meaning: [Character: (Character, Bool)] = [
        "R": ("R", false), "L": ("R", true), "A": ("A", false), "P": ("A", true), "S": ("S", false), "I": ("S", true),
    ]

    /// For each voxel axis of a grid in orientation `target` the axis of a grid in this orientation it runs along, and
    /// whether from its far end.
    func axes(to target: Orientation) -> [SignedAxis] {
        var axes = [SignedAxis](repeating: SignedAxis(axis: 0, reversed: false), count: 3)
        for (from, to) in [(right, target.right), (anterior, target.anterior), (superior, target.superior)] {
            axes[to.axis] = SignedAxis(axis: from.axis, reversed: from.reversed != to.reversed)
        }
        return axes
    }
}

extension Geometry {
    /// The same grid with its axes permuted and turned so that they run along `target`; no voxel moves in space.
    /// Unless nothing changes, the NIfTI header fields do not go along.
    public func reoriented(to target: Orientation) -> Geometry {
        guard target != orientation else { return self }
        let axes = orientation.axes(to: target)
        let corner = Vec3(
            axes.reduce(into: [0.0, 0, 0]) { $0[$1.axis] = $1.reversed ? Double(shape[$1.axis] - 1) : 0 })
        let columns = axes.map { affine.column($0.axis) * ($0.reversed ? -1 : 1) }
        return Geometry(
            shape: Shape(shape[axes[0].axis], shape[axes[1].axis], shape[axes[2].axis]),
            affine: Affine(i: columns[0], j: columns[1], k: columns[2], origin: affine.position(of: corner)))
    }

    /// The layout whose slices, rows and columns are the axes k, j, i of `reoriented(to:)`.
    func layout(to target: Orientation) -> SliceLayout {
        let axes = orientation.axes(to: target)
        return SliceLayout(self, slice: axes[2], row: axes[1], column: axes[0])
    }
}

extension LabelVolume {
    /// The same labels with the voxel axes along `target`: an exact permutation. Going back to the orientation it had
    /// gives the voxels bit for bit.
    public func reoriented(to target: Orientation) -> LabelVolume {
        guard target != geometry.orientation else { return self }
        let reordered = voxels.reordered(geometry.layout(to: target))
        return LabelVolume(geometry: geometry.reoriented(to: target), voxels: reordered)
    }
}

extension Volume {
    /// The same image with the voxel axes along `target`: an exact permutation. Going back to the orientation it had
    /// gives the voxels bit for bit. `origins` follow a k that stays k and are dropped when slices are cut anew.
    public func reoriented(to target: Orientation) -> Volume {
        guard target != geometry.orientation else { return self }
        let k = geometry.orientation.axes(to: target)[2]
        var result = Volume(
            geometry: geometry.reoriented(to: target), voxels: voxels.reordered(geometry.layout(to: target)),
            scaling: scaling, modality: modality, padding: padding, notices: notices)
        if k.axis == 2 { result.origins = k.reversed ? origins.reversed() : origins }
        return result
    }
}

extension VoxelBuffer {
    /// The stored values in the order of a layout: columns fastest, then rows, then slices.
    func reordered(_ layout: SliceLayout) -> VoxelBuffer {
        switch self {
        case .uint8(let v): .uint8(v.reordered(layout))
        case .int8(let v): .int8(v.reordered(layout))
        case .uint16(let v): .uint16(v.reordered(layout))
        case .int16(let v): .int16(v.reordered(layout))
        case .uint32(let v): .uint32(v.reordered(layout))
        case .int32(let v): .int32(v.reordered(layout))
        case .uint64(let v): .uint64(v.reordered(layout))
        case .int64(let v): .int64(v.reordered(layout))
        case .float32(let v): .float32(v.reordered(layout))
        case .float64(let v): .float64(v.reordered(layout))
        }
    }
}

extension Array {
    /// Elements in the order of a layout: columns fastest, then rows, then slices.
    fileprivate func reordered(_ layout: SliceLayout) -> [Element] {
        var result: [Element] = []
        result.reserveCapacity(count)
        for slice in 0..<layout.slices { result += gatherRows(self, slice, layout) { $0 } }
        return result
    }
}
