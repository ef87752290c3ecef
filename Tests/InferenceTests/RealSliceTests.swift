import Foundation
import Preparation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Inference

/// The bundled weights on slices of real images, against the published graph in float64.
@Suite(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
struct RealSliceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var images, labels: [String]
        var label: UInt16
        var plane: SlicePlane
        var window: IntensityWindow
        /// Relative position of the query in the last image; supports lie at and around it in the others, or in the
        /// same one where there is only one.
        var position: Double
        var side = 128
    }

    static let cases: [Case] = [
        Case(
            testDescription: "hippocampus, MR, coronal", images: hippocampus("images"), labels: hippocampus("labels"),
            label: 1, plane: .coronal, window: .mr, position: 0.6),
        Case(
            testDescription: "liver, CT, axial", images: ["abdomen/example_ct_sm.nii.gz"],
            labels: ["abdomen/example_seg.nii.gz"], label: 5, plane: .axial, window: .ct, position: 0.5),
    ]

    private static func hippocampus(_ folder: String) -> [String] {
        let files = try? FileManager.default.contentsOfDirectory(
            atPath: SharedFolder.file("data/hippocampus/\(folder)"))
        return (files ?? []).filter { $0.hasSuffix(".nii.gz") }.sorted().prefix(4).map { "hippocampus/\(folder)/\($0)" }
    }

    @Test(arguments: cases)
    func everyKernelAgreesWithFloat64(_ example: Case) throws {
        let input = try Self.input(example)
        #expect(input.supports == 3)
        #expect(input.labels.contains(1))
        let weights = try Weights(.bundled)
        let reference = referenceLogits(weights, input)
        // The network has something to say about this slice.
        #expect(reference.contains { $0 > 0 } && reference.contains { $0 < 0 })
        for kernels in allKernels {
            guard let network = try network(kernels, weights) else { continue }
            let logits = try network.logits(
                query: input.query, supportImages: input.images, supportLabels: input.labels, side: input.side,
                threads: 2)
            let deviation = Deviation(logits, from: reference)
            print("\(example.testDescription), \(kernels): \(deviation)")
            #expect(deviation.worst < 1e-5 * deviation.range, "\(kernels)")
            #expect(deviation.flipped == 0, "\(kernels)")
        }
    }

    /// Query and three supports, prepared as volumes are segmented.
    private static func input(_ example: Case) throws -> NetworkInput {
        var supports: [(image: [Float], label: [Float])] = []
        var query: [Float] = []
        for (n, (image, labels)) in zip(example.images, example.labels).enumerated() {
            let volume = try NIfTI.readVolume(SharedFolder.file("data/" + image))
            let truth = try NIfTI.readLabels(SharedFolder.file("data/" + labels))
            let layout = SliceLayout(volume.geometry, plane: example.plane)
            let (placement, scale) = (Placement(layout, side: example.side), try example.window.scale(for: volume))
            let centre = Int(example.position * Double(layout.slices - 1))
            let isLast = n == example.images.count - 1
            if isLast { query = placement.fit(volume.slice(centre, in: layout, scale: scale)) }
            let slices = example.images.count == 1 ? [centre - 2, centre + 2, centre + 4] : isLast ? [] : [centre]
            for slice in slices {
                supports.append(
                    (
                        placement.fit(volume.slice(slice, in: layout, scale: scale)),
                        placement.fitLabel(truth.slice(slice, in: layout), equalTo: example.label)
                    ))
            }
        }
        return NetworkInput(
            side: example.side, query: query, images: supports.flatMap(\.image), labels: supports.flatMap(\.label))
    }
}
