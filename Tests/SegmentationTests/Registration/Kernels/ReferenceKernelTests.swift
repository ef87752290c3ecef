import CRegistrationKernels
import TestSupport
import Testing

/// Kernels against SciPy and NumPy in float64. Oracle: Fixtures, written by scripts/registration-reference, which makes the
/// same numbers and says how.
@Suite struct ReferenceKernelTests {
    private static let size = SIMD3(9, 7, 37)
    /// The script keeps every third number.
    private static let kept = 3

    private static func reference(_ name: String) throws -> [Double] {
        try NumPyArray(repository + "/Tests/SegmentationTests/Registration/Fixtures/\(name).npy").values
    }

    private static func thinned(_ values: [Double]) -> [Double] {
        stride(from: 0, to: values.count, by: kept).map { values[$0] }
    }

    /// gaussian_filter, mode "nearest".
    @Test(arguments: RunnableKernels.names)
    func smoothsAsSciPy(_ name: String) throws {
        let kernels = RunnableKernels.named(name)
        let (grid, size) = (PlainGrid(Self.size, stream: 1), Self.size.kernel)
        var found: [Double] = []
        for (sigma, radius) in [(0.3, 1), (0.7, 3), (1, 3), (2, 6), (3, 9)] {
            let half = PlainGrid.half(sigma: sigma, radius: radius).map { Float($0) }
            let (values, result) = (GuardedBuffer(grid.values), GuardedBuffer(Self.size.count, filledWith: .nan))
            let room = GuardedBuffer(kernels.smooth_scratch(size, Int32(radius)))
            kernels.smooth(values.floats, size, half, Int32(radius), room.floats, result.floats)
            found += Self.thinned(result.values)
        }
        #expect(largestDifference(found, try Self.reference("smoothed")) < 1e-6)
    }

    /// map_coordinates, order 1, mode "nearest".
    @Test(arguments: RunnableKernels.names)
    func samplesAsSciPy(_ name: String) throws {
        let kernels = RunnableKernels.named(name)
        let lattice = PlainLattice(
            size: SIMD3(6, 5, 40), origin: SIMD3(-1.25, -0.75, -3.5),
            steps: [SIMD3(2.1, 0.2, -0.3), SIMD3(-0.15, 1.9, 0.4), SIMD3(0.05, -0.02, 1.1)])
        let pairs = PlainGrid(Self.size, stream: 1).paired(kernels)
        var (source, places) = (tomos_grid(pairs: pairs.floats, size: Self.size.tuple), lattice.kernel)
        let result = GuardedBuffer(lattice.size.count, filledWith: .nan)
        var inside = [UInt8](repeating: 0, count: lattice.size.count)
        withExtendedLifetime(pairs) { kernels.resample(&source, &places, result.floats, &inside) }
        #expect(largestDifference(Self.thinned(result.values), try Self.reference("sampled")) < 1e-5)
    }

    /// gaussian_filter of values, squares and slopes.
    @Test(arguments: RunnableKernels.names)
    func appearanceIsAsSciPy(_ name: String) throws {
        let kernels = RunnableKernels.named(name)
        let values = GuardedBuffer(PlainGrid(Self.size, stream: 1).values)
        let result = GuardedBuffer(4 * Self.size.count, filledWith: .nan)
        let room = GuardedBuffer(kernels.appearance_scratch(Self.size.kernel), filledWith: .nan)
        kernels.appearance(values.floats, Self.size.kernel, [1, 1, 1], room.floats, result.floats)
        let found = (0..<4).flatMap { Self.thinned(result.channel($0, of: 4)) }
        #expect(largestDifference(found, try Self.reference("appearance")) < 1e-4 && room.isWhole && result.isWhole)
    }

    /// uniform_filter of squared differences, exp.
    @Test(arguments: RunnableKernels.names)
    func similarityIsAsSciPy(_ name: String) throws {
        let kernels = RunnableKernels.named(name)
        let values = GuardedBuffer(PlainGrid(Self.size, stream: 1).values)
        let result = GuardedBuffer(TOMOS_SIMILARITY * Self.size.count, filledWith: .nan)
        let room = GuardedBuffer(kernels.similarity_scratch(Self.size.kernel), filledWith: .nan)
        kernels.similarity(values.floats, Self.size.kernel, [1, 1, 1], room.floats, result.floats)
        let found = (0..<TOMOS_SIMILARITY).flatMap { Self.thinned(result.channel($0, of: TOMOS_SIMILARITY)) }
        #expect(largestDifference(found, try Self.reference("similarity")) < 1e-4 && room.isWhole && result.isWhole)
    }

    /// Seven steps with numpy.linalg.inv, numpy.gradient and SciPy's smoothing.
    @Test(arguments: RunnableKernels.names)
    func refinesAsNumPy(_ name: String) throws {
        let kernels = RunnableKernels.named(name)
        let count = Self.size.count
        func field(_ stream: Int) -> GuardedBuffer { .field((0..<4).map { hashedValues(stream + $0, count) }) }
        let (fixed, moving) = (field(10), field(20))
        let displacement = GuardedBuffer.field(
            (0..<3).map { hashedValues(4 + $0, count, times: 2) } + [.init(repeating: 0, count: count)])
        let weights = GuardedBuffer((0..<count).map { hashBits(7, $0) % 5 != 0 ? 1 : 0 })
        let room = GuardedBuffer(kernels.refine_scratch(Self.size.kernel))
        var refinement = tomos_refinement(
            size: Self.size.tuple, spacing: (1, 1, 1), fixed: fixed.floats, moving: moving.floats,
            weights: weights.floats, faint: 3e-3, displacement: displacement.floats)
        withExtendedLifetime((fixed, moving, weights)) { kernels.refine(&refinement, 7, room.floats) }
        let found = (0..<3).flatMap { Self.thinned(displacement.channel($0, of: 4)) }
        #expect(largestDifference(found, try Self.reference("refined")) < 1e-3)
        #expect(displacement.isWhole && room.isWhole && displacement.channel(3, of: 4).allSatisfy { $0 == 0 })
    }
}
