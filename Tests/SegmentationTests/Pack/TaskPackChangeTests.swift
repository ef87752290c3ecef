import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Segmentation

@Suite("A pack that changes") struct TaskPackChangeTests {
    let folder = TemporaryFolder()
    let grid = Geometry(
        shape: Shape(4, 4, 4), affine: Affine(i: [-1, 0, 0], j: [0, 1, 0], k: [0, 0, 2], origin: .zero))

    init() throws {
        for name in ["a", "b"] { try write(name, [(5, 1), (6, 2)]) }
        var recipe = TaskPack.Recipe(
            name: "t",
            examples: ["a", "b"].map {
                TaskPack.Example(image: folder.file("\($0).nii.gz"), labels: folder.file("\($0)-l.nii.gz"))
            },
            labels: LabelTable([
                LabelEntry(id: 1, name: "liver", colour: Colour(1, 2, 3)),
                LabelEntry(id: 2, name: "left kidney", colour: Colour(4, 5, 6), snomed: "64033007"),
            ]), plane: .coronal, window: .percentile(lower: 1, upper: 99))
        recipe.threshold = 0.4
        _ = try TaskPack.create(recipe, at: folder.file("pack"))
    }

    private func write(_ name: String, _ voxels: [(Int, UInt16)], seed: Int = 0) throws {
        let values = (0..<64).map { Int16($0 * 7 % 50 + seed) }
        try NIfTI.write(Volume(geometry: grid, voxels: .int16(values)), to: folder.file("\(name).nii.gz"))
        try NIfTI.write(labels(voxels), to: folder.file("\(name)-l.nii.gz"))
    }

    private func labels(_ voxels: [(Int, UInt16)]) -> LabelVolume {
        var labels = LabelVolume(geometry: grid)
        for (voxel, id) in voxels { labels.voxels[voxel] = id }
        return labels
    }

    private func add(_ name: String, _ labels: String, image: String? = nil) throws -> TaskPack {
        try TaskPack.add(
            TaskPack.Example(image: folder.file("\(image ?? name).nii.gz"), labels: folder.file(labels), name: name),
            to: folder.file("pack")
        ).pack
    }

    private var history: [String] {
        (try? String(contentsOfFile: folder.file("pack/history.jsonl"), encoding: .utf8))?.split(separator: "\n").map(
            String.init) ?? []
    }

    @Test func aVolumeIsAdded() throws {
        try write("c", [(9, 1)], seed: 3)
        let pack = try add("c", "c-l.nii.gz")
        #expect(pack.examples.map(\.name) == ["a", "b", "c"])
        #expect(try pack.examples[2].readLabels().voxels[9] == 1)
        // What the pack said otherwise stays.
        #expect(pack.plane == .coronal && pack.threshold == 0.4 && pack.labels[2]?.snomed == "64033007")
        #expect(
            history.count == 1 && history[0].contains("\"change\":\"added\"") && history[0].contains("\"volume\":\"c\"")
        )
        for example in pack.examples { try example.requireUnchanged() }
    }

    @Test func aCorrectionByNamesReplacesAndIsRemembered() throws {
        // As a viewer saves it: other ids, another storage order, names.
        let corrected = labels([(5, 7), (7, 9)]).reoriented(to: try #require(Orientation("RAS")))
        let pairs = [
            ("Segment0_ID", "s1"), ("Segment0_Name", "left kidney"), ("Segment0_LabelValue", "9"),
            ("Segment0_Layer", "0"),
            ("Segment1_ID", "s2"), ("Segment1_Name", "liver"), ("Segment1_LabelValue", "7"), ("Segment1_Layer", "0"),
        ]
        try NRRD.write(corrected, pairs: pairs.map { (key: $0.0, value: $0.1) }, to: folder.file("c.seg.nrrd"))
        try Data("{}".utf8).write(to: URL(fileURLWithPath: folder.file("pack/check.json")))
        let pack = try add("a", "c.seg.nrrd")
        let voxels = try pack.examples[0].readLabels().voxels
        #expect(voxels[5] == 1 && voxels[7] == 2 && voxels.filter { $0 != 0 }.count == 2)
        #expect(pack.examples.count == 2 && history.count == 1 && history[0].contains("\"corrected\""))
        #expect(pack.findings == nil && !FileManager.default.fileExists(atPath: folder.file("pack/check.json")))
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder.file("pack/history")).sorted()
        #expect(kept == ["check.json", "labels-a.nii.gz"])
        #expect(try NIfTI.readLabels(folder.file("pack/history/labels-a.nii.gz")).voxels[6] == 2)
        // The same once more changes nothing.
        #expect(throws: TaskPackError.nothingChanges("a", pack: "t")) { try add("a", "c.seg.nrrd") }
    }

    @Test func whatDoesNotFitIsRefusedAndLeavesThePackAsItWas() throws {
        let before = folder.contents.filter { $0.hasPrefix("pack/") }
        let text = try String(contentsOfFile: folder.file("pack/pack.yaml"), encoding: .utf8)
        try NIfTI.write(labels([(3, 5)]), to: folder.file("other-id.nii.gz"))
        try NIfTI.write(labels([]), to: folder.file("empty.nii.gz"))
        var shifted = labels([(3, 1)])
        shifted.geometry.affine.rowX.w += 3
        shifted.geometry.nifti = nil
        try NIfTI.write(shifted, to: folder.file("shifted.nii.gz"))
        try NRRD.write(
            labels([(3, 1)]),
            pairs: [(key: "Segment0_Name", value: "spleen"), (key: "Segment0_LabelValue", value: "1")],
            to: folder.file("spleen.seg.nrrd"))
        try write("else", [(1, 1)], seed: 9)
        for (labels, image, said) in [
            ("other-id.nii.gz", "a", "label 5 is not in the pack 't'"),
            ("empty.nii.gz", "a", "no label in any label map"),
            ("shifted.nii.gz", "a", "is not on the grid of"),
            ("spleen.seg.nrrd", "a", "its label 'spleen' is none of the pack"),
            ("else-l.nii.gz", "else", "of another image"), ("none.nii.gz", "a", "cannot be opened"),
        ] {
            let error = #expect(throws: (any Error).self) { try add("a", labels, image: image) }
            #expect("\(error.map { "\($0)" } ?? "")".contains(said), "\(labels): \(error.map { "\($0)" } ?? "")")
        }
        #expect(folder.contents.filter { $0.hasPrefix("pack/") } == before)
        #expect(try String(contentsOfFile: folder.file("pack/pack.yaml"), encoding: .utf8) == text)
    }

    @Test func aVolumeIsRemovedAndKept() throws {
        let pack = try TaskPack.remove("a", from: folder.file("pack"))
        #expect(pack.examples.map(\.name) == ["b"] && history[0].contains("\"removed\""))
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder.file("pack/history")).sorted()
        #expect(kept == ["images-a.nii.gz", "labels-a.nii.gz"])
        #expect(throws: TaskPackError.lastVolume("b", pack: "t")) {
            try TaskPack.remove("b", from: folder.file("pack"))
        }
        #expect(throws: TaskPackError.unknownVolume("z", pack: "t", known: ["b"])) {
            try TaskPack.remove("z", from: folder.file("pack"))
        }
    }
}
