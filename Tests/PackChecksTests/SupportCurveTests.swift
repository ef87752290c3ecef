import Evaluation
import Segmentation
import Testing

@testable import PackChecks

@Suite struct SupportCurveTests {
    @Test func helpersAreOthersAndAllHelpAboutAsOften() {
        var counts = [Int](repeating: 0, count: 20)
        for place in 0..<20 {
            for size in [1, 2, 4, 8, 16, 19] {
                let helpers = SupportCurve.helpers(size, of: 20, for: place)
                #expect(Set(helpers).count == size)
                #expect(helpers.allSatisfy { $0 != place && (0..<20).contains($0) })
                if size == 4 { helpers.forEach { counts[$0] += 1 } }
            }
        }
        #expect(counts.allSatisfy { (1...10).contains($0) }, "\(counts)")
    }

    @Test func moreVolumesBringWhatTheLineSays() throws {
        // 0.9 - 0.4 / n, but for the single volume, which is no part of the line.
        let values = [(1, 0.2), (2, 0.7), (4, 0.8), (8, 0.85), (9, 0.9 - 0.4 / 9)]
        let curve = SupportCurve(
            points: try values.map { .init(volumes: $0, dice: try #require(Summary(byCase: [[$1]]))) })
        let gain = try #require(curve.gain(adding: 2))
        #expect(abs(gain - 0.4 * (1.0 / 10 - 1.0 / 12)) < 1e-12)
        #expect(SupportCurve(points: []).gain(adding: 2) == nil)
    }
}
