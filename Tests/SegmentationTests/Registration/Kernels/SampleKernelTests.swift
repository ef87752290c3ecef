import CRegistrationKernels
import Testing
import TestSupport

/// Smoothing, and reading between samples, against the same in double precision.
@Suite struct SampleKernelTests {
    /// Axes of one sample, rows shorter and longer than a vector and than the kernels' reach.
    static let sizes = [SIMD3(1, 1, 1), SIMD3(1, 1, 40), SIMD3(5, 1, 3), SIMD3(2, 19, 17), SIMD3(9, 7, 33)]

    /// A map that turns, shears and reaches beyond a grid on all sides.
    static func lattice(_ size: SIMD3<Int>, margin: Double) -> PlainLattice {
        let scale = SIMD3(Double(size.x), Double(size.y), Double(size.z)) / SIMD3(7, 6, 35)
        return PlainLattice(
            size: SIMD3(7, 6, 35), origin: SIMD3(-0.83, -0.61, -1.37),
            steps: [
                SIMD3(1.31 * scale.x, 0.07, -0.043), SIMD3(-0.031, 1.27 * scale.y, 0.089),
                SIMD3(0.013, -0.017, 1.11 * scale.z),
            ], margin: margin)
    }

    @Test(arguments: sizes, RunnableKernels.names)
    func smoothsAlongAllAxes(_ size: SIMD3<Int>, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let grid = PlainGrid(size, stream: 1)
        for radius in [1, 3, 9] {
            let half = PlainGrid.half(sigma: Double(radius) / 3, radius: radius)
            let (values, result) = (GuardedBuffer(grid.values), GuardedBuffer(size.count, filledWith: .nan))
            let room = GuardedBuffer(kernels.smooth_scratch(size.kernel, Int32(radius)), filledWith: .nan)
            kernels.smooth(values.floats, size.kernel, half.map(Float.init), Int32(radius), room.floats, result.floats)
            #expect(result.difference(from: grid.smoothed(half).values) < 1e-6 && room.isWhole)
        }
    }

    @Test(arguments: sizes, RunnableKernels.names)
    func readsBetweenSamples(_ size: SIMD3<Int>, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let (grid, lattice) = (PlainGrid(size, stream: 1), Self.lattice(size, margin: 0.5))
        let pairs = grid.paired(kernels)
        var (source, places) = (tomos_grid(pairs: pairs.floats, size: size.tuple), lattice.kernel)
        let result = GuardedBuffer(lattice.size.count, filledWith: .nan)
        var inside = [UInt8](repeating: 7, count: lattice.size.count + 1)
        withExtendedLifetime(pairs) { kernels.resample(&source, &places, result.floats, &inside) }
        #expect(result.difference(from: lattice.places.map { grid.value(at: $0).value }) < 1e-5)
        #expect(inside == lattice.places.map { lattice.isInside($0, size) ? 1 : 0 } + [7])
    }

    /// A place that is no number reads some value of the grid, and lies outside.
    @Test(arguments: RunnableKernels.names)
    func noNumberIsNoPlace(_ name: String) {
        let kernels = RunnableKernels.named(name)
        let grid = PlainGrid(SIMD3(3, 3, 5), stream: 1)
        let pairs = grid.paired(kernels)
        for wrong in [Double.nan, .infinity, -.infinity, 1e30] {
            let lattice = PlainLattice(
                size: SIMD3(1, 1, 20), origin: SIMD3(0.5, wrong, 0), steps: [.zero, .zero, SIMD3(0, 0, wrong)])
            var (source, places) = (tomos_grid(pairs: pairs.floats, size: grid.size.tuple), lattice.kernel)
            let result = GuardedBuffer(20, filledWith: .nan)
            var inside = [UInt8](repeating: 7, count: 20)
            withExtendedLifetime(pairs) { kernels.resample(&source, &places, result.floats, &inside) }
            #expect(result.values.allSatisfy { abs($0) <= 1 } && inside.allSatisfy { $0 == 0 })
        }
    }

    @Test(arguments: sizes, RunnableKernels.names)
    func comparesWhatLiesInside(_ size: SIMD3<Int>, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let (grid, lattice) = (PlainGrid(size, stream: 1), Self.lattice(size, margin: 0.5))
        let (pairs, values) = (grid.paired(kernels), hashedValues(2, lattice.size.count))
        var expected = [Double](repeating: 0, count: TOMOS_MOMENTS)
        for (place, a) in zip(lattice.places, values) where lattice.isInside(place, size) {
            let b = grid.value(at: place).value
            for (n, term) in [1, a, b, a * b, a * a, b * b].enumerated() { expected[n] += term }
        }
        var (source, places) = (tomos_grid(pairs: pairs.floats, size: size.tuple), lattice.kernel)
        var sums = [Double](repeating: .nan, count: TOMOS_MOMENTS)
        let buffer = GuardedBuffer(values)
        withExtendedLifetime((pairs, buffer)) { kernels.compare(&source, &places, buffer.floats, &sums) }
        #expect(sums[0] == expected[0] && expected[0] > 0 && expected[0] < Double(values.count))
        #expect(largestDifference(sums, expected) < 1e-6)
    }

