import Evaluation
import Foundation
import Learning
import Platform
import Segmentation
import Synchronization
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import PackChecks

extension Volume {
    /// Values slice by slice along k.
    fileprivate var slices: [[Float]] {
        let layout = SliceLayout(geometry, plane: .native)
        return (0..<layout.slices).map { slice($0, in: layout).values }
    }
}

/// Networks that are trained on a pack whose answer is known.
@Suite struct TaskTrainingTests {
    private let folder = TemporaryFolder()

    /// Two balls, the brighter one within a shell, each volume a little different.
    private func example(_ name: String, _ n: Int) throws -> TaskPack.Example {
        let shape = Shape(24, 24, 16)
        let affine = Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0, 1], origin: [0, 0, 0])
        var random = SplitMix64(state: UInt64(n))
        var (values, labels): ([UInt8], [UInt16]) = ([], [])
        let centre = SIMD3(11.0 + Double(n % 3), 12 - Double(n % 2), 7 + Double(n % 2))
        for k in 0..<shape.k {
            for j in 0..<shape.j {
                for i in 0..<shape.i {
                    let d = SIMD3(Double(i), Double(j), Double(k)) - centre
                    let radius = (d * d).sum().squareRoot()
                    let label: UInt16 = radius < 3.2 ? 4 : radius < 6 ? 2 : 0
                    values.append(UInt8([0: 30, 2: 110, 4: 190][label, default: 0] + random.below(40)))
                    labels.append(label)
                }
            }
        }
        let geometry = Geometry(shape: shape, affine: affine)
        let example = TaskPack.Example(image: folder.file("i/\(name).nii"), labels: folder.file("l/\(name).nii"))
        try NIfTI.write(Volume(geometry: geometry, voxels: .uint8(values)), to: example.image)
        try NIfTI.write(LabelVolume(geometry: geometry, voxels: labels), to: example.labels)
        return example
    }

    private func pack(_ count: Int) throws -> TaskPack {
        let colour = Colour(1, 1, 1)
        let table = LabelTable([
            LabelEntry(id: 2, name: "shell", colour: colour), LabelEntry(id: 4, name: "core", colour: colour),
        ])
        let recipe = TaskPack.Recipe(
            name: "balls", examples: try (0..<count).map { try example("v\($0)", $0) }, labels: table, plane: .axial,
            window: .minMax)
        return try TaskPack.create(recipe, at: folder.file("pack-\(count)"))
    }

    private func training(_ steps: Int, compares: Bool = false) -> TaskTraining.Options {
        var training = TaskTraining.Options(threads: 2)
        (training.steps, training.compares) = (steps, compares)
        return training
    }

    private var options: SegmentOptions {
        var options = SegmentOptions()
        options.support = 2
        return options
    }

    @Test func networksLearnAPackAndAreKept() throws {
        let pack = try pack(6)
        var told: [TaskTraining.Progress] = []
        let check = try PackCheck(pack, options: options, training: training(60), trainingProgress: { told.append($0) })
        #expect(told.map(\.member).max() == 4 && told.last?.step == 60)
        #expect(check.examples.count == 6)
        #expect((check.mean()?.mean ?? 0) > 0.9, "\(check.mean()?.mean ?? 0)")
        try check.save(in: pack.folder)
        let learned = try TaskPack.load(pack.folder)
        #expect(learned.findings?.learned?.members == 4)
        #expect(learned.findings?.learned?.steps == 60)

        // A volume that nobody has seen.
        let other = try example("other", 77)
        let segmenter = try Segmenter(task: learned, options: options)
        #expect(segmenter.learnedRecord?.share == 1)
        let patches = Mutex([(Int, Int)]())
        let result = try segmenter.segment(NIfTI.readVolume(other.image)) { done, total in
            patches.withLock { $0.append((done, total)) }
        }
        #expect(patches.withLock { $0.contains { $0.0 == $0.1 && $0.1 > 0 } })
        let found = try overlap(of: result.labels, with: NIfTI.readLabels(other.labels), labels: [2, 4])
        #expect(found.allSatisfy { ($0.dice ?? 0) > 0.9 })
        #expect(result.structures.allSatisfy { $0.predictedDice != nil })

        // One label alone; and the pack's other way, where it is asked for.
        var options = options
        options.labels = [4]
        let one = try Segmenter(task: learned, options: options).segment(NIfTI.readVolume(other.image))
        #expect(Set(one.labels.voxels) == [0, 4])
        options.usesLearned = false
        let without = try Segmenter(task: learned, options: options)
        #expect(without.learnedRecord == nil)
        #expect(try without.segment(NIfTI.readVolume(other.image)).structures[0].predictedDice == nil)
    }

    /// What networks take is known before, and refused where it is more than may be.
    @Test func networksAreCountedInMemory() throws {
        let pack = try pack(5)
        try PackCheck(pack, options: options, training: training(1)).save(in: pack.folder)
        let learned = try TaskPack.load(pack.folder)
        let image = ImageOutline(shape: Shape(256, 256, 200), bytesPerVoxel: 1)
        let need = try Segmenter(task: learned, options: options).plan(for: image).need
        for name in ["learned networks", "samples", "patches and probabilities", "one label"] {
            #expect(need.parts.contains { $0.name == name }, "\(need)")
        }
        // Three classes: sums, probabilities and weights of 13 million samples take 350 MiB at the least.
        #expect((need.parts.first { $0.name == "patches and probabilities" }?.bytes ?? 0) > 350 << 20)
        var options = options
        options.memory = .size(MemorySize(bytes: 600 << 20))
        let limited = try Segmenter(task: learned, options: options)
        #expect(throws: MemoryError.self) { try limited.plan(for: image) }
        #expect(limited.learnedRecord != nil)
    }

    /// Training that does not fit is refused before it begins, with a way out that works.
    @Test func trainingIsCountedInMemory() throws {
        let pack = try pack(5)
        var options = options
        options.planes = [.axial]
        let standing = try Segmenter(task: pack, options: options).standing.reduce(0) { $0 + $1.bytes }
        options.memory = .size(MemorySize(bytes: standing + (2 << 20)))
        let error = #expect(throws: MemoryError.self) {
            try PackCheck(pack, options: options, training: training(1))
        }
        #expect(error?.description.contains("training networks on task 'balls' takes") == true)
        #expect(error?.description.contains("--no-learn") == true)
        options.memory = .size(MemorySize(bytes: standing + (400 << 20)))
        #expect(try PackCheck(pack, options: options, training: training(1)).learnedGain == nil)
    }

    @Test func moreLabelsThanAByteHoldsAreNotTrained() throws {
        let few = try pack(5)
        #expect(TaskTraining.lack(few, volumes: 3) == nil)
        #expect(TaskTraining.lack(few, volumes: 2)?.contains("2 volumes are too few") == true)
        let entries = (1...256).map { LabelEntry(id: UInt16($0), name: "l\($0)", colour: Colour(1, 1, 1)) }
        let image = few.examples[0].image
        let grid = try NIfTI.info(image).geometry
        let atlas = TaskPack.Example(image: image, labels: folder.file("l/atlas.nii"))
        try NIfTI.write(
            LabelVolume(geometry: grid, voxels: (0..<grid.shape.count).map { UInt16($0 % 257) }), to: atlas.labels)
        let recipe = TaskPack.Recipe(
            name: "many", examples: [atlas], labels: LabelTable(entries), plane: .axial, window: .minMax)
        let many = try TaskPack.create(recipe, at: folder.file("many"))
        #expect(TaskTraining.lack(many, volumes: 5)?.contains("256 labels are too many to train networks on") == true)
    }

    /// A volume of the pack is judged by the network that has not seen it: that network's own result is what is promised.
    @Test(arguments: [(3, 3), (5, 4)])
    func aVolumeIsJudgedByTheNetworkThatHasNotSeenIt(volumes: Int, members: Int) throws {
        let pack = try pack(volumes)
        let check = try PackCheck(pack, options: options, training: training(25))
        let trainer = try TaskTraining(pack, places: Array(0..<volumes), window: .minMax, options: training(25))
        let (task, steps) = try trainer.run { _ in }
        #expect(steps == 25 && trainer.members == members)
        let segmenter = try Segmenter(task: pack, options: options)
        for n in 0..<volumes {
            let network = trainer.task([task.members[trainer.member(without: n)]])
            let volume = try NIfTI.readVolume(pack.examples[n].image)
            let result = try segmenter.without(n).results(
                of: segmenter.said(by: network, of: volume), in: volume,
                thresholds: [Float(check.thresholds[check.chosen])])[0]
            let found = try overlap(of: result.labels, with: NIfTI.readLabels(pack.examples[n].labels), labels: [2, 4])
            #expect(check.examples[n].overlaps[check.chosen] == found)
        }
    }

    /// The same steps give the same bits, with any number of threads.
    @Test func trainingCanBeRepeated() throws {
        let pack = try pack(5)
        let files = try [1, 2, 3].map { threads in
            var options = training(4)
            options.threads = threads
            let trainer = try TaskTraining(pack, places: [0, 1, 2, 3, 4], window: .minMax, options: options)
            return try LearnedTaskFile.encode(trainer.run { _ in }.task)
        }
        #expect(files[0] == files[1] && files[0] == files[2])
    }

    /// Training that was stopped goes on with the network that is missing, to the same result; what was kept for that goes
    /// once the check is saved.
    @Test func trainingThatWasStoppedGoesOn() throws {
        let pack = try pack(5)
        var options = training(3)
        options.keepsNetworks = true
        func run(_ options: TaskTraining.Options) throws -> (bytes: [UInt8], members: Set<Int>) {
            var members: Set<Int> = []
            let trainer = try TaskTraining(pack, places: [0, 1, 2, 3, 4], window: .minMax, options: options)
            let task = try trainer.run { members.insert($0.member) }.task
            return (try LearnedTaskFile.encode(task), members)
        }
        let whole = try run(options)
        #expect(whole.members == [1, 2, 3, 4])
        let folder = pack.folder + "/learning"
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(kept.count == 4)
        // One is missing, one is cut off.
        try FileManager.default.removeItem(atPath: folder + "/" + kept[1])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + kept[2]))
        try bytes.dropLast(9).write(to: URL(fileURLWithPath: folder + "/" + kept[2]))
        // Without a number of steps it is that of what is there.
        options.steps = nil
        let resumed = try run(options)
        #expect(resumed.members == [2, 3])
        #expect(resumed.bytes == whole.bytes)
        // Another seed is another training.
        (options.steps, options.seed) = (3, 9)
        #expect(try run(options).members == [1, 2, 3, 4])
        try PackCheck(pack, options: self.options, training: training(1)).save(in: pack.folder)
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    /// Untrained networks are worse than the pack without them, and left out; a file of an earlier check goes.
    @Test func networksThatDoNoBetterAreLeftOut() throws {
        let pack = try pack(5)
        try Data("an earlier one".utf8).write(to: URL(fileURLWithPath: pack.folder + "/" + LearnedTaskFile.name))
        let check = try PackCheck(pack, options: options, training: training(1, compares: true))
        let gain = try #require(check.learnedGain)
        #expect(gain.share == 0 && gain.alone < gain.without && gain.volumes == 5)
        try check.save(in: pack.folder)
        #expect(check.findings.learned == nil)
        #expect(!FileManager.default.fileExists(atPath: pack.folder + "/" + LearnedTaskFile.name))
    }

    /// A pack whose networks are not those that its check speaks of is refused, whatever is wrong with them.
    @Test func otherNetworksAreRefused() throws {
        let pack = try pack(5)
        try PackCheck(pack, options: options, training: training(1)).save(in: pack.folder)
        let path = pack.folder + "/" + LearnedTaskFile.name
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let task = try TaskPack.load(pack.folder)
        for broken in [Array(bytes.dropLast(4)), bytes.dropLast(1) + [bytes[bytes.count - 1] ^ 1], []] {
            try Data(broken).write(to: URL(fileURLWithPath: path))
            #expect(throws: TaskPackError.self) { try Segmenter(task: task, options: options) }
        }
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: TaskPackError.self) { try Segmenter(task: task, options: options) }
    }

    /// Cases of a study, with the label maps that were made for them.
    private func study(_ count: Int, shift: Int = 0) throws -> [StudyExample] {
        try (0..<count).map { n in
            let one = try example("s\(n)", 100 + n)
            // Label maps of another case are wrong ones.
            let labels = try example("t\(n)-\(shift)", 100 + n + shift).labels
            return StudyExample(
                name: "s\(n)", weight: 0.8, image: { try NIfTI.readVolume(one.image) },
                labels: { _ in try NIfTI.readLabels(labels) })
        }
    }

    /// A case of a study never teaches a network that segments it, whatever file it comes in.
    @Test func noCaseTeachesItself() throws {
        let pack = try pack(1)
        func trained(_ study: [StudyExample]) throws -> LearnedTask {
            try TaskTraining(pack, places: [0], window: .minMax, options: training(20), study: study).run { _ in }.task
        }
        let (right, wrong) = (try study(8), try study(8, shift: 1))
        let task = try trained(right)
        #expect(task.members.count == 4 && task.taught.count == 8)
        for n in 0..<4 {
            // Were its label map another, the networks that segment it would be the same, and the others would not.
            var changed = right
            changed[n] = wrong[n]
            let other = try trained(changed)
            let same = task.members.indices.filter { task.members[$0] == other.members[$0] }
            let volume = try right[n].image()
            #expect(task.taught.members(unseeing: volume, of: 4) == same && same.count == 2, "case \(n): \(same)")
        }
        // The same values, stored as other numbers.
        var volume = try right[3].image()
        let known = task.taught.members(unseeing: volume, of: 4)
        volume.voxels = .float64(volume.slices.flatMap { $0.map(Double.init) })
        #expect(task.taught.members(unseeing: volume, of: 4) == known)
        // Any other volume is everybody's.
        #expect(task.taught.members(unseeing: try NIfTI.readVolume(pack.examples[0].image), of: 4) == [0, 1, 2, 3])

        // The file says it, and only what was written is read.
        let bytes = try LearnedTaskFile.encode(task)
        #expect(try LearnedTaskFile.decode(bytes) == task)
        let text = Data(bytes)
        let range = try #require(text.range(of: Data(#"\"halves\":{"#.utf8)))
        let digit = try #require(text[range.upperBound...].firstRange(of: Data(":".utf8)))
        var hostile = bytes
        hostile[digit.upperBound] = UInt8(ascii: "7")
        #expect(try LearnedTaskFile.decode(hostile) == nil)
    }

    /// A pack of one volume and a study that it has segmented learn the task; no Dice is promised.
    @Test func aStudyTeachesASmallPack() throws {
        let pack = try pack(1)
        #expect(TaskTraining.lack(pack, volumes: 1, study: 7)?.contains("7 cases of the study are too few") == true)
        #expect(TaskTraining.lack(pack, volumes: 1, study: 8) == nil)
        let check = try PackCheck(pack, options: options, training: training(60), study: study(8))
        #expect(check.examples.isEmpty && check.calibrations.isEmpty)
        try check.save(in: pack.folder)
        let learned = try TaskPack.load(pack.folder)
        #expect(learned.findings?.learned?.share == 1)
        let other = try example("other", 77)
        let result = try Segmenter(task: learned, options: options).segment(NIfTI.readVolume(other.image))
        let found = try overlap(of: result.labels, with: NIfTI.readLabels(other.labels), labels: [2, 4])
        #expect(found.allSatisfy { ($0.dice ?? 0) > 0.9 }, "\(found)")
        #expect(result.structures.allSatisfy { $0.predictedDice == nil })
    }

    /// Three volumes are enough to leave one out, but where a study teaches beside them all networks see all three.
    @Test(arguments: [(0, true), (4, false)])
    func threeVolumesAreLeftOutUnlessAStudyTeaches(cases: Int, leavesOut: Bool) throws {
        let pack = try pack(3)
        #expect(TaskTraining.lack(pack, volumes: 3, study: cases) == nil)
        let training = try TaskTraining(
            pack, places: [0, 1, 2], window: .minMax, options: training(1), study: study(cases))
        #expect(training.leavesOut == leavesOut)
    }

    /// What a file holds may be anything: only what was written is read.
    @Test func onlyWholeFilesAreDecoded() throws {
        let pack = try pack(5)
        let trainer = try TaskTraining(pack, places: [0, 1, 2, 3, 4], window: .minMax, options: training(1))
        let task = try trainer.run { _ in }.task
        let bytes = try LearnedTaskFile.encode(task)
        #expect(try LearnedTaskFile.decode(bytes) == task)
        let text = String(decoding: bytes.prefix(4000), as: UTF8.self)
        #expect(text.contains(#"\"members\":4"#))
        /// The header with one text in place of another of the same length.
        func changed(_ from: String, _ to: String) -> [UInt8] {
            let data = Data(bytes)
            guard let range = data.range(of: Data(from.utf8)) else { return [] }
            return [UInt8](data.replacing(data[range], with: Data(to.utf8), maxReplacements: 1))
        }
        #expect(try LearnedTaskFile.decode(changed(#"\"members\":4"#, #"\"members\":5"#)) == nil)
        #expect(try LearnedTaskFile.decode(changed(#"\"classes\":3"#, #"\"classes\":4"#)) == nil)
        #expect(try LearnedTaskFile.decode(changed(#"\"inputs\":1"#, #"\"inputs\":2"#)) == nil)
        // The last parameter becomes no number.
        #expect(try LearnedTaskFile.decode(bytes.dropLast(4) + [0, 0, 0xC0, 0x7F]) == nil)
        #expect(try LearnedTaskFile.decode([]) == nil)
        // A hundred levels, whose sizes no number holds.
        let level = #"{"channels":16,"taps":3,"halvesDepth":true}"#
        let levels = [String](repeating: level, count: 100).joined(separator: ",")
        let head =
            #"{"version":1,"labels":[2,4],"grid":{"plane":"axial","spacing":[1,1,1]},"patch":[16,16,16],"members":1,"#
            + #""shape":{"inputs":1,"classes":3,"levels":[\#(levels)]}}"#
        let hostile = try Safetensors.encode([:], metadata: ["tomos.task": head])
        #expect(try LearnedTaskFile.decode(hostile) == nil)
    }
}
