import Testing
import Volumes

@testable import Preparation

@Suite struct PlacementTests {
    /// `rows * columns` small numbers in no order: (n * factor) mod modulus, as the oracle scripts made them.
    static func numbers(_ count: Int, _ factor: Int, _ modulus: Int) -> [Float] {
        (0..<count).map { Float($0 * factor % modulus) }
    }

    static func close(_ a: [Float], _ b: [Float], _ tolerance: Float = 2e-6) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
    }

    @Test func reducingARampAveragesPairs() {
        let ramp = (0..<8).flatMap { _ in (0..<8).map(Float.init) }
        let fitted = Placement(rows: 8, columns: 8, side: 4).fit(ramp)
        #expect(fitted == (0..<4).flatMap { _ in [0.5, 2.5, 4.5, 6.5] as [Float] })
        let transposed = (0..<8).flatMap { row in (0..<8).map { _ in Float(row) } }
        #expect(
            Placement(rows: 8, columns: 8, side: 4).fit(transposed)
                == [0.5, 2.5, 4.5, 6.5].flatMap { [Float](repeating: $0, count: 4) })
    }

    @Test func reducingByAFractionAveragesAreas() {
        // numpy: overlap-weighted means over thirds of the 5x6 slice padded with one row below; 3x3 by reshape and mean.
        let slice = Self.numbers(30, 7, 13)
        let four: [Float] = [
            3.333333, 4, 7, 7.666667, 4.444444, 5.111111, 5.222222, 5.888889, 8, 5.777778, 5.888889, 6.555556, 3.333333,
            0.666667, 1.666667, 1.888889,
        ]
        #expect(Self.close(Placement(rows: 5, columns: 6, side: 4).fit(slice), four))
        #expect(
            Self.close(
                Placement(rows: 5, columns: 6, side: 3).fit(slice), [5, 6, 7, 4.5, 5.5, 6.5, 4.5, 1.75, 2.25]))
    }

    @Test func enlargingIsLinearWithPixelCentresAligned() {
        // scipy.ndimage.zoom(numpy.pad(slice, [(0, 1), (0, 0)]), 2, order=1, grid_mode=True, mode="nearest")
        let expected: [Float] = [
            0, 1.75, 5.25, 6, 4, 4.75, 8.25, 10, 1.5, 2.5625, 4.6875, 5.4375, 4.8125, 5.5625, 7.6875, 8.75, 4.5, 4.1875,
            3.5625, 4.3125, 6.4375, 7.1875, 6.5625, 6.25, 4.75, 4.4375, 3.8125, 4.5625, 6.6875, 6.75, 4.75, 3.75, 2.25,
            3.3125, 5.4375, 6.1875, 5.5625, 4.25, 2.25, 1.25, 0.75, 2.0625, 4.6875, 5.25, 3.75, 2.25, 0.75, 0, 0.25,
            0.6875, 1.5625, 1.75, 1.25, 0.75, 0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ]
        let slice = Self.numbers(12, 7, 11)
        #expect(Self.close(Placement(rows: 3, columns: 4, side: 8).fit(slice), expected))
    }

    @Test func restoringIsLinearWithPixelCentresAligned() {
        // scipy.ndimage.zoom(map, 1.5, order=1, grid_mode=True, mode="nearest") without its last row (the padding), and
        // zoom(map, 0.75, ...).
        let map = Self.numbers(16, 5, 7)
        let five: [Float] = [
            0, 2.5, 4.666667, 3.333333, 2, 1, 3, 3.75, 4.166667, 2.833333, 1.5, 0.5, 5.833333, 4.833333, 3.5, 2.166667,
            1.416667, 1, 5.166667, 4.166667, 2.833333, 1.5, 3.083333, 5, 4.5, 3.5, 2.166667, 0.833333, 3, 5.5,
        ]
        #expect(Self.close(Placement(rows: 5, columns: 6, side: 4).restore(map), five))
        let three: [Float] = [1.638889, 3.833333, 1.166667, 5.166667, 2.5, 2.75, 3.833333, 1.166667, 4.333333]
        #expect(Self.close(Placement(rows: 3, columns: 3, side: 4).restore(map), three))
    }

    @Test(arguments: [(7, 7), (128, 128), (5, 7), (7, 5), (6, 7), (1, 7)])
    func equalSizesCopyExactly(_ rows: Int, _ columns: Int) {
        let side = max(rows, columns)
        let slice = Self.numbers(rows * columns, 31, 97)
        let placement = Placement(rows: rows, columns: columns, side: side)
        let fitted = placement.fit(slice)
        // As numpy pads: (n - s) // 2 before.
        for row in 0..<side {
            for column in 0..<side {
                let (r, c) = (row - (side - rows) / 2, column - (side - columns) / 2)
                let inside = (0..<rows).contains(r) && (0..<columns).contains(c)
                #expect(fitted[row * side + column] == (inside ? slice[r * columns + c] : 0))
            }
        }
        #expect(placement.restore(fitted) == slice)
    }

    @Test(arguments: [
        (512, 512, 1.0, 1.0), (300, 512, 1, 1), (35, 51, 1, 1), (40, 20, 1, 3), (20, 64, 5, 0.7), (3, 3, 1, 2),
    ])
    func constantsComeBack(_ rows: Int, _ columns: Int, _ rowSpacing: Double, _ columnSpacing: Double) {
        let placement = Placement(
            rows: rows, columns: columns, rowSpacing: rowSpacing, columnSpacing: columnSpacing)
        let back = placement.restore([Float](repeating: 1, count: 128 * 128))
        #expect(Self.close(back, [Float](repeating: 1, count: rows * columns), 1e-6))
        let fitted = placement.fit([Float](repeating: 1, count: rows * columns))
        #expect(fitted.allSatisfy { $0 >= 0 && $0 <= 1 + 1e-6 })
        #expect(abs(fitted[64 * 128 + 64] - 1) < 1e-6)
    }

    /// Averaging areas loses nothing: the sum of what comes out, times the area of a pixel, is the sum of what went in.
    @Test(arguments: [(512, 512, 1.0, 1.0), (300, 513, 1, 1), (200, 400, 0.8, 0.7)])
    func reducingKeepsTheSum(_ rows: Int, _ columns: Int, _ rowSpacing: Double, _ columnSpacing: Double) {
        let slice = Self.numbers(rows * columns, 7919, 101)
        let fitted = Placement(
            rows: rows, columns: columns, rowSpacing: rowSpacing, columnSpacing: columnSpacing, side: 64
        )
        .fit(slice)
        let millimetres = max(Double(rows) * rowSpacing, Double(columns) * columnSpacing)
        let before = slice.reduce(0.0) { $0 + Double($1) } * rowSpacing * columnSpacing
        let after = fitted.reduce(0.0) { $0 + Double($1) } * (millimetres / 64) * (millimetres / 64)
        #expect(abs(after / before - 1) < 1e-5)
    }

    /// A square in millimetres is a square after fitting, whatever the spacing. Enlarged fourfold along the rows and
    /// twofold along the columns, its corner pixels are 5/8 x 6/8 = 0.47 of it: they alone are lost.
    @Test(arguments: [(64, 64, 2.0, 2.0, 0), (32, 64, 4, 2, 4), (128, 32, 1, 4, 0), (256, 64, 0.5, 2, 0)])
    func spacingIsTakenOut(
        _ rows: Int, _ columns: Int, _ rowSpacing: Double, _ columnSpacing: Double, _ cornersLost: Int
    ) {
        // All four are 128 mm x 128 mm; the middle 64 mm are 1.
        let slice = (0..<rows * columns).map { n in
            (rows / 4..<rows * 3 / 4).contains(n / columns) && (columns / 4..<columns * 3 / 4).contains(n % columns)
        }
        let mask = Placement(rows: rows, columns: columns, rowSpacing: rowSpacing, columnSpacing: columnSpacing)
            .fitLabel(slice)
        let wrong = mask.indices.filter { n in
            mask[n] != ((32..<96).contains(n / 128) && (32..<96).contains(n % 128) ? 1 : 0)
        }
        #expect(wrong.count == cornersLost)
        #expect(wrong.allSatisfy { [32, 95].contains($0 / 128) && [32, 95].contains($0 % 128) })
    }

    /// The shorter side is padded in millimetres: 60 mm in 128 mm leave 34 mm on either side.
    @Test func paddingIsInMillimetres() {
        let placement = Placement(rows: 30, columns: 64, rowSpacing: 2, columnSpacing: 2, side: 128)
        let fitted = placement.fitLabel([Bool](repeating: true, count: 30 * 64))
        let rows = (0..<128).filter { fitted[$0 * 128 + 64] == 1 }
        #expect(rows == Array(34..<94))
        let unequal = Placement(rows: 15, columns: 128, rowSpacing: 4, columnSpacing: 1, side: 128)
        let other = unequal.fitLabel([Bool](repeating: true, count: 15 * 128))
        #expect((0..<128).filter { other[$0 * 128 + 64] == 1 } == Array(34..<94))
    }

    @Test func labelsNeedMoreThanHalfOfAPixel() {
        let placement = Placement(rows: 4, columns: 4, side: 2)
        // Blocks with 4, 2, 1 and 3 of 4 pixels set; exactly half is not more than half.
        let ids: [UInt16] = [
            5, 5, 5, 5,
            5, 5, 0, 7,
            0, 5, 5, 5,
            7, 0, 5, 0,
        ]
        #expect(placement.fitLabel(ids, equalTo: 5) == [1, 0, 0, 1])
        #expect(placement.fitLabel(ids.map { $0 == 5 }) == [1, 0, 0, 1])
    }

    @Test func halvesStayBackgroundWhenWeightsRound() {
        // 6 -> 4: weights of thirds. The left half of the columns is set: output column 1 covers inputs 1.5...3, all set.
        let placement = Placement(rows: 6, columns: 6, side: 4)
        let half = (0..<36).map { $0 % 6 < 3 }
        #expect(placement.fitLabel(half) == (0..<16).map { $0 % 4 < 2 ? 1 : 0 })
        // Rows 0 and 1 set: output row 1 covers rows 1.5...3, a third of it set, row 0 all.
        #expect(placement.fitLabel((0..<36).map { $0 / 6 < 2 }) == (0..<16).map { $0 / 4 < 1 ? 1 : 0 })
        let odd = Placement(rows: 3, columns: 3, side: 2)
        // Output row 0 covers rows 0...1.5; with row 0 alone that is 2/3, with half of its columns less than a half.
        #expect(odd.fitLabel([true, true, true, false, false, false, false, false, false]) == [1, 1, 0, 0])
    }

    /// Restoring probabilities linearly lifts the ceiling of Dice for a disc of radius 8 pixels in a 512-pixel
    /// slice. scipy.ndimage (area means, then zoom order 1 in grid mode) gives 0.9686 for a disc centred at 256 and
    /// 0.9677 at 256.5; enlarging the fitted mask by repetition 0.8946 and 0.8894.
    @Test(arguments: [(256.0, 0.9685863874345549, 0.8946015424164524), (256.5, 0.967741935483871, 0.8894230769230769)])
    func linearRestorationLiftsTheCeilingForSmallDiscs(_ centre: Double, _ linear: Double, _ nearest: Double) {
        let side = 512
        let disc = (0..<side * side).map { n -> Bool in
            let (x, y) = (Double(n % side) - centre, Double(n / side) - centre)
            return x * x + y * y <= 64
        }
        let placement = Placement(rows: side, columns: side)
        let fitted = placement.fit(disc.map { $0 ? 1 : 0 })
        let restored = placement.restore(fitted).map { $0 > 0.5 }
        #expect(abs(dice(restored, disc) - linear) < 1e-9)
        let repeated = (0..<side * side).map { fitted[$0 / side / 4 * 128 + $0 % side / 4] > 0.5 }
        #expect(abs(dice(repeated, disc) - nearest) < 1e-9)
    }

    private func dice(_ a: [Bool], _ b: [Bool]) -> Double {
        let both = zip(a, b).filter { $0 && $1 }.count
        return 2 * Double(both) / Double(a.filter { $0 }.count + b.filter { $0 }.count)
    }

    @Test func aLayoutGivesItsShapeAndSpacing() {
        let geometry = Geometry(
            shape: Shape(10, 20, 30), affine: Affine(i: [2, 0, 0], j: [0, 3, 0], k: [0, 0, 4], origin: [0, 0, 0]))
        let placement = Placement(SliceLayout(geometry, plane: .coronal))
        #expect((placement.rows, placement.columns, placement.side) == (10, 30, 128))
        #expect((placement.rowSpacing, placement.columnSpacing) == (2, 4))
    }
}
