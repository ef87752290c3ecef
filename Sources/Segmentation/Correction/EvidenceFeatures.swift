/// What a correction knows of each voxel: 174 numbers about one label, the others together and the image around it.
struct EvidenceFeatures {
    /// Numbers a voxel.
    static let count = 174
    /// Bytes a voxel of the grids made here: thirteen, one for smoothing and one that is being made.
    static let bytesPerVoxel = 15 * MemoryLayout<Float>.stride

    /// Grids read at the voxel itself, and those read at 27 places around it, itself among them, so many voxels apart.
    private let points: [[Float]]
    private let surroundings: [(grid: [Float], step: Int)]
    private let size: SIMD3<Int>
    /// The voxels at which the label may lie.
    let places: [Int]

    /// Of one label of the evidence, by its place.
    init(_ evidence: LabelEvidence, label: Int) {
        let (size, count) = (evidence.size, evidence.count)
        self.size = size
        let filters = [GaussianFilter(sigma: 1), GaussianFilter(sigma: 2)]
        func smoothed(_ grid: [Float]) -> [[Float]] { filters.map { $0.apply(grid, size) } }
        func share(_ sums: [UInt16]) -> [Float] { sums.map { Float($0) / 65535 } }
        func others(_ sums: [[UInt16]]) -> [Float] {
            var total = [Float](repeating: 0, count: count)
            for (n, sum) in sums.enumerated() where n != label {
                for voxel in 0..<count { total[voxel] += Float(sum[voxel]) / 65535 }
            }
            return total
        }
        let (own, network) = (share(evidence.fused[label]), share(evidence.network[label]))
        let (rest, restNetwork) = (others(evidence.fused), others(evidence.network))
        let image = Self.relative(evidence.image, to: zip(own, rest).map { $0 + $1 })
        let (ownSmooth, restSmooth, imageSmooth) = (smoothed(own), smoothed(rest), smoothed(image))
        points =
            [own, network] + ownSmooth + smoothed(network) + [rest, restNetwork] + restSmooth + imageSmooth
        surroundings =
            [own, rest, image].map { ($0, 1) } + [ownSmooth[0], restSmooth[0], imageSmooth[0]].map { ($0, 3) }
        let (sums, faint) = (evidence.fused[label], LabelEvidence.faint)
        places = (0..<count).filter { sums[$0] > faint }
    }

    /// Values less the mean in the labels, over their standard deviation there: scanners and windows differ.
    private static func relative(_ image: [Float], to probability: [Float]) -> [Float] {
        var (total, sum, squares) = (0.0, 0.0, 0.0)
        for (value, weight) in zip(image, probability) where weight > 0.5 {
            let (value, weight) = (Double(value), Double(weight))
            total += weight
            sum += weight * value
            squares += weight * value * value
        }
        guard total > 0 else { return image }
        let mean = sum / total
        let deviation = max(0, squares / total - mean * mean).squareRoot() + 0.01
        return image.map { min(max((($0) - Float(mean)) / Float(deviation), -10), 10) }
    }

    /// Rows of numbers for some of the voxels, [voxel][174].
    func rows(at voxels: ArraySlice<Int>) -> [Float] {
        var rows: [Float] = []
        rows.reserveCapacity(voxels.count * Self.count)
        for voxel in voxels {
            for grid in points { rows.append(grid[voxel]) }
            let (x, y, z) = (voxel / (size.y * size.z), voxel / size.z % size.y, voxel % size.z)
            for (grid, step) in surroundings {
                // Beyond the part's border the outermost value goes on.
                let slices = [max(x - step, 0), x, min(x + step, size.x - 1)].map { $0 * size.y * size.z }
                let lines = [max(y - step, 0), y, min(y + step, size.y - 1)].map { $0 * size.z }
                let columns = [max(z - step, 0), z, min(z + step, size.z - 1)]
                for slice in slices {
                    for line in lines {
                        for column in columns { rows.append(grid[slice + line + column]) }
                    }
                }
            }
        }
        return rows
    }
}
