import Volumes

/// The squared distance in mm^2 from the centre of every voxel of a grid to that of the nearest seed; infinity
/// everywhere when there is no seed.
///
/// The exact Euclidean transform of Felzenszwalb and Huttenlocher (Distance transforms of sampled functions, Theory of
/// Computing 8, 2012): one axis after the other, each line the lower envelope of parabolas.
///
/// - Parameters:
///   - seeds: places in the voxel array, i fastest.
///   - spacing: mm between neighbours along i, j, k; the axes count as orthogonal.
func squaredDistances(to seeds: [Int], in shape: Shape, spacing: Vec3) -> [Double] {
    var field = [Double](repeating: .infinity, count: shape.count)
    for seed in seeds { field[seed] = 0 }
    field.withUnsafeMutableBufferPointer { field in
        for axis in 0..<3 { addAxis(axis, to: field, shape, step: spacing[axis]) }
    }
    return field
}

/// Lets the distances spread along one axis.
private func addAxis(_ axis: Int, to field: UnsafeMutableBufferPointer<Double>, _ shape: Shape, step: Double) {
    // Lines along j and k are handled sixteen neighbours at a time: their voxels share cache lines.
    let (groups, groupStride, columns) =
        switch axis {
        case 0: (shape.j * shape.k, shape.i, 1)
        case 1: (shape.k, shape.i * shape.j, shape.i)
        default: (shape.j, shape.i, shape.i)
        }
    let width = min(16, columns)
    let count = shape[axis]
    var envelope = LowerEnvelope(count: count, step: step)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: width * count) { tile in
        for place in 0..<groups {
            for column in Swift.stride(from: 0, to: columns, by: width) {
                let lines = Lines(
                    start: place * groupStride + column, lines: min(width, columns - column), count: count,
                    stride: shape.stride(axis))
                lines.gather(from: field, into: tile)
                for line in 0..<lines.lines {
                    envelope.replace(UnsafeMutableBufferPointer(rebasing: tile[line * count..<(line + 1) * count]))
                }
                lines.scatter(tile, to: field)
            }
        }
    }
}

/// Neighbouring lines of a grid that run along one axis.
private struct Lines {
    /// Place of the first line's first voxel; the n-th line begins n voxels later.
    let start: Int
    /// How many lines, voxels of each, and the distance in the array between these.
    let lines, count, stride: Int

    func gather(from field: UnsafeMutableBufferPointer<Double>, into tile: UnsafeMutableBufferPointer<Double>) {
        for n in 0..<count {
            for line in 0..<lines { tile[line * count + n] = field[start + n * stride + line] }
        }
    }

    func scatter(_ tile: UnsafeMutableBufferPointer<Double>, to field: UnsafeMutableBufferPointer<Double>) {
        for n in 0..<count {
            for line in 0..<lines { field[start + n * stride + line] = tile[line * count + n] }
        }
    }
}

/// The lower envelope of the parabolas that stand on the points of a line.
private struct LowerEnvelope {
    private let step: Double
    /// Of every parabola in the envelope: where its apex lies, how high, and from where on it is the lowest.
    private var apex: [Int]
    private var height, start: [Double]

    init(count: Int, step: Double) {
        self.step = step
        apex = Array(repeating: 0, count: count)
        height = Array(repeating: 0, count: count)
        start = height
    }

    /// Replaces each value f(p) by the minimum over q of f(q) + (step (p - q))^2.
    mutating func replace(_ line: UnsafeMutableBufferPointer<Double>) {
        let parabolas = build(line)
        guard parabolas > 0 else { return }
        var n = 0
        for p in line.indices {
            while n + 1 < parabolas, start[n + 1] < Double(p) { n += 1 }
            let distance = Double(p - apex[n]) * step
            line[p] = distance * distance + height[n]
        }
    }

    /// Finds the envelope and returns the number of its parabolas; infinite values carry none.
    private mutating func build(_ line: UnsafeMutableBufferPointer<Double>) -> Int {
        var parabolas = 0
        for q in line.indices where line[q] < .infinity {
            var from = -Double.infinity
            while parabolas > 0 {
                from = crossing(of: parabolas - 1, with: q, line[q])
                if from > start[parabolas - 1] { break }
                parabolas -= 1
                from = -.infinity
            }
            (apex[parabolas], height[parabolas], start[parabolas]) = (q, line[q], from)
            parabolas += 1
        }
        return parabolas
    }

    /// Where the parabola on `q` begins to lie below the n-th, in voxels.
    private func crossing(of n: Int, with q: Int, _ value: Double) -> Double {
        let (a, b) = (Double(apex[n]), Double(q))
        return (a + b) / 2 + (value - height[n]) / (2 * step * step * (b - a))
    }
}
