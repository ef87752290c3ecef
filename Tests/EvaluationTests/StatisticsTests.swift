import Testing

@testable import Evaluation

@Suite struct StatisticsTests {
    // numpy.percentile([0, 1, 2, 10], [0, 50, 95, 100]).
    @Test func percentilesAreNumPys() {
        let numbers = [0.0, 1, 2, 10]
        let found = [0, 0.5, 0.95, 1].map { percentile($0, ofSorted: numbers) }
        for (a, b) in zip(found, [0, 1.5, 8.8, 10]) { #expect(abs(a - b) < 1e-12) }
        #expect(percentile(0.95, ofSorted: [4]) == 4)
    }

    @Test func meanAndMedian() throws {
        let summary = try #require(Summary(byCase: [[3], [], [1, 2], [10]]))
        #expect(summary.mean == 4)
        #expect(summary.median == 2.5)
        #expect(summary.cases == 3)
    }

    @Test func nothingAndASingleCase() throws {
        #expect(Summary(byCase: [[], []]) == nil)
        #expect(try #require(Summary(byCase: [[0.5, 0.7]])).interval == nil)
    }

    // 400 cases, half 0 and half 1: the mean's standard error is 0.025, and 1.96 of them make 0.049.
    @Test func intervalOfManyCasesIsTheNormalOne() throws {
        let values = (0..<400).map { [Double($0 % 2)] }
        let interval = try #require(Summary(byCase: values)?.interval)
        #expect(abs(interval.lowerBound - 0.451) < 0.004)
        #expect(abs(interval.upperBound - 0.549) < 0.004)
        #expect(Summary(byCase: values)?.interval == interval)
    }

    // Ten values of each case are as good as one: cases are drawn, not values.
    @Test func casesAreDrawnWhole() throws {
        let once = (0..<20).map { [Double($0)] }
        let often = once.map { Array(repeating: $0[0], count: 10) }
        let intervals = try [once, often].map { try #require(Summary(byCase: $0)?.interval) }
        #expect(abs(intervals[0].lowerBound - intervals[1].lowerBound) < 1e-9)
        #expect(abs(intervals[0].upperBound - intervals[1].upperBound) < 1e-9)
    }

    @Test func equalValuesHaveNoSpread() throws {
        let interval = try #require(Summary(byCase: [[0.5], [0.5], [0.5]])?.interval)
        #expect(interval == 0.5...0.5)
    }
}
