import Foundation
import Preparation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Segmentation

/// Small phantoms: two ellipsoids of different brightness in a noisy box, so that the truth is a formula.
struct Phantom {
    var volume: Volume
    var truth: LabelVolume

    init(seed: Int, shape: Shape = Shape(48, 44, 16)) {
        var state = UInt64(seed) &* 7919 &+ 17
        func random() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 33) / Double(1 << 31)
        }
        let (dx, dy, r) = (4 * random() - 2, 4 * random() - 2, 8 + 2 * random())
        let affine = Affine(i: [2, 0, 0], j: [0, 2, 0], k: [0, 0, 5], origin: [-40, -30, 10])
        let geometry = Geometry(shape: shape, affine: affine)
        var values: [Int16] = []
        var labels: [UInt16] = []
        for k in 0..<shape.k {
            for j in 0..<shape.j {
                for i in 0..<shape.i {
                    let z = (Double(k) - 7.5) / 6
                    func inside(_ x: Double, _ y: Double, _ radius: Double) -> Bool {
                        let (u, v) = ((Double(i) - x) / radius, (Double(j) - y) / radius)
                        return u * u + v * v + z * z < 1
                    }
                    let label: UInt16 = inside(15 + dx, 20 + dy, r) ? 1 : inside(35 + dx, 24 + dy, 7) ? 5 : 0
                    labels.append(label)
                    values.append(Int16((label == 1 ? 160 : label == 5 ? 90 : 30) + 24 * random()))
                }
            }
        }
        volume = Volume(geometry: geometry, voxels: .int16(values))
        truth = LabelVolume(geometry: geometry, voxels: labels)
    }

    /// A pack of phantoms in a folder; `change` may change their labels.
    static func pack(
        _ seeds: [Int], in folder: TemporaryFolder, named name: String = "pack",
        change: (Int, inout LabelVolume) -> Void = { _, _ in }
    ) throws -> TaskPack {
        let examples = try seeds.map { seed in
            var phantom = Phantom(seed: seed)
            change(seed, &phantom.truth)
            let example = TaskPack.Example(
                image: folder.file("\(name)-i/\(seed).nii"), labels: folder.file("\(name)-l/\(seed).nii"))
            try NIfTI.write(phantom.volume, to: example.image)
            try NIfTI.write(phantom.truth, to: example.labels)
            return example
        }
        let labels = LabelTable([
            LabelEntry(id: 1, name: "big", colour: Colour(1, 1, 1)),
            LabelEntry(id: 5, name: "small", colour: Colour(2, 2, 2)),
        ])
        let recipe = TaskPack.Recipe(name: "two", examples: examples, labels: labels, plane: .axial, window: .minMax)
        return try TaskPack.create(recipe, at: folder.file(name))
    }
}

func dice(_ a: LabelVolume, _ b: LabelVolume, _ id: UInt16) -> Double {
    var (both, sum) = (0, 0)
    for (x, y) in zip(a.voxels, b.voxels) {
        if x == id, y == id { both += 1 }
        sum += (x == id ? 1 : 0) + (y == id ? 1 : 0)
    }
    return 2 * Double(both) / Double(sum)
}

@Suite
struct SegmenterTests {
    private let folder = TemporaryFolder()

    private func options(_ change: (inout SegmentOptions) -> Void = { _ in }) -> SegmentOptions {
        var options = SegmentOptions()
        options.support = 6
        change(&options)
        return options
    }

    @Test
    func findsWhatThePackShows() throws {
        let query = Phantom(seed: 9)
        let segmenter = try Segmenter(task: Phantom.pack([1, 2, 3], in: folder), options: options())
        let result = try segmenter.segment(query.volume)
        #expect(result.labels.geometry == query.volume.geometry)
        for structure in result.structures {
            #expect(dice(result.labels, query.truth, structure.id) > 0.85, "\(structure)")
            #expect(structure.voxels == result.labels.histogram()[structure.id])
            #expect(structure.cubicMillimetres == Double(structure.voxels) * 20)
            #expect((0.5...1).contains(structure.meanProbability ?? 0))
        }
        #expect(result.structures.map(\.name) == ["big", "small"])
    }

