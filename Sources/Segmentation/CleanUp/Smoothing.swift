import Foundation
import Volumes

/// Smoothing of a label map: every voxel takes the label that weighs most around it, background included.
///
/// The weights are a Gaussian in millimetres (cut at four standard deviations; beyond the grid its edge goes on), so a
/// slice-wise result is made consistent across slices as much as within them. Equal weights go to background, then to
/// the lowest id. The map is worked on in slabs: memory stays at a few dozen slices.
struct LabelSmoothing {
    /// Standard deviation in mm.
    let sigma: Double

    /// Slices decided at a time.
    private static let slab = 32

    func apply(to map: LabelVolume) -> LabelVolume {
        let spacing = map.geometry.spacing
        let kernels = (0..<3).map { Self.kernel(sigma / spacing[$0]) }
        var result = map
        for first in stride(from: 0, to: map.geometry.shape.k, by: Self.slab) {
            let core = first..<min(first + Self.slab, map.geometry.shape.k)
            decide(core, map, kernels, into: &result)
        }
        return result
    }

    /// Bytes that smoothing an image takes at most, beside the map: the result, and the arrays of one slab.
    func bytes(_ image: ImageOutline) -> Int {
        let spacing = image.geometry?.spacing.z ?? 0.5
        let reach = Self.radius(sigma / spacing)
        let halo = min(image.shape.k, Self.slab + 2 * reach)
        // Three arrays with the halo while one is blurred into the next; votes, best, sum and ids without it.
        let slab = 3 * halo * 4 + min(image.shape.k, Self.slab) * (3 * 4 + 2)
        return image.shape.count * 2 + image.shape.i * image.shape.j * slab
    }

    /// How many voxels the kernel of `sigma` voxels reaches to either side; of very fine voxels not all, since the time it
    /// takes grows with it.
    private static func radius(_ sigma: Double) -> Int { min(Int(clamping: 4 * sigma + 0.5), 512) }

    /// Weights of offsets -r ... r, in voxels; they add up to 1.
    static func kernel(_ sigma: Double) -> [Float] {
        let radius = radius(sigma)
        let weights = (-radius...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
        let sum = weights.reduce(0, +)
        return weights.map { Float($0 / sum) }
    }

    private func decide(_ core: Range<Int>, _ map: LabelVolume, _ kernels: [[Float]], into result: inout LabelVolume) {
        let shape = map.geometry.shape
        let plane = shape.i * shape.j
        let reach = kernels[2].count / 2
        let halo = max(0, core.lowerBound - reach)..<min(shape.k, core.upperBound + reach)
        let labels = map.voxels[halo.lowerBound * plane..<halo.upperBound * plane]
        let present = Set(labels).subtracting([0]).sorted()
        if present.isEmpty { return }
        var best = [Float](repeating: 0, count: core.count * plane)
        var sum = best
        var ids = [UInt16](repeating: 0, count: core.count * plane)
        for id in present {
            let votes = blurred(labels.map { $0 == id ? 1 : 0 }, shape, halo, core, kernels)
            for n in votes.indices {
                sum[n] += votes[n]
                if votes[n] > best[n] { (best[n], ids[n]) = (votes[n], id) }
            }
        }
        let start = core.lowerBound * plane
        for n in ids.indices { result.voxels[start + n] = best[n] > 1 - sum[n] ? ids[n] : 0 }
    }

    /// The slices `core` of an indicator given on `halo`, blurred along i, j and k.
    private func blurred(
        _ indicator: [Float], _ shape: Shape, _ halo: Range<Int>, _ core: Range<Int>, _ kernels: [[Float]]
    ) -> [Float] {
        let plane = shape.i * shape.j
        let alongI = Self.blur(indicator, kernels[0], count: shape.i, stride: 1, outputs: 0..<shape.i)
        let alongJ = Self.blur(alongI, kernels[1], count: shape.j, stride: shape.i, outputs: 0..<shape.j)
        // Positions along k count from the halo's start; a halo that stops at the grid's edge repeats that edge.
        let outputs = core.lowerBound - halo.lowerBound..<core.upperBound - halo.lowerBound
        return Self.blur(alongJ, kernels[2], count: halo.count, stride: plane, outputs: outputs)
    }

    /// Blurs along one axis of `count` elements `stride` apart, keeping the positions `outputs`.
    private static func blur(
        _ values: [Float], _ kernel: [Float], count: Int, stride: Int, outputs: Range<Int>
    ) -> [Float] {
        let radius = kernel.count / 2
        if radius == 0, outputs.count == count { return values }
        let blocks = values.count / (count * stride)
        var result = [Float](repeating: 0, count: blocks * outputs.count * stride)
        values.withUnsafeBufferPointer { values in
            result.withUnsafeMutableBufferPointer { result in
                for block in 0..<blocks {
                    for (n, position) in outputs.enumerated() {
                        let to = (block * outputs.count + n) * stride
                        for tap in -radius...radius {
                            let source = min(max(position + tap, 0), count - 1)
                            let from = (block * count + source) * stride
                            let weight = kernel[tap + radius]
                            for m in 0..<stride { result[to + m] += weight * values[from + m] }
                        }
                    }
                }
            }
        }
        return result
    }
}
