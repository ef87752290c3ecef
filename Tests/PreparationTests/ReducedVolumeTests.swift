import Testing

@testable import Preparation

/// Coarse grids against means that are known.
@Suite struct ReducedVolumeTests {
    private static func volume(_ size: SIMD3<Int>, _ value: (SIMD3<Double>) -> Double) -> ReducedVolume {
        let spacing = SIMD3(1.5, 2.0, 3.0)
        var values: [Float] = []
        for x in 0..<size.x {
            for y in 0..<size.y {
                for z in 0..<size.z {
                    values.append(Float(value((SIMD3(Double(x), Double(y), Double(z)) + 0.5) * spacing)))
                }
            }
        }
        return ReducedVolume(size: size, spacing: spacing, values: values)
    }

    /// Halves of even grids are means of eight, after which a slope is still one.
    @Test(arguments: [SIMD3(8, 6, 10), SIMD3(1, 2, 4)])
    func slopesStaySlopes(_ size: SIMD3<Int>) {
        let slope = SIMD3(0.01, -0.02, 0.005)
        let fine = Self.volume(size) { 0.5 + ($0 * slope).sum() }
        let coarse = fine.coarser(by: 2)
        for axis in 0..<3 {
            #expect(coarse.size[axis] == max(1, Int((Double(size[axis]) / 2).rounded())))
            #expect(abs(coarse.extent[axis] - fine.extent[axis]) < 1e-9)
        }
        let expected = Self.volume(coarse.size, { _ in 0 })
        var n = 0
        for x in 0..<expected.size.x {
            for y in 0..<expected.size.y {
                for z in 0..<expected.size.z {
                    let place = (SIMD3(Double(x), Double(y), Double(z)) + 0.5) * coarse.spacing
                    #expect(abs(Double(coarse.values[n]) - 0.5 - (place * slope).sum()) < 2e-6, "\(x) \(y) \(z)")
                    n += 1
                }
            }
        }
    }

    /// Every sample counts as much as its part of the volume.
    @Test func theMeanStays() {
        let fine = Self.volume(SIMD3(7, 9, 5)) { ($0.x * 7 + $0.y * 3 + $0.z).truncatingRemainder(dividingBy: 1) }
        let coarse = fine.coarser(by: 2)
        func mean(_ volume: ReducedVolume) -> Double {
            volume.values.reduce(0) { $0 + Double($1) } / Double(volume.values.count)
        }
        #expect(abs(mean(fine) - mean(coarse)) < 1e-6)
    }
}
