import Evaluation
import Foundation
import Segmentation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import PackChecks

/// Leave-one-out over packs whose answer is known.
@Suite struct PackCheckTests {
    private let folder = TemporaryFolder()

    /// Bright balls in a dark box, each a little elsewhere; hard to see where `isFaint`.
    private func pack(_ names: [String], isFaint: Bool = false, thickness: Double = 1, plane: SlicePlane = .axial)
        throws -> TaskPack
    {
        let shape = Shape(24, 22, 10)
        let affine = Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0, thickness], origin: [0, 0, 0])
        let geometry = Geometry(shape: shape, affine: affine)
        let examples = try names.enumerated().map { n, name in
            var (values, labels): ([UInt8], [UInt16]) = ([], [])
            for k in 0..<shape.k {
                for j in 0..<shape.j {
                    for i in 0..<shape.i {
                        let (x, y, z) = (i - 11 - n % 3, j - 11 + n % 3, 2 * (k - 5 - n / 3 % 2))
                        let isInside = x * x + y * y + z * z < (isFaint ? 36 + n * 11 % 4 * 7 : 49)
                        let noise =
                            isFaint ? (i * i * 7 + j * 29 + k * k * 13 + i * j * n) % 97 : (i * 7 + j * 5 + k * 3) % 16
                        values.append(UInt8((isInside ? (isFaint ? 70 : 180) : 20) + noise))
                        labels.append(isInside ? 1 : 0)
                    }
                }
            }
            let example = TaskPack.Example(image: folder.file("i/\(name).nii"), labels: folder.file("l/\(name).nii"))
            try NIfTI.write(Volume(geometry: geometry, voxels: .uint8(values)), to: example.image)
            try NIfTI.write(LabelVolume(geometry: geometry, voxels: labels), to: example.labels)
            return example
        }
        let table = LabelTable([LabelEntry(id: 1, name: "ball", colour: Colour(1, 1, 1))])
        return try TaskPack.create(
            TaskPack.Recipe(name: "balls", examples: examples, labels: table, plane: plane, window: .minMax),
            at: folder.file("pack"))
    }

    private var options: SegmentOptions {
        var options = SegmentOptions()
        options.support = 3
        return options
    }

    @Test func everyVolumeIsSegmentedByTheOthers() throws {
        let pack = try pack(["a", "b", "c"])
        let check = try PackCheck(pack, options: options)
        #expect(check.examples.map(\.name) == ["a", "b", "c"])
        #expect((check.dice(label: 0)?.mean ?? 0) > 0.8)
        #expect(check.dice(label: 0)?.cases == 3)
        let second = try PackCheck(pack, options: options, step: 2)
        #expect(second.examples.map(\.name) == ["a", "c"])
        let isSame = second.examples[1].overlaps == check.examples[2].overlaps
        #expect(isSame)
    }

    /// What leave-one-out promises is what a run gives whose pack holds the other volumes: crop, clean-up and doubt are part
    /// of both.
    @Test(arguments: ["usual", "smooth", "doubt", "fast", "whole"])
    func leaveOneOutIsThePathOfARun(way: String) throws {
        let pack = try pack(["a", "b", "c"], isFaint: way == "doubt")
        var options = options
        options.threshold = 0.5
        switch way {
        case "smooth": options.clean = [.smooth(millimetres: 1), .keepLargest(parts: 1)]
        case "doubt": (options.threshold, options.doubtful) = (0.97, .remove)
        case "fast": options.isFast = true
        case "whole": options.crops = false
        default: break
        }
        let check = try PackCheck(pack, options: options)
        options.planes = check.findings.options.planes
        for (n, example) in pack.examples.enumerated() {
            let others = pack.examples.filter { $0.name != example.name }
            let recipe = TaskPack.Recipe(
                name: "others", examples: others, labels: pack.labels, plane: pack.plane, window: pack.window)
            let task = try TaskPack.create(recipe, at: folder.file("without-\(example.name)"))
            let result = try Segmenter(task: task, options: options).segment(NIfTI.readVolume(example.image))
            let found = try overlap(of: result.labels, with: NIfTI.readLabels(example.labels), labels: [1])
            #expect(check.examples[n].overlaps == [found])
            #expect(check.examples[n].expected == [result.structures.map(\.expectedDice)])
        }
        // Each way shows in what is promised.
        let dice = check.mean()?.mean ?? 0
        #expect(way == "doubt" ? dice < 0.5 : dice > 0.5, "\(way): \(dice)")
    }

    @Test func whatIsFoundIsKept() throws {
        let pack = try pack(["a", "b", "c"])
        let check = try PackCheck(pack, options: options)
        try check.findings.save(in: pack.folder)
        let checked = try TaskPack.load(pack.folder)
        #expect(checked.findings == check.findings)
        #expect(checked.sha256 != pack.sha256)
        let volume = try NIfTI.readVolume(pack.examples[0].image)
        let structure = try Segmenter(task: checked, options: options).segment(volume).structures[0]
        let prediction = try #require(structure.predictedDice)
        #expect(prediction.lower <= prediction.dice && prediction.dice <= prediction.upper)
        #expect(abs(prediction.dice - (check.dice(label: 0)?.mean ?? 0)) < 0.2)
        // Another way of segmenting is not what was checked.
        var other = options
        other.choose = .position
        #expect(try Segmenter(task: checked, options: other).segment(volume).structures[0].predictedDice == nil)
        other = options
        other.crops = false
        let segmenter = try Segmenter(task: checked, options: other)
        #expect(try segmenter.segment(volume).structures[0].predictedDice == nil)
        let held =
            "planes axial, coronal, sagittal, window none, choose registered, crop auto, fusion 0.6, support 3, "
            + "ensemble 1, side 96"
        #expect(segmenter.advice?.contains("\(held), and the weights") == true)
        // With another clean-up probabilities are the same, and so is the threshold; Dice is another.
        other = options
        other.clean = [.smooth(millimetres: 1)]
        let smoothing = try Segmenter(task: checked, options: other)
        #expect(try smoothing.segment(volume).structures[0].predictedDice == nil)
        #expect(
            smoothing.advice == "no Dice is predicted: the check of task 'balls' holds for clean: [], "
                + "segment.doubtful: auto ('tomos task check --pipeline' checks what a pipeline does)")
        other = options
        other.window = .mr
        #expect(try Segmenter(task: checked, options: other).advice?.contains("is not used") == true)
        // A second check starts from the pack, not from what the first one found.
        #expect(try PackCheck(checked, options: options).findings == check.findings)
    }

    /// What networks say is mixed into what is said in context in the same way by a check, which does it on the side, as by a
    /// run.
    @Test func bothWaysTogetherAreTheResultOfARun() throws {
        let pack = try pack(["a", "b", "c", "d", "e", "f"], isFaint: true)
        var training = TaskTraining.Options(threads: 2)
        training.steps = 12
        let segmenter = try Segmenter(task: pack, options: options)
        let ways = try LearnedWays(segmenter, Array(pack.examples.indices), training) { _ in }
        let record = LearnedRecord(
            sha256: try LearnedTaskFile.sha256(ways.task), share: LearnedWays.share, members: ways.task.members.count,
            steps: ways.steps)
        var findings = try PackCheck(pack, options: options, step: 5).findings
        findings.learned = record
        try LearnedTaskFile.write(ways.task, in: pack.folder)
        try findings.save(in: pack.folder)
        let checked = try Segmenter(task: TaskPack.load(pack.folder), options: options)
        let volume = try NIfTI.readVolume(pack.examples[2].image)
        let run = try checked.segment(volume)
        let blend = LearnedBlend(said: try checked.said(by: ways.task, of: volume), share: LearnedWays.share)
        let both = try checked.inContext(volume, thresholds: [Float(findings.threshold)], ways: [nil, blend])
        let isSame = both[1][0].labels == run.labels && both[1][0].structures == run.structures
        #expect(isSame && run.structures[0].voxels > 0)
        let isAnother = both[0][0].labels != run.labels
        #expect(isAnother)
    }

    /// Files that earlier versions wrote say what probabilities of another kind gave.
    @Test func findingsOfAnEarlierVersionAreNotUsed() throws {
        let pack = try pack(["a", "b", "c"])
        try PackCheck(pack, options: options).findings.save(in: pack.folder)
        let path = pack.folder + "/check.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let version = try #require(text.firstRange(of: #/,\s*"version" : \d+/#))
        try text.replacingCharacters(in: version, with: "").write(toFile: path, atomically: true, encoding: .utf8)
        let advice = try Segmenter(task: TaskPack.load(pack.folder), options: options).advice
        #expect(advice?.contains("it holds for an earlier version of tomos (check again)") == true)
    }

    @Test func findingsOfAnotherPackAreRefused() throws {
        let pack = try pack(["a", "b", "c"])
        var findings = try PackCheck(pack, options: options).findings
        findings.packSHA256 = "0"
        try findings.save(in: pack.folder)
        let error = #expect(throws: TaskPackError.self) { try TaskPack.load(pack.folder) }
        #expect(error?.description.contains("pack.yaml has changed") == true)
        try Data(#"{"correction": {}}"#.utf8).write(to: URL(fileURLWithPath: pack.folder + "/check.json"))
        let earlier = #expect(throws: TaskPackError.self) { try TaskPack.load(pack.folder) }
        #expect(earlier?.description.contains("it holds a correction that an earlier version has learned") == true)
        try Data("{}".utf8).write(to: URL(fileURLWithPath: pack.folder + "/check.json"))
        #expect(throws: TaskPackError.self) { try TaskPack.load(pack.folder) }
    }

    @Test func aThresholdAskedForIsTheOnlyOneTried() throws {
        var options = options
        options.threshold = 0.4
        let check = try PackCheck(try pack(["a", "b"]), options: options)
        #expect(check.thresholds == [0.4])
        #expect(check.findings.threshold == 0.4)
        #expect(check.calibrations.isEmpty)
    }

    /// Nearly cubes are cut in three planes, thicker voxels in the pack's.
    @Test(arguments: [(1.0, 3), (1.5, 3), (1.6, 1)])
    func planesFollowTheVoxels(thickness: Double, planes: Int) throws {
        let pack = try pack(["a", "b", "c"], thickness: thickness, plane: .coronal)
        var options = options
        (options.threshold, options.side) = (0.5, 64)
        let check = try PackCheck(pack, options: options)
        let all: [SlicePlane] = [.axial, .coronal, .sagittal]
        #expect(check.findings.options.planes == (planes == 1 ? [.coronal] : all))
        try check.findings.save(in: pack.folder)
        let checked = try TaskPack.load(pack.folder)
        #expect(try Segmenter(task: checked, options: options).planes.count == planes)
        // In another order they are the same planes; being fast is the task's one.
        options.planes = planes == 1 ? [.coronal] : [.sagittal, .axial, .coronal]
        #expect(try Segmenter(task: checked, options: options).advice == nil)
        (options.planes, options.isFast) = (nil, true)
        #expect(try Segmenter(task: checked, options: options).planes == [.coronal])
    }

    @Test func planesAreTriedAndTheBestTaken() throws {
        let pack = try pack(["a", "b", "c"])
        var options = options
        (options.threshold, options.side) = (0.5, 64)
        let search = try PlaneSearch(pack, options: options, step: 2)
        let tried = search.candidates.map { $0.planes.map(\.rawValue) }
        #expect(tried == [["axial"], ["coronal"], ["sagittal"], ["axial", "coronal", "sagittal"]])
        options.planes = [.coronal]
        let alone = try PackCheck(pack, options: options, step: 2)
        #expect(search.candidates[1].dice.mean == alone.mean()?.mean)
        let best = try #require(search.candidates.first { $0.planes == search.best }).dice.mean
        #expect(search.candidates.allSatisfy { $0.dice.mean <= best + PackCheck.leastGain })
        // The pack's own plane stays unless another gains.
        #expect(search.best == [.axial] || best > search.candidates[0].dice.mean + PackCheck.leastGain)
    }

    @Test func oneVolumeIsTooFew() throws {
        let pack = try pack(["a"])
        let error = #expect(throws: TaskPackError.self) { try PackCheck(pack, options: options) }
        #expect(error?.description == "task 'balls' has one labelled volume: leave-one-out needs two or more")
    }
}
