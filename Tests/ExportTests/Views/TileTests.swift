import Foundation
import TestSupport
import Testing
import Volumes

@testable import Export

@Suite("Tiles of a view") struct TileTests {
    /// Values that look like nothing, the same every time.
    struct Noise {
        var state: UInt64 = 7
        mutating func next(_ count: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % count
        }
    }

    @Test("Where pixels are smaller than voxels, each voxel of a label has as many as fit")
    func enlarged() throws {
        let geometry = try ViewPhantom.grid("RAS", Shape(24, 22, 20), spacing: [1, 1, 1])
        var noise = Noise()
        let labels = LabelVolume(
            geometry: geometry, voxels: (0..<geometry.shape.count).map { _ in UInt16(noise.next(3)) })
        let volume = Volume(geometry: geometry, voxels: .uint8(Array(repeating: 9, count: labels.voxels.count)))
        let view = try DecodedView(ViewPhantom.view(volume, labels))
        let shape = geometry.shape
        for (plane, axis) in zip(view.planes, [2, 1, 0]) {
            #expect(plane.pixel == 0.5)
            for (tile, position) in plane.positions.enumerated() {
                let slice = Int(clamping: (position - geometry.affine.origin[axis]).rounded())
                for label in [UInt16(1), 2] {
                    let voxels = labels.voxels.enumerated().count { n, id in
                        id == label && [n % shape.i, n / shape.i % shape.j, n / (shape.i * shape.j)][axis] == slice
                    }
                    #expect(plane.map(tile).count { $0 == UInt8(label) } == 4 * voxels, "\(plane.name) \(tile)")
                }
            }
        }
    }

    @Test("Where a pixel covers four voxels, two labelled ones make it a label: that which has more of them")
    func reduced() throws {
        let (side, slices) = (256, 3)
        let geometry = try ViewPhantom.grid("LPS", Shape(side, side, slices), spacing: [1, 1, 1])
        var noise = Noise()
        var labels = (0..<geometry.shape.count).map { _ in UInt16(noise.next(4)) }
        // So that the region is the field.
        (labels[0], labels[labels.count - 1]) = (1, 1)
        let volume = Volume(geometry: geometry, voxels: .uint8(Array(repeating: 9, count: labels.count)))
        let map = LabelVolume(geometry: geometry, voxels: labels)
        // Noise does not compress: the sampler itself, at the size that a view begins with.
        let indices = (0..<65536).map { UInt8(clamping: $0) }
        let source = TileSource(volume: volume, labels: map, window: (0, 200), indices: indices)
        let region = VoxelBox(i: 0..<side, j: 0..<side, k: 0..<slices)
        let form = TileForm(.axial, geometry, region: region, pixel: 2)
        #expect((form.width, form.height) == (128, 128))
        for slice in 0..<slices {
            let tile = form.map(slice, of: source)
            for y in 0..<128 {
                for x in 0..<128 {
                    let four = [(0, 0), (1, 0), (0, 1), (1, 1)].map { dx, dy in
                        labels[slice * side * side + (2 * y + dy) * side + 2 * x + dx]
                    }
                    let counts = (1...3).map { id in four.count { $0 == UInt16(id) } }
                    let most = counts.max() ?? 0
                    let expected = counts.reduce(0, +) >= 2 ? (counts.firstIndex(of: most) ?? 0) + 1 : 0
                    #expect(Int(tile[y * 128 + x]) == expected)
                }
            }
        }
    }

    @Test("Grey values are means of the window's, within what WebP costs")
    func grey() throws {
        let side = 256
        let geometry = try ViewPhantom.grid("LPS", Shape(side, side, 4), spacing: [1, 1, 2])
        let values = (0..<geometry.shape.count).map { n -> Float in
            let (x, y, z) = (Double(n % side), Double(n / side % side), Double(n / (side * side)))
            return Float(60 * sin(x / 17 + z) + 50 * cos(y / 23) + 90)
        }
        let volume = Volume(geometry: geometry, voxels: .float32(values))
        let view = try DecodedView(ViewPhantom.view(volume, LabelVolume(geometry: geometry)))
        let plane = try view.plane("axial")
        #expect((plane.width, plane.height, plane.slices) == (128, 128, 4))
        for tile in 0..<4 {
            let grey = plane.grey(tile)
            var error = 0.0
            for y in 0..<128 {
                for x in 0..<128 {
                    let mean =
                        [(0, 0), (1, 0), (0, 1), (1, 1)].map { dx, dy -> Float in
                            let value = values[tile * side * side + (2 * y + dy) * side + 2 * x + dx]
                            return min(max(value / 200, 0), 1)
                        }.reduce(0, +) / 4
                    error += abs(Double(grey[y * 128 + x]) - Double(mean) * 255)
                }
            }
            #expect(error / (128 * 128) < 3, "tile \(tile)")
        }
    }

    @Test("Thick slices are as high as they are in space")
    func trueToScale() throws {
        let geometry = try ViewPhantom.grid("RAS", Shape(100, 80, 10), spacing: [1, 1, 6])
        let phantom = ViewPhantom(geometry)
        let view = try DecodedView(ViewPhantom.view(phantom.volume, LabelVolume(geometry: geometry)))
        let sizes = view.planes.map { [Double($0.width) * $0.pixel, Double($0.height) * $0.pixel] }
        for (size, truth) in zip(sizes, [[100, 80], [100, 60], [80, 60]] as [[Double]]) {
            #expect(zip(size, truth).allSatisfy { abs($0 - $1) <= 0.5 }, "\(size)")
        }
        #expect(view.planes.map(\.slices) == [10, 24, 24])
    }

    @Test("A label in a wide field is shown with what lies around it, and the view says so")
    func region() throws {
        let geometry = try ViewPhantom.grid("RAS", Shape(200, 200, 200), spacing: [1, 1, 1])
        var labels = LabelVolume(geometry: geometry)
        // 40 x 20 x 4 voxels.
        for k in 98..<102 {
            for j in 90..<110 { for i in 80..<120 { labels.voxels[(k * 200 + j) * 200 + i] = 7 } }
        }
        let box = try #require(labels.box(of: [7]))
        let region = ViewRegion(geometry, [box])
        // 10 mm on each side, and at least half as much as along the longest side.
        #expect(region.box == VoxelBox(i: 70..<130, j: 80..<120, k: 85..<115))
        #expect(region.slices == VoxelBox(i: 75..<125, j: 85..<115, k: 93..<107))
        #expect(!region.isWhole)
        let volume = Volume(geometry: geometry, voxels: .uint8(Array(repeating: 0, count: geometry.shape.count)))
        let view = try DecodedView(ViewPhantom.view(volume, labels))
        #expect(!view.isWhole)
        let axial = try view.plane("axial")
        #expect((axial.width, axial.height, axial.pixel) == (120, 80, 0.5))
        #expect(axial.map(axial.slices / 2).count { $0 == 1 } == 40 * 20 * 4)
        // All of an axis where it is hardly larger, and all where there are no labels.
        let wide = ViewRegion(geometry, [VoxelBox(i: 20..<180, j: 20..<180, k: 20..<180)])
        #expect(wide.isWhole && wide.box == VoxelBox(i: 0..<200, j: 0..<200, k: 0..<200))
        #expect(ViewRegion(geometry, []).isWhole)
        let corner = ViewRegion(geometry, [VoxelBox(i: 0..<10, j: 190..<200, k: 0..<1)])
        #expect(corner.box == VoxelBox(i: 0..<20, j: 180..<200, k: 0..<11))
    }
}
