import CRegistrationKernels
import Foundation
import Platform
import Volumes

/// Smoothing of a grid by a Gaussian, one axis after the other; beyond the border the outermost value goes on.
struct GaussianFilter: Sendable {
    /// One half of the kernel: the centre's weight, then those of its neighbours at distance 1, 2, ...
    let half: [Float]
    private let kernels: RegistrationKernels

    /// `sigma` in samples; the kernel ends at three of them.
    init(sigma: Double, kernels: RegistrationKernels = .fastest) {
        let radius = max(1, Int(known: (3 * sigma).rounded(.up)))
        let weights = (0...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
        let sum = weights[0] + 2 * weights.dropFirst().reduce(0, +)
        half = weights.map { Float($0 / sum) }
        self.kernels = kernels
    }

    /// The grid smoothed.
    func apply(_ grid: KernelGrid) -> KernelGrid {
        let (result, radius) = (KernelGrid(grid.size), Int32(half.count - 1))
        grid.size.withKernelSize { size in
            let room = AlignedBuffer(kernels.pointee.smooth_scratch(size, radius))
            withExtendedLifetime(room) {
                kernels.pointee.smooth(grid.floats, size, half, radius, room.floats, result.floats)
            }
        }
        return result
    }
}
