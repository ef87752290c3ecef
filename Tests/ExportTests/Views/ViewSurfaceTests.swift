import Foundation
import TestSupport
import Testing
import Volumes

@testable import Export

@Suite("Surfaces of a view") struct ViewSurfaceTests {
    /// Closed, turned outwards, and where the label's voxels are.
    ///
    /// - Parameter reach: How far the centre may lie from the voxels' in mm; by default the shortest side of a voxel.
    static func check(
        _ view: DecodedView, _ labels: LabelVolume, volume tolerance: Double = 0.05, within reach: Double? = nil
    ) {
        let extents = labels.extents()
        let reach = reach ?? labels.geometry.spacing.min()
        for (label, mesh) in view.surfaces {
            guard let extent = extents[UInt16(label)] else {
                Issue.record("label \(label) has no voxel")
                continue
            }
            let check = MeshCheck(mesh)
            #expect(check.isClosed, "label \(label)")
            let truth = Double(extent.count) * labels.geometry.voxelVolume
            #expect(abs(check.volume / truth - 1) < tolerance, "label \(label): \(check.volume) for \(truth) mm3")
            let distance = (check.centroid - labels.geometry.affine.position(of: extent.centre)).length
            #expect(distance < reach, "label \(label): \(distance) mm")
        }
    }

    @Test("Surfaces are closed and lie where the labels lie, on straight, oblique and sheared grids")
    func places() throws {
        for geometry in [
            try ViewPhantom.grid("RAS"), try ViewPhantom.grid("PIR"), try ViewPhantom.grid("LAS"),
            try ViewPhantom.oblique(), try ViewPhantom.oblique(0.2, shear: 0.3),
        ] {
            let phantom = ViewPhantom(geometry)
            let view = try DecodedView(phantom.view)
            #expect(view.surfaces.map(\.label) == [1, 2])
            Self.check(view, phantom.labels)
            #expect(view.surfaces.allSatisfy { (100...3000).contains($0.mesh.triangles.count) })
        }
    }

    @Test("A label of one voxel has a surface, labels without voxels have none")
    func tiny() throws {
        var labels = LabelVolume(geometry: try ViewPhantom.grid())
        let volume = ViewPhantom(labels.geometry).volume
        #expect(try DecodedView(ViewPhantom.view(volume, labels)).surfaces.isEmpty)
        labels.voxels[12_345] = 65535
        labels.voxels[40_000] = 1
        labels.voxels[40_001] = 1
        let view = try DecodedView(ViewPhantom.view(volume, labels))
        #expect(view.surfaces.map(\.label) == [1, 65535])
        Self.check(view, labels, volume: 0.3)
    }

    @Test("A large label is brought to a coarser grid first, and keeps its volume and its place")
    func large() throws {
        let geometry = try ViewPhantom.grid("RAS", Shape(200, 90, 40), spacing: [0.5, 0.5, 1])
        var labels = LabelVolume(geometry: geometry)
        // A bent tube, two voxels wide in places.
        for n in 0..<geometry.shape.count {
            let (i, j, k) = (Double(n % 200), Double(n / 200 % 90), Double(n / 18000))
            let distance = Vec3(0, (j - 45 - 30 * sin(i / 40)) / 2, k - 20).length
            if (4..<196).contains(i), distance < (i < 100 ? 5 : 1.6) { labels.voxels[n] = 3 }
        }
        let extent = try #require(labels.extents()[3])
        let single = labels.single(3, extent, longestSide: 80)
        #expect(single.geometry.shape.i <= 80)
        let kept = Double(single.voxels.reduce(0) { $0 + Int($1) }) * single.geometry.voxelVolume
        #expect(abs(kept / (Double(extent.count) * geometry.voxelVolume) - 1) < 0.02)
        let volume = Volume(geometry: geometry, voxels: .uint8(Array(repeating: 0, count: geometry.shape.count)))
        Self.check(try DecodedView(ViewPhantom.view(volume, labels)), labels)
    }

    @Test("104 labels fit, each with its surface")
    func manyLabels() throws {
        let geometry = try ViewPhantom.grid("LPS", Shape(104, 80, 60), spacing: [2, 2, 3])
        var labels = LabelVolume(geometry: geometry)
        for n in 0..<geometry.shape.count {
            let (i, j, k) = (n % 104, n / 104 % 80, n / 8320)
            // 13 x 8 blocks of 8 x 10 voxels, rounded off.
            let (x, y, z) = (Double(i % 8) - 3.5, Double(j % 10) - 4.5, Double(k) - 30)
            if Vec3(x / 4, y / 5, z / 28).length < 1 { labels.voxels[n] = UInt16(1 + i / 8 + 13 * (j / 10)) }
        }
        let image = labels.voxels.map { UInt8($0 * 2 % 200) }
        let view = try DecodedView(ViewPhantom.view(Volume(geometry: geometry, voxels: .uint8(image)), labels))
        #expect(view.surfaces.map(\.label) == Array(1...104))
        #expect(view.bytes <= 100_000)
        // Of few triangles each, and 168 mm long: within two voxels along k.
        Self.check(view, labels, volume: 0.1, within: 6)
    }

    @Test("More labels than a map can hold: the largest are shown")
    func moreThanBytesHold() throws {
        let geometry = try ViewPhantom.grid("RAS", Shape(300, 3, 3), spacing: [1, 1, 1])
        let labels = LabelVolume(
            geometry: geometry,
            voxels: (0..<2700).map { n in
                // Ids 65236 to 65535; of the first 100 one voxel, of the others nine.
                let i = n % 300
                return i < 100 && n >= 300 ? 0 : UInt16(65236 + i)
            })
        let volume = Volume(geometry: geometry, voxels: .uint8(Array(repeating: 0, count: 2700)))
        let view = try DecodedView(ViewPhantom.view(volume, labels))
        let ids = view.labels.compactMap { $0["id"] as? Int }
        #expect(ids.count == 255 && ids == ids.sorted())
        #expect(Set(65336...65535).isSubset(of: ids))
        #expect(view.bytes <= 100_000)
    }

    @Test("Reduction leaves a mesh closed and its volume as it was, or there is none")
    func collapsing() throws {
        let geometry = try ViewPhantom.grid()
        let surface = try #require(LabelSurface(of: 2, in: ViewPhantom(geometry).labels))
        for count in [60, 200, 1000] {
            let mesh = try #require(surface.mesh.collapsed(to: count, largestLoss: 0.4))
            #expect(mesh.triangles.count <= count)
            let check = MeshCheck(mesh)
            #expect(check.isManifold)
            #expect(abs(check.volume / surface.voxelVolume - 1) < 0.03)
        }
        // Four triangles are not a ball.
        #expect(surface.mesh.collapsed(to: 4, largestLoss: 0.4) == nil)
    }
}
