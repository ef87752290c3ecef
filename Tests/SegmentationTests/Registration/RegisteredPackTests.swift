import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Segmentation

/// What carrying a pack's labels over to a case gives, where the answer is known.
@Suite struct RegisteredPackTests {
    private let folder = TemporaryFolder()

    /// A case that is a volume of the pack gets that one's labels, however its voxels are ordered.
    @Test(arguments: ["RAS", "LPS", "SAR"]) func aVolumeGetsItsOwnLabels(_ letters: String) throws {
        let pack = try Phantom.pack([1, 2], in: folder)
        var options = SegmentOptions()
        options.support = 2
        let segmenter = try Segmenter(task: pack, options: options)
        let orientation = try #require(Orientation(letters))
        let image = try Images.readVolume(pack.examples[0].image).reoriented(to: orientation)
        let truth = try pack.examples[0].readLabels().reoriented(to: orientation)
        let carried = try segmenter.register(image).labels(of: 0)
        #expect(carried.geometry == image.geometry)
        for entry in pack.labels.entries { #expect(dice(carried, truth, entry.id) > 0.9) }
    }
}
