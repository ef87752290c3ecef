import Configuration
import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Segmentation

@Suite
struct TaskPackTests {
    static let good = """
        version: 1
        name: phantom
        labels:
          - { id: 2, name: spleen, colour: [1, 2, 3], snomed: "78961009" }
          - { id: 1, name: liver }
        plane: axial
        window: range(-200, 300)
        volumes:
          - { image: images/a.nii.gz, labels: labels/a.nii.gz }
        """

    private func load(_ text: String) throws -> TaskPack {
        let folder = TemporaryFolder()
        try text.write(toFile: folder.file("pack.yaml"), atomically: true, encoding: .utf8)
        return try TaskPack.load(folder.path)
    }

    @Test
    func readsAPack() throws {
        let pack = try load(Self.good)
        #expect(pack.labels.entries.map(\.id) == [1, 2])
        #expect(pack.labels[2] == LabelEntry(id: 2, name: "spleen", colour: Colour(1, 2, 3), snomed: "78961009"))
        #expect(pack.plane == .axial && pack.window == .range(lower: -200, upper: 300) && pack.threshold == 0.5)
        #expect(pack.examples.map(\.name) == ["a"])
    }

    /// What is changed in the good pack, and the end of the message.
    @Test(arguments: [
        ("name: phantom", "nam: phantom", ":2:1: unknown key 'nam'; did you mean 'name'?"),
        ("version: 1", "version: 7", ":1:10: version cannot be '7'; allowed: 1"),
        ("id: 2", "id: 1", ":4:3: labels cannot be 'id 1 twice'; allowed: each id once"),
        ("id: 2", "id: 0", ":4:11: labels.id cannot be '0'; allowed: a whole number from 1 to 65535"),
        ("id: 1, name: liver", "id: 1", ":5:5: key 'name' is missing; add 'name: a text'"),
        ("name: liver", "nmae: liver", ":5:14: unknown key 'nmae' in labels; did you mean 'name'?"),
        ("[1, 2, 3]", "[1, 2]", ":4:36: labels.colour cannot be '[...]'; allowed: [red, green, blue], 0 to 255 each"),
        (
            "plane: axial", "plane: oblique",
            ":6:8: plane cannot be 'oblique'; allowed: axial, coronal, sagittal, native"
        ),
        (
            "range(-200, 300)", "range(300)",
            ":7:9: window cannot be 'range(300)'; "
                + "allowed: auto, none, ct, mr, range(LOWER, UPPER) or percentile(LOWER, UPPER)"
        ),
        (
            "images/a.nii.gz", "../a.nii.gz",
            ":9:14: volumes.image cannot be '../a.nii.gz'; allowed: a path inside the pack"
        ),
        (
            "plane: axial", "plane: axial\nthreshold: 1",
            ":7:12: threshold cannot be '1'; allowed: a number above 0 and below 1"
        ),
    ])
    func refusesABadPack(from: String, to: String, message: String) throws {
        let text = Self.good.replacingOccurrences(of: from, with: to)
        let error = #expect(throws: ConfigurationError.self) { try load(text) }
        #expect(error?.description.hasSuffix(message) == true, "\(error?.description ?? "")")
        #expect(error?.category == .badConfiguration)
    }

    @Test
    func refusesWhatIsNoPack() {
        let folder = TemporaryFolder()
        #expect(throws: TaskPackError.missing(folder.file("no"))) { try TaskPack.load(folder.file("no")) }
        #expect(throws: TaskPackError.notAPack(folder.path)) { try TaskPack.load(folder.path) }
    }

    // MARK: creation

    private func example(_ folder: TemporaryFolder, _ name: String, labels: [UInt16], shape: Shape = Shape(2, 2, 2))
        throws -> TaskPack.Example
    {
        let geometry = Geometry(shape: Shape(2, 2, 2), affine: .identity)
        let voxels = (0..<8).map { Int16($0 * 10) }
        try NIfTI.write(Volume(geometry: geometry, voxels: .int16(voxels)), to: folder.file("i/\(name).nii.gz"))
        let map = LabelVolume(geometry: Geometry(shape: shape, affine: .identity), voxels: labels)
        try NIfTI.write(map, to: folder.file("l/\(name).nii.gz"))
        return .init(image: folder.file("i/\(name).nii.gz"), labels: folder.file("l/\(name).nii.gz"))
    }

