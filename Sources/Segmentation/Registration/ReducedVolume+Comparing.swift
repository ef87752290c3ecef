import CRegistrationKernels
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

    /// This volume's values at the image of every sample of another, and which of these lie inside this volume (1, else 0).
    func resampled(
        on other: ReducedVolume, _ map: AffineMap, kernels: RegistrationKernels = .fastest
    ) -> (values: KernelGrid, inside: [UInt8]) {
        let values = KernelGrid(other.size)
        var lattice = map.lattice(of: other, in: self, margin: 0.5)
        let inside = [UInt8](unsafeUninitializedCapacity: values.count) { inside, initialized in
            PairedGrid(KernelGrid(self), kernels: kernels).withSampled {
                kernels.pointee.resample($0, &lattice, values.floats, inside.baseAddress!)
            }
            initialized = values.count
        }
        return (values, inside)
    }
}

extension KernelGrid {
    /// Pearson's correlation over some samples; 0 when one of the grids is constant there.
    func correlation(_ other: KernelGrid, where isCounted: [UInt8]) -> Double {
        var (count, a, b, ab, aa, bb) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        isCounted.withUnsafeBufferPointer { isCounted in
            for n in 0..<isCounted.count where isCounted[n] != 0 {
                let (x, y) = (Double(floats[n]), Double(other.floats[n]))
                count += 1
                a += x
                b += y
                ab += x * y
                aa += x * x
                bb += y * y
            }
        }
        return ValueMoments([count, a, b, ab, aa, bb]).correlation ?? 0
    }
}
