import Foundation
import Pipelines
import Platform
import Segmentation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Batch

/// Which cases of a results folder teach a pack.
@Suite("Cases that teach")
struct FinishedCasesTests {
    let folder = TemporaryFolder()
    let results: BatchFolder
    let task: TaskPack

    init() throws {
        results = BatchFolder(folder.file("out"))
        let grid = Geometry(
            shape: Shape(4, 4, 4), affine: Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0, 1], origin: [0, 0, 0]))
        let voxels = (0..<64).map { UInt8($0 % 2) }
        try NIfTI.write(Volume(geometry: grid, voxels: .uint8(voxels)), to: folder.file("a.nii"))
        try NIfTI.write(LabelVolume(geometry: grid, voxels: voxels.map(UInt16.init)), to: folder.file("b.nii"))
        let label = LabelEntry(id: 1, name: "one", colour: Colour(1, 1, 1))
        task = try TaskPack.create(
            TaskPack.Recipe(
                name: "t", examples: [.init(image: folder.file("a.nii"), labels: folder.file("b.nii"))],
                labels: LabelTable([label]), plane: .axial, window: .minMax), at: folder.file("pack"))
        try AtomicFile.write(Array("version: 1\ntask: pack\n".utf8), to: folder.file("p.yaml"))
        try AtomicFile.makeFolder(folder.file("out"))
    }

    /// Puts a case's results in place: its image, a label map of ones, and a record that promises a Dice.
    func put(_ id: String, dice: Double, predicted: Double? = nil, notices: [String] = [], hasLabels: Bool = true)
        throws
    {
        let image = try NIfTI.readVolume(folder.file("a.nii"))
        try NIfTI.write(image, to: folder.file("study/\(id).nii"))
        if hasLabels {
            let ones = LabelVolume(geometry: image.geometry, voxels: [UInt16](repeating: 1, count: 64))
            try NIfTI.write(ones, to: folder.file("out/\(id)/\(id)_labels.nii.gz"))
        }
        var record = try PlanTests.record(id)
        record.made.taskSHA256 = task.sha256
        record.outcome.notices = notices
        var structure = """
            {"id": 1, "name": "one", "voxels": 64, "mm3": 64, "expectedDice": \(dice), "flags": []
            """
        if let predicted {
            structure += ", \"predictedDice\": {\"dice\": \(predicted), \"lower\": 0.1, \"upper\": 1}"
        }
        record.outcome.structures = [
            try JSONDecoder().decode(CaseOutcome.Structure.self, from: Data((structure + "}").utf8))
        ]
        try AtomicFile.write(try JSON.bytes(record), to: folder.file("out/\(id)/case.json"))
    }

    func plan(_ ids: [String]) throws {
        var plan = PlanTests.plan(ids, try PlanTests.provenance())
        plan.study = folder.file("study")
        plan.pipeline = try PipelineFile.load(folder.file("p.yaml")).resolvedText()
        for n in plan.cases.indices {
            let path = folder.file("study/\(ids[n]).nii")
            let isThere = FileManager.default.fileExists(atPath: path)
            plan.cases[n].sha256 = isThere ? try SourceContent.sha256([path]) : nil
            plan.cases[n].stamp = SourceContent.stamp([path])?.stamp
        }
        try results.freeze(plan)
    }

    @Test(
        "The surest cases teach; what is unsure, unlike the task, without a label map or not done does not, and is said"
    )
    func choice() throws {
        try put("a", dice: 0.8)
        // What was predicted counts, not what probabilities promise.
        try put("b", dice: 0.5, predicted: 0.9)
        try put("c", dice: 0.99, predicted: 0.6)
        try put("d", dice: 0.95, notices: ["unlike the task's volumes: its field of view"])
        try put("e", dice: 0.95, hasLabels: false)
        try put("f", dice: 0.7)
        try plan(["a", "b", "c", "d", "e", "f", "waiting"])
        let found = try FinishedCases(results, of: task, most: 2)
        #expect(found.cases.map(\.id) == ["b", "a"])
        #expect(found.cases.map(\.confidence) == [0.9, 0.8])
        let reasons = Dictionary(uniqueKeysWithValues: found.leftOut.map { ($0.id, $0.reason) })
        #expect(
            reasons == [
                "c": "its labels promise a mean Dice of 0.60 only", "d": "it is unlike the task's volumes",
                "e": "it has no NIfTI label map (outputs: nifti)", "f": "2 others are surer",
            ])
        let volume = try found.cases[1].readVolume()
        #expect(volume.geometry.shape == Shape(4, 4, 4))
        #expect(try found.cases[1].readLabels(on: volume.geometry).voxels == [UInt16](repeating: 1, count: 64))
    }

    @Test("An image that is another now teaches nothing, nor do results of another pack")
    func changes() throws {
        try put("a", dice: 0.8)
        try plan(["a"])
        let found = try FinishedCases(results, of: task, most: 9)
        var image = try NIfTI.readVolume(folder.file("a.nii"))
        image.voxels = .uint8([UInt8](repeating: 7, count: 64))
        try NIfTI.write(image, to: folder.file("study/a.nii"))
        #expect(throws: PlanError.self) { try found.cases[0].readVolume() }
        var record = try PlanTests.record("a")
        record.made.taskSHA256 = "another"
        try AtomicFile.write(try JSON.bytes(record), to: folder.file("out/a/case.json"))
        #expect(throws: TeachingError.self) { try FinishedCases(results, of: task, most: 9) }
    }
}
