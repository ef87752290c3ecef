import Testing
import Volumes

@testable import Segmentation

@Suite
struct CleanUpTests {
    /// Labels 0, 1, 2 by a linear congruential generator (the C standard's example), i fastest.
    private func randomMap(_ shape: Shape, modulus: Int) -> LabelVolume {
        var state = 12345
        let voxels = (0..<shape.count).map { _ -> UInt16 in
            state = (state * 1_103_515_245 + 12345) & 0x7FFF_FFFF
            let value = (state >> 16) % modulus
            return value < 3 ? UInt16(value) : 0
        }
        return LabelVolume(geometry: Geometry(shape: shape, affine: .identity), voxels: voxels)
    }

    struct Expected: Sendable {
        var label: UInt16
        var components: Int
        var largest: [Int]
        /// Voxels in components of four and more.
        var atLeastFour: Int
    }

    /// Oracle: scipy.ndimage.label of the same maps with a 3x3x3 structure of ones.
    static let cases: [(Shape, Int, [Expected])] = [
        (
            Shape(7, 6, 5), 6,
            [
                Expected(label: 1, components: 6, largest: [29, 4, 3, 1], atLeastFour: 33),
                Expected(label: 2, components: 3, largest: [41, 1, 1], atLeastFour: 41),
            ]
        ),
        (
            Shape(16, 9, 11), 5,
            [
                Expected(label: 1, components: 11, largest: [273, 4, 4, 3], atLeastFour: 281),
                Expected(label: 2, components: 8, largest: [343, 7, 4, 4], atLeastFour: 358),
            ]
        ),
        (
            Shape(20, 20, 12), 9,
            [
                Expected(label: 1, components: 100, largest: [145, 53, 53, 30], atLeastFour: 398),
                Expected(label: 2, components: 83, largest: [136, 76, 68, 44], atLeastFour: 448),
            ]
        ),
    ]

    @Test(arguments: cases)
    func componentsAgreeWithScipy(shape: Shape, modulus: Int, expected: [Expected]) {
        let map = randomMap(shape, modulus: modulus)
        let components = Components(map)
        for e in expected {
            let sizes = components.list.filter { $0.label == e.label }.map(\.voxels).sorted(by: >)
            #expect(sizes.count == e.components)
            #expect(Array(sizes.prefix(4)) == e.largest)
        }
        var largest = map
        largest.clean([.keepLargest()])
        var cleaned = map
        cleaned.clean([.removeSmaller(cubicMillimetres: 4)])
        for e in expected {
            #expect(largest.histogram()[e.label] == e.largest[0])
            #expect(cleaned.histogram()[e.label] == e.atLeastFour)
        }
    }

    @Test
    func sizesAreCubicMillimetres() {
        let affine = Affine(i: [2, 0, 0], j: [0, 2, 0], k: [0, 0, 2.5], origin: [0, 0, 0])
        let map = LabelVolume(geometry: Geometry(shape: Shape(5, 1, 1), affine: affine), voxels: [1, 1, 0, 1, 0])
        for (limit, kept) in [(10.0, 3), (10.1, 2), (20.0, 2), (20.1, 0)] {
            var cleaned = map
            cleaned.clean([.removeSmaller(cubicMillimetres: limit)])
            #expect(cleaned.histogram()[1, default: 0] == kept, "\(limit) mm3")
        }
    }

    @Test
    func touchingLabelsAreApart() {
        let map = LabelVolume(geometry: Geometry(shape: Shape(4, 1, 1), affine: .identity), voxels: [1, 2, 1, 1])
        var cleaned = map
        cleaned.clean([.keepLargest()])
        #expect(cleaned.voxels == [0, 2, 1, 1])
    }

    /// Voxels of label 0, 1, 2, and the sum of label times (voxel number modulo 1009) after smoothing. Oracle:
    /// scipy.ndimage.gaussian_filter(mode="nearest") of each label's indicator, then argmax.
    @Test(arguments: [
        (Shape(16, 9, 11), 5, Vec3(1, 1, 1), 0.8, [1458, 47, 79], 77218),
        (Shape(20, 20, 40), 4, Vec3(1, 2, 4), 1.5, [12127, 1851, 2022], 2_984_422),
    ])
    func smoothingAgreesWithScipy(
        shape: Shape, modulus: Int, spacing: Vec3, sigma: Double, counts: [Int], weighted: Int
    ) {
        var map = randomMap(shape, modulus: modulus)
        map.geometry.affine = Affine(i: [spacing.x, 0, 0], j: [0, spacing.y, 0], k: [0, 0, spacing.z], origin: .zero)
        map.clean([.smooth(millimetres: sigma)])
        let histogram = map.histogram()
        #expect((0...2).map { histogram[$0, default: 0] } == counts)
        #expect(map.voxels.enumerated().reduce(0) { $0 + Int($1.element) * ($1.offset % 1009) } == weighted)
    }

