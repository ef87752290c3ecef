import Testing

@testable import Volumes

@Suite("One grid in several storage orders") struct StorageOrderTests {
    static let letters = ["RAS", "LPS", "LAS", "PIR", "SLA", "IRP"]
    /// A grid turned by a little about every axis, as scanners give them.
    static let grid = Geometry(
        shape: Shape(4, 3, 2),
        affine: Affine(i: [0.9, 0.05, 0], j: [-0.06, 1.1, 0.1], k: [0, -0.2, 2], origin: [-10, 20, 30]))
    static let labels = LabelVolume(geometry: grid, voxels: (0..<24).map { UInt16($0) })

    @Test("Labels in another order are stored like the image, voxel for voxel", arguments: letters)
    func labels(_ letters: String) throws {
        let other = Self.labels.reoriented(to: try #require(Orientation(letters)))
        #expect(try #require(other.stored(like: Self.grid)) == Self.labels)
    }

    @Test("Also where the nearest axes are a toss-up", arguments: [44.9, 45, 45.1])
    func diagonal(_ degrees: Double) throws {
        // cos and sin by Taylor would do; the square root of one half and a little is enough.
        let (c, s) =
            degrees < 45 ? (0.70834, 0.70587) : degrees > 45 ? (0.70587, 0.70834) : (0.5.squareRoot(), 0.5.squareRoot())
        let grid = Geometry(
            shape: Shape(4, 3, 2), affine: Affine(i: [c, s, 0], j: [-s, c, 0], k: [0, 0, 1], origin: .zero))
        let turned = grid.reordered([(1, true), (0, false), (2, true)].map { .init(axis: $0.0, reversed: $0.1) })
        let axes = try #require(turned.axes(onto: grid))
        #expect(turned.reordered(axes).matches(grid, tolerance: 1e-9))
    }

    @Test("A grid elsewhere, and one of other size, is another grid") func others() {
        var elsewhere = Self.labels.reoriented(to: Orientation("LPS") ?? Self.grid.orientation)
        elsewhere.geometry.affine.rowX[3] += 0.2
        #expect(elsewhere.stored(like: Self.grid) == nil)
        let larger = LabelVolume(geometry: Geometry(shape: Shape(4, 3, 3), affine: Self.grid.affine))
        #expect(larger.stored(like: Self.grid) == nil)
    }

    @Test("A series is put into another order volume by volume", arguments: letters)
    func series(_ letters: String) throws {
        let target = try #require(Orientation(letters))
        let values = (0..<48).map { Int16($0) }
        let series = VolumeSeries(geometry: Self.grid, voxels: .int16(values), count: 2, interval: 2)
        let turned = series.reoriented(to: target)
        let alone = (0..<2).map { volume in
            Volume(geometry: Self.grid, voxels: .int16(Array(values[24 * volume..<24 * (volume + 1)])))
                .reoriented(to: target)
        }
        #expect(turned.geometry == alone[0].geometry && turned.count == 2 && turned.interval == 2)
        guard case .int16(let all) = turned.voxels, case .int16(let first) = alone[0].voxels,
            case .int16(let second) = alone[1].voxels
        else {
            Issue.record("the stored type changed")
            return
        }
        #expect(all == first + second)
        #expect(turned.reoriented(to: Self.grid.orientation).voxels == series.voxels)
    }

    @Test("Colours go with their voxels") func colours() throws {
        let target = try #require(Orientation("LPS"))
        let grey = (0..<24).map { UInt8($0) }
        let turned = Self.grid.reordered(grey.flatMap { [$0, $0 + 100, 7] }, samples: 3, to: target)
        guard
            case .uint8(let expected) = Volume(geometry: Self.grid, voxels: .uint8(grey)).reoriented(to: target).voxels
        else { return }
        #expect(turned == expected.flatMap { [$0, $0 + 100, 7] })
    }
}