    private func recipe(_ examples: [TaskPack.Example], _ entries: [LabelEntry] = []) -> TaskPack.Recipe {
        .init(
            name: "test", examples: examples, labels: LabelTable(entries), plane: .coronal,
            window: .percentile(lower: 0.5, upper: 99.5))
    }

    @Test
    func createsAPackThatLoadsAndHoldsOnlyItsLabels() throws {
        let folder = TemporaryFolder()
        let examples = [
            try example(folder, "b", labels: [0, 0, 3, 3, 7, 7, 0, 1]),
            try example(folder, "a", labels: [0, 0, 0, 0, 7, 0, 0, 0]),
        ]
        let all = try TaskPack.create(recipe(examples), at: folder.file("all"))
        #expect(all.labels.entries.map(\.id) == [1, 3, 7])
        #expect(all.labels.entries.map(\.name) == ["label-1", "label-3", "label-7"])
        #expect(all.plane == .coronal && all.examples.map(\.name) == ["b", "a"])
        // The same volumes give the same bytes, whatever the order of a dictionary in this process.
        let yaml = try String(contentsOfFile: all.folder + "/pack.yaml", encoding: .utf8)
        let keys = yaml.split(separator: "\n").compactMap { $0.split(separator: ":").first.map(String.init) }
        #expect(
            keys.suffix(10) == [
                "- image", "  labels", "  sha256", "    image", "    labels", "- image", "  labels", "  sha256",
                "    image",
                "    labels",
            ])
        let seven = LabelEntry(id: 7, name: "the one: \"quoted\"", colour: Colour(9, 8, 7), snomed: "1")
        let some = try TaskPack.create(recipe(examples, [seven]), at: folder.file("some"))
        #expect(some.labels.entries == [seven])
        #expect(try NIfTI.readLabels(some.examples[0].labels).voxels == [0, 0, 0, 0, 7, 7, 0, 0])
        #expect(try NIfTI.readVolume(some.examples[0].image).voxels == .int16([0, 10, 20, 30, 40, 50, 60, 70]))
    }

    @Test
    func refusesWhatMakesNoPackAndLeavesNothing() throws {
        let folder = TemporaryFolder()
        let empty = try example(folder, "empty", labels: [0, 0, 0, 0, 0, 0, 0, 0])
        let full = try example(folder, "full", labels: [0, 1, 0, 0, 0, 0, 0, 2])
        let other = try example(folder, "other", labels: [1, 1, 1, 1], shape: Shape(2, 2, 1))
        let nine = LabelEntry(id: 9, name: "nine", colour: Colour(0, 0, 0))
        let before = folder.contents
        let cases: [(TaskPack.Recipe, String)] = [
            (recipe([empty]), "\(empty.labels): no label in any label map: every voxel is 0"),
            (recipe([empty], [nine]), "\(empty.labels): no label in any label map: every voxel is 0"),
            (recipe([full], [nine]), "label 9 is in none of the label maps; they hold 1, 2"),
            (recipe([full, full]), "two images are called full; a pack needs distinct file names"),
            (
                recipe([full, other]),
                "\(other.labels): the label map is not on the grid of \(other.image): 2x2x1 voxels in RAS against 2x2x2 in RAS (a label map must lie on its image's grid, in whatever storage order)"
            ),
        ]
        for (recipe, message) in cases {
            let error = #expect(throws: TaskPackError.self) { try TaskPack.create(recipe, at: folder.file("pack")) }
            #expect(error?.description == message)
        }
        #expect(folder.contents == before)
    }

    @Test
    func refusesLabelsThatThePackDoesNotHave() throws {
        let pack = try load(Self.good)
        let error = #expect(throws: TaskPackError.self) { try pack.selected([1, 5]) }
        #expect(error?.description == "label 5 is not in the pack 'phantom'; it has 1, 2")
    }
}