    /// A row of voxels of 1 mm3 from the lengths of its parts, with a gap after each.
    private func row(_ parts: [(label: UInt16, voxels: Int)]) -> LabelVolume {
        var voxels: [UInt16] = []
        for part in parts { voxels += [UInt16](repeating: part.label, count: part.voxels) + [0] }
        return LabelVolume(geometry: Geometry(shape: Shape(voxels.count, 1, 1), affine: .identity), voxels: voxels)
    }

    /// Two volumes of a pack: label 1 in two parts (40 and 32, 44 and 20), label 2 in one, in the second with a crumb.
    private var known: KnownParts {
        var known = KnownParts()
        known.add(row([(1, 40), (2, 10), (1, 32)]))
        known.add(row([(1, 20), (2, 12), (1, 44), (2, 1)]))
        return known
    }

    struct PartCase: Sendable {
        var step: CleanStep
        var found, kept: [UInt16: [Int]]
    }

    /// Label by label the parts that are found and those that stay.
    static let partCases = [
        // Both sides of the body stay, a third part and a crumb beside them go.
        PartCase(step: .keepLargest(), found: [1: [38, 30, 9], 2: [11]], kept: [1: [38, 30], 2: [11]]),
        // The second part may be down to a quarter of the smallest one that the pack shows: 5 of 20.
        PartCase(step: .keepLargest(), found: [1: [38, 5]], kept: [1: [38, 5]]),
        PartCase(step: .keepLargest(), found: [1: [38, 4]], kept: [1: [38]]),
        // However small, the largest stays: a label does not vanish.
        PartCase(step: .keepLargest(), found: [1: [2, 1], 2: [1]], kept: [1: [2], 2: [1]]),
        // One volume of the pack has a crumb of label 2, so results may.
        PartCase(step: .keepLargest(), found: [2: [9, 8, 7]], kept: [2: [9, 8]]),
        // A label that the pack does not hold has one part.
        PartCase(step: .keepLargest(), found: [7: [3, 5]], kept: [7: [5]]),
        PartCase(step: .keepLargest(parts: 1), found: [1: [38, 30, 9], 2: [11]], kept: [1: [38], 2: [11]]),
        PartCase(step: .keepLargest(parts: 2), found: [2: [11, 6, 5]], kept: [2: [11, 6]]),
        // Smaller than asked for, but such as the pack's.
        PartCase(
            step: .removeSmaller(cubicMillimetres: 35), found: [1: [38, 30, 9], 2: [11]], kept: [1: [38, 30], 2: [11]]),
        PartCase(step: .removeSmaller(cubicMillimetres: 35), found: [1: [3, 2], 7: [34, 35]], kept: [7: [35]]),
    ]

    @Test("Clean-up spares the parts that the pack's volumes have", arguments: partCases)
    func partsOfThePackStay(example: PartCase) {
        var parts: [(label: UInt16, voxels: Int)] = []
        for (id, sizes) in example.found.sorted(by: { $0.key < $1.key }) { parts += sizes.map { (id, $0) } }
        var map = row(parts)
        map.clean([example.step], known: known)
        let kept = Dictionary(grouping: Components(map).list, by: \.label).mapValues { $0.map(\.voxels) }
        #expect(kept == example.kept)
    }

    @Test
    func smoothingKeepsWhatIsSmooth() {
        let geometry = Geometry(shape: Shape(12, 12, 12), affine: .identity)
        let halves = LabelVolume(geometry: geometry, voxels: (0..<1728).map { $0 / 144 < 6 ? 1 : 2 })
        var smoothed = halves
        smoothed.clean([.smooth(millimetres: 2)])
        #expect(smoothed == halves)
        var speck = LabelVolume(geometry: geometry)
        speck.voxels[900] = 3
        speck.clean([.smooth(millimetres: 0.8)])
        #expect(speck.histogram() == [0: 1728])
    }
}
