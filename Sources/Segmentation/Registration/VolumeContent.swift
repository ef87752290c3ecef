import Preparation

extension ReducedVolume {
    /// The box in mm, along S, R, A, outside of which the planes hold next to nothing.
    var content: (low: SIMD3<Double>, high: SIMD3<Double>) {
        var (low, high) = (SIMD3<Double>.zero, extent)
        for (axis, sums) in planeSums.enumerated() {
            let enough = 0.05 * (sums.max() ?? 0)
            guard enough > 0, let first = sums.firstIndex(where: { $0 > enough }),
                let last = sums.lastIndex(where: { $0 > enough })
            else { continue }
            low[axis] = Double(first) * spacing[axis]
            high[axis] = Double(last + 1) * spacing[axis]
        }
        return (low, high)
    }

    /// Along each of S, R and A the sum of the values of every plane across it.
    private var planeSums: [[Double]] {
        var alongS = [Double](repeating: 0, count: size.x)
        var alongR = [Double](repeating: 0, count: size.y)
        var columns = [Double](repeating: 0, count: size.z)
        values.withUnsafeBufferPointer { values in
            for x in 0..<size.x {
                for y in 0..<size.y {
                    var sum = 0.0
                    let row = (x * size.y + y) * size.z
                    for z in 0..<size.z {
                        let value = Double(values[row + z])
                        sum += value
                        columns[z] += value
                    }
                    alongS[x] += sum
                    alongR[y] += sum
                }
            }
        }
        return [alongS, alongR, columns]
    }
}
