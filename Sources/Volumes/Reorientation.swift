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
    public func axes(to target: Orientation) -> [SignedAxis] {
        var axes = [SignedAxis](repeating: SignedAxis(axis: 0, reversed: false), count: 3)
        for (from, to) in [(right, target.right), (anterior, target.anterior), (superior, target.superior)] {
            axes[to.axis] = SignedAxis(axis: from.axis, reversed: from.reversed != to.reversed)
        }
        return axes
    }
}

extension Geometry {
    /// The same grid with its axes permuted and turned so that they run along `target`; no voxel moves in space.
    public func reoriented(to target: Orientation) -> Geometry {
        guard target != orientation else { return self }
        return reordered(orientation.axes(to: target))
    }

    /// The same grid stored in another order: axis n of the result is `axes[n]` of this grid, each of the three once.
    /// The NIfTI fields go along for what else they say (version, codes); they state the affine no more.
    public func reordered(_ axes: [Orientation.SignedAxis]) -> Geometry {
        let corner = Vec3(
            axes.reduce(into: [0.0, 0, 0]) { $0[$1.axis] = $1.reversed ? Double(shape[$1.axis] - 1) : 0 })
        let columns = axes.map { affine.column($0.axis) * ($0.reversed ? -1 : 1) }
        return Geometry(
            shape: Shape(shape[axes[0].axis], shape[axes[1].axis], shape[axes[2].axis]),
            affine: Affine(i: columns[0], j: columns[1], k: columns[2], origin: affine.position(of: corner)),
            nifti: nifti)
    }

    /// The axes by which ``reordered(_:)`` stores this grid in `target`; nil keeps its own order.
    public func axes(storedIn target: Orientation?) -> [Orientation.SignedAxis] {
        guard let target else { return (0..<3).map { Orientation.SignedAxis(axis: $0, reversed: false) } }
        return orientation.axes(to: target)
    }

    /// Where an axis of this grid goes when the grid is stored with its axes along `target` (nil: as it is), and whether
    /// it is walked from its far end there.
    public func place(ofAxis axis: Int, in target: Orientation?) -> Orientation.SignedAxis {
        let axes = axes(storedIn: target)
        let place = axes.firstIndex { $0.axis == axis } ?? axis
        return Orientation.SignedAxis(axis: place, reversed: axes[place].reversed)
    }

    /// The axes by which ``reordered(_:)`` brings this grid onto `other`, which holds the same voxels at the same places
    /// in another order, or in the same; nil when the grids are not the same.
    public func axes(onto other: Geometry) -> [Orientation.SignedAxis]? {
        if matches(other) { return (0..<3).map { Orientation.SignedAxis(axis: $0, reversed: false) } }
        let own = (0..<3).map { affine.column($0).normalized }
        let axes = (0..<3).map { n -> Orientation.SignedAxis in
            let cosines = own.map { $0.dot(other.affine.column(n).normalized) }
            let nearest = [0, 1, 2].max { abs(cosines[$0]) < abs(cosines[$1]) } ?? n
            return Orientation.SignedAxis(axis: nearest, reversed: cosines[nearest] < 0)
        }
        guard Set(axes.map(\.axis)).count == 3, reordered(axes).matches(other) else { return nil }
        return axes
    }

    /// The layout whose slices, rows and columns are the axes k, j, i of `reordered(axes)`.
    func layout(_ axes: [Orientation.SignedAxis]) -> SliceLayout {
        SliceLayout(self, slice: axes[2], row: axes[1], column: axes[0])
    }
}

extension LabelVolume {
    /// The same labels with the voxel axes along `target`: an exact permutation. Going back to the orientation it had
    /// gives the voxels bit for bit.
    public func reoriented(to target: Orientation) -> LabelVolume {
        guard target != geometry.orientation else { return self }
        let axes = geometry.orientation.axes(to: target)
        return LabelVolume(geometry: geometry.reordered(axes), voxels: voxels.reordered(geometry.layout(axes)))
    }

