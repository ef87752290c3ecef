import Synchronization
import Testing

@testable import Segmentation

@Suite
struct LabelledSupportTests {
    /// Slice n shows label n in its first draw and label 9 in the second; counts how often it is asked.
    private final class Counted: SupportSource {
        let asked = Mutex([Int](repeating: 0, count: 3))

        func support(for slice: Int) -> [SupportSlices] {
            asked.withLock { $0[slice] += 1 }
            return [[UInt16(slice)], [9]].map { ids in
                SupportSlices(images: [[0]], labels: [ids[...]], present: [Set(ids)])
            }
        }
    }

    @Test
    func supportIsMadeAgainOnlyForLabelsThatADrawShows() {
        let source = Counted()
        let support = LabelledSupport(source, slices: 3)
        let draws = [[UInt16(1)], [2], [9], [7]].map { labels in
            (0..<3).map { support.support(for: $0, of: labels).count }
        }
        #expect(draws == [[0, 2, 0], [0, 0, 2], [2, 2, 2], [0, 0, 0]])
        // All were made once, to see what they show.
        #expect(source.asked.withLock { $0 } == [2, 2, 3])
    }
}
