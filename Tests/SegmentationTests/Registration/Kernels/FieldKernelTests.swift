import CRegistrationKernels
import Testing
import TestSupport

/// Fields: reading between samples, other grids, blocks and the search, against the same in double precision and against
/// displacements that are known.
@Suite struct FieldKernelTests {
    /// Rows of fewer samples than are found at a time, and axes of one sample.
    static let sizes = [SIMD3(1, 1, 1), SIMD3(3, 5, 2), SIMD3(4, 1, 9), SIMD3(6, 7, 11)]

    private static func grids(_ size: SIMD3<Int>, _ channels: Int, stream: Int) -> [PlainGrid] {
        (0..<channels).map { PlainGrid(size, stream: stream + $0) }
    }

    @Test(arguments: sizes, RunnableKernels.names)
    func warpsFieldsByAnAffineMap(_ size: SIMD3<Int>, _ name: String) {
        let kernels = RunnableKernels.named(name)
        for channels in [4, TOMOS_SIMILARITY] {
            let grids = Self.grids(size, channels, stream: 1)
            let lattice = SampleKernelTests.lattice(size, margin: 0.5)
            let (field, result) = (
                GuardedBuffer.field(grids.map(\.values)), GuardedBuffer(channels * lattice.size.count, filledWith: .nan)
            )
            let inside = GuardedBuffer(lattice.size.count, filledWith: .nan)
            var places = lattice.kernel
            kernels.warp(field.floats, size.kernel, Int32(channels), &places, result.floats, inside.floats)
            for (n, grid) in grids.enumerated() {
                let expected = lattice.places.map { grid.value(at: $0).value }
                #expect(largestDifference(result.channel(n, of: channels), expected) < 1e-5)
            }
            #expect(inside.values == lattice.places.map { lattice.isInside($0, size) ? 1 : 0 })
            #expect(result.isWhole && inside.isWhole)
        }
    }

    @Test(arguments: sizes, RunnableKernels.names)
    func movesFieldsByADisplacement(_ size: SIMD3<Int>, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let (grids, shifts) = (
            Self.grids(size, 4, stream: 1), (0..<3).map { PlainGrid(size, stream: 9 + $0, times: 3) }
        )
        let field = GuardedBuffer.field(grids.map(\.values))
        let displacement = GuardedBuffer.field(shifts.map(\.values) + [[Double](repeating: 77, count: size.count)])
        let result = GuardedBuffer(4 * size.count, filledWith: .nan)
        kernels.displace(field.floats, size.kernel, 4, displacement.floats, result.floats)
        for (n, grid) in grids.enumerated() {
            let expected = grid.places.enumerated().map { at, place in
                let shift = SIMD3(shifts[0].values[at], shifts[1].values[at], shifts[2].values[at])
                return grid.value(at: SIMD3(Double(place.x), Double(place.y), Double(place.z)) + shift).value
            }
            #expect(largestDifference(result.channel(n, of: 4), expected) < 1e-5 && result.isWhole)
        }
    }

    /// A displacement that grows evenly is the same in mm on every grid, and is added to what was there.
    @Test(arguments: RunnableKernels.names)
    func displacementsGoFromGridToGrid(_ name: String) {
        let kernels = RunnableKernels.named(name)
        let (size, to) = (SIMD3(5, 6, 7), SIMD3(10, 9, 21))
        let (spacing, toSpacing) = (SIMD3(2.0, 3, 4.5), SIMD3(1.0, 2, 1.5))
        func shift(_ place: SIMD3<Double>) -> SIMD3<Double> {
            SIMD3(0.1 * place.x - 0.2 * place.z, 0.3 * place.y, 0.05 * place.z) + SIMD3(1, -2, 3)
        }
        func field(_ size: SIMD3<Int>, _ spacing: SIMD3<Double>, plus rest: Double) -> [[Double]] {
            let places = PlainGrid(size, stream: 1).places.map {
                (SIMD3(Double($0.x), Double($0.y), Double($0.z)) + 0.5) * spacing
            }
            return (0..<3).map { n in places.map { shift($0)[n] / spacing[n] + rest } } + [places.map { _ in 0 }]
        }
        let from = GuardedBuffer.field(field(size, spacing, plus: 0))
        let result = GuardedBuffer.field((0..<4).map { n in [Double](repeating: n < 3 ? 5 : 0, count: to.count) })
        kernels.regrid(
            from.floats, size.kernel, [spacing.x, spacing.y, spacing.z], to.kernel,
            [toSpacing.x, toSpacing.y, toSpacing.z], result.floats)
        let expected = field(to, toSpacing, plus: 5)
        // Half a sample of the coarser grid from its border on: beyond, the outermost value goes on.
        let isInner = PlainGrid(to, stream: 1).places.map { place in
            let at = (SIMD3(Double(place.x), Double(place.y), Double(place.z)) + 0.5) * toSpacing / spacing
            return (0..<3).allSatisfy { at[$0] >= 0.5 && at[$0] <= Double(size[$0]) - 0.5 }
        }
        for n in 0..<4 {
            let found = zip(isInner, result.channel(n, of: 4)).compactMap { $0 ? $1 : nil }
            let wanted = zip(isInner, expected[n]).compactMap { $0 ? $1 : nil }
            #expect(wanted.count > 500 && largestDifference(found, wanted) < 1e-5 && result.isWhole)
        }
    }