    /// A query turned and shifted against the pack: slices at the same relative position show other things, slices
    /// through the registered volumes the same.
    @Test
    func registrationFollowsAMovedQuery() throws {
        let query = Phantom(seed: 9)
        let geometry = query.volume.geometry
        let shape = geometry.shape
        // Four slices of background before the first: everything stands a quarter of the stack further on.
        let before = 4 * shape.i * shape.j
        guard case .int16(let stored) = query.volume.voxels else { return }
        let values = [Int16](repeating: 42, count: before) + stored
        let labels = [UInt16](repeating: 0, count: before) + query.truth.voxels
        let longer = Geometry(shape: Shape(shape.i, shape.j, shape.k + 4), affine: geometry.affine)
        let truth = LabelVolume(geometry: longer, voxels: labels)
        let pack = try Phantom.pack([1, 2, 3], in: folder)
        func meanDice(_ choose: SupportStrategy) throws -> Double {
            let segmenter = try Segmenter(task: pack, options: options { $0.choose = choose })
            let result = try segmenter.segment(Volume(geometry: longer, voxels: .int16(values))).labels
            return (dice(result, truth, 1) + dice(result, truth, 5)) / 2
        }
        let (registered, position) = (try meanDice(.registered), try meanDice(.position))
        #expect(registered > 0.85 && registered > position, "\(registered) against \(position)")
    }

    @Test
    func voxelsTellHowSureTheyAre() throws {
        let query = Phantom(seed: 9)
        let pack = try Phantom.pack([1, 2, 3], in: folder)
        func segmented(_ change: (inout SegmentOptions) -> Void) throws -> SegmentedVolume {
            try Segmenter(
                task: pack,
                options: options {
                    ($0.threshold, $0.planes) = (0.5, [.axial, .coronal])
                    change(&$0)
                }
            ).segment(query.volume)
        }
        let result = try segmented { $0.keepsCertainty = true }
        let plain = try segmented { _ in }
        #expect(plain.certainty == nil)
        let isSame = plain.labels == result.labels
        #expect(isSame)
        let maps = try #require(result.certainty)
        #expect(maps.probability.geometry == query.volume.geometry)
        #expect(maps.disagreement.scaling == ValueScaling(slope: 1 / 255, intercept: 0))
        guard case .uint8(let probability) = maps.probability.voxels,
            case .uint8(let disagreement) = maps.disagreement.voxels
        else {
            Issue.record("the maps are not uint8")
            return
        }
        // Without clean-up a voxel has a label if and only if one is probable enough; 127 and 128 are one half.
        #expect(zip(probability, result.labels.voxels).allSatisfy { $0 == 127 || $0 == 128 || ($0 > 128) == ($1 != 0) })
        // What lies in [0, 1] deviates by one half at most, and by none where all are sure.
        #expect(disagreement.allSatisfy { $0 <= 128 })
        #expect(zip(probability, disagreement).allSatisfy { $0 < 254 || $1 < 25 })
        let doubtful = zip(probability, disagreement).filter { (64...192).contains($0.0) }.map { Int($0.1) }
        let sure = zip(probability, disagreement).filter { $0.0 < 16 || $0.0 > 240 }.map { Int($0.1) }
        #expect(doubtful.reduce(0, +) / doubtful.count > 3 * (sure.reduce(0, +) / sure.count))
        // One plane without a vote has nobody to disagree with.
        let alone = try segmented { ($0.keepsCertainty, $0.planes, $0.fusion) = (true, [.axial], 0) }
        #expect(alone.certainty?.disagreement.voxels == .uint8([UInt8](repeating: 0, count: probability.count)))
    }

