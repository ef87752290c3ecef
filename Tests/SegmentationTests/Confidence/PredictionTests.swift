import Foundation
import Testing
import Volumes

@testable import Segmentation

@Suite struct PredictionTests {
    private func fitted(_ results: [(expected: Double, dice: Double)]) -> [DiceCalibration] {
        DiceCalibration.fitted(to: results.map { [1: .init(expected: $0.expected, dice: $0.dice)] })
    }

    @Test("The line of a calibration is that of least squares, drawn to a slope of 1 when little was seen")
    func calibration() throws {
        func predict(_ line: DiceCalibration, _ expected: Double) throws -> DicePrediction {
            try #require(DiceCalibration.predictions([line], expected: [1: expected])[1])
        }
        // y = 2x - 0.9 over a wide range: the caution weighs next to nothing.
        let wide = try #require(fitted([0.5, 0.6, 0.7, 0.8, 0.9].map { ($0, 2 * $0 - 0.9) }).first)
        #expect(abs(wide.slope - 2) < 0.02)
        #expect(wide.spread < 0.01)
        #expect(abs(try predict(wide, 0.7).dice - 0.5) < 0.01)
        // All alike: the mean is known, the slope is the assumed one.
        let alike = try #require(fitted([(0.9, 0.8), (0.9, 0.82), (0.9, 0.84)]).first)
        #expect(alike.slope == 1)
        let prediction = try predict(alike, 0.9)
        #expect(abs(prediction.dice - 0.82) < 1e-9)
        // Standard deviation over n - 2: sqrt(0.0008), and sqrt(4/3) for the mean's own uncertainty; but no Dice is above 1.
        let reach = 1.25 * 6.314 * 0.0008.squareRoot() * (4.0 / 3).squareRoot()
        #expect(abs(prediction.lower - 0.82 + reach) < 1e-9)
        #expect(prediction.upper == 1)
        // Away from what was seen less is known.
        let near = try predict(wide, 0.7)
        let far = try predict(wide, 0.8)
        #expect(far.upper - far.dice > near.upper - near.dice)
        #expect(fitted([(0.9, 0.8), (0.8, 0.7)]).isEmpty)
        #expect(try predict(wide, 0.01).dice == 0)
        // What was not found is no part of it.
        #expect(fitted([(0.9, 0.8), (0.9, 0.82), (0, 0), (0.9, 0.84)]) == [alike])
    }

    /// Against printed tables of Student's distribution.
    @Test(arguments: [(1, 6.314), (2, 2.920), (3, 2.353), (4, 2.132), (6, 1.943), (18, 1.734), (30, 1.697)])
    func ninetyPercentOfStudentsT(freedom: Int, reach: Double) {
        #expect(abs(DiceCalibration.reach(freedom: freedom) - reach) < 0.01)
    }

    @Test("A label's prediction falls where the volume's other labels promise less than usual, but for those not found")
    func sharedPredictions() throws {
        let expected = [(0.90, 0.80), (0.86, 0.82), (0.94, 0.78), (0.90, 0.84), (0.90, 0.76)]
        let lines = DiceCalibration.fitted(
            to: expected.map { [4: .init(expected: $0, dice: $0 - 0.05), 7: .init(expected: $1, dice: $1 + 0.02)] })
        #expect(lines.map(\.label) == [4, 7])
        #expect(abs(lines[0].usual - 0.9) < 1e-9 && abs(lines[1].usual - 0.8) < 1e-9)
        func dice(_ four: Double, _ seven: Double?) -> [Double?] {
            var expected: [UInt16: Double] = [4: four]
            expected[7] = seven
            let found = DiceCalibration.predictions(lines, expected: expected)
            return [found[4]?.dice, found[7]?.dice]
        }
        let usual = dice(0.9, 0.8)
        #expect(abs((usual[0] ?? 0) - 0.85) < 1e-9 && abs((usual[1] ?? 0) - 0.82) < 1e-9)
        // A quarter of label 7's distance of -0.12 is label 4's.
        let hard = dice(0.9, 0.68)
        #expect(abs((hard[0] ?? 0) - (0.85 - 0.03 * lines[0].slope)) < 1e-9)
        #expect(abs((hard[1] ?? 0) - (0.82 - 0.09 * lines[1].slope)) < 1e-9)
        #expect(dice(0.9, nil) == [usual[0], nil])
    }

