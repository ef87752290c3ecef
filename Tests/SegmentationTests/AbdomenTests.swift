import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Segmentation

/// One half of a CT of the abdomen labelled, the other to do: what occurs in both is found, what does not is not.
@Suite(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
struct AbdomenTests {
    private static let shape = Shape(122, 101, 30)

    /// The lower or upper 15 slices of an image or label map.
    private func half(isUpper: Bool) throws -> (volume: Volume, truth: LabelVolume) {
        let image = try NIfTI.readVolume(SharedFolder.file("data/abdomen/example_ct_sm.nii.gz"))
        let truth = try NIfTI.readLabels(SharedFolder.file("data/abdomen/example_seg.nii.gz"))
        try #require(image.geometry.shape == Self.shape && truth.geometry.shape == Self.shape)
        let layout = SliceLayout(image.geometry, plane: .native)
        let slices = isUpper ? 15..<30 : 0..<15
        let affine = image.geometry.affine
        let origin = affine.position(of: Vec3(0, 0, Double(slices.lowerBound)))
        let geometry = Geometry(
            shape: Shape(122, 101, 15),
            affine: Affine(i: affine.column(0), j: affine.column(1), k: affine.column(2), origin: origin))
        let values = slices.flatMap { image.slice($0, in: layout).values }
        let labels = slices.flatMap { truth.slice($0, in: layout) }
        return (
            Volume(geometry: geometry, voxels: .float32(values)), LabelVolume(geometry: geometry, voxels: labels)
        )
    }

    /// Spleen, liver, colon, aorta, vena cava, spinal cord and the muscles of the back, which both halves show.
    private static let both: [UInt16] = [1, 5, 20, 52, 63, 79, 86, 87]

    @Test(arguments: [true, false]) func oneHalfIsSegmentedByTheOther(isUpper: Bool) throws {
        let folder = TemporaryFolder()
        let (pack, query) = (try half(isUpper: isUpper), try half(isUpper: !isUpper))
        let (known, wanted) = (pack.truth.histogram(), query.truth.histogram())
        // Those of more than a handful of voxels that the other half does not hold.
        let absent = known.keys.filter { $0 != 0 && known[$0, default: 0] > 1000 && wanted[$0] == nil }.sorted()
        #expect(absent.count > 1)
        let example = TaskPack.Example(image: folder.file("image.nii"), labels: folder.file("labels.nii"))
        try NIfTI.write(pack.volume, to: example.image)
        try NIfTI.write(pack.truth, to: example.labels)
        let entries = (Self.both + absent).map { LabelEntry(id: $0, name: "label \($0)", colour: Colour(1, 1, 1)) }
        let task = try TaskPack.create(
            TaskPack.Recipe(
                name: "abdomen", examples: [example], labels: LabelTable(entries), plane: .axial, window: .ct),
            at: folder.file("pack"))
        // One volume, which holds them all, does not let absence be expected: it is asked for.
        var options = SegmentOptions()
        options.doubtful = .remove
        let result = try Segmenter(task: task, options: options).segment(query.volume).labels
        let scores = Self.both.map { dice(result, query.truth, $0) }
        #expect(scores.reduce(0, +) / Double(scores.count) > 0.5, "\(scores)")
        let found = result.histogram()
        for id in absent {
            let share = Double(found[id, default: 0]) / Double(query.volume.geometry.shape.count)
            // A vertebra may take the place of its neighbour, which looks like it.
            #expect(share < 0.006, "label \(id) takes \(100 * share) % of a volume that does not hold it")
        }
    }

    /// A CT of another person, of which a DICOM series shows 4 of 9 cm, in a wider frame that holds the arms too.
    @Test func anotherFieldOfViewIsAligned() throws {
        let folder = TemporaryFolder()
        let ids: [UInt16] = [1, 5, 6, 20, 52, 63, 79, 86, 87]
        let example = TaskPack.Example(
            image: SharedFolder.file("data/abdomen/example_ct_sm.nii.gz"),
            labels: SharedFolder.file("data/abdomen/example_seg.nii.gz"))
        let entries = ids.map { LabelEntry(id: $0, name: "label \($0)", colour: Colour(1, 1, 1)) }
        let task = try TaskPack.create(
            TaskPack.Recipe(
                name: "abdomen", examples: [example], labels: LabelTable(entries), plane: .axial, window: .ct),
            at: folder.file("pack"))
        let scan = try DICOM.scan([SharedFolder.file("data/abdomen/ct_dicom")])
        let image = try DICOM.readVolume(try #require(scan.series.first))
        let result = try Segmenter(task: task, options: SegmentOptions()).segment(image).labels
        let truth = try NIfTI.readLabels(SharedFolder.file("data/abdomen/example_seg_dicom.nii.gz"))
        let scores = ids.map { dice(result.reoriented(to: truth.geometry.orientation), truth, $0) }
        // Boxes laid on each other gave 0.32 in the mean, spleen 0.59, liver 0.69, aorta and spinal cord 0.
        #expect(scores.reduce(0, +) / Double(scores.count) > 0.6, "\(scores)")
    }
}