    @Test
    func planesAreAveraged() throws {
        let query = Phantom(seed: 9)
        let pack = try Phantom.pack([1, 2, 3], in: folder)
        let single = try Segmenter(task: pack, options: options { $0.planes = [.axial] }).segment(query.volume)
        let both = try Segmenter(task: pack, options: options { $0.planes = [.axial, .coronal] }).segment(query.volume)
        #expect(single.structures.map(\.meanProbability) != both.structures.map(\.meanProbability))
        for id in [1, 5] as [UInt16] { #expect(dice(both.labels, query.truth, id) > 0.85) }
    }

    @Test
    func fastIsOnePlaneByPosition() throws {
        let query = Phantom(seed: 9).volume
        let pack = try Phantom.pack([1, 2, 3], in: folder)
        let fast = options {
            ($0.planes, $0.choose, $0.ensemble, $0.isFast) = ([.coronal, .axial], .registered, 2, true)
        }
        let plain = options { ($0.planes, $0.choose) = ([.coronal], .position) }
        let results = try [fast, plain].map { try Segmenter(task: pack, options: $0).segment(query) }
        #expect(results[0].structures == results[1].structures)
        let isSame = results[0].labels.voxels == results[1].labels.voxels
        #expect(isSame)
    }

    /// A result whose probabilities promise little is kept and flagged. It is given up on request, or where the pack itself
    /// has a volume without the label.
    @Test
    func whatIsFoundFaintlyIsKeptAndSaid() throws {
        let query = Phantom(seed: 9).volume
        let pack = try Phantom.pack([1, 2, 3], in: folder)
        func segmented(_ policy: DoubtPolicy, _ pack: TaskPack) throws -> SegmentedVolume {
            let options = options { ($0.choose, $0.threshold, $0.doubtful) = (.position, 0.999, policy) }
            return try Segmenter(task: pack, options: options).segment(query)
        }
        let kept = try segmented(.automatic, pack)
        let faint = kept.structures.filter { $0.voxels > 0 && $0.expectedDice < SegmentedVolume.leastPromise }
        #expect(!faint.isEmpty, "\(kept.structures)")
        for structure in kept.structures {
            #expect(structure.flags.contains(.doubtful) == faint.contains(structure))
            let remark = "\(structure.name) (label \(structure.id)) is doubtful: its probabilities promise a Dice of"
            #expect(kept.notices.contains { $0.hasPrefix(remark) } == faint.contains(structure))
        }
        #expect(try segmented(.keep, pack).structures == kept.structures)
        let removed = try segmented(.remove, pack)
        for (before, after) in zip(kept.structures, removed.structures) {
            let isFaint = faint.contains(before)
            #expect(after.voxels == (isFaint ? 0 : before.voxels))
            #expect(after.flags.contains(.doubtful) == isFaint)
            #expect(removed.labels.histogram()[after.id, default: 0] == after.voxels)
            let remark = "\(before.name) (label \(before.id)) was taken for absent: \(before.voxels) voxels"
            #expect(removed.notices.contains { $0.hasPrefix(remark) } == isFaint)
        }
    }

    @Test
    func absenceIsExpectedWhereThePackShowsIt() throws {
        let folder = folder
        let query = Phantom(seed: 9).volume
        func segmented(without absent: UInt16?, _ name: String) throws -> SegmentedVolume {
            let pack = try Phantom.pack([1, 2, 3], in: folder, named: name) { seed, truth in
                if seed == 3, let absent { truth.voxels = truth.voxels.map { $0 == absent ? 0 : $0 } }
            }
            let options = options { ($0.choose, $0.threshold) = (.position, 0.999) }
            return try Segmenter(task: pack, options: options).segment(query)
        }
        let whole = try segmented(without: nil, "whole").structures
        let faint = try #require(whole.first { $0.flags.contains(.doubtful) })
        #expect(faint.voxels > 0)
        let partial = try segmented(without: faint.id, "partial")
        let after = try #require(partial.structures.first { $0.id == faint.id })
        #expect(after.voxels == 0 && !after.flags.contains(.empty))
        #expect(partial.labels.histogram()[faint.id] == nil)
    }

    /// The same anatomy stored along other axes must get the same label at every point of space, to the voxel.
    @Test
    func storageOrientationDoesNotMatter() throws {
        let query = Phantom(seed: 9)
        let segmenter = try Segmenter(task: Phantom.pack([1, 2], in: folder), options: options { $0.support = 2 })
        let expected = try segmenter.segment(query.volume).labels
        let (flipped, back) = storedAsSPL(query.volume)
        #expect(flipped.geometry.orientation.description == "SPL")
        let result = try segmenter.segment(flipped).labels
        let isSame = back.map { result.voxels[$0] } == expected.voxels
        #expect(isSame)
        #expect(Set(expected.voxels) == [0, 1, 5])
    }

    /// The volume with i along S, j along P, k along L; and for each original voxel its place in the new one.
    private func storedAsSPL(_ volume: Volume) -> (Volume, [Int]) {
        let (s, a) = (volume.geometry.shape, volume.geometry.affine)
        let shape = Shape(s.k, s.j, s.i)
        let back = (0..<s.count).map { n in
            let (i, j, k) = (n % s.i, n / s.i % s.j, n / (s.i * s.j))
            return k + shape.i * ((s.j - 1 - j) + shape.j * (s.i - 1 - i))
        }
        var values = [Int16](repeating: 0, count: s.count)
        for n in 0..<s.count { values[back[n]] = Int16(volume.voxels[n]) }
        let corner = a.position(of: [Double(s.i - 1), Double(s.j - 1), 0])
        let affine = Affine(i: a.column(2), j: -a.column(1), k: -a.column(0), origin: corner)
        return (Volume(geometry: Geometry(shape: shape, affine: affine), voxels: .int16(values)), back)
    }

    @Test
    func threadsDoNotChangeTheResult() throws {
        let query = Phantom(seed: 8)
        let pack = try Phantom.pack([1, 2], in: folder)
        let results = try [1, 3].map { threads in
            try Segmenter(task: pack, options: options { $0.threads = threads }).segment(query.volume).labels
        }
        let isSame = results[0] == results[1]
        #expect(isSame)
    }

    @Test
    func labelsCanBeChosen() throws {
        let segmenter = try Segmenter(task: Phantom.pack([1, 2], in: folder), options: options { $0.labels = [5] })
        let result = try segmenter.segment(Phantom(seed: 7).volume)
        #expect(result.structures.map(\.id) == [5])
        #expect(Set(result.labels.voxels) == [0, 5])
    }

    @Test
    func reportsProgressToTheEnd() throws {
        let segmenter = try Segmenter(task: Phantom.pack([1], in: folder), options: options { $0.support = 1 })
        let seen = Progress()
        _ = try segmenter.segment(Phantom(seed: 4).volume) { done, all in seen.add(done, all) }
        #expect(seen.done.sorted() == Array(1...16))
        #expect(seen.all == [16])
    }

    @Test
    func anEnsembleAveragesItsDraws() throws {
        let query = Phantom(seed: 6)
        let pack = try Phantom.pack([1, 2, 3], in: folder)
        let results = try [1, 2].map { count in
            try Segmenter(
                task: pack,
                options: options {
                    $0.support = 2
                    $0.ensemble = count
                }
            ).segment(query.volume)
        }
        #expect(results[0].structures.map(\.meanProbability) != results[1].structures.map(\.meanProbability))
        for id in [UInt16(1), 5] { #expect(dice(results[1].labels, query.truth, id) > 0.85) }
        #expect(throws: SegmentationError.ensembleOutOfRange(5)) {
            try Segmenter(task: pack, options: options { $0.ensemble = 5 })
        }
    }

    @Test
    func aPackWhoseFilesWereChangedIsRefused() throws {
        let pack = try Phantom.pack([1], in: folder)
        let path = pack.examples[0].labels
        try NIfTI.write(Phantom(seed: 2).truth, to: path)
        #expect(throws: TaskPackError.changed(path)) { try Segmenter(task: pack, options: options()) }
    }

    @Test
    func aVolumeWithoutSlicesIsRefused() throws {
        let segmenter = try Segmenter(task: Phantom.pack([1], in: folder), options: options())
        let line = Volume(geometry: Geometry(shape: Shape(9, 1, 1), affine: .identity), voxels: .uint8(Array(0..<9)))
        #expect(throws: SegmentationError.degenerate(Shape(9, 1, 1))) { try segmenter.segment(line) }
    }

    @Test
    func impossibleSupportIsRefused() throws {
        let pack = try Phantom.pack([1], in: folder)
        #expect(throws: SegmentationError.supportOutOfRange(0)) {
            try Segmenter(task: pack, options: options { $0.support = 0 })
        }
        #expect(throws: TaskPackError.unknownLabel(2, pack: "two", known: [1, 5])) {
            try Segmenter(task: pack, options: options { $0.labels = [2] })
        }
    }

    private final class Progress: @unchecked Sendable {
        private let lock = NSLock()
        private(set) var done: [Int] = []
        private(set) var all: Set<Int> = []
        func add(_ done: Int, _ all: Int) {
            lock.withLock {
                self.done.append(done); self.all.insert(all)
            }
        }
    }
}
