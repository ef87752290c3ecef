import Volumes

/// Where labels lie along the slices of a layout.
struct LabelSpread {
    /// For each slice the number of different labels in it, background not counted.
    private(set) var distinct: [Int] = []
    /// For each slice the number of labelled voxels.
    private(set) var voxels: [Int] = []

    init(_ labels: LabelVolume, _ layout: SliceLayout) {
        var seen = [Int](repeating: -1, count: 65536)
        for slice in 0..<layout.slices {
            var (distinct, voxels) = (0, 0)
            for label in labels.slice(slice, in: layout) where label != 0 {
                voxels += 1
                if seen[Int(label)] != slice {
                    seen[Int(label)] = slice
                    distinct += 1
                }
            }
            self.distinct.append(distinct)
            self.voxels.append(voxels)
        }
    }

    /// Of the slices that show the most different labels the one nearest the labels' centre of mass, so that a pair of
    /// structures left and right is not missed by the plane between them; the middle slice when there are no labels.
    var mostTelling: Int { Self.mostTelling(distinct: distinct, voxels: voxels) }

    /// The same of some slices, told by how many labels and labelled voxels each has.
    static func mostTelling(distinct: [Int], voxels: [Int]) -> Int {
        let total = voxels.reduce(0, +)
        guard total > 0, let most = distinct.max() else { return voxels.count / 2 }
        let centre = Double(voxels.enumerated().reduce(0) { $0 + $1.offset * $1.element }) / Double(total)
        let candidates = distinct.indices.filter { distinct[$0] == most }
        return candidates.min { abs(Double($0) - centre) < abs(Double($1) - centre) } ?? voxels.count / 2
    }

    /// First and last slice that holds a label; all slices when none does.
    var extent: ClosedRange<Int> {
        guard let first = voxels.firstIndex(where: { $0 > 0 }), let last = voxels.lastIndex(where: { $0 > 0 }) else {
            return 0...(voxels.count - 1)
        }
        return first...last
    }
}
