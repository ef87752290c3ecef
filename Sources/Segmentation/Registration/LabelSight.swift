import Preparation

/// One of the pack's volumes laid over the whole of a case, to see where its labels come to lie.
struct LabelSight: Sendable {
    /// From places in the case to those in the pack's volume.
    let map: AffineMap
    /// At every sample of the case the labels' share, and how unlike the two volumes look around there.
    let share, unlikeness: [Float]
    /// The case's grid, and the pack's volume's.
    private let grid, own: ReducedVolume
    /// The labels' share on the latter, as kernels warp it: with three times 0.
    private let labels: KernelField
    private let kernels: RegistrationKernels

    /// What counts as around a sample, in samples: the sigma of a Gaussian.
    private static let around = 4.0

    /// Fits the pack's volume to the case.
    ///
    /// - Parameters:
    ///   - fixed: The case on one grid.
    ///   - moving: The pack's volume on one.
    ///   - labels: The share of its labels on the same.
    init(_ fixed: ComparedVolume, _ moving: ComparedVolume, labels: ReducedVolume) {
        self.init(fixed, moving, labels: labels, map: AffineMap(registering: moving, to: fixed))
    }

    /// The same after a known map.
    init(
        _ fixed: ComparedVolume, _ moving: ComparedVolume, labels: ReducedVolume, map: AffineMap,
        kernels: RegistrationKernels = .fastest
    ) {
        let (grid, moved) = (fixed.coarsest, moving.coarsest)
        let field = KernelField(labels.size, channels: 4)
        withExtendedLifetime(field) {
            for (n, value) in labels.values.enumerated() { field.floats[4 * n] = value }
        }
        (self.map, self.grid, own, self.labels, self.kernels) = (map, grid, moved, field, kernels)

        let displacement = DeformableFit(fixed: fixed, moving: moving, map: map, kernels: kernels).displacement()
        let look = kernels.warp(moving.levels[0].appearance, of: moved, onto: grid, by: map).field
        let there = kernels.displace(look, by: displacement)
        let differences = fixed.levels[0].appearance.squaredDifferences(from: there)
        unlikeness = GaussianFilter(sigma: Self.around, kernels: kernels).apply(differences).array
        let placed = kernels.placed(field, of: moved, on: grid, by: map)
        share = kernels.displace(placed, by: displacement).channel(0)
    }

    /// The middle of the labels in the pack's volume itself, in mm; nil where it has none.
    var ownMiddle: SIMD3<Double>? { own.middle(of: labels.channel(0)) }

    /// The middle of what the case's field of view shows of the labels after an affine map, in mm; nil where that is nothing.
    func middle(by map: AffineMap) -> SIMD3<Double>? {
        grid.middle(of: kernels.placed(labels, of: own, on: grid, by: map).channel(0))
    }
}

extension ReducedVolume {
    /// The middle, in mm, of weights of the grid's samples; nil where all are 0.
    func middle(of weights: [Float]) -> SIMD3<Double>? {
        var (sum, places) = (0.0, SIMD3<Double>.zero)
        var n = 0
        for x in 0..<size.x {
            for y in 0..<size.y {
                for z in 0..<size.z {
                    let weight = Double(weights[n])
                    n += 1
                    guard weight > 0 else { continue }
                    sum += weight
                    places += weight * SIMD3(Double(x), Double(y), Double(z))
                }
            }
        }
        return sum > 0 ? (places / sum + 0.5) * spacing : nil
    }
}

extension KernelGrid {
    var array: [Float] { withExtendedLifetime(self) { Array(UnsafeBufferPointer(start: floats, count: count)) } }
}

extension KernelField {
    /// The values of one channel.
    func channel(_ channel: Int) -> [Float] {
        withExtendedLifetime(self) {
            (0..<KernelGrid.count(size)).map { floats[channels * $0 + channel] }
        }
    }

    /// At every sample the sum of squares of what another field of its size differs by.
    fileprivate func squaredDifferences(from other: KernelField) -> KernelGrid {
        precondition(size == other.size && channels == other.channels, "fields of two kinds")
        let result = KernelGrid(size)
        withExtendedLifetime((self, other, result)) {
            for n in 0..<result.count {
                var sum: Float = 0
                for k in n * channels..<(n + 1) * channels {
                    let difference = floats[k] - other.floats[k]
                    sum += difference * difference
                }
                result.floats[n] = sum
            }
        }
        return result
    }
}

extension RegistrationKernels {
    /// A field at the image of every sample of another grid, and 0 where that lies outside.
    fileprivate func placed(
        _ field: KernelField, of volume: ReducedVolume, on grid: ReducedVolume, by map: AffineMap
    ) -> KernelField {
        let (placed, inside) = warp(field, of: volume, onto: grid, by: map)
        withExtendedLifetime((placed, inside)) {
            for n in 0..<inside.count where inside.floats[n] == 0 {
                for k in n * placed.channels..<(n + 1) * placed.channels { placed.floats[k] = 0 }
            }
        }
        return placed
    }
}
