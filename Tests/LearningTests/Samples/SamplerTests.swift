import Platform
import Testing

@testable import Learning

/// One patch and how it was taken.
struct SamplePatch {
    let size: SIMD3<Int>
    let stride: Int
    var input: [Float]
    var labels: [UInt8]

    /// Room that holds nothing of use, so that whatever is not written shows.
    init(_ size: SIMD3<Int>, channels: Int = 1, stride: Int? = nil) {
        let count = size[0] * size[1] * size[2]
        (self.size, self.stride) = (size, stride ?? channels)
        input = [Float](repeating: .nan, count: count * self.stride)
        labels = [UInt8](repeating: 255, count: count)
    }

    mutating func fill(_ sampler: PatchSampler, _ volumes: [TrainingVolume], _ random: inout SplitMix64) {
        input.withUnsafeMutableBufferPointer { input in
            labels.withUnsafeMutableBufferPointer { labels in
                guard let input = input.baseAddress, let labels = labels.baseAddress else { return }
                sampler.fill(input, labels, from: volumes, using: &random)
            }
        }
    }

    func voxel(_ z: Int, _ y: Int, _ x: Int) -> Int { (z * size[1] + y) * size[2] + x }
    func channel(_ n: Int) -> [Float] { Swift.stride(from: n, to: input.count, by: stride).map { input[$0] } }
}

extension TrainingVolume {
    /// A volume of one value and one label a voxel, given by formulas of z, y, x.
    init(
        _ size: SIMD3<Int>, spacing: SIMD3<Double> = SIMD3(1, 1, 1), channels: [(Int, Int, Int) -> Float],
        label: (Int, Int, Int) -> UInt8
    ) {
        let voxels = (0..<size[0] * size[1] * size[2]).map {
            ($0 / (size[1] * size[2]), $0 / size[2] % size[1], $0 % size[2])
        }
        self.init(
            size: size, spacing: spacing, channels: channels.map { formula in voxels.map(formula) },
            labels: voxels.map(label))
    }
}

/// Patches of volumes whose voxels say where they come from.
@Suite struct SamplerTests {
    private static func place(_ z: Int, _ y: Int, _ x: Int) -> Float { Float(z * 10000 + y * 100 + x) }

    /// Voxels that hold their own place, and labels from 1 to 4 by place.
    private static func placed(_ size: SIMD3<Int>) -> TrainingVolume {
        TrainingVolume(size, channels: [place]) { z, y, x in UInt8(1 + (z + 2 * y + 3 * x) % 4) }
    }

    private static func sampler(
        _ size: SIMD3<Int>, isFlat: Bool = false, classes: Int = 5, channels: Int = 1, stride: Int? = nil,
        _ augmentation: Augmentation = .none
    ) -> PatchSampler {
        PatchSampler(
            size: size, spacing: SIMD3(1, 1, 1), isFlat: isFlat, classes: classes, channels: channels,
            stride: stride ?? channels, augmentation: augmentation)
    }

    /// Where an unvaried patch of `placed` begins. Its middle is always in the volume.
    private static func start(_ patch: SamplePatch) -> SIMD3<Int> {
        let middle = SIMD3(patch.size[0] / 2, patch.size[1] / 2, patch.size[2] / 2)
        let value = Int(patch.input[patch.voxel(middle[0], middle[1], middle[2]) * patch.stride])
        return SIMD3(value / 10000, value / 100 % 100, value % 100) &- middle
    }

    /// Whether an unvaried patch of `placed` is what whole-number indices say.
    private static func isCopy(_ patch: SamplePatch, of volume: TrainingVolume) -> Bool {
        let start = start(patch)
        for z in 0..<patch.size[0] {
            for y in 0..<patch.size[1] {
                for x in 0..<patch.size[2] {
                    let at = SIMD3(z, y, x) &+ start
                    var inside = at
                    for axis in 0..<3 { inside[axis] = min(max(at[axis], 0), volume.size[axis] - 1) }
                    let n = patch.voxel(z, y, x)
                    let label = at == inside ? 1 + (at[0] + 2 * at[1] + 3 * at[2]) % 4 : 0
                    guard patch.input[n * patch.stride] == place(inside[0], inside[1], inside[2]) else { return false }
                    guard Int(patch.labels[n]) == label else { return false }
                }
            }
        }
        return true
    }