    @Test("Probabilities that are right promise the Dice that comes of them")
    func expectedDice() throws {
        // 4 voxels at 0.75 and 4 at 0.25 with a threshold of 0.5: 2 * 3 / (4 + 4).
        let geometry = Geometry(shape: Shape(8, 1, 1), affine: .identity)
        var votes = Votes(geometry: geometry, threshold: 0.5)
        let sums = LabelProbabilities(labels: [3], planes: 1, voxels: 8)
        let layout = SliceLayout(geometry, plane: .axial)
        let order: [Float] = [0.75, 0.75, 0.75, 0.75, 0.25, 0.25, 0.25, 0.25]
        sums.add(order, label: 0, slice: 0, in: layout)
        votes.count(sums)
        let measured = try #require(votes.measured()[3])
        #expect(measured.voxels == 4)
        #expect(abs(measured.expectedDice - 0.75) < 1e-3)
        votes.raise(to: 0.8)
        #expect(votes.labels.voxels.allSatisfy { $0 == 0 })
    }

    @Test("Deviations are those of what the planes say")
    func deviations() {
        let geometry = Geometry(shape: Shape(3, 1, 1), affine: .identity)
        let layout = SliceLayout(geometry, plane: .axial)
        let sums = LabelProbabilities(labels: [3], planes: 2, voxels: 3, keepsSquares: true)
        for plane: [Float] in [[0.2, 0.9, 0], [0.8, 0.9, 1]] {
            sums.add(plane, label: 0, slice: 0, in: layout)
            sums.addSquares(plane.map { $0 * $0 }, label: 0, slice: 0, in: layout)
        }
        let found = sums.takeDeviations()[0].map { Double($0) / 65535 }
        #expect(zip(found, [0.3, 0, 0.5]).allSatisfy { abs($0 - $1) < 1e-3 }, "\(found)")
        #expect(sums.takeDeviations().isEmpty)
    }

    @Test("Network and vote count by their weights in the mean of squares")
    func meanSquares() {
        var support = SupportSlices()
        let ids: [UInt16] = [1, 1, 0, 0]
        support.aligned = (0..<2).map { _ in AlignedSlice(image: [0, 0, 0, 0], labels: ids) }
        // Two volumes: 0.6 * 2 / (2 + 3).
        let (draw, weight) = (FusedDraw(support, query: [0, 0, 0, 0], side: 2, fusion: 0.6), Float(0.24))
        let network: [Float] = [0.4, 1, 0.5, 0]
        let answer = draw.answer(network: network, 1, keepsSquares: true)
        for (n, square) in answer.squares.enumerated() {
            let vote = Float(ids[n])
            #expect(abs(answer.fused[n] - (1 - weight) * network[n] - weight * vote) < 1e-6)
            #expect(abs(square - (1 - weight) * network[n] * network[n] - weight * vote * vote) < 1e-6)
        }
        // A draw that does not show the label says no.
        let mean = Answer(meanOf: [answer], draws: 2)
        #expect(mean?.fused == answer.fused.map { $0 / 2 })
        #expect(Answer(meanOf: [], draws: 2) == nil)
    }

    @Test("Sizes beyond the pack's stand out, as does a border that no volume of the pack reaches")
    func flags() throws {
        let geometry = Geometry(shape: Shape(12, 12, 12), affine: .identity)
        func cube(_ side: Int, at start: Int) -> LabelVolume {
            var map = LabelVolume(geometry: geometry)
            for k in start..<start + side {
                for j in start..<start + side {
                    for i in start..<start + side { map.voxels[(k * 12 + j) * 12 + i] = 1 }
                }
            }
            return map
        }
        var known = KnownSizes()
        for side in [5, 6, 6, 5] { known.add(cube(side, at: 2), labels: [1, 2]) }
        #expect(known.flags(of: 1, cubicMillimetres: 170, atBorder: false) == [])
        #expect(known.flags(of: 1, cubicMillimetres: 170, atBorder: true) == [.truncated])
        #expect(known.flags(of: 1, cubicMillimetres: 20, atBorder: false) == [.implausible])
        #expect(known.flags(of: 1, cubicMillimetres: 1000, atBorder: true) == [.truncated, .implausible])
        #expect(known.flags(of: 1, cubicMillimetres: 0, atBorder: false) == [.empty])
        // No volume of the pack shows label 2: that it is not found tells nothing.
        #expect(known.flags(of: 2, cubicMillimetres: 0, atBorder: false) == [])
        let one = known.keeping([3])
        var steady = KnownSizes()
        for _ in 0..<4 { steady.add(cube(5, at: 2), labels: [1]) }
        let (few, many) = (try #require(one.range(of: 1)), try #require(steady.range(of: 1)))
        #expect(few.upperBound / few.lowerBound > many.upperBound / many.lowerBound)
        known.add(cube(5, at: 0), labels: [1, 2])
        #expect(known.flags(of: 1, cubicMillimetres: 170, atBorder: true) == [])
        #expect(cube(5, at: 0).idsAtBorder == [1])
        #expect(cube(5, at: 2).idsAtBorder == [])
    }
}
