import CLearningKernels
import Testing
import TestSupport

/// Pooling and enlarging, in the plane and along the depth too.
@Suite struct ResizeTests {
    private static let sizes = [SIMD3(1, 2, 2), SIMD3(4, 2, 6), SIMD3(2, 8, 4)]
    private static let channels = 48
    private static let scale = hashedValues(2, channels, times: 2), shift = hashedValues(3, channels)

    private static func deepOnes(_ size: SIMD3<Int>) -> [Bool] { size[0] % 2 == 0 ? [false, true] : [false] }

    private static func source(
        _ map: GuardedBuffer, _ scale: GuardedBuffer, _ shift: GuardedBuffer
    ) -> tomos_source {
        tomos_source(map: map.floats, channels: Int32(channels), scale: scale.floats, shift: shift.floats)
    }

    @Test(arguments: sizes, RunnableKernels.names)
    func theLargestActivatedValueIsTaken(_ size: SIMD3<Int>, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let map = PlainMap(size, Self.channels, stream: 1)
        let (values, scale, shift) = (GuardedBuffer(map.values), GuardedBuffer(Self.scale), GuardedBuffer(Self.shift))
        for deep in Self.deepOnes(size) {
            let expected = PlainKernels.pooled(PlainKernels.activated(map, Self.scale, Self.shift), deep: deep)
            let result = GuardedBuffer(expected.values.count, filledWith: .nan)
            var source = Self.source(values, scale, shift)
            kernels.pool(&source, map.extent, deep ? 1 : 0, result.floats)
            #expect(result.difference(from: expected.values) < 1e-6)
        }
    }

    /// Every map has four values only, so that most windows hold the largest several times; scale and shift are such
    /// that float32 computes without rounding and keeps them alike.
    @Test(arguments: sizes, RunnableKernels.names)
    func gradientsGoToTheFirstOfTheLargest(_ size: SIMD3<Int>, _ name: String) {
        let kernels = RunnableKernels.named(name)
        var map = PlainMap(size, Self.channels)
        for n in map.values.indices { map.values[n] = Double(hashBits(1, n) % 4) - 1.5 }
        let (scale, shift) = (
            (0..<Self.channels).map { $0 % 2 == 0 ? 1.0 : -0.5 }, [Double](repeating: 0.25, count: 48)
        )
        let activated = PlainKernels.activated(map, scale, shift)
        let (values, scales, shifts) = (GuardedBuffer(map.values), GuardedBuffer(scale), GuardedBuffer(shift))
        for deep in Self.deepOnes(size) {
            let change = PlainMap(PlainKernels.halved(size, deep: deep), Self.channels, stream: 4)
            let before = PlainMap(size, Self.channels, stream: 5)
            let (gradient, result) = (GuardedBuffer(change.values), GuardedBuffer(before.values))
            var source = Self.source(values, scales, shifts)
            kernels.pool_back(&source, map.extent, deep ? 1 : 0, gradient.floats, result.floats)
            let added = PlainKernels.pooledBack(activated, change, deep: deep)
            let expected = zip(before.values, added.values).map { $0 + $1 }
            #expect(result.difference(from: expected) < 1e-6)
        }
    }

    @Test(arguments: sizes + [SIMD3(3, 1, 5)], RunnableKernels.names)
    func enlargingInterpolatesBetweenCentres(_ size: SIMD3<Int>, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let map = PlainMap(size, Self.channels, stream: 1)
        let values = GuardedBuffer(map.values)
        for deep in [false, true] {
            let expected = PlainKernels.enlarged(map, deep: deep)
            let result = GuardedBuffer(expected.values.count, filledWith: .nan)
            kernels.enlarge(values.floats, map.extent, deep ? 1 : 0, result.floats)
            #expect(result.difference(from: expected.values) < 1e-6)
        }
    }

    @Test(arguments: RunnableKernels.names)
    func aLineIsEnlargedAsByHand(_ name: String) {
        let kernels = RunnableKernels.named(name)
        // Values 0, 4, 12 in all channels of one row: quarters between, the outermost beyond the ends.
        let line = GuardedBuffer([0, 4, 12].flatMap { [Double](repeating: $0, count: 16) })
        let extent = tomos_extent(depth: 1, rows: 1, columns: 3, channels: 16)
        let result = GuardedBuffer(2 * 6 * 16, filledWith: .nan)
        kernels.enlarge(line.floats, extent, 0, result.floats)
        let row = [0, 1, 3, 6, 10, 12].flatMap { [Double](repeating: $0, count: 16) }
        #expect(result.values == row + row && result.isWhole)
    }

    @Test(arguments: sizes + [SIMD3(3, 1, 5)], RunnableKernels.names)
    func gradientsOfEnlargedMapsComeBack(_ size: SIMD3<Int>, _ name: String) {
        let kernels = RunnableKernels.named(name)
        for deep in [false, true] {
            let change = PlainMap(PlainKernels.doubled(size, deep: deep), Self.channels, stream: 1)
            let expected = PlainKernels.enlargedBack(change, deep: deep)
            let result = GuardedBuffer(expected.values.count, filledWith: .nan)
            let gradient = GuardedBuffer(change.values)
            kernels.enlarge_back(gradient.floats, expected.extent, deep ? 1 : 0, result.floats)
            #expect(result.difference(from: expected.values) < 1e-6)
        }
    }
}