    @Test(arguments: [false, true]) func withoutVariationAPatchIsACopyWithItsBorderDrawnOut(isFlat: Bool) {
        let (size, volume) = (SIMD3(8, 9, 12), Self.placed(SIMD3(20, 18, 22)))
        let sampler = Self.sampler(size, isFlat: isFlat, stride: 3)
        var (random, patch) = (SplitMix64(state: 1), SamplePatch(size, stride: 3))
        var (low, high) = (SIMD3(99, 99, 99), SIMD3(-99, -99, -99))
        for _ in 0..<300 {
            patch.fill(sampler, [volume], &random)
            #expect(Self.isCopy(patch, of: volume))
            let start = Self.start(patch)
            for axis in 0..<3 { (low[axis], high[axis]) = (min(low[axis], start[axis]), max(high[axis], start[axis])) }
        }
        // A quarter of a patch may lie outside, no more: sizes 8, 9, 12 in 20, 18, 22.
        #expect(low == SIMD3(-2, -2, -3))
        #expect(high == SIMD3(14, 11, 13))
    }

    @Test func patchesAreTakenFromVolumesAsOftenAsTheirWeightsSay() {
        let size = SIMD3(4, 4, 4)
        func volumes(_ weights: [Double]) -> [TrainingVolume] {
            weights.enumerated().map { n, weight in
                TrainingVolume(
                    size: size, spacing: SIMD3(1, 1, 1), channels: [[Float](repeating: Float(n), count: 64)],
                    labels: [UInt8](repeating: 1, count: 64), weight: weight)
            }
        }
        func counts(_ weights: [Double]) -> [Int] {
            let (sampler, volumes) = (Self.sampler(size), volumes(weights))
            var (random, patch) = (SplitMix64(state: 5), SamplePatch(size))
            var counts = [Int](repeating: 0, count: weights.count)
            for _ in 0..<6000 {
                patch.fill(sampler, volumes, &random)
                counts[Int(patch.input[0])] += 1
            }
            return counts
        }
        let unlike = counts([1, 0.5, 1.5])
        // Five standard deviations of a draw of so many.
        for (count, share) in zip(unlike, [1.0 / 3, 1.0 / 6, 1.0 / 2]) {
            #expect(abs(Double(count) - 6000 * share) < 5 * (6000 * share * (1 - share)).squareRoot(), "\(unlike)")
        }
        // Weights count beside each other only.
        #expect(counts([0.8, 0.8]) == counts([1, 1]))
    }

    @Test func aVolumeSmallerThanThePatchIsInItsMiddleGiveOrTakeAQuarter() {
        let (size, volume) = (SIMD3(16, 16, 16), Self.placed(SIMD3(6, 16, 5)))
        let sampler = Self.sampler(size)
        var (random, patch) = (SplitMix64(state: 2), SamplePatch(size))
        var starts = Set<Int>()
        for _ in 0..<300 {
            patch.fill(sampler, [volume], &random)
            let voxels = patch.labels.indices.filter { patch.labels[$0] > 0 }
            // Nothing of the thin axes is lost, and at least three quarters of the other.
            #expect(voxels.count >= 6 * 12 * 5 && voxels.count % 30 == 0)
            let first = voxels.first.map { $0 / 256 } ?? -1
            starts.insert(first)
            let image = patch.channel(0)
            #expect(voxels.allSatisfy { image[$0] / 10000 >= 0 && Int(image[$0]) / 10000 == $0 / 256 - first })
        }
        #expect(starts == Set(1...9))
    }

