import Testing

@testable import Pipelines

@Suite("Volumes that stand apart")
struct VolumeOutliersTests {
    private func study(_ sizes: [Double]) -> [CaseOutcome] {
        sizes.enumerated().map { Outcomes.done("c\($0)", Outcomes.structure(mm3: $1)) }
    }

    @Test("Median, quartiles and fences are NumPy's of the logarithm (percentile, linear)")
    func fences() throws {
        let outliers = VolumeOutliers(study([1000, 1100, 1200, 1250, 1300, 1400, 1500, 1600, 9000, 200]))
        let found = try #require(outliers.distributions[1])
        let expected = [1274.754878, 1124.190278, 1474.349522, 748.512201, 2214.325161]
        for (value, wanted) in zip([found.median, found.low, found.high, found.lower, found.upper], expected) {
            #expect(abs(value - wanted) < 1e-5)
        }
        #expect(outliers.side(of: 1, mm3: 9000) == .larger)
        #expect(outliers.side(of: 1, mm3: 200) == .smaller)
        #expect(outliers.side(of: 1, mm3: 1600) == nil)
        // What was not found is said otherwise, and of other labels nothing is known.
        #expect(outliers.side(of: 1, mm3: 0) == nil)
        #expect(outliers.side(of: 2, mm3: 9000) == nil)
    }

    @Test("Seven cases, and cases that are not done, tell nothing; absent labels do not count")
    func few() {
        #expect(VolumeOutliers(study(Array(repeating: 1000, count: 7))).distributions.isEmpty)
        #expect(VolumeOutliers(study(Array(repeating: 1000, count: 7) + [0])).distributions.isEmpty)
        var cases = study(Array(repeating: 1000, count: 8))
        #expect(VolumeOutliers(cases).distributions.count == 1)
        cases[0].status = .failed
        #expect(VolumeOutliers(cases).distributions.isEmpty)
    }

    @Test("Cases that are all alike leave room: a tenth more is no outlier, a quarter is")
    func alike() {
        let outliers = VolumeOutliers(study(Array(repeating: 1000, count: 20)))
        #expect(outliers.side(of: 1, mm3: 1100) == nil)
        #expect(outliers.side(of: 1, mm3: 1250) == .larger)
        #expect(outliers.side(of: 1, mm3: 750) == .smaller)
    }
}
