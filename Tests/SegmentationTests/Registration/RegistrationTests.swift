import Foundation
import Preparation
import Testing
import Volumes

@testable import Segmentation

/// Registration against maps that the tests chose: the volumes are formulas, so the truth is known everywhere.
@Suite struct RegistrationTests {
    static let size = SIMD3(24, 26, 28)
    static let spacing = SIMD3(1.5, 2.0, 2.25)

    /// A few soft blobs, at a place in mm.
    private static func anatomy(_ p: SIMD3<Double>) -> Double {
        let extent = SIMD3(Double(size.x), Double(size.y), Double(size.z)) * spacing
        let blobs: [(SIMD3<Double>, Double, Double)] = [
            (SIMD3(0.5, 0.5, 0.5), 0.22, 0.5), (SIMD3(0.35, 0.6, 0.4), 0.08, 0.4), (SIMD3(0.6, 0.35, 0.55), 0.1, -0.35),
            (SIMD3(0.45, 0.45, 0.7), 0.07, 0.3), (SIMD3(0.65, 0.65, 0.3), 0.09, 0.35),
        ]
        return blobs.reduce(0.05) { sum, blob in
            let d = (p / extent - blob.0) / blob.1
            return sum + blob.2 * exp(-0.5 * (d * d).sum())
        }
    }

    /// The anatomy seen through a map of places.
    static func volume(_ map: (SIMD3<Double>) -> SIMD3<Double>) -> ReducedVolume {
        var values: [Float] = []
        for x in 0..<size.x {
            for y in 0..<size.y {
                for z in 0..<size.z {
                    values.append(Float(anatomy(map((SIMD3(Double(x), Double(y), Double(z)) + 0.5) * spacing))))
                }
            }
        }
        return ReducedVolume(size: size, spacing: spacing, values: values)
    }

    private static func compared(_ volume: ReducedVolume) -> ComparedVolume {
        ComparedVolume(volume, coarser: RegistrationGrids.coarser)
    }

    private static let points = [
        SIMD3(18.0, 25, 33), SIMD3(12.0, 20, 25), SIMD3(25.0, 30, 40), SIMD3(15.0, 32, 30), SIMD3(22.0, 18, 45),
    ]

    @Test func affineMapIsRecovered() {
        let truth = AffineMap(
            origin: SIMD3(1.5, -2, 1), SIMD3(1.05, 0.04, 0), SIMD3(-0.05, 0.97, 0.03), SIMD3(0.02, -0.03, 1.04))
        let (fixed, moving) = (Self.volume { truth($0) }, Self.volume { $0 })
        let found = AffineFit(fixed: fixed, moving: moving).fit(
            from: AffineMap(origin: .zero, SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)))
        for point in Self.points { #expect((found(point) - truth(point)).length < 0.1) }
    }

