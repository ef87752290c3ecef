import Volumes

/// One step of clean-up on a label map.
public enum CleanStep: Sendable, Hashable {
    /// Keeps so many of the largest connected components of each label; nil keeps those that the pack's volumes have: as
    /// many, of such sizes, and always the largest one.
    case keepLargest(parts: Int? = nil)
    /// Removes components of fewer cubic millimetres, unless the pack's volumes have such ones.
    case removeSmaller(cubicMillimetres: Double)
    /// Gives every voxel the label that weighs most around it, by a Gaussian of this standard deviation in mm.
    case smooth(millimetres: Double)
}

extension CleanStep: CustomStringConvertible {
    /// As a pipeline file has it.
    public var description: String {
        switch self {
        case .keepLargest(nil): "keep-largest"
        case .keepLargest(let parts?): "{ keep-largest: { parts: \(parts) } }"
        case .removeSmaller(let volume): "{ remove-smaller: \(volume) mm3 }"
        case .smooth(let sigma): "{ smooth: \(sigma) mm }"
        }
    }
}

extension LabelVolume {
    /// Applies clean-up steps in order. Components are connected through faces, edges and corners (26 neighbours).
    ///
    /// - Parameter known: The parts that the labels have in the pack. Where it knows none, there are none to spare.
    mutating func clean(_ steps: [CleanStep], known: KnownParts = KnownParts()) {
        let voxel = geometry.voxelVolume
        for step in steps {
            switch step {
            case .keepLargest(let parts):
                Components(self).keep(in: &self) { part, rank in
                    rank < (parts ?? 1)
                        || parts == nil
                            && known.have(part.label, rank: rank, cubicMillimetres: Double(part.voxels) * voxel)
                }
            case .removeSmaller(let volume):
                Components(self).keep(in: &self) { part, rank in
                    let size = Double(part.voxels) * voxel
                    return size >= volume || known.have(part.label, rank: rank, cubicMillimetres: size)
                }
            case .smooth(let sigma): self = LabelSmoothing(sigma: sigma).apply(to: self)
            }
        }
    }
}

/// The connected components of a label map: voxels of one label that touch.
struct Components {
    /// One component, numbered in the order of its first voxel.
    struct Component: Equatable {
        var number: Int
        var label: UInt16
        var voxels: Int
    }

    private(set) var list: [Component] = []
    /// Runs of equal labels along i: first voxel, length, component.
    private var runs: [(start: Int, length: Int, component: Int)] = []

    init(_ volume: LabelVolume) {
        let shape = volume.geometry.shape
        var parents: [Int] = []
        var labels: [UInt16] = []
        // First run of each row of voxels, so that neighbouring rows are found at once.
        var rowStarts: [Int] = []
        for row in 0..<shape.j * shape.k {
            rowStarts.append(runs.count)
            appendRuns(of: volume.voxels, from: row * shape.i, count: shape.i, labels: &labels)
            parents.append(contentsOf: parents.count..<runs.count)
            let (j, k) = (row % shape.j, row / shape.j)
            for (dj, dk) in [(-1, 0), (-1, -1), (0, -1), (1, -1)] where j + dj >= 0 && j + dj < shape.j && k + dk >= 0 {
                let other = (k + dk) * shape.j + j + dj
                let shift = (row - other) * shape.i
                join(rowStarts[row]..<runs.count, rowStarts[other]..<rowStarts[other + 1], shift, labels, &parents)
            }
        }
        number(labels, &parents)
    }

    private mutating func appendRuns(of voxels: [UInt16], from start: Int, count: Int, labels: inout [UInt16]) {
        var at = start
        while at < start + count {
            let label = voxels[at]
            let begin = at
            repeat { at += 1 } while at < start + count && voxels[at] == label
            guard label != 0 else { continue }
            runs.append((begin, at - begin, 0))
            labels.append(label)
        }
    }

    /// Joins runs of two rows that touch; `shift` brings the second row's voxels under the first's.
    private func join(_ a: Range<Int>, _ b: Range<Int>, _ shift: Int, _ labels: [UInt16], _ parents: inout [Int]) {
        func end(_ run: Int) -> Int { runs[run].start + runs[run].length }
        func link(_ m: Int, _ n: Int, _ parents: inout [Int]) {
            // Corners touch: one voxel of overhang counts.
            guard labels[m] == labels[n], runs[m].start <= end(n) + shift, runs[n].start + shift <= end(m) else {
                return
            }
            let (p, q) = (root(m, &parents), root(n, &parents))
            parents[max(p, q)] = min(p, q)
        }
        var (m, n) = (a.lowerBound, b.lowerBound)
        while m < a.upperBound, n < b.upperBound {
            link(m, n, &parents)
            let ahead = end(n) + shift - end(m)
            if ahead > 0 {
                m += 1
            } else {
                // Ending together, each also touches the other's successor.
                if ahead == 0, m + 1 < a.upperBound { link(m + 1, n, &parents) }
                n += 1
            }
        }
    }

    private func root(_ run: Int, _ parents: inout [Int]) -> Int {
        var run = run
        while parents[run] != run {
            parents[run] = parents[parents[run]]
            run = parents[run]
        }
        return run
    }

    private mutating func number(_ labels: [UInt16], _ parents: inout [Int]) {
        var numbers: [Int: Int] = [:]
        for run in runs.indices {
            let root = root(run, &parents)
            let number = numbers[root] ?? list.count
            if numbers[root] == nil {
                numbers[root] = number
                list.append(Component(number: number, label: labels[run], voxels: 0))
            }
            list[number].voxels += runs[run].length
            runs[run].component = number
        }
    }

    /// By number the places of the components among those of their label: 0 for the largest, of equal ones the first.
    private var ranks: [Int] {
        var ranks = [Int](repeating: 0, count: list.count)
        for parts in Dictionary(grouping: list, by: \.label).values {
            let largestFirst = parts.sorted { ($1.voxels, $0.number) < ($0.voxels, $1.number) }
            for (rank, part) in largestFirst.enumerated() { ranks[part.number] = rank }
        }
        return ranks
    }

    /// Sets the voxels of components that are not kept to 0. `isKept` gets each component with its rank among those of its
    /// label, 0 for the largest.
    func keep(in volume: inout LabelVolume, where isKept: (Component, Int) -> Bool) {
        let kept = zip(list, ranks).map(isKept)
        for run in runs where !kept[run.component] {
            for n in run.start..<run.start + run.length { volume.voxels[n] = 0 }
        }
    }
}