    @Test(arguments: RunnableKernels.names)
    func blocksAreMeans(_ name: String) {
        let kernels = RunnableKernels.named(name)
        let (size, block) = (SIMD3(5, 4, 7), SIMD3(2, 3, 3))
        let blocks = SIMD3(3, 2, 3)
        let grids = Self.grids(size, TOMOS_SIMILARITY, stream: 1)
        let field = GuardedBuffer.field(grids.map(\.values))
        let result = GuardedBuffer(TOMOS_SIMILARITY * blocks.count, filledWith: .nan)
        kernels.pool(field.floats, size.kernel, block.kernel, result.floats)
        for (n, grid) in grids.enumerated() {
            let expected = PlainGrid(blocks, stream: 1).places.map { place in
                let inside = grid.places.indices.filter {
                    let at = grid.places[$0]
                    return at.x / block.x == place.x && at.y / block.y == place.y && at.z / block.z == place.z
                }
                return inside.reduce(0) { $0 + grid.values[$1] } / Double(inside.count)
            }
            #expect(largestDifference(result.channel(n, of: TOMOS_SIMILARITY), expected) < 1e-6 && result.isWhole)
        }
    }

    /// One image is the other moved by whole blocks.
    @Test(arguments: [SIMD3(0, 0, 0), SIMD3(1, -1, 2), SIMD3(-2, 0, 1)], RunnableKernels.names)
    func aShiftIsFound(_ shift: SIMD3<Int>, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let (size, reach) = (SIMD3(9, 8, 10), SIMD3(2, 2, 2))
        let moving = Self.grids(size, TOMOS_SIMILARITY, stream: 1)
        let fixed = moving.map { grid in grid.map { grid[$0 + shift.x, $1 + shift.y, $2 + shift.z] } }
        let found = Self.search(kernels, fixed, moving, size, reach)
        for (n, place) in PlainGrid(size, stream: 1).places.enumerated() {
            // Near the border neighbours have seen other things.
            let at = SIMD3(place.x, place.y, place.z)
            guard (0..<3).allSatisfy({ at[$0] >= 3 && at[$0] < size[$0] - 3 }) else { continue }
            for axis in 0..<3 { #expect(abs(found.channel(axis, of: 4)[n] - Double(shift[axis])) < 0.25) }
        }
    }

    /// Where nothing is to be seen nothing moves.
    @Test(arguments: RunnableKernels.names)
    func flatImagesStay(_ name: String) {
        let size = SIMD3(5, 4, 6)
        let flat = (0..<TOMOS_SIMILARITY).map { _ in PlainGrid(size, [Double](repeating: 1, count: size.count)) }
        let found = Self.search(RunnableKernels.named(name), flat, flat, size, SIMD3(2, 1, 2))
        #expect(found.values.allSatisfy { $0 == 0 })
    }

    private static func search(
        _ kernels: tomos_registration_kernels, _ fixed: [PlainGrid], _ moving: [PlainGrid], _ size: SIMD3<Int>,
        _ reach: SIMD3<Int>
    ) -> GuardedBuffer {
        let (f, m) = (GuardedBuffer.field(fixed.map(\.values)), GuardedBuffer.field(moving.map(\.values)))
        let found = GuardedBuffer(4 * size.count, filledWith: .nan)
        let room = GuardedBuffer(kernels.search_scratch(size.kernel, reach.kernel), filledWith: .nan)
        kernels.search(f.floats, m.floats, size.kernel, [3, 3, 3], reach.kernel, room.floats, found.floats)
        #expect(found.isWhole && room.isWhole)
        return found
    }

    /// What goes there and back again comes out nearer to where it began.
    @Test(arguments: RunnableKernels.names)
    func displacementsAreReconciled(_ name: String) {
        let kernels = RunnableKernels.named(name)
        let size = SIMD3(8, 9, 10)
        func smooth(_ stream: Int) -> GuardedBuffer {
            let half = PlainGrid.half(sigma: 2, radius: 6)
            let shifts = (0..<3).map { PlainGrid(size, stream: stream + $0, times: 4).smoothed(half).values }
            return .field(shifts + [[Double](repeating: 0, count: size.count)])
        }
        let (there, back, room) = (smooth(1), smooth(5), GuardedBuffer(8 * size.count, filledWith: .nan))
        func error() -> Double {
            let u = (0..<3).map { PlainGrid(size, there.channel($0, of: 4)) }
            let v = (0..<3).map { PlainGrid(size, back.channel($0, of: 4)) }
            return u[0].places.indices.reduce(0.0) { sum, n in
                let (place, shift) = (u[0].places[n], SIMD3(u[0].values[n], u[1].values[n], u[2].values[n]))
                let at = SIMD3(Double(place.x), Double(place.y), Double(place.z)) + shift
                return sum + (0..<3).reduce(0.0) { $0 + abs(shift[$1] + v[$1].value(at: at).value) }
            }
        }
        let before = error()
        kernels.reconcile(there.floats, back.floats, size.kernel, 5, room.floats)
        #expect(error() < 0.2 * before && there.isWhole && back.isWhole && room.isWhole)
    }
}
