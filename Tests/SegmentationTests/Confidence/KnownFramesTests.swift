import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Segmentation

/// What a header tells of a case that is unlike a pack.
@Suite struct KnownFramesTests {
    /// Voxels of 1 x 1 x 2 mm unless said otherwise, stored along R, A, S.
    private func grid(_ shape: Shape, _ spacing: SIMD3<Double> = [1, 1, 2]) -> Geometry {
        Geometry(
            shape: shape,
            affine: Affine(i: [spacing.x, 0, 0], j: [0, spacing.y, 0], k: [0, 0, spacing.z], origin: [0, 0, 0]))
    }

    private var pack: KnownFrames {
        KnownFrames([grid(Shape(100, 80, 20)), grid(Shape(120, 90, 30)), grid(Shape(110, 80, 25))])
    }

    @Test func casesLikeThePackAreNotFlagged() {
        for shape in [Shape(100, 80, 20), Shape(60, 48, 12), Shape(180, 135, 45)] {
            #expect(pack.remarks(on: grid(shape)).isEmpty)
        }
        // Stored the other way round it is the same field.
        let turned = Geometry(
            shape: Shape(20, 100, 80), affine: Affine(i: [0, 0, -2], j: [-1, 0, 0], k: [0, 1, 0], origin: [0, 0, 0]))
        #expect(pack.remarks(on: turned).isEmpty)
    }

    @Test func whatIsUnlikeIsSaid() {
        #expect(
            pack.remarks(on: grid(Shape(200, 80, 20))) == [
                "unlike the task's volumes: its field of view from left to right is 200 mm, theirs 100 to 120 mm: review "
                    + "the result, and whether the header is right"
            ])
        let remarks = pack.remarks(on: grid(Shape(100, 80, 5), [1, 1, 7.5]))
        #expect(remarks.count == 1 && remarks[0].contains("its voxel size from foot to head is 7.5 mm, theirs 2 mm"))
    }

    /// One volume tells little of how much others differ.
    @Test func aPackOfOneAllowsMore() {
        let one = KnownFrames([grid(Shape(100, 80, 20))])
        #expect(one.remarks(on: grid(Shape(190, 80, 20))).isEmpty)
        #expect(one.remarks(on: grid(Shape(210, 80, 20))).count == 1)
    }

    /// The development sets: every case of the others is flagged, and of 85 right ones one heart, whose header states twice
    /// its spacing.
    @Test(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func developmentSetsAreToldApart() throws {
        var packs: [String: KnownFrames] = [:]
        var studies: [String: [(name: String, grid: Geometry)]] = [:]
        for set in ["hippocampus", "heart", "atrium", "headneck", "brain"] {
            let folder = SharedFolder.file("data/\(set)")
            let all = try FileManager.default.contentsOfDirectory(atPath: folder + "/images").sorted()
            func list(_ name: String) -> [String]? {
                (try? String(contentsOfFile: folder + "/" + name, encoding: .utf8))?.split(
                    whereSeparator: \.isWhitespace
                )
                .map(String.init)
            }
            let pack = list("pack.txt") ?? Array(all.prefix(20))
            packs[set] = KnownFrames(try pack.map { try NIfTI.info(folder + "/images/" + $0).geometry })
            studies[set] = try (list("study.txt") ?? Array(all.dropFirst(20))).map {
                ($0, try NIfTI.info(folder + "/images/" + $0).geometry)
            }
        }
        for (set, frames) in packs {
            for (other, cases) in studies {
                let flagged = cases.filter { !frames.remarks(on: $0.grid).isEmpty }.map(\.name)
                if other != set {
                    #expect(flagged.count == cases.count, "\(other) as \(set)")
                } else {
                    #expect(flagged == (set == "heart" ? ["patient057_frame01.nii.gz"] : []), "\(set)")
                }
            }
        }
    }
}