    @Test func theSameSeedGivesTheSameBits() {
        let (size, volume) = (SIMD3(12, 16, 16), Self.placed(SIMD3(20, 24, 22)))
        var everything = Augmentation()
        for change in [
            \Augmentation.elastic, \.noise, \.blur, \.brightness, \.shift, \.contrast, \.lowResolution, \.gamma,
            \.invertedGamma,
        ] { everything[keyPath: change].probability = 1 }
        let sampler = Self.sampler(size, everything)
        func patches(_ seed: UInt64) -> [SamplePatch] {
            var random = SplitMix64(state: seed)
            return (0..<3).map { _ in
                var patch = SamplePatch(size)
                patch.fill(sampler, [volume, volume], &random)
                return patch
            }
        }
        let (first, again, other) = (patches(7), patches(7), patches(8))
        #expect(zip(first, again).allSatisfy { $0.input == $1.input && $0.labels == $1.labels })
        #expect(first[0].input.allSatisfy { $0.isFinite })
        #expect(first[0].input != first[1].input && first[0].input != other[0].input)
    }

    @Test func aClassOfOneVoxelIsSeenAsOftenAsALargeOne() {
        let volume = TrainingVolume(SIMD3(40, 40, 40), channels: [Self.place]) { z, y, x in
            (z, y, x) == (30, 12, 20) ? 2 : z < 20 ? 1 : 0
        }
        let (size, count) = (SIMD3(8, 8, 8), 1500)
        let sampler = Self.sampler(size, classes: 3)
        var (random, patch, seen) = (SplitMix64(state: 3), SamplePatch(size), 0)
        for _ in 0..<count {
            patch.fill(sampler, [volume], &random)
            guard let n = patch.labels.firstIndex(of: 2) else { continue }
            seen += 1
            #expect(patch.channel(0)[n] == Self.place(30, 12, 20))
        }
        // Half of two thirds, and by chance one in a hundred of the last third (8^3 starts of 37^3). Three deviations
        // of 1500 draws are 0.037.
        #expect(abs(Double(seen) / Double(count) - (1 + 0.01) / 3) < 0.037)
    }

    @Test func volumesAreTakenAlikeAndOnesWithoutLabelsToo() {
        let volumes = (0..<4).map { value in
            TrainingVolume(SIMD3(9, 9, 9), channels: [{ _, _, _ in Float(value) }]) { _, _, _ in value == 2 ? 0 : 1 }
        }
        let sampler = Self.sampler(SIMD3(4, 4, 4), classes: 2)
        var (random, patch, counts) = (SplitMix64(state: 4), SamplePatch(SIMD3(4, 4, 4)), [Int](repeating: 0, count: 4))
        for _ in 0..<2000 {
            patch.fill(sampler, volumes, &random)
            counts[Int(patch.input[0])] += 1
        }
        // Five deviations of a share of a quarter.
        #expect(counts.allSatisfy { abs($0 - 500) < 97 })
    }

    @Test func placesOfALargeClassAreTakenEvenlyAndAllOfASmallOne() {
        let volume = TrainingVolume(SIMD3(80, 80, 80), channels: [Self.place]) { z, y, x in
            x == 79 ? 0 : (z, y, x) == (40, 3, 5) ? 7 : 4
        }
        #expect(volume.shownClasses == [4, 7])
        #expect(volume.places[0].isEmpty)
        #expect(volume.places[7].map { volume.voxel(Int($0)) } == [SIMD3(40, 3, 5)])
        // Every second of 80 * 80 * 79 - 1.
        #expect(volume.places[4].count == 252_800)
        #expect(volume.places[4].allSatisfy { volume.labels[Int($0)] == 4 })
    }

