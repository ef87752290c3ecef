import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Export

@Suite("What a view weighs, and odd cases") struct ViewWeightTests {
    @Test("Images of every kind of one voxel's thickness, and of one voxel")
    func thin() throws {
        for shape in [
            Shape(1, 1, 1), Shape(40, 30, 1), Shape(40, 1, 30), Shape(1, 40, 30), Shape(1, 1, 50), Shape(50, 1, 1),
        ] {
            let geometry = try ViewPhantom.grid("RAS", shape, spacing: [1, 1, 1])
            let volume = Volume(
                geometry: geometry, voxels: .int16((0..<shape.count).map { Int16(clamping: $0 % 300) }))
            for id in [UInt16(0), 1] {
                let labels = LabelVolume(geometry: geometry, voxels: Array(repeating: id, count: shape.count))
                let view = try DecodedView(ViewPhantom.view(volume, labels))
                #expect(view.isWhole && view.bytes <= 100_000)
                #expect(view.surfaces.map(\.label) == (id == 0 ? [] : [1]), "\(shape)")
                #expect(view.planes.allSatisfy { $0.map.allSatisfy { $0 == UInt8(id) } })
            }
        }
    }

    @Test("NaN and infinity are black and white")
    func noNumbers() throws {
        let geometry = try ViewPhantom.grid("RAS", Shape(30, 30, 30), spacing: [1, 1, 1])
        let values = (0..<27000).map { n -> Float in n % 30 < 10 ? .nan : n % 30 < 20 ? -.infinity : .infinity }
        let view = try DecodedView(
            ViewPhantom.view(
                Volume(geometry: geometry, voxels: .float32(values)), LabelVolume(geometry: geometry)))
        let axial = try view.plane("axial")
        let tile = axial.grey(axial.slices / 2)
        // i grows to the right, which is on the left.
        let row = Array(tile[axial.width * 30..<axial.width * 31])
        #expect(row.prefix(15).allSatisfy { $0 > 230 } && row.suffix(35).allSatisfy { $0 < 25 })
    }

    @Test("Padding is black")
    func padding() throws {
        let geometry = try ViewPhantom.grid("RAS", Shape(20, 20, 20), spacing: [1, 1, 1])
        var volume = Volume(geometry: geometry, voxels: .int16(Array(repeating: 150, count: 8000)))
        volume.padding = 150...150
        let view = try DecodedView(ViewPhantom.view(volume, LabelVolume(geometry: geometry)))
        #expect(view.planes.allSatisfy { $0.mosaic.rgb.allSatisfy { $0 < 4 } })
    }

    @Test("Long and narrow grids take no more work than they have voxels")
    func narrow() throws {
        for (shape, spacing) in [
            (Shape(1, 1, 500_000), Vec3(1, 1, 1)), (Shape(3000, 1000, 1), Vec3(1e-4, 1e-4, 1e4)),
            (Shape(2, 3, 4), Vec3(1e4, 1e-4, 1)),
        ] {
            let geometry = Geometry(
                shape: shape,
                affine: Affine(i: [spacing.x, 0, 0], j: [0, spacing.y, 0], k: [0, 0, spacing.z], origin: .zero))
            var labels = LabelVolume(geometry: geometry)
            labels.voxels[shape.count / 2] = 2
            let volume = Volume(geometry: geometry, voxels: .uint8(Array(repeating: 77, count: shape.count)))
            let view = try DecodedView(ViewPhantom.view(volume, labels))
            #expect(view.bytes <= 100_000 && view.planes.allSatisfy { max($0.width, $0.height) <= 129 }, "\(shape)")
        }
    }

    @Test("A grid that is none is refused")
    func badGrid() throws {
        let geometry = Geometry(
            shape: Shape(2, 2, 2), affine: Affine(i: [1, 0, 0], j: [1, 0, 0], k: [0, 0, 1], origin: .zero))
        let volume = Volume(geometry: geometry, voxels: .uint8(Array(repeating: 0, count: 8)))
        #expect {
            try ViewPhantom.view(volume, LabelVolume(geometry: geometry)).contents()
        } throws: { "\($0)".contains("lie in one plane") }
    }

    @Test("Noise everywhere, in image and labels, keeps to the budget")
    func noise() throws {
        let geometry = try ViewPhantom.grid("RAS", Shape(96, 96, 64), spacing: [1, 1, 1])
        var noise = TileTests.Noise()
        let count = geometry.shape.count
        let volume = Volume(geometry: geometry, voxels: .uint8((0..<count).map { _ in UInt8(noise.next(200)) }))
        let labels = LabelVolume(geometry: geometry, voxels: (0..<count).map { _ in UInt16(noise.next(3)) })
        let view = try DecodedView(ViewPhantom.view(volume, labels))
        #expect(view.bytes <= 100_000)
        #expect(view.surfaces.allSatisfy { MeshCheck($0.mesh).isClosed })
    }

    @Test(
        "A real case of each set weighs at most 100 KB, its thumbnail 8 KB",
        .enabled(if: SharedFolder.isPresent, "needs the reference data in ../shared"),
        arguments: ["heart", "hippocampus", "headneck", "brain", "atrium"])
    func realCases(_ set: String) throws {
        let folder = SharedFolder.file("data/" + set)
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder + "/images").sorted().dropFirst(2).first)
        let volume = try Images.readVolume(folder + "/images/" + name)
        let map = try LabelMaps.read(folder + "/labels/" + name, on: volume.geometry)
        let labels = try #require(map.labels)
        // What the middle of the image shows from nearly its least to nearly its largest.
        let layout = SliceLayout(volume.geometry, plane: .axial)
        let values = volume.slice(layout.slices / 2, in: layout).values.sorted()
        let window = (values[values.count / 100], values[values.count * 99 / 100])
        let view = ViewPhantom.view(volume, labels, window: window)
        let files = try view.contents()
        let bytes = files.values.reduce(0) { $0 + $1.count }
        print("\(set) \(name): \(bytes) bytes, thumbnail \(files["thumbnail.webp"]?.count ?? 0)")
        #expect(bytes <= 100_000)
        #expect((files["thumbnail.webp"]?.count ?? .max) <= 8000)
        let decoded = try DecodedView(view)
        #expect(decoded.surfaces.map { UInt16($0.label) } == labels.histogram().keys.filter { $0 > 0 }.sorted())
        #expect(decoded.surfaces.allSatisfy { $0.mesh.triangles.count >= 8 })
        ViewSurfaceTests.check(decoded, labels, volume: 0.1)
    }
}