    /// All 186 sums, straight from their definition.
    @Test(arguments: sizes, RunnableKernels.names)
    func addsUpWhatAFitAsksFor(_ size: SIMD3<Int>, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let (grid, lattice) = (PlainGrid(size, stream: 1), Self.lattice(size, margin: 0.5))
        let (pairs, values) = (grid.paired(kernels), hashedValues(2, lattice.size.count))
        let position = [(-0.9, 0.31), (-0.7, 0.29), (-1.1, 0.061)]
        var expected = [Double](repeating: 0, count: TOMOS_FIT_SUMS)
        for (n, place) in lattice.places.enumerated() where lattice.isInside(place, size) {
            let (rows, columns) = (lattice.size.y, lattice.size.z)
            let sample = [n / (rows * columns), n / columns % rows, n % columns]
            let p = (0..<3).map { position[$0].0 + Double(sample[$0]) * position[$0].1 } + [1]
            let ((w, g), v) = (grid.value(at: place), values[n])
            var terms = [1, v, w, v * w, v * v, w * w]
            for factor in [1, v, w] { terms += (0..<12).map { factor * g[$0 / 4] * p[$0 % 4] } }
            for a in 0..<12 { terms += (0..<12).map { g[a / 4] * p[a % 4] * g[$0 / 4] * p[$0 % 4] } }
            for n in terms.indices { expected[n] += terms[n] }
        }
        var (source, places) = (tomos_grid(pairs: pairs.floats, size: size.tuple), lattice.kernel)
        var sums = [Double](repeating: .nan, count: TOMOS_FIT_SUMS)
        let (buffer, room) = (GuardedBuffer(values), GuardedBuffer(kernels.fit_scratch(), filledWith: .nan))
        withExtendedLifetime((pairs, buffer)) {
            kernels.fit(&source, &places, buffer.floats, position, room.floats, &sums)
        }
        #expect(sums[0] == expected[0] && expected[0] > 0 && room.isWhole)
        for range in [1..<6, 6..<18, 18..<30, 30..<42, 42..<TOMOS_FIT_SUMS] {
            // Axes of one sample have no slope; the sums of the rest are compared by their largest.
            #expect(largestDifference(Array(sums[range]), Array(expected[range])) < 2e-5)
        }
    }

    @Test(arguments: [false, true], RunnableKernels.names)
    func placesOfALineAreMoved(_ bends: Bool, _ name: String) {
        let kernels = RunnableKernels.named(name)
        let size = SIMD3(4, 3, 6)
        let parts = (1...3).map { PlainGrid(size, stream: $0) }
        let vectors = GuardedBuffer((0..<size.count).flatMap { n in parts.map { $0.values[n] } + [99] })
        let (start, step) = (SIMD3(-1.3, 2.4, -0.9), SIMD3(0.21, -0.13, 0.33))
        let columns = [SIMD3(1.5, 0.25, -0.5), SIMD3(0.125, 2.5, 0.75), SIMD3(-0.375, 0.5, 0.875)]
        let origin = SIMD3(10.0, -20, 30)
        func three(_ v: SIMD3<Double>) -> (Float, Float, Float) { (Float(v.x), Float(v.y), Float(v.z)) }
        var line = tomos_line(
            start: three(start), step: three(step), displacement: bends ? UnsafePointer(vectors.floats) : nil,
            size: size.tuple, origin: three(origin),
            columns: (three(columns[0]), three(columns[1]), three(columns[2])))
        let (count, result) = (23, GuardedBuffer(4 * 23, filledWith: .nan))
        withExtendedLifetime(vectors) { kernels.places(&line, Int32(count), result.floats) }
        #expect(result.isWhole)
        for n in 0..<count {
            var place = start + Double(n) * step
            if bends { for axis in 0..<3 { place[axis] += parts[axis].value(at: start + Double(n) * step).value } }
            let image = origin + columns[0] * place.x + columns[1] * place.y + columns[2] * place.z
            for axis in 0..<3 { #expect(abs(Double(result.floats[4 * n + axis]) - image[axis]) < 2e-5) }
        }
    }
}

extension SIMD3<Int> {
    var tuple: (Int32, Int32, Int32) { (Int32(x), Int32(y), Int32(z)) }
}
