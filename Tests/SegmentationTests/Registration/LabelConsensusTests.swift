import Preparation
import Testing
import Volumes

@testable import Segmentation

/// Where labels are looked for in a whole case, of which the truth is known: all volumes are the same.
@Suite struct LabelConsensusTests {
    private static let (size, spacing) = (RegistrationTests.size, RegistrationTests.spacing)
    private static let still = AffineMap(shift: .zero)

    /// A box of labels between two places in samples, on the grid of the volumes.
    private static func labels(_ low: SIMD3<Int>, _ high: SIMD3<Int>) -> ReducedVolume {
        var values: [Float] = []
        for x in 0..<size.x {
            for y in 0..<size.y {
                for z in 0..<size.z {
                    let place = SIMD3(x, y, z)
                    values.append(all(place .>= low) && all(place .< high) ? 1 : 0)
                }
            }
        }
        return ReducedVolume(size: size, spacing: spacing, values: values)
    }

    /// The volume without so many of its first slices along S.
    private static func cut(_ first: Int) -> ReducedVolume {
        let whole = RegistrationTests.volume { $0 }
        return ReducedVolume(
            size: SIMD3(size.x - first, size.y, size.z), spacing: spacing,
            values: Array(whole.values[(first * size.y * size.z)...]))
    }

    private static func sight(_ fixed: ReducedVolume, _ labels: ReducedVolume, _ map: AffineMap) -> LabelSight {
        let moving = ComparedVolume(RegistrationTests.volume { $0 }, coarser: [])
        return LabelSight(ComparedVolume(fixed, coarser: []), moving, labels: labels, map: map)
    }

    /// One map of three has gone astray by three voxels.
    @Test func aMapThatWentAstrayIsBroughtBack() {
        let fixed = RegistrationTests.volume { $0 }
        let labels = Self.labels(SIMD3(8, 9, 10), SIMD3(14, 16, 18))
        let wrong = AffineMap(shift: SIMD3(4.5, -6, 6.75))
        let sights = [Self.still, wrong, Self.still].map { Self.sight(fixed, labels, $0) }
        let maps = LabelConsensus(sights, isHeard: [true, true, true], on: fixed).maps
        let middle = SIMD3(11.0, 12.5, 14) * Self.spacing
        #expect((wrong(middle) - middle).length > 10)
        for map in maps { #expect((map(middle) - middle).length < 1, "\(map(middle) - middle)") }
        // What holds other labels says nothing of these, and is left where it is.
        let apart = LabelConsensus(sights, isHeard: [true, false, true], on: fixed).maps
        #expect(apart[1] == wrong && (apart[0](middle) - middle).length < 1)
    }

    /// A case that shows the upper half of the labels does not draw their middle to its own.
    @Test func labelsThatTheFieldCutsOffStayWhereTheyAre() {
        let (fixed, first) = (Self.cut(11), 11)
        // Their middle lies 5 mm from that of what is seen of them.
        let labels = Self.labels(SIMD3(4, 9, 10), SIMD3(18, 16, 18))
        let truth = AffineMap(shift: SIMD3(Double(first) * Self.spacing.x, 0, 0))
        let maps = LabelConsensus(
            [truth, truth].map { Self.sight(fixed, labels, $0) }, isHeard: [true, true], on: fixed
        ).maps
        let place = SIMD3(3.5, 12.5, 14) * Self.spacing
        for map in maps { #expect((map(place) - truth(place)).length < 1.5, "\(map(place) - truth(place))") }
    }

    /// A map that puts all labels outside of the case is brought to where the others see them.
    @Test func labelsBesideTheFieldAreFetched() {
        let fixed = RegistrationTests.volume { $0 }
        let labels = Self.labels(SIMD3(8, 9, 10), SIMD3(14, 16, 18))
        let far = AffineMap(shift: SIMD3(0, 0, -200))
        let maps = LabelConsensus(
            [Self.still, far].map { Self.sight(fixed, labels, $0) }, isHeard: [true, true], on: fixed
        ).maps
        let middle = SIMD3(11.0, 12.5, 14) * Self.spacing
        #expect((maps[1](middle) - middle).length < 1.5, "\(maps[1](middle) - middle)")
    }

    @Test func nothingLabelledChangesNothing() {
        let fixed = RegistrationTests.volume { $0 }
        let sight = Self.sight(fixed, Self.labels(.zero, .zero), Self.still)
        #expect(LabelConsensus([sight], isHeard: [true], on: fixed).maps == [Self.still])
        #expect(LabelConsensus([], isHeard: [], on: fixed).maps.isEmpty)
    }

    /// Voxels 2 mm high and 1 mm wide in samples of 2 mm: shares of eight.
    @Test func sharesOfLabelsAreMeans() {
        let geometry = Geometry(
            shape: Shape(4, 4, 2), affine: Affine(i: [-1, 0, 0], j: [0, -1, 0], k: [0, 0, 2], origin: [0, 0, 0]))
        var voxels = [UInt16](repeating: 0, count: 32)
        // The last of i and j is the first along R and A.
        voxels[3 + 4 * 3] = 2
        voxels[2 + 4 * 3] = 5
        voxels[16] = 7
        let map = LabelVolume(geometry: geometry, voxels: voxels)
        let shares = ReducedVolume(labels: [2, 5], of: map, size: SIMD3(2, 2, 2))
        #expect(shares.values == [0.5, 0, 0, 0, 0, 0, 0, 0])
        #expect(shares.spacing == SIMD3(2, 2, 2))
    }
}
