import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Evaluation

@Suite struct OverlapTests {
    static func map(_ labels: [UInt16], origin: Vec3 = .zero) -> LabelVolume {
        LabelVolume(
            geometry: Geometry(
                shape: Shape(labels.count, 1, 1),
                affine: Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0, 1], origin: origin)),
            voxels: labels)
    }

    @Test func countsByHand() throws {
        let found = try overlap(
            of: Self.map([0, 1, 1, 2, 2, 0]), with: Self.map([0, 1, 2, 2, 0, 3]), labels: [1, 2, 3, 4])
        #expect(
            found == [
                LabelOverlap(label: 1, resultVoxels: 2, truthVoxels: 1, intersection: 1),
                LabelOverlap(label: 2, resultVoxels: 2, truthVoxels: 2, intersection: 1),
                LabelOverlap(label: 3, resultVoxels: 0, truthVoxels: 1, intersection: 0),
                LabelOverlap(label: 4, resultVoxels: 0, truthVoxels: 0, intersection: 0),
            ])
        #expect(found.map(\.dice) == [2.0 / 3, 0.5, 0, nil])
    }

    @Test func labelsThatOccurAreFound() throws {
        let found = try overlap(of: Self.map([0, 9, 65535]), with: Self.map([4, 9, 0]))
        #expect(found.map(\.label) == [4, 9, 65535])
    }

    // numpy over the same pairs of files (they share one grid): counts of ==, and of both.
    @Test(
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"),
        arguments: [
            ("049", "250", [[1908, 1899, 1383], [1820, 1532, 962]]),
            ("157", "263", [[1444, 1647, 1201], [1908, 1887, 1377]]),
            ("170", "210", [[1311, 1641, 1184], [1559, 1354, 955]]),
            ("184", "316", [[1948, 1580, 1225], [1657, 1515, 1067]]),
        ])
    func agreesWithNumPyOnHippocampi(_ a: String, _ b: String, _ expected: [[Int]]) throws {
        let maps = try [a, b].map {
            try NIfTI.readLabels(SharedFolder.file("data/hippocampus/labels/hippocampus_\($0).nii.gz"))
        }
        let found = try overlap(of: maps[0], with: maps[1], labels: [1, 2])
        #expect(found.map { [$0.resultVoxels, $0.truthVoxels, $0.intersection] } == expected)
        #expect(found[0].dice == 2 * Double(expected[0][2]) / Double(expected[0][0] + expected[0][1]))
    }

    @Test func otherShapesAreRefused() {
        #expect {
            try overlap(of: Self.map([1, 2]), with: Self.map([1]), resultName: "a.nii.gz", truthName: "b.nii.gz")
        } throws: { error in
            "\(error)" == "a.nii.gz has 2x1x1 voxels, b.nii.gz 1x1x1; label maps are compared on one grid only "
                + "(use the label map made for the same image)"
        }
    }

    @Test func otherPlacesAreRefused() {
        #expect {
            try overlap(of: Self.map([1, 2]), with: Self.map([1, 2], origin: [0, 0, 3.5]))
        } throws: { error in
            "\(error)" == "result and truth have 2x1x1 voxels, but the same voxel lies up to 3.5 mm apart "
                + "(RAS, spacing 1.0 1.0 1.0, origin 0.0 0.0 0.0 against RAS, spacing 1.0 1.0 1.0, origin 0.0 0.0 3.5); "
                + "label maps are compared on one grid only (use the label map made for the same image)"
                && (error as? any TomosError)?.category == .badData
        }
    }
}
