import CRegistrationKernels
import Platform
import Preparation

/// Finds the smooth displacement after which an affine map brings one volume onto another: large displacements by a search
/// among all that are possible, on features that do not depend on contrast; then small ones by Gauss-Newton steps on values
/// and slopes against their surroundings, from coarse to fine.
///
/// Of the variants that were tried on pairs inside the packs of five sets, this one carried labels over best in its time.
struct DeformableFit {
    let fixed, moving: ComparedVolume
    /// From places in `fixed` to those in `moving`.
    let map: AffineMap
    var kernels = RegistrationKernels.fastest

    /// The searches, one after the other on what is left: sides of the blocks that are moved, and how many blocks' sides far,
    /// in samples of the coarser grid along its finest axis.
    private static let searches: [(block: Double, reach: Double)] = [(3, 3), (2, 2)]
    /// Rounds in which the searches from one volume to the other and back are made to agree.
    private static let rounds = 5
    /// Steps on each grid, from coarse to fine.
    private static let steps = [10, 4, 2]
    /// Square of a slope of the features that is too faint to follow.
    private static let faint: Float = 3e-3

    /// Floats of working room on a finest grid of so many samples, at most: the moving volume's features after the map, three
    /// fields of equations, the displacement, and room to smooth them.
    static func roomFloats(samples: Int) -> Int { samples * (4 + 12 + 4 + 5 + 1) }

    /// The displacement in samples of the finest grid.
    func displacement() -> KernelField {
        var found = KernelField(fixed.coarsest.size, channels: 4)
        search(into: found)
        for (n, level) in fixed.levels.enumerated() {
            if n > 0 {
                let finer = KernelField(level.volume.size, channels: 4)
                regrid(found, spacing: fixed.levels[n - 1].volume.spacing, to: finer, spacing: level.volume.spacing)
                found = finer
            }
            refine(found, level, moving.levels[n], steps: Self.steps[n])
        }
        return found
    }

    // MARK: large displacements

    private func search(into displacement: KernelField) {
        let whole = fixed.coarsest
        let warped = kernels.warp(moving.similarity, of: moving.coarsest, onto: whole, by: map).field
        for (n, search) in Self.searches.enumerated() {
            let there = n == 0 ? warped : kernels.displace(warped, by: displacement)
            let grid = SearchGrid(whole, block: search.block, reach: search.reach)
            let (one, other) = (pool(fixed.similarity, grid), pool(there, grid))
            let (forth, back) = (find(one, other, grid), find(other, one, grid))
            let room = AlignedBuffer(2 * forth.count)
            withExtendedLifetime((forth, back, room)) {
                grid.size.withKernelSize {
                    kernels.pointee.reconcile(forth.floats, back.floats, $0, Int32(Self.rounds), room.floats)
                }
            }
            regrid(forth, spacing: grid.spacing, to: displacement, spacing: whole.spacing)
        }
    }

    private func pool(_ features: KernelField, _ grid: SearchGrid) -> KernelField {
        let pooled = KernelField(grid.size, channels: features.channels)
        withExtendedLifetime((features, pooled)) {
            features.size.withKernelSize { size in
                grid.block.withKernelSize { kernels.pointee.pool(features.floats, size, $0, pooled.floats) }
            }
        }
        return pooled
    }

    private func find(_ one: KernelField, _ other: KernelField, _ grid: SearchGrid) -> KernelField {
        let found = KernelField(grid.size, channels: 4)
        grid.size.withKernelSize { size in
            grid.reach.withKernelSize { reach in
                let room = AlignedBuffer(kernels.pointee.search_scratch(size, reach))
                withExtendedLifetime((one, other, room, found)) {
                    grid.spacing.withKernelSpacing {
                        kernels.pointee.search(one.floats, other.floats, size, $0, reach, room.floats, found.floats)
                    }
                }
            }
        }
        return found
    }

    // MARK: small displacements

    private func refine(
        _ displacement: KernelField, _ fixed: ComparedVolume.Level, _ moving: ComparedVolume.Level, steps: Int
    ) {
        let grid = fixed.volume
        let (warped, weights) = kernels.warp(moving.appearance, of: moving.volume, onto: grid, by: map)
        grid.size.withKernelSize { size in
            let room = AlignedBuffer(kernels.pointee.refine_scratch(size))
            var refinement = tomos_refinement(
                size: grid.size.kernelSize, spacing: (grid.spacing.x, grid.spacing.y, grid.spacing.z),
                fixed: fixed.appearance.floats, moving: warped.floats, weights: weights.floats, faint: Self.faint,
                displacement: displacement.floats)
            withExtendedLifetime((fixed, warped, weights, displacement, room)) {
                kernels.pointee.refine(&refinement, Int32(steps), room.floats)
            }
        }
    }

    /// Adds a displacement to that of another grid.
    private func regrid(
        _ from: KernelField, spacing: SIMD3<Double>, to: KernelField, spacing toSpacing: SIMD3<Double>
    ) {
        withExtendedLifetime((from, to)) {
            from.size.withKernelSize { size in
                to.size.withKernelSize { toSize in
                    spacing.withKernelSpacing { spacing in
                        toSpacing.withKernelSpacing {
                            kernels.pointee.regrid(from.floats, size, spacing, toSize, $0, to.floats)
                        }
                    }
                }
            }
        }
    }
}

extension RegistrationKernels {
    /// A field of one grid at the image of every sample of another, and where that lies inside (1 or 0).
    func warp(
        _ field: KernelField, of volume: ReducedVolume, onto grid: ReducedVolume, by map: AffineMap
    ) -> (field: KernelField, inside: KernelField) {
        let result = KernelField(grid.size, channels: field.channels)
        let inside = KernelField(grid.size, channels: 1)
        var lattice = map.lattice(of: grid, in: volume, margin: 0.5)
        withExtendedLifetime((field, result, inside)) {
            field.size.withKernelSize {
                pointee.warp(field.floats, $0, Int32(field.channels), &lattice, result.floats, inside.floats)
            }
        }
        return (result, inside)
    }

    /// A field where a displacement of its own grid leads.
    func displace(_ field: KernelField, by displacement: KernelField) -> KernelField {
        let result = KernelField(field.size, channels: field.channels)
        withExtendedLifetime((field, displacement, result)) {
            field.size.withKernelSize {
                pointee.displace(field.floats, $0, Int32(field.channels), displacement.floats, result.floats)
            }
        }
        return result
    }
}

/// The blocks of a grid that a search moves.
private struct SearchGrid {
    /// Samples of a block, blocks along each axis, and how many blocks far they are moved.
    let block, size, reach: SIMD3<Int>
    /// Of the blocks, in mm.
    let spacing: SIMD3<Double>

    init(_ volume: ReducedVolume, block: Double, reach: Double) {
        func whole(_ length: Double, _ spacing: SIMD3<Double>) -> SIMD3<Int> {
            var result = SIMD3<Int>()
            for n in 0..<3 { result[n] = max(1, Int(known: (length * spacing.min() / spacing[n]).rounded())) }
            return result
        }
        self.block = whole(block, volume.spacing)
        size = (volume.size &+ self.block &- 1) / self.block
        spacing = volume.spacing * SIMD3<Double>(self.block)
        // A quarter of the volume on both sides at most: who looks from end to end finds something alike in anything.
        self.reach = pointwiseMin(whole(reach, spacing), size / 4)
    }
}