    /// Parts of two volumes, each with a corner of its own, registered after the whole: places are the volumes' own.
    @Test func partsAreRegisteredInTheVolumesPlaces() {
        let truth = AffineMap(
            origin: SIMD3(1.5, -2, 1), SIMD3(1.05, 0.04, 0), SIMD3(-0.05, 0.97, 0.03), SIMD3(0.02, -0.03, 1.04))
        let coarse = AffineMap(registering: Self.volume { $0 }, to: Self.volume { truth($0) })
        func part(at offset: SIMD3<Double>, _ map: (SIMD3<Double>) -> SIMD3<Double>) -> ReducedPart {
            let (size, spacing) = (SIMD3(30, 30, 30), SIMD3(0.9, 1.2, 1.4))
            var values: [Float] = []
            for x in 0..<size.x {
                for y in 0..<size.y {
                    for z in 0..<size.z {
                        let place = offset + (SIMD3(Double(x), Double(y), Double(z)) + 0.5) * spacing
                        values.append(Float(Self.anatomy(map(place))))
                    }
                }
            }
            return ReducedPart(ReducedVolume(size: size, spacing: spacing, values: values), offset: offset)
        }
        let fixed = part(at: SIMD3(5, 8, 12)) { truth($0) }
        let fine = Registration(
            fixed: Self.compared(fixed.values), offset: fixed.offset, moving: part(at: SIMD3(3, 6, 9)) { $0 },
            from: coarse)
        // Blobs without edges say little of where a place on them went: a voxel's longest side in the
        // whole.
        for point in Self.points { #expect((fine(point) - truth(point)).length < 2.25) }
    }

    /// One volume shows a part of what the other shows, at the same size: boxes laid on each other would stretch it.
    @Test(arguments: [0, 1, 2]) func aPartOfTheFieldIsNotStretched(axis: Int) {
        func part(_ range: Range<Int>) -> ReducedVolume {
            let whole = Self.volume { $0 }
            var (size, values) = (Self.size, [Float]())
            size[axis] = range.count
            for x in 0..<Self.size.x {
                for y in 0..<Self.size.y {
                    for z in 0..<Self.size.z where range.contains(SIMD3(x, y, z)[axis]) {
                        values.append(whole.values[(x * Self.size.y + y) * Self.size.z + z])
                    }
                }
            }
            return ReducedVolume(size: size, spacing: Self.spacing, values: values).equalized
        }
        let cut = Self.size[axis] * 3 / 10
        var offset = SIMD3<Double>.zero
        offset[axis] = Double(cut) * Self.spacing[axis]
        let (whole, lower, upper) = (
            part(0..<Self.size[axis]), part(0..<Self.size[axis] - cut), part(cut..<Self.size[axis])
        )
        for (fixed, moving, shift) in [(upper, whole, offset), (whole, upper, -offset), (upper, lower, offset)] {
            let found = Registration(fixed: Self.compared(fixed), moving: moving)
            // What both show, away from where the parts end.
            let inside = Self.points.map { $0 - (fixed.size == upper.size ? offset : .zero) }.filter { place in
                let (here, there) = (place[axis], place[axis] + shift[axis])
                return here > 6 && there > 6 && here < fixed.extent[axis] - 6 && there < moving.extent[axis] - 6
            }
            #expect(!inside.isEmpty)
            for place in inside { #expect((found(place) - place - shift).length < 2) }
        }
    }

    /// Ranks of 0, 0, 0.1, 0.2, 0.2, 0.9 are 1, 1, 2.5, 4, 4, 5.5 (equal ones in the middle of theirs), 0 to 1 from first to last.
    @Test func valuesAndRanksAreAveraged() {
        let values: [Float] = [0.2, 0, 0.9, 0.1, 0, 0.2]
        let ranks: [Float] = [3.0 / 4.5, 0, 1, 1.5 / 4.5, 0, 3.0 / 4.5]
        let found = ReducedVolume(size: SIMD3(1, 2, 3), spacing: SIMD3(1, 1, 1), values: values).equalized
        for (n, value) in found.values.enumerated() { #expect(abs(value - (values[n] + ranks[n]) / 2) < 1e-6) }
        let flat = ReducedVolume(size: SIMD3(1, 1, 2), spacing: SIMD3(1, 1, 1), values: [0.5, 0.5])
        #expect(flat.equalized.values == flat.values)
    }

    @Test func anEmptyFieldAroundTheQueryChangesLittle() {
        // The same anatomy in the middle of a field twice as long; the pack's volume fills its own.
        let (moving, size) = (Self.volume { $0 }, Self.size)
        let slice = size.y * size.z
        let empty = [Float](repeating: 0, count: size.x / 2 * slice)
        let fixed = ReducedVolume(
            size: SIMD3(2 * size.x, size.y, size.z), spacing: Self.spacing, values: empty + moving.values + empty)
        let found = Registration(fixed: Self.compared(fixed), moving: moving)
        let offset = SIMD3(Double(size.x / 2) * Self.spacing.x, 0, 0)
        for point in Self.points { #expect((found(point + offset) - point).length < 2) }
    }

    @Test func valuesMayBeScaled() {
        let truth = AffineMap(origin: SIMD3(2, 1, -2), SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1))
        let moving = Self.volume { $0 }
        let bright = Self.volume { truth($0) }
        let fixed = ReducedVolume(size: Self.size, spacing: Self.spacing, values: bright.values.map { 0.5 * $0 + 0.2 })
        let found = AffineFit(fixed: fixed, moving: moving).fit(
            from: AffineMap(origin: .zero, SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)))
        for point in Self.points { #expect((found(point) - truth(point)).length < 0.1) }
    }

    @Test func bendIsFollowed() {
        let extent = Self.volume { $0 }.extent
        let bend = { (p: SIMD3<Double>) in
            p + SIMD3(1.5 * sin(3 * p.y / extent.y), 0, 2 * sin(4 * p.x / extent.x))
        }
        let registration = Registration(
            fixed: Self.compared(Self.volume(bend)), moving: Self.volume { $0 })
        // Along its contours an image says nothing of where it went: what counts is that the same is found there.
        var (before, after) = (0.0, 0.0)
        for x in stride(from: 8.0, to: 28, by: 2) {
            for y in stride(from: 10.0, to: 42, by: 2) {
                for z in stride(from: 12.0, to: 52, by: 2) {
                    let place = SIMD3(x, y, z)
                    let value = Self.anatomy(bend(place))
                    before += abs(value - Self.anatomy(place))
                    after += abs(value - Self.anatomy(registration(place)))
                }
            }
        }
        #expect(after < 0.3 * before, "\(after / before) of the difference left")
    }

    @Test func sameVolumeStaysPut() {
        let volume = Self.volume { $0 }
        let registration = Registration(fixed: Self.compared(volume), moving: volume)
        for point in Self.points { #expect((registration(point) - point).length < 0.02) }
    }

    @Test func emptyVolumeDoesNotCrash() {
        let empty = ReducedVolume(
            size: Self.size, spacing: Self.spacing,
            values: [Float](repeating: 0, count: Self.size.x * Self.size.y * Self.size.z))
        let registration = Registration(fixed: Self.compared(empty), moving: Self.volume { $0 })
        for point in Self.points { #expect(registration(point).x.isFinite) }
    }

    /// Every plane of every orientation gives the same place to the same voxel.
    @Test(arguments: ["RAS", "LPS", "PIR", "SAL", "ASR"], SlicePlane.allCases)
    func framesAgree(_ letters: String, _ plane: SlicePlane) throws {
        let base = Geometry(
            shape: Shape(6, 8, 10), affine: Affine(i: [2, 0, 0], j: [0, 1.5, 0], k: [0, 0, 1], origin: [0, 0, 0]))
        let geometry = base.reoriented(to: try #require(Orientation(letters)))
        let layout = SliceLayout(geometry, plane: plane)
        let placement = Placement(layout, side: 64)
        let frame = StackFrame(geometry, plane: plane, placement: placement)
        let place = frame.place(slice: 2, row: 20, column: 30)
        #expect((frame.index(of: place) - SIMD3(2, 20, 30)).length < 1e-9)
        // The voxel under that pixel, by the layout's own steps, lies where the frame says, from the outer corner.
        let row = (placement.rowStart + 20 * placement.rowStep) / layout.rowSpacing - 0.5
        let column = (placement.columnStart + 30 * placement.columnStep) / layout.columnSpacing - 0.5
        let position = { (slice: Int, row: Int, column: Int) -> Vec3 in
            let at = layout.origin + slice * layout.sliceStride + row * layout.rowStride + column * layout.columnStride
            let (i, rest) = (at % geometry.shape.i, at / geometry.shape.i)
            return geometry.affine.position(of: [
                Double(i), Double(rest % geometry.shape.j), Double(rest / geometry.shape.j),
            ])
        }
        let zero = position(2, 0, 0)
        let world = zero + (position(2, 1, 0) - zero) * row + (position(2, 0, 1) - zero) * column
        // Outer corner of the grid: half a voxel below the first centre along R, A, S.
        let expected = SIMD3(world.z + 0.5, world.x + 1, world.y + 0.75)
        #expect((place - expected).length < 1e-9)
    }
}
