import Volumes

/// How far a label reaches: its first and last voxel along each axis, in a form that grows cheaply.
struct LabelExtent: Equatable {
    var first: SIMD3<Int>
    var last: SIMD3<Int>

    /// Makes the box of one run of voxels along i.
    init(run: ClosedRange<Int>, j: Int, k: Int) {
        (first, last) = ([run.lowerBound, j, k], [run.upperBound, j, k])
    }

    /// Grows the box until it holds another.
    mutating func include(_ other: LabelExtent) {
        first = pointwiseMin(first, other.first)
        last = pointwiseMax(last, other.last)
    }
}

/// The box of each label above 0 that occurs in any of the maps, which share one grid.
func boundingBoxes(of maps: [LabelVolume]) -> [UInt16: LabelExtent] {
    var boxes = [LabelExtent?](repeating: nil, count: 65536)
    for map in maps {
        let shape = map.geometry.shape
        for row in 0..<shape.j * shape.k {
            let labels = map.voxels[row * shape.i..<(row + 1) * shape.i]
            forEachRun(of: labels) { label, run in
                let box = LabelExtent(run: run, j: row % shape.j, k: row / shape.j)
                if boxes[Int(label)]?.include(box) == nil { boxes[Int(label)] = box }
            }
        }
    }
    let found = boxes.enumerated().compactMap { label, box in box.map { (UInt16(label), $0) } }
    return Dictionary(uniqueKeysWithValues: found)
}

/// Calls `body` with each run of one label above 0, in voxels from the row's beginning.
private func forEachRun(of row: ArraySlice<UInt16>, _ body: (UInt16, ClosedRange<Int>) -> Void) {
    row.withUnsafeBufferPointer { row in
        var from = 0
        while from < row.count {
            var to = from
            while to + 1 < row.count, row[to + 1] == row[from] { to += 1 }
            if row[from] != 0 { body(row[from], from...to) }
            from = to + 1
        }
    }
}

/// One label of both maps, cut to the box that holds it in either, with one voxel of background all around.
struct MaskPair {
    /// The grid of the cut.
    let shape: Shape
    /// 1 where the label is.
    let result, truth: [UInt8]

    init(_ label: UInt16, in result: LabelVolume, and truth: LabelVolume, box: LabelExtent) {
        let size = box.last &- box.first &+ 3
        shape = Shape(size.x, size.y, size.z)
        self.result = cut(label, from: result, box, shape)
        self.truth = cut(label, from: truth, box, shape)
    }
}

private func cut(_ label: UInt16, from map: LabelVolume, _ box: LabelExtent, _ shape: Shape) -> [UInt8] {
    let source = map.geometry.shape
    var mask = [UInt8](repeating: 0, count: shape.count)
    for k in box.first.z...box.last.z {
        for j in box.first.y...box.last.y {
            let from = (k * source.j + j) * source.i
            let to = ((k - box.first.z + 1) * shape.j + j - box.first.y + 1) * shape.i + 1 - box.first.x
            for i in box.first.x...box.last.x where map.voxels[from + i] == label { mask[to + i] = 1 }
        }
    }
    return mask
}

/// Places of the surface voxels: those of the mask with one of the six neighbours outside it (the mask without its
/// erosion by the 6-neighbour cross). The mask's border must be background.
func surface(of mask: [UInt8], _ shape: Shape) -> [Int] {
    let (row, slice) = (shape.stride(1), shape.stride(2))
    return mask.withUnsafeBufferPointer { mask in
        mask.indices.filter { n in
            mask[n] == 1
                && mask[n - 1] & mask[n + 1] & mask[n - row] & mask[n + row] & mask[n - slice] & mask[n + slice] == 0
        }
    }
}
