import Foundation
import Testing
import Volumes

@testable import Segmentation

@Suite struct PredictionTests {
    @Test("The line of a calibration is that of least squares, drawn to a slope of 1 when little was seen")
    func calibration() throws {
        // y = 2x - 0.9 over a wide range: the caution weighs next to nothing.
        let wide = try #require(
            DiceCalibration(label: 1, results: [0.5, 0.6, 0.7, 0.8, 0.9].map { ($0, 2 * $0 - 0.9) }))
        #expect(abs(wide.slope - 2) < 0.02)
        #expect(wide.spread < 0.01)
        #expect(abs(wide.prediction(expected: 0.7).dice - 0.5) < 0.01)
        // All alike: the mean is known, the slope is the assumed one.
        let alike = try #require(DiceCalibration(label: 1, results: [(0.9, 0.8), (0.9, 0.82), (0.9, 0.84)]))
        #expect(alike.slope == 1)
        let prediction = alike.prediction(expected: 0.9)
        #expect(abs(prediction.dice - 0.82) < 1e-9)
        // Standard deviation over n - 2: sqrt(0.0008), and sqrt(4/3) for the mean's own uncertainty.
        #expect(abs(prediction.upper - 0.82 - 1.645 * 0.0008.squareRoot() * (4.0 / 3).squareRoot()) < 1e-9)
        #expect(DiceCalibration(label: 1, results: [(0.9, 0.8), (0.8, 0.7)]) == nil)
        #expect(wide.prediction(expected: 0).dice == 0)
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
