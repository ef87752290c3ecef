import CRegistrationKernels
import Preparation

/// A volume's values at the image of every sample of another.
struct PlacedVolume {
    let values: KernelGrid
    /// Which images lie inside the volume: 1, else 0.
    let inside: [UInt8]

    init(
        _ volume: ReducedVolume, on other: ReducedVolume, _ map: AffineMap, kernels: RegistrationKernels = .fastest
    ) {
        let values = KernelGrid(other.size)
        var lattice = map.lattice(of: other, in: volume, margin: 0.5)
        inside = [UInt8](unsafeUninitializedCapacity: values.count) { inside, initialized in
            PairedGrid(KernelGrid(volume), kernels: kernels).withSampled {
                kernels.pointee.resample($0, &lattice, values.floats, inside.baseAddress!)
            }
            initialized = values.count
        }
        self.values = values
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
