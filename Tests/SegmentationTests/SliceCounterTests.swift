import Testing

@testable import Segmentation

@Suite
struct SliceCounterTests {
    @Test
    func noticeCountsSlicesOfTheVolumeAndNotOfEveryPass() {
        let counter = SliceCounter(slices: 3, passes: 2, report: nil)
        for skipped in [true, false, false, true, false, false] { counter.add(skipped: skipped) }
        #expect(counter.notice?.hasPrefix("1 of 3 slices ") == true, "\(counter.notice ?? "none")")
    }

    @Test
    func noNoticeWhereNothingIsLeftOut() {
        let counter = SliceCounter(slices: 1, passes: 1, report: nil)
        counter.add(skipped: false)
        #expect(counter.notice == nil)
    }
}