    @Test func mirroringIsAlongItsAxisInHalfOfThePatches() {
        let (size, volume) = (SIMD3(6, 6, 6), Self.placed(SIMD3(30, 30, 30)))
        for axis in 0..<3 {
            var augmentation = Augmentation.none
            augmentation.mirroring = .init(z: axis == 0, y: axis == 1, x: axis == 2)
            for isFlat in [false, true] {
                let sampler = Self.sampler(size, isFlat: isFlat, augmentation)
                var (random, patch, mirrored) = (SplitMix64(state: 5), SamplePatch(size), 0)
                for _ in 0..<200 {
                    patch.fill(sampler, [volume], &random)
                    var far = SIMD3(3, 3, 3)
                    far[axis] = 2
                    let there = patch.input[patch.voxel(far[0], far[1], far[2])]
                    let step = patch.input[patch.voxel(3, 3, 3)] - there
                    let one: Float = [10000, 100, 1][axis]
                    #expect(abs(step) == one)
                    if step == -one { mirrored += 1 }
                }
                #expect((65...135).contains(mirrored))
            }
        }
    }

    @Test func labelsMoveWithTheImage() {
        // Two blobs well inside, so that the image is 0 wherever the label is 0, outside too. With two classes a label
        // holds most of the weight exactly where the image, which is the label, is above one half.
        let volume = TrainingVolume(
            SIMD3(30, 40, 40), spacing: SIMD3(1.5, 1, 1), channels: [{ z, y, x in Self.blob(z, y, x) ? 1 : 0 }]
        ) { z, y, x in Self.blob(z, y, x) ? 1 : 0 }
        var augmentation = Augmentation.none
        let all = Augmentation()
        (augmentation.scale, augmentation.scalePerAxis, augmentation.rotation) = (0.15, 0.05, all.rotation)
        (augmentation.wideRotation, augmentation.flatRotation, augmentation.fullTurn) = (0.5, 0.25, 0.5)
        augmentation.elastic = .init(probability: 0.5, amount: 0.03)
        augmentation.mirroring = .init(z: true, y: true, x: true)
        for isFlat in [false, true] {
            let sampler = PatchSampler(
                size: SIMD3(16, 24, 20), spacing: SIMD3(1.5, 1, 1), isFlat: isFlat, classes: 2, channels: 1, stride: 1,
                augmentation: augmentation)
            var (random, patch, labelled, mixed) = (SplitMix64(state: 6), SamplePatch(SIMD3(16, 24, 20)), 0, 0)
            for _ in 0..<40 {
                patch.fill(sampler, [volume], &random)
                for (value, label) in zip(patch.input, patch.labels) where abs(value - 0.5) > 1e-5 {
                    #expect(label == (value > 0.5 ? 1 : 0))
                    labelled += Int(label)
                    if value > 0 && value < 1 { mixed += 1 }
                }
            }
            #expect(labelled > 10000 && mixed > 10000)
        }
    }

    private static func blob(_ z: Int, _ y: Int, _ x: Int) -> Bool {
        let (a, b) = ((z - 12) * (z - 12) + (y - 15) * (y - 15), (z - 18) * (z - 18) + (y - 26) * (y - 26))
        return a + (x - 14) * (x - 14) < 50 || b + (x - 24) * (x - 24) < 60
    }