    /// The same labels in the storage order of `grid`, and with its geometry; nil when they do not lie on that grid.
    /// No voxel changes its place in space.
    public func stored(like grid: Geometry) -> LabelVolume? {
        guard let axes = geometry.axes(onto: grid) else { return nil }
        let isAlike = axes.enumerated().allSatisfy { $0.offset == $0.element.axis && !$0.element.reversed }
        return LabelVolume(geometry: grid, voxels: isAlike ? voxels : voxels.reordered(geometry.layout(axes)))
    }
}

extension Volume {
    /// The same image with the voxel axes along `target`: an exact permutation. Going back to the orientation it had
    /// gives the voxels bit for bit. `origins` follow a k that stays k and are dropped when slices are cut anew.
    public func reoriented(to target: Orientation) -> Volume {
        guard target != geometry.orientation else { return self }
        let axes = geometry.orientation.axes(to: target)
        let k = axes[2]
        var result = Volume(
            geometry: geometry.reordered(axes), voxels: voxels.reordered(geometry.layout(axes)),
            scaling: scaling, modality: modality, padding: padding, notices: notices)
        if k.axis == 2 { result.origins = k.reversed ? origins.reversed() : origins }
        return result
    }
}

extension VolumeSeries {
    /// The same volumes, each with its voxel axes along `target`: an exact permutation, undone by going back.
    public func reoriented(to target: Orientation) -> VolumeSeries {
        guard target != geometry.orientation else { return self }
        let axes = geometry.orientation.axes(to: target)
        return VolumeSeries(
            geometry: geometry.reordered(axes), voxels: voxels.reordered(geometry.layout(axes), volumes: count),
            count: count, scaling: scaling, interval: interval)
    }
}

extension Geometry {
    /// Values of this grid's voxels, `samples` in a row for each (red, green, blue), with the voxel axes along `target`.
    public func reordered(_ values: [UInt8], samples: Int, to target: Orientation) -> [UInt8] {
        precondition(values.count == samples * shape.count, "\(values.count) values for \(samples) x \(shape)")
        guard target != orientation else { return values }
        let layout = layout(orientation.axes(to: target))
        let places = Array(0..<shape.count).reordered(layout)
        return places.flatMap { values[samples * $0..<samples * ($0 + 1)] }
    }
}

extension VoxelBuffer {
    /// The stored values in the order of a layout: columns fastest, then rows, then slices; volume after volume.
    func reordered(_ layout: SliceLayout, volumes: Int = 1) -> VoxelBuffer {
        switch self {
        case .uint8(let v): .uint8(v.reordered(layout, volumes: volumes))
        case .int8(let v): .int8(v.reordered(layout, volumes: volumes))
        case .uint16(let v): .uint16(v.reordered(layout, volumes: volumes))
        case .int16(let v): .int16(v.reordered(layout, volumes: volumes))
        case .uint32(let v): .uint32(v.reordered(layout, volumes: volumes))
        case .int32(let v): .int32(v.reordered(layout, volumes: volumes))
        case .uint64(let v): .uint64(v.reordered(layout, volumes: volumes))
        case .int64(let v): .int64(v.reordered(layout, volumes: volumes))
        case .float32(let v): .float32(v.reordered(layout, volumes: volumes))
        case .float64(let v): .float64(v.reordered(layout, volumes: volumes))
        }
    }
}

extension Array {
    /// Elements in the order of a layout: columns fastest, then rows, then slices; volume after volume.
    fileprivate func reordered(_ layout: SliceLayout, volumes: Int = 1) -> [Element] {
        var result: [Element] = []
        result.reserveCapacity(count)
        for volume in 0..<volumes {
            for slice in 0..<layout.slices {
                result += gatherRows(self, slice, layout, from: volume * (count / volumes)) { $0 }
            }
        }
        return result
    }
}
