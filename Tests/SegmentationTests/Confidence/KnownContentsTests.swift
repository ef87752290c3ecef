import Foundation
import Preparation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Segmentation

/// What a case's voxels tell of how it is unlike a pack.
@Suite struct KnownContentsTests {
    /// A body with one bright organ off every middle, `n` telling it from others of its kind; stored along L, P, S.
    private func body(_ n: Int, contrast: (Float) -> Float = { $0 }) -> Volume {
        let shape = Shape(20, 24, 12)
        var values: [Float] = []
        for k in 0..<shape.k {
            for j in 0..<shape.j {
                for i in 0..<shape.i {
                    let place = SIMD3(Float(i), Float(j), Float(2 * k))
                    let organ = SIMD3(Float(5 + n % 2), Float(7 + n % 3), 6) - place
                    let middle = SIMD3<Float>(10, 12, 12) - place
                    let texture = Float((i * 7 + j * 13 + k * 5 + n * 3) % 11) / 4
                    let inside = (middle * middle).sum() < 100
                    values.append(contrast(inside ? 40 + texture + 50 * exp(-(organ * organ).sum() / 25) : texture))
                }
            }
        }
        let affine = Affine(i: [-1, 0, 0], j: [0, -1, 0], k: [0, 0, 2], origin: [0, 0, 0])
        return Volume(geometry: Geometry(shape: shape, affine: affine), voxels: .float32(values))
    }

    private func look(_ volume: Volume) throws -> VolumeLook {
        VolumeLook(volume, scale: try IntensityWindow.mr.scale(for: volume))
    }

    private func contents(_ count: Int) throws -> KnownContents {
        KnownContents(try (0..<count).map { try look(body($0)) })
    }

    @Test(arguments: [1, 3, 10]) func everyMirrorImageIsSuspectedAndNoRightCaseIs(count: Int) throws {
        let contents = try contents(count)
        for n in 20..<24 {
            let right = body(n)
            #expect(contents.likelierMirrors(of: try look(right)).isEmpty)
            // Three volumes as like each other as these hold for little.
            if count != 3 { #expect(contents.remarks(on: try look(right)).isEmpty) }
            for mirror in MirrorImage.all {
                // A pack of few asks for a clearer lead than some axes of this body give.
                let found = contents.likelierMirrors(of: try look(mirror.of(right))).first
                #expect(found == mirror || found == nil && count < 8, "\(mirror.text)")
            }
        }
    }

    /// A header that says the same in another order changes nothing.
    @Test func storageOrderDoesNotMatter() throws {
        let volume = body(0)
        let turned = volume.reoriented(to: try #require(Orientation("SAL")))
        let (one, other) = (try look(volume), try look(turned))
        #expect(zip(one.thumbnail, other.thumbnail).allSatisfy { abs($0 - $1) < 1e-5 } && one.spread == other.spread)
    }

    @Test func anotherContrastIsSaid() throws {
        let contents = try contents(10)
        let inverted = contents.remarks(on: try look(body(21) { 100 - $0 }))
        #expect(inverted.contains { $0.contains("correlation with them is -") })
        let narrow = contents.remarks(on: try look(body(21) { min(max($0, 41), 43) }))
        #expect(narrow.contains { $0.contains("values are spread otherwise") })
    }

    @Test func aVolumeOfOneValueIsUnlikeAll() throws {
        #expect(try contents(10).remarks(on: look(body(21) { _ in 7 })).count == 2)
        let empty = KnownContents(try (0..<4).map { _ in try look(body(0) { _ in 7 }) })
        #expect(empty.likelierMirrors(of: try look(body(0) { _ in 7 })).isEmpty)
    }

    /// Forty hippocampi as they are, mirrored along each axis, and with a window too narrow.
    @Test(.enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"))
    func hippocampiAreToldFromTheirCopies() throws {
        let folder = SharedFolder.file("data/hippocampus/images")
        let volumes = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map {
            try NIfTI.readVolume(folder + "/" + $0)
        }
        let contents = KnownContents(try volumes.prefix(20).map(look))
        var right = 0
        for volume in volumes.dropFirst(20) {
            let look = try look(volume)
            if !contents.likelierMirrors(of: look).isEmpty || !contents.remarks(on: look).isEmpty { right += 1 }
            for mirror in [MirrorImage.right, .anterior, .superior] {
                #expect(contents.likelierMirrors(of: try self.look(mirror.of(volume))).first == mirror)
            }
            let narrow = VolumeLook(
                volume, scale: try IntensityWindow.percentile(lower: 30, upper: 80).scale(for: volume))
            #expect(!contents.remarks(on: narrow).isEmpty)
        }
        #expect(volumes.count == 60 && right <= 1, "of 40 right ones \(right) flagged")
    }
}