    @Test func slicesOfFlatVolumesAreNeverMixed() {
        // Every slice has one value, whatever is done within it.
        let volume = TrainingVolume(SIMD3(12, 40, 40), spacing: SIMD3(6, 1, 1), channels: [{ z, _, _ in Float(z * z) }])
        {
            z, _, _ in UInt8(1 + z % 3)
        }
        var augmentation = Augmentation()
        augmentation.elastic.probability = 1
        (augmentation.noise, augmentation.brightness, augmentation.shift) = (.none, .none, .none)
        (augmentation.contrast, augmentation.gamma, augmentation.invertedGamma) = (.none, .none, .none)
        augmentation.unevenness = .none
        (augmentation.blur.probability, augmentation.lowResolution.probability) = (1, 1)
        // The spacing along z is another one: slices are taken one by one all the same.
        let sampler = PatchSampler(
            size: SIMD3(8, 24, 24), spacing: SIMD3(5, 1, 1), isFlat: true, classes: 4, channels: 1, stride: 1,
            augmentation: augmentation)
        var (random, patch) = (SplitMix64(state: 7), SamplePatch(SIMD3(8, 24, 24)))
        for _ in 0..<40 {
            patch.fill(sampler, [volume], &random)
            let slices = (0..<8).map { z in patch.input[z * 576..<(z + 1) * 576] }
            let numbers = slices.map { slice in Int(((slice.first ?? 0).squareRoot()).rounded()) }
            for (z, slice) in slices.enumerated() {
                #expect(slice.allSatisfy { abs($0 - Float(numbers[z] * numbers[z])) < 1e-3 })
                let labels = Set(patch.labels[z * 576..<(z + 1) * 576])
                #expect(labels.isSubset(of: [0, UInt8(1 + numbers[z] % 3)]))
            }
            #expect(
                zip(numbers, numbers.dropFirst()).allSatisfy { $1 - $0 == 1 || ($0 == $1 && [0, 11].contains($0)) })
        }
    }

    @Test func probabilitiesMoveButKeepTheirValuesAndTheRestIsZero() {
        let volume = TrainingVolume(
            SIMD3(20, 20, 20), channels: [{ _, _, x in Float(x % 5) }, Self.place, { z, _, _ in Float(z) / 20 }]
        ) { _, _, x in UInt8(x % 2) }
        var augmentation = Augmentation.none
        augmentation.noise = .init(probability: 1, amount: 0.3)
        augmentation.blur = .init(probability: 1, amount: 1)
        augmentation.shift = .init(probability: 1, amount: 5)
        augmentation.gamma = .init(probability: 1, amount: 0.4)
        let size = SIMD3(6, 6, 6)
        let sampler = Self.sampler(size, channels: 3, stride: 5, augmentation)
        var (random, patch) = (SplitMix64(state: 8), SamplePatch(size, channels: 3, stride: 5))
        for _ in 0..<20 {
            patch.fill(sampler, [volume], &random)
            let (image, places, probabilities) = (patch.channel(0), patch.channel(1), patch.channel(2))
            #expect(places.allSatisfy { $0 == $0.rounded() && $0 >= 0 && $0 <= Self.place(19, 19, 19) })
            for (place, probability) in zip(places, probabilities) {
                #expect(probability == Float(Int(place) / 10000) / 20)
            }
            #expect(zip(image, places).contains { abs($0 - Float(Int($1) % 100 % 5)) > 0.05 })
            #expect(patch.channel(3).allSatisfy { $0 == 0 } && patch.channel(4).allSatisfy { $0 == 0 })
        }
    }

    @Test func theImageAmongOtherChannelsIsTheOneThatChanges() {
        let volume = TrainingVolume(
            SIMD3(20, 20, 20), channels: [{ z, y, x in Float((z + y + x) % 7) }, Self.place]
        ) { _, _, _ in 1 }
        var augmentation = Augmentation.none
        augmentation.shift = .init(probability: 1, amount: 5)
        let sampler = Self.sampler(SIMD3(6, 6, 6), channels: 2, stride: 4, augmentation)
        var (random, patch) = (SplitMix64(state: 9), SamplePatch(SIMD3(6, 6, 6), channels: 2, stride: 4))
        patch.fill(sampler, [volume], &random)
        let shifts = zip(patch.channel(0), patch.channel(1)).map { value, place -> Float in
            let (z, y, x) = (Int(place) / 10000, Int(place) / 100 % 100, Int(place) % 100)
            return value - Float((z + y + x) % 7)
        }
        #expect(abs(shifts[0]) > 0.01 && shifts.allSatisfy { abs($0 - shifts[0]) < 1e-5 })
    }
}
